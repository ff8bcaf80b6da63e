#!/bin/sh
# Every man page is clean, and there is one for each command and file format.
# usage: manpages.sh ROOT
set -eu
cd "$1"
for page in comity.1 comity-ceremony.7 comityd.8 comity.conf.5; do
    [ -f "docs/man/$page" ] || { echo "manpages: docs/man/$page is missing"; exit 1; }
done
# Style notes about other systems' pages and the date form are no findings.
out=$(mandoc -Tlint -Wwarning docs/man/*.[1-9] 2>&1) || true
if [ -n "$out" ]; then
    echo "$out"
    exit 1
fi
