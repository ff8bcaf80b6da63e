#!/bin/bash
# Run the commands of a transcript again, and compare what they say.  A line "fr$ COMMAND" is a command at that State's
# node, what follows is what it said; "#" begins a remark.  Ids, times and roots are written by names: FR/ID, TIME, SIZE:ROOT;
# what a command sets, as TEAM=..., by that name.  A command at another node than fr is asked again until what is published
# has come there, for 30 s.
#
# usage: transcript.sh TRANSCRIPT        with TRANSCRIPT_RENEW=1 it is written anew, and the difference shown
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

transcript=$1
month=$(date -u -d '+40 days' +%F)
next=$(date -u -d '+41 days' +%F)
export MONTH=$month NEXT=$next EDITOR="$dir/editor"
federation fr ke
exec 9<"$transcript"

comity() { COMITY_DATA="$dir/$at" "$COMITY_BIN/comity" "$@" --passphrase-file "$pass"; }

# What is not the same on every run, by its name; the longer first.
tame() {
    local names=()
    for name in MINISTRY TEAM; do
        [ -n "${!name:-}" ] && names+=(-e "s/${!name}/\$$name/g" -e "s/${!name:0:12}\b/\$$name/g" -e "s/${!name:0:8}\b/\$$name/g")
    done
    sed -E "${names[@]}" -e "s/${month}T00:00:00Z/\$MONTH/g; s/$month/\$MONTH/g; s/$next/\$NEXT/g" \
        -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/TIME/g; s/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[+-][0-9:]{5}/TIME/g' \
        -e 's#[0-9]+:[A-Za-z0-9+/]{43}=#SIZE:ROOT#g; s#(test.example/[a-z]{2}/)[0-9a-f]{16}#\1LOG#g' \
        -e 's#\b[0-9a-f]{32}\b#ID#g; s#/[0-9a-f]{12}\b#/ID#g; s/operator key [0-9a-f]{16}/operator key KEY/' \
        -e "s#$dir/##g; s/ +\$//; /^\$/d"
}

answer() { # COMMAND: what it says, and how it ends if that is not 0
    local status=0
    eval "$1" >"$dir/raw" 2>&1 || status=$?
    [ "$status" -eq 0 ] || echo "[exit $status]" >>"$dir/raw"
    tame <"$dir/raw" >"$dir/said"
}

ask() { # EXPECTED COMMAND
    local tries
    for tries in $(seq 60); do
        answer "$2"
        { [ "$at" = fr ] || cmp -s "$1" "$dir/said" || [ "$tries" -eq 60 ]; } && return
        [ -n "${TRANSCRIPT_RENEW:-}" ] && [ "$tries" -ge 8 ] && return
        sleep 0.5
    done
}

: >"$dir/now"
command='' at=''
: >"$dir/want"
turn() {
    [ -n "$command" ] || return 0
    ask "$dir/want" "$command"
    cat "$dir/said" >>"$dir/now"
}
while IFS= read -r line <&9; do
    if [[ $line == '#'* || $line == '' || $line == fr'$ '* || $line == ke'$ '* ]]; then
        turn
        command='' at=${line:0:2}
        [[ $line == ??'$ '* ]] && command=${line:4}
        printf '%s\n' "$line" >>"$dir/now"
        : >"$dir/want"
    else
        printf '%s\n' "$line" >>"$dir/want"
    fi
done
turn

if diff -u --label 'as it is kept' --label 'as it is now' "$transcript" "$dir/now"; then
    ok 'every command says what the transcript says'
elif [ -n "${TRANSCRIPT_RENEW:-}" ]; then
    cat "$dir/now" >"$transcript"
else
    not_ok 'the transcript differs: TRANSCRIPT_RENEW=1 writes it anew, if that is right'
fi
finish
