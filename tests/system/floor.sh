#!/bin/bash
# The configuration's bounds of the disk, in real nodes: below the floor nothing is taken from peers, own entries are
# published; a log that has come to its quota stops and the others go on; both end when the bounds allow it.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

federation fr ke jp
add() { # NODE NAME
    quietly "$1" contact add --kind technical --organisation "en=$2" --email "a@members.example" --public organisation
    quietly "$1" publish
}
bound() { # NODE [KEY = VALUE]: with nothing, the defaults
    sed -i '/^\[disk\]$/,$d' "$dir/$1/comity.conf"
    [ -z "${2:-}" ] || printf '[disk]\n%s\n' "$2" >>"$dir/$1/comity.conf"
    stop "$1"
    start "$1"
    within 60 may_sign "$1" || not_ok "$1 may sign"
}
says() { { node "$1" status || true; } | grep -q "$2"; }
status_of() { node "$1" status >/dev/null && echo 0 || echo $?; }
absent() { ! finds "$1" "$2"; }

bound ke 'disk_floor = 900000T'
check 'a node with too little room says so' within 30 says ke 'disk_floor is'
degraded() { [ "$(status_of ke)" = 1 ]; }
check 'and is degraded' within 30 degraded
add fr 'Floor Office'
check 'others are told' within 30 finds jp 'Floor Office'
sleep 3
check 'it takes nothing from its peers' absent ke 'Floor Office'
add ke 'Own Office'
check 'its own people publish, and its peers get it' within 30 finds fr 'Own Office'
bound ke
check 'with room it takes what it has missed' within 30 finds ke 'Floor Office'

bound ke 'log_quota = 1K'
add fr 'Quota Office'
check 'a log that has come to its quota is told of' within 30 says ke 'FR: its log has come to log_quota'
quota() { node ke log list | grep '^FR ' | grep -q 'over quota'; }
check 'also in the list of logs' within 30 quota
check 'and no more of it is taken' absent ke 'Quota Office'
check 'what is here is kept' finds ke 'Floor Office'
add ke 'Second Own Office'
check 'the own log has no quota' within 30 finds fr 'Second Own Office'
bound ke
check 'it goes on when it is raised' within 30 finds ke 'Quota Office'
finish
