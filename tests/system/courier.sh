#!/bin/bash
# A State whose only way to the others is a stick: bundles both ways until the directories are the same, an observer, a
# restore, a fork, cut and interrupted imports.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
set -eu

stick=$dir/stick
mkdir "$stick"
publish() { # NODE ORGANISATION
    quietly "$1" contact add --kind technical --organisation "$2" --email "${2,,}@example.org" --public organisation
    quietly "$1" publish
}
exits() { # STATUS WORDS NODE COMMAND...
    local want=$1 words=$2 where=$3 status=0
    shift 3
    node "$where" "$@" >"$dir/last.out" 2>&1 || status=$?
    if [ "$status" -eq "$want" ] && grep -qF -e "$words" "$dir/last.out"; then return; fi
    printf 'exit status %s: comity %s\n' "$status" "$*"
    cat "$dir/last.out"
    return 1
}
carry() { # FROM TO
    quietly "$1" bundle export "$stick/way" --replace
    quietly "$2" bundle import "$stick/way"
}
directory() { node "$1" export --format json 2>/dev/null | jq -S 'del(.. | .fresh?, .seen?)'; }
same_directory() { # NODE NODE, members' parts included
    same_heads "$1" "$2" && [ "$(directory "$1")" = "$(directory "$2")" ] && [ -n "$(directory "$1")" ]
}
size() { node "$1" log show "$2" --json | jq -r .size; }
holds() { [ "$(size "$1" "$2" 2>/dev/null)" = "$3" ]; }
flagged() { node "$1" log show "$2" --json | jq -e --arg f "$3" '.flags | index($f)' >/dev/null; }
bytes() { stat -c %s "$1"; }
mode() { stat -c %a "$1"; }
nothing_like() { [ -z "$(find "$stick" -name "$1*")" ]; }
no_courier_member() { ! grep -rqaF 'geheim@example.org' "$dir/$1/db"; }

# ---- France has a daemon and Peru's log; Kenya has a laptop; the observer a laptop too ----
port=$(ports 2)
quietly fr init --network test.example --state FR --listen "tcp://127.0.0.1:$port"
quietly pe init --network test.example --state PE
quietly ke init --network test.example --state KE
quietly obs init --network test.example --observer 'Test Observatory'
for each in fr pe ke obs; do quietly "$each" invite --out "$stick/$each.invitation"; done
for each in ke pe; do quietly fr trust add "$stick/$each.invitation"; done
for each in ke pe obs; do quietly "$each" trust add "$stick/fr.invitation"; done
quietly pe contact add --kind technical --organisation Puno --email puno@example.org --public organisation
check 'a State with a peer that it cannot ask signs nothing' exits 1 'cannot be asked' pe publish
for each in fr ke pe; do sed -i '/^\[node\]/a courier = yes' "$dir/$each/comity.conf"; done
check 'unless it says that it has none' node pe publish
publish ke Nairobi
start fr
check 'the daemon is up' within 60 answers fr

# ---- both ways, until all is the same ----
check 'a bundle is written while the daemon runs' exits 0 '1 log, ' fr bundle export "$stick/fr.bundle"
check 'it is for its owner alone' test "$(mode "$stick/fr.bundle")" = 600
check 'it says that it is for States' exits 0 "members' parts: for States alone" fr bundle export "$stick/again"
check 'the same again is the same' cmp <(tail -c +200 "$stick/fr.bundle" | head -c 300) <(tail -c +200 "$stick/again" | head -c 300)
check 'it is not overwritten' exits 1 'is there already' fr bundle export "$stick/fr.bundle"
check 'nothing half written is left' nothing_like again.tmp
check 'Kenya takes it, without a daemon' exits 0 '1 moved' ke bundle import "$stick/fr.bundle"
check 'once more, nothing moves' exits 0 '1 as before' ke bundle import "$stick/fr.bundle"
carry ke fr
carry pe fr
check 'what both have published is at France' same_heads fr fr
carry fr ke
check 'Peru is unknown to Kenya, and left alone' exits 0 '1 unknown' ke bundle import "$stick/way"
check 'it says what to do' exits 0 'trust add' ke bundle import "$stick/way"
quietly ke trust add "$stick/pe.invitation"
check 'once it is added, the same file brings it' exits 0 '1 moved' ke bundle import "$stick/way"
check 'the directories are the same, members alone too' same_directory fr ke
publish fr Lyon
publish ke Mombasa
publish fr Nantes
carry fr ke
carry ke fr
check 'and after the next round' same_directory fr ke
check 'a contact of the courier State is found' finds fr Mombasa
check 'States can be named' exits 0 'Wrote' fr bundle export "$stick/one" ke
node ke bundle import "$stick/one" --json >"$dir/one.json"
check 'then only they are in it' test "$(jq -r '[.logs[].state] | join(" ")' "$dir/one.json")" = KE
check 'a State that is not there is refused' exits 1 'carries no such log' fr bundle export "$stick/none" XX
check 'standard output will do' bash -c "$(printf '%q bundle export - --data %q | %q bundle import - --data %q' \
    "$COMITY_BIN/comity" "$dir/fr" "$COMITY_BIN/comity" "$dir/pe")"

# ---- an observer ----
quietly ke contact add --kind technical --organisation Geheim --email geheim@example.org
quietly ke publish
carry ke fr
quietly fr bundle export "$stick/members"
check "a bundle with members' parts is refused whole" exits 1 'nothing of it was taken' obs bundle import "$stick/members"
check 'a public one says so' exits 0 'an observer may have it' fr bundle export "$stick/public" --public
quietly obs trust add "$stick/ke.invitation"
check 'an observer takes it' exits 0 '2 moved' obs bundle import "$stick/public"
check 'it has the same logs' test "$(size obs KE)" = "$(size fr KE)"
check "and no byte of a members' part" no_courier_member obs
check 'its own bundles are public' exits 0 'public parts alone' obs bundle export "$stick/obs.bundle"
check 'a State takes that' exits 0 'as before' ke bundle import "$stick/obs.bundle"

# ---- another network, another file ----
quietly other init --network other.example --state JP
quietly other bundle export "$stick/other"
check 'nothing crosses from another network' exits 1 'of the network other.example' fr bundle import "$stick/other"
ln -s "$stick/members" "$stick/link"
check 'no symbolic link is followed' exits 1 'symbolic link' ke bundle import "$stick/link"

# ---- cut at every 4 KiB, and killed at any instant, with a log of some size ----
awk 'BEGIN { print "kind,organisation,email"
    for (i = 0; i < 1500; i++) printf "technical,en=Office %d of the example ministry,office%d@example.org\n", i, i }' >"$dir/many.csv"
quietly fr import "$dir/many.csv"
quietly fr publish
quietly fr bundle export "$stick/large"
all=$(bytes "$stick/large")
wrong_before=$wrong
before=0
for ((at = 4096; at < all; at += 4096 * (1 + all / 4096 / 40))); do
    head -c $((at + RANDOM % 100)) "$stick/large" >"$stick/cut"
    exits 1 'is cut: it ends in record' ke bundle import "$stick/cut" || not_ok "cut at $at"
    held=$(size ke FR)
    [ "$held" -ge "$before" ] || not_ok "cut at $at: the log went back to $held"
    before=$held
done
check 'a cut bundle is taken as far as it goes, and says so' test "$wrong" = "$wrong_before"
killed=0
for try in $(seq 1 25); do
    rm -rf "$dir/pe2" && cp -a "$dir/pe" "$dir/pe2"
    (timeout -s KILL "$(printf '0.%03d' $((try * 2 + 6)))" "$COMITY_BIN/comity" bundle import "$stick/large" \
        --data "$dir/pe2" || exit 1) >/dev/null 2>&1 || killed=$((killed + 1))
    exits 0 'log' pe2 bundle import "$stick/large" || not_ok "after kill -9, try $try"
    holds pe2 FR "$(size fr FR)" || not_ok "after kill -9, try $try: $(size pe2 FR)"
done
check "after kill -9 at $killed of 25 instants the same command goes on" test "$killed" -gt 0
check 'the doctor finds it whole' node pe2 doctor
start ke
check "Kenya's laptop runs a daemon too" within 60 answers ke
node ke bundle import "$stick/large" >"$dir/last.out" 2>&1 &
job=$!
sleep 0.05
stop ke KILL
wait "$job" 2>/dev/null || true
start ke
check 'it starts again' within 60 answers ke
check 'and takes the rest' exits 0 'log' ke bundle import "$stick/large"
check 'the directories are the same again' same_directory fr ke
check 'it may sign: it has no peers to ask' within 60 may_sign ke
publish ke Kisumu
carry ke fr
check 'what its daemon published has come' same_directory fr ke
stop ke

# ---- put back from a backup ----
quietly ke bundle export "$stick/ke.own"
quietly ke backup "$dir/ke.backup"
publish ke Nakuru
carry ke fr
newest=$(size ke KE)
quietly fr bundle export "$stick/fr.before"
sleep 1.1
mv "$dir/ke" "$dir/ke.old"
quietly ke restore "$dir/ke.backup" --take-ledger "$dir/ke.old"
check 'nothing is signed' exits 1 '' ke publish
check 'an own bundle does not clear it' exits 0 'not made by another State' ke bundle import "$stick/ke.own"
check "nor one that another State made before" exits 0 'before this node was put back' ke bundle import "$stick/fr.before"
check 'though what was lost has come' holds ke KE "$newest"
check 'it stays marked' bash -c "$(printf '%q status --data %q 2>&1 | grep -q "put back from a backup"' "$COMITY_BIN/comity" "$dir/ke")"
quietly fr bundle export "$stick/fr.since"
check 'one made since does' exits 0 'has been compared' ke bundle import "$stick/fr.since"
publish ke Nyeri
carry ke fr
check 'and it signs on top, without a fork' same_directory fr ke

# ---- a State that signs two histories ----
cp -a "$dir/ke" "$dir/ke2"
publish ke Thika
publish ke2 Garissa
publish ke2 Malindi
common=$(size fr KE)
carry ke fr
quietly ke2 bundle export "$stick/twin"
check 'the fork is found from the file alone' exits 1 "which part at entry $common" fr bundle import "$stick/twin"
check 'the log is disputed' flagged fr KE disputed
check 'and stays at what both have in common' holds fr KE "$common"
quietly fr bundle export "$stick/evidence"
check 'a bundle with the evidence of a log that Peru does not follow' exits 0 '1 unknown' pe bundle import "$stick/evidence"
quietly pe trust add "$stick/ke.invitation"
check 'and of one that it follows' exits 1 'disputed' pe bundle import "$stick/evidence"
check 'and sees it disputed' flagged pe KE disputed
check 'once more, it is no news' exits 0 'as before' pe bundle import "$stick/evidence"
node pe bundle import "$stick/evidence" --json >"$dir/fork.json"
check 'programs are told where it parts' test "$(jq -r '.logs[] | select(.state == "KE") | .f' "$dir/fork.json")" = "$common"
check 'the other logs are as they were' holds fr FR "$(size pe FR)"
finish
