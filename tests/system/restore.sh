#!/bin/bash
# A State's node is put back from a backup: with its ledger, without it, with peers and without; and what is damaged is
# refused whole.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
set -eu

draft() { quietly "$1" contact add --kind technical --organisation "$2" --email "$3@example.org"; }
publish() { # NODE ORGANISATION
    draft "$1" "$2" "${2,,}"
    quietly "$1" publish
}
refuses() { # NODE WORDS COMMAND...: exit status 1, and says so
    local where=$1 words=$2 status=0
    shift 2
    node "$where" "$@" >"$dir/last.out" 2>&1 || status=$?
    [ "$status" -eq 1 ] && grep -qF -e "$words" "$dir/last.out"
}
says_status() { # NODE STATUS WORDS
    local status=0
    node "$1" status >"$dir/last.out" 2>&1 || status=$?
    [ "$status" -eq "$2" ] && grep -qF -e "$3" "$dir/last.out"
}
size() { node "$1" log show FR --json | jq -r .size; }
sums_fit() { (cd "$dir/$1" && sha256sum --status -c SHA256SUMS); } # BACKUP
without_ledger() { ! find "$dir/$1" | grep -qE 'ledger|pending|renewal'; }
holds() { [ "$(size "$1" 2>/dev/null)" = "$2" ]; } # NODE SIZE
unmarked() { state "$1" | jq -e '.restored | not' >/dev/null; }
nothing_like() { [ -z "$(find "$dir" -maxdepth 1 -name "$1*")" ]; }
point() { node "$1" log show FR --json | jq -r '"\(.size):\(.root)"'; }

# The custodians of a trial node open the next epoch: EPOCH ANCHOR OFFICER..., whose keys are NAME.key.
next_epoch() {
    local e=$1 anchor=$2 cards=() name root=$dir/keys/root-$1.key after=$dir/keys/root-$(($1 + 1)).key
    shift 2
    quietly fr key new "$after" --network test.example --state FR
    quietly fr key card "$root" "$after" --out "$dir/keys/root-$e.card"
    for name in "$@"; do
        quietly fr key new --operator "$dir/keys/$name.key"
        quietly fr key card "$dir/keys/$name.key" --out "$dir/keys/$name.card"
        cards+=(--card "$dir/keys/$name.card")
    done
    quietly fr authority propose "$dir/keys/$e.note" --card "$dir/keys/root-$e.card" "${cards[@]}" --anchor "$anchor"
    quietly fr authority sign "$dir/keys/$e.note" --key "$root" --next "$after"
    quietly fr authority submit "$dir/keys/$e.note" --operator "$dir/keys/$1.key"
}
forked() { # NODE: it knows of two histories of France's log
    state "$1" | jq -e '.states[] | select(.state == "FR") | .flags | index("disputed")' >/dev/null
}
not_forked() { ! forked "$1"; }

federation fr ke pe
mkdir "$dir/keys"
cp "$dir/fr/root-next-0.key" "$dir/keys/root-1.key"
publish fr Alpha
check 'the States have the same logs' within 60 same_heads fr ke pe

# ---- made while the node works ----
check 'a backup is made while the daemon runs' node fr backup "$dir/first"
check 'sha256sum agrees with it' sums_fit first
check 'no backup holds the ledger' without_ledger first
check 'the same as one file' node fr backup "$dir/first.tar"
check 'nothing is left of making it' test ! -e "$dir/fr/run/backup"
check 'a backup never replaces another' refuses fr 'is there already' backup "$dir/first"
for i in 1 2 3 4 5 6; do
    node fr backup "$dir/busy$i" >"$dir/busy.out" 2>&1 &
    job=$!
    draft fr "Busy$i" "busy$i"
    quietly fr publish
    wait "$job"
    check "one made while entries come is whole ($i)" sums_fit "busy$i"
done
publish fr Beta
check 'the peers hold what came after it' within 60 same_heads fr ke pe
newest=$(size fr)

# ---- damaged, and in the wrong place ----
for file in backup.txt comity.conf db/data.mdb node.key operator.key SHA256SUMS; do
    rm -rf "$dir/bad" && cp -a "$dir/first" "$dir/bad"
    bytes=$(stat -c %s "$dir/bad/$file")
    printf 'X' | dd of="$dir/bad/$file" bs=1 seek=$((bytes / 2)) conv=notrunc status=none
    check "a damaged $file is refused" refuses none '' restore "$dir/bad"
done
rm -rf "$dir/bad" && cp -a "$dir/first" "$dir/bad" && rm "$dir/bad/node.key"
check 'a missing file is refused' refuses none 'node.key' restore "$dir/bad"
head -c 30000 "$dir/first.tar" >"$dir/short.tar"
check 'an archive that was cut is refused' refuses none 'another one' restore "$dir/short.tar"
check 'nothing is left of what was refused' nothing_like none
check 'a node is never restored over another' refuses ke 'not an empty directory' restore "$dir/first"

# ---- the log is old, the ledger is the newest: the peers give it back ----
stop fr
mv "$dir/fr" "$dir/old"
check 'an empty directory will do' mkdir "$dir/fr"
check 'it is restored, and takes the ledger along' node fr restore "$dir/first.tar" --take-ledger "$dir/old"
check 'the old directory cannot sign any more' refuses old 'ledger is not there' publish
check 'it knows that it was put back' says_status fr 2 'put back from a backup'
check 'it says that the ledger is ahead' says_status fr 2 'the store was put back'
draft fr Gamma gamma
check 'nothing is signed without the daemon' refuses fr 'the store was put back' publish
start fr
check 'it fetches what it had published' within 90 holds fr "$newest"
check 'its peers confirm it' within 60 may_sign fr
check 'the marker is gone' within 60 unmarked fr
check 'and it signs on top' node fr publish
check 'all have the same logs again' within 60 same_heads fr ke pe

# ---- no peer answers: a person may say where the log stands ----
check 'another backup' node fr backup "$dir/second"
stop fr
mv "$dir/fr" "$dir/older"
stop ke
stop pe
check 'restored again' node fr restore "$dir/second/" --take-ledger "$dir/older"
draft fr Delta delta
start fr
check 'the node is up' within 60 answers fr
check 'nobody answers, nothing is signed' refuses fr '--confirm SIZE:ROOT' publish
check 'a wrong point is refused' refuses fr 'but the own log stands at' publish --confirm "7:$(point ke | cut -d: -f2)"
check 'what another State reads out is taken' node fr publish --confirm "$(point ke)"
start ke
start pe
check 'all have the same logs' within 90 same_heads fr ke pe

# ---- the doctor ----
check 'the doctor finds another node whole' node ke doctor
# A restored database has no free pages; every page is filled from its end.
quietly ke backup "$dir/whole"
quietly doctored restore "$dir/whole"
rm -rf "$dir/doctored/ledger" && cp -a "$dir/ke/ledger" "$dir/doctored/ledger" # the same log, for this purpose alone
check 'the doctor finds the copy whole' node doctored doctor
cp "$dir/doctored/db/data.mdb" "$dir/good.mdb"
pages=0 found=0 crashed=0
for at in $(seq $((3 * 4096 - 50)) 4096 "$(stat -c %s "$dir/good.mdb")"); do
    printf 'damage at this place' | dd of="$dir/doctored/db/data.mdb" bs=1 seek="$at" conv=notrunc status=none
    status=0
    node doctored doctor >"$dir/doctor.out" 2>&1 || status=$?
    pages=$((pages + 1)) found=$((found + (status != 0))) crashed=$((crashed + (status > 100)))
    cp "$dir/good.mdb" "$dir/doctored/db/data.mdb"
done
echo "damage found in $found of $pages pages"
# Pages of the roster, of settings, drafts and what else is this node's own are signed by nobody.
check 'damage in the database is found' test $((found * 5)) -ge $((pages * 2))
check 'and never ends in a crash' test "$crashed" -eq 0

# ---- the ledger is gone with the machine ----
stop fr
rm -rf "${dir:?}/fr"
check 'restored without a ledger' node fr restore "$dir/second"
start fr
check 'it follows' within 90 same_heads fr ke pe
check 'its peers confirm it' within 60 may_sign fr
draft fr Epsilon epsilon
check 'but no key of this epoch signs again' refuses fr 'open the next' publish
check 'and it says so' says_status fr 2 'ledger is not there'

check 'the doctor says so too' refuses fr 'ledger is not there' doctor
next_epoch 1 "$(size fr)" ann bo
check 'the custodians open the next epoch, and it signs' within 60 node fr publish
check 'all have the same logs' within 60 same_heads fr ke pe

# ---- two officers at once ----
race() { # OFFICER: draft and publish, again and again
    local turn
    for turn in 1 2 3 4 5 6; do
        draft fr "$1 $turn" "$1$turn"
        node fr publish --key "$dir/keys/$1.key" || true
    done >"$dir/race-$1.out" 2>&1
}
before=$(size fr)
race ann &
ann=$!
race bo &
bo=$!
wait "$ann" "$bo"
node fr publish >"$dir/last.out" 2>&1 || true # what the last one of them has left
check 'two officers publish at once, and nothing is lost' test "$(size fr)" -eq $((before + 12))
check 'they sign one history' within 60 same_heads fr ke pe
check 'nobody knows of two' not_forked ke

# ---- what cannot be prevented: the whole machine put back, and an officer who says what nobody has read out ----
stop fr
cp -a "$dir/fr" "$dir/snapshot"
start fr
check 'it may sign' within 60 may_sign fr
publish fr Zeta
check 'the peers have it' within 60 same_heads fr ke pe
fork=$(($(size fr) - 1))
stop fr
rm -rf "${dir:?}/fr"
mv "$dir/snapshot" "$dir/fr"
stop ke
stop pe
start fr
within 60 answers fr
draft fr Eta eta
check 'the machine does not know that time has passed, but asks' refuses fr '--confirm SIZE:ROOT' publish
check 'the officer says what nobody has read out' node fr publish --confirm "$(point fr)"
start ke
start pe
for each in fr ke pe; do check "$each finds two histories" within 120 forked "$each"; done
check 'and says so' says_status fr 3 'two histories of the own log are signed'
check 'a peer says so' says_status ke 3 'two histories'
draft fr Theta theta
check 'nothing is signed any more' refuses fr 'two histories' publish
next_epoch 2 "$fork" cy
for each in fr ke pe; do check "$each has the next epoch, and one history" within 120 not_forked "$each"; done
check 'the State goes on' within 60 node fr publish
check 'all have the same logs' within 60 same_heads fr ke pe
draft fr Iota iota
check 'a dismissed officer signs nothing' refuses fr 'no operator key of epoch 2' publish --key "$dir/keys/ann.key"

# ---- an observer's ----
node watcher init --network test.example --observer 'Test Observatory' >/dev/null
check 'an observer makes a backup' node watcher backup "$dir/watcher.tar"
check 'and is restored' node watcher2 restore "$dir/watcher.tar"
check 'with nothing to confirm' unmarked watcher2
finish
