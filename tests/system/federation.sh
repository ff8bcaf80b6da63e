#!/bin/bash
# Three States and an observer as real processes: what is published is seen by all, members' values are not seen by
# the observer, a killed node goes on where it was, and garbage on every surface changes nothing.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

federation fr ke jp observer
check 'four nodes are made, introduced and linked' true

# --- publishing ---------------------------------------------------------------------------------------------------
quietly fr observer accredit "$dir/observer.invitation"
canary='canary-7f3a91@members.example'
quietly fr contact add --kind technical --organisation 'en=Canary Office' --email "$canary" --phone '+33199000042' \
    --language fr --public organisation
quietly fr publish
began=$(date +%s%N)
check 'a contact is seen by a second State' within 30 finds ke 'Canary Office'
check 'and by a third' within 30 finds jp 'Canary Office'
check 'and by the observer' within 30 finds observer 'Canary Office'
printf '# seen by all after %d ms, with the polling\n' $((($(date +%s%N) - began) / 1000000))
check 'all hold the same heads' within 30 same_heads fr ke jp observer

# --- who sees what ------------------------------------------------------------------------------------------------
sees() { node "$1" contact search 'Canary Office' --json | grep -qF "$canary"; }
check 'another State sees what is meant for members' within 30 sees ke
public=http://127.0.0.1:${web[observer]}
shows() { curl -sf --max-time 10 "$public/api/v1/contacts?q=Canary" | jq -e '.contacts[0].organisation.en == "Canary Office"' >/dev/null; }
check "the observer's page answers with the public part" within 30 shows
silent() { ! { curl -sf --max-time 10 "$public/api/v1/contacts?q=Canary" && node observer contact list --json; } | grep -qF -e "$canary" -e 199000042; }
check 'and says nothing of the rest' silent
found() { grep -raqF -e "$canary" -e 199000042 "$dir/$1"; }
check "the search finds the value in a State's files" found ke
logged() { grep -aqF -e "$canary" -e 199000042 "$dir"/*.log; }
unlogged() { ! logged; }
check "no node's log holds it" unlogged
unfound() { ! found observer; }
check "the observer's files do not hold it" unfound
foreign() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 -H 'Host: evil.example' "$public/")" != 200 ]; }
check 'a page under another name is refused' foreign
tokenless() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "http://127.0.0.1:${web[fr]}/api/v1/contacts")" != 200 ]; }
check "the members' view wants its token" tokenless

# --- kill -9 ------------------------------------------------------------------------------------------------------
add() { # NODE NUMBER
    quietly "$1" contact add --kind technical --organisation "en=Office $2" --email "office-$2@members.example" \
        --public organisation
    quietly "$1" publish
}
stop ke KILL
add fr 101
add fr 102
start ke
check 'a node that was killed catches up' within 60 finds ke 'Office 102'
for n in 201 202 203; do
    add jp "$n"
    stop observer KILL
    stop jp KILL
    start jp
    start observer
    within 60 may_sign jp || not_ok 'a killed publisher may sign again'
done
check 'what was acknowledged is there after each kill' within 60 finds fr 'Office 203'
check 'all hold the same heads again' within 60 same_heads fr ke jp observer
# In the middle of publishing, wherever that is: afterwards it goes on, and nobody has another history.
for n in 301 302 303 304; do
    quietly fr contact add --kind technical --organisation "en=Office $n" --email "office-$n@members.example" --public organisation
    (node fr publish >"$dir/interrupted.out" 2>&1 || true) &
    half=$!
    sleep "0.0$((n % 10 * 2))"
    stop fr KILL
    wait "$half" || true
    start fr
    within 60 may_sign fr || not_ok 'a State that was killed while it published may sign again'
    node fr publish >"$dir/again.out" 2>&1 || grep -qi 'nothing' "$dir/again.out" || { cat "$dir/again.out"; not_ok 'publishing goes on'; }
    within 60 finds ke "Office $n" || not_ok "what was interrupted is published in the end ($n)"
done
check 'publishing goes on after each interruption' within 60 same_heads fr ke jp observer

# --- garbage ------------------------------------------------------------------------------------------------------
before=$(resident fr)
check 'the peer port refuses garbage' "$source/tests/system/garbage.py" peer "${peer[fr]}"
check 'the control socket refuses garbage' "$source/tests/system/garbage.py" control "$dir/fr/run/control.sock"
check 'the page refuses garbage' "$source/tests/system/garbage.py" http "${web[fr]}"
check 'the node still runs' alive fr
check 'and answers' within 60 answers fr
printf '# memory before and after: %d and %d KiB\n' "$before" "$(resident fr)"
flat() { [ "$(resident fr)" -lt $((before + 32768)) ]; }
check 'its memory has not grown' flat
within 60 may_sign fr || true
add fr 401
check 'and still publishes to all' within 60 finds observer 'Office 401'
finish
