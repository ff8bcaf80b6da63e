#!/bin/bash
# Plays again each seed that has shown a defect (kept.txt): each has to come to rest.  Ends with 1 if one does not.
# usage: kept.sh SIM    the simulator
set -eu
here=$(cd "$(dirname "$0")" && pwd)
played=0 wrong=0
while IFS= read -r line; do
    read -ra arguments <<<"${line%%#*}"
    [ ${#arguments[@]} -gt 0 ] || continue
    played=$((played + 1))
    "$1" "${arguments[@]}" >/dev/null || {
        wrong=$((wrong + 1))
        echo "kept.txt:${line}" >&2
    }
done <"$here/kept.txt"
echo "$played seeds played again, $wrong with something wrong"
[ "$played" -gt 0 ] && [ "$wrong" -eq 0 ]
