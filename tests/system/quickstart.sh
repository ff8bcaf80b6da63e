#!/bin/bash
# The first command of the README: it ends well, keeps what it should, and leaves no process behind.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

base=$(ports 14)
if "$source/deploy/quickstart" --once --keep "$dir/kept" --port-base "$base" >"$dir/quickstart.log" 2>&1; then
    ok 'deploy/quickstart --once ends with exit status 0'
else
    not_ok 'deploy/quickstart --once fails'
    cat "$dir/quickstart.log"
fi
for each in fr ke jp observer; do
    check "it keeps the data of $each" test -f "$dir/kept/$each/comity.conf"
    check "whose log can be read without a daemon" finds "$each" 'Example Eastern Europe Desk'
done
none_left() {
    local file
    for file in /proc/[0-9]*/cmdline; do
        case $({ tr '\0' ' ' <"$file"; } 2>/dev/null) in
        *"comityd --data $dir/kept"*) return 1 ;;
        esac
    done
}
check 'and leaves no process behind' none_left
twice() { ! "$source/deploy/quickstart" --once --keep "$dir/kept" >"$dir/twice.log" 2>&1 && grep -q 'holds something already' "$dir/twice.log"; }
check 'a directory that holds something is refused' twice
finish
