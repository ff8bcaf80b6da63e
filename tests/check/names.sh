#!/bin/sh
# File stems are unique over the tree (a .c and its .h are one), so that a name says where a function lives.
# usage: names.sh ROOT
set -eu
cd "$1"
doubled=$(find proto store node tests -name '*.[ch]' | sed 's/\.[ch]$//' | sort -u |
    awk -F/ '{ if ($NF in at) print "  " at[$NF] " and " $0; else at[$NF] = $0 }')
if [ -n "$doubled" ]; then
    echo "names: the same stem twice:"
    echo "$doubled"
    exit 1
fi
