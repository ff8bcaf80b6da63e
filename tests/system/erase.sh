#!/bin/bash
# What a person said of themselves is erased: drafted, approved, published, hidden at once at every node, and after its
# delay in no file of any of them; the log still verifies, and nothing that is old brings it back.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds() { node "$@" >"$dir/out" 2>"$dir/err"; }
refuses() { # WORDS NODE COMMAND...: exits 1 and says so
    local words=$1 status=0
    shift
    node "$@" >"$dir/out" 2>"$dir/err" || status=$?
    [ "$status" -eq 1 ] && grep -qF -- "$words" "$dir/err"
}
says() { grep -qF -- "$1" "$dir/out"; }
value() { node "$1" contact show "$2" --json "${@:4}" | jq -r "$3"; }
is() { [ "$(value "$1" "$2" "$3")" = "$4" ]; }

# grepped NODE TEXT: whether a text stands in any file of a node, whatever file that is
grepped() { grep -rqaF -- "$2" "$dir/$1"; }
nowhere() { # TEXT...: in no file of any node
    local each text
    rm -f "$dir/left.log"
    for text in "$@"; do
        for each in fr ke observer; do
            if grepped "$each" "$text"; then
                printf '%s: %s\n' "$text" "$(grep -rlaF -- "$text" "$dir/$each" | tr '\n' ' ')" >"$dir/left.log"
                return 1
            fi
        done
    done
}
# What is erased is destroyed after so much time.
delay() { # DURATION
    local each
    for each in fr ke observer; do
        stop "$each"
        sed -i "s/^;* *erase_delay = .*/erase_delay = $1/" "$dir/$each/comity.conf"
        start "$each"
    done
    for each in fr ke; do within 60 may_sign "$each"; done
    within 60 answers observer
}

federation fr ke observer
quietly fr observer accredit "$dir/observer.invitation"
quietly fr publish

# Members' values, some of them long enough to lie on pages of their own, and one that everybody may see.
former=('Anna Exampleova' anna.exampleova@example.org '+33198765432' 'Rue de la Démonstration' 'Аня Примерова' 'Only a remark of Anna')
public='Bureau of Former Examples'
address=$(printf 'Rue de la Démonstration %03d, ' $(seq 1 12))
long=$(printf 'Only a remark of Anna %03d. ' $(seq 1 15))
quietly fr contact add --kind technical --holder person --name en='Anna Exampleova' --name ru='Аня Примерова' \
    --organisation en="$public" --email anna.exampleova@example.org --phone '+33 1 98 76 54 32,voice' \
    --set "address:en=${address%, }" --set "constituency:en=${long% }" --set "constituency:fr=${long% }" \
    --set "constituency:de=${long% }" --set "constituency:es=${long% }" --set "constituency:it=${long% }" \
    --set "unit:en=Only a remark of Anna" --public organisation
quietly fr contact add --kind diplomatic --organisation en='Example Ministry' --email ministry@example.org
quietly fr publish
desk=$(node fr contact list --kind technical --json | jq -r '.contacts[0].id')
ministry=$(node fr contact list --kind diplomatic --json | jq -r '.contacts[0].id')
check 'both are found from another State' within 20 finds ke exampleova
sees_public() { node observer contact list --state FR --json | jq -e '.contacts | length == 2' >/dev/null; }
check 'and by the observer' within 20 sees_public
check 'whose files have what everybody may see' grepped observer "$public"
for value in "${former[@]}" ministry@example.org; do
    check "but not $value" bash -c "! grep -rqaF -- '$value' '$dir/observer'"
    check "which a member has" grepped ke "$value"
done
quietly fr contact edit "$desk" --clear address --clear constituency --clear unit --clear name --name en='Badri Samplevich' \
    --organisation en='Bureau of Later Examples' --email badri.samplevich@example.org --phone '+33 1 11 22 33 44,voice'
quietly fr publish
check 'the person is replaced' within 20 finds ke samplevich

# ---- the draft ----
check 'what is in force is not erased by a slip' refuses 'is in force, or announced: --former erases' fr contact erase "$desk"
first=$(node fr contact history "$desk" --json | jq '.contacts[1].index')
second=$(node fr contact history "$desk" --json | jq '.contacts[0].index')
check 'nor by its number' refuses "entry $second is what the contact says now" fr contact erase "$desk" --entries "$second"
check "nor another's entry" refuses 'is none of this contact' fr contact erase "$ministry" --entries "$first"
check 'what is not published is not there to be erased' refuses 'nothing to erase' fr contact erase "$ministry" --former
check 'what a former entry said is drafted to be erased' holds fr contact erase "$desk" --former
check 'diff says so' holds fr diff
check 'in plain words' says "what 1 entry of ${desk:0:16} said is erased"
check 'and that it cannot be taken back' says 'once it is published, it cannot be taken back'
check 'and counts it' says '1 erasure'
quietly fr discard --all
check 'until then it is discarded like any draft' bash -c "[ '$(node fr diff --json | jq '.changes | length')' = 0 ]"

# ---- published, hidden, not destroyed ----
quietly ke backup "$dir/old.tar"
quietly fr contact erase "$desk" --former
quietly fr publish
erased() { node "$1" contact history "FR/$desk" --json | jq -e '.contacts[1] | .erased != null and (.emails | not) and .parts.members != "held"' >/dev/null; }
for each in fr ke observer; do check "hidden at once: $each" within 20 erased "$each"; done
check 'the history says so to people' bash -c "\"$COMITY_BIN/comity\" contact history '$desk' --data '$dir/fr' | grep -q 'was erased by its State on'"
check 'what stands is as it was' is ke "FR/$desk" .name.en 'Badri Samplevich'
check 'the bytes are there as long as the delay runs' grepped ke 'Anna Exampleova'
# What NODE says when it is asked for what is erased, as WORDS of the table of FR: hidden, gone, not reached.
said() { # NODE WORDS
    local id
    id=$(state "$1" | jq -r .node)
    node fr contact erasures 2>/dev/null | grep -q "^${id:0:16} .*$2"
}
check 'the report says that it is hidden there' within 20 said ke hidden
check 'and by the observer' within 20 said observer hidden
due() { node fr contact erasures | grep -q 'the next are destroyed here at'; }
check 'and when it will be destroyed here' within 30 due

# ---- destroyed ----
delay 1s
check 'after the delay no value is in any file of any node' within 60 nowhere "${former[@]}" "$public"
check 'the report says that it has gone there' within 30 said ke gone
check 'and from the observer' within 30 said observer gone
check 'and here' bash -c "\"$COMITY_BIN/comity\" contact erasures --data '$dir/fr' --json | jq -e '.entries | length == 1 and .[0].here == \"gone\"' >/dev/null"
check 'what stands is there' grepped ke 'Badri Samplevich'
check 'and found' finds ke samplevich
for each in fr ke observer; do
    check "the log verifies: $each" node "$each" log verify FR
    check "and the whole store: $each" holds "$each" doctor
done
check 'receipts of others are good' bash -c "\"$COMITY_BIN/comity\" receipt '$ministry' --out '$dir/proof' --data '$dir/fr' && \"$COMITY_BIN/comity\" verify '$dir/proof' >/dev/null"

# ---- what is old brings nothing back ----
id=$(state ke | jq -r .node)
stop ke
unreached() { node fr contact erasures | grep -q "^${id:0:16} .*not reached"; }
check 'a node that is off is said not to be reached' within 30 unreached
mv "$dir/ke" "$dir/ke-lost"
quietly ke restore "$dir/old.tar"
check 'a backup from before holds it, as its owner has to know' grepped ke 'Anna Exampleova'
sed -i 's/^;* *erase_delay = .*/erase_delay = 1s/' "$dir/ke/comity.conf"
start ke
check 'put back, the node hides it again' within 60 erased ke
for pause in 0.3 0.9 1.5 2.1 2.7; do
    stop ke KILL
    start ke
    sleep "$pause"
done
check 'and destroys it again, however often it is killed meanwhile' within 60 nowhere "${former[@]}"
check 'its log verifies' node ke log verify FR

# ---- all of a contact, under the two-person rule, and without a daemon ----
sed -i 's/^;* *two_person = .*/two_person = yes/' "$dir/fr/comity.conf"
SUDO_UID=61001 quietly fr contact erase "$desk" --all
check 'its end is drafted with it' bash -c "\"$COMITY_BIN/comity\" diff --data '$dir/fr' | grep -q ends"
check 'alone nobody publishes it' refuses 'is not approved' fr publish
SUDO_UID=61002 quietly fr approve --all
end=$(node fr diff --json | jq '.changes[] | select(.action == "withdraw") | .seqs[0]')
quietly fr discard "$end"
check 'without the end it is refused again' refuses 'is what the contact says now' fr publish
quietly fr discard --all
sed -i 's/^two_person = yes/two_person = no/' "$dir/fr/comity.conf"
quietly fr contact erase "$desk" --all
quietly fr publish
gone() { node "$1" contact list --state FR --json | jq -e '.contacts | length == 1' >/dev/null; }
for each in fr ke observer; do check "it is listed no more: $each" within 20 gone "$each"; done
check 'and its last words are in no file' within 60 nowhere 'Badri Samplevich' badri.samplevich@example.org 'Bureau of Later Examples'
check 'nothing is left to be erased' refuses 'there is nothing to erase' fr contact erase "$desk"

stop fr
quietly fr contact erase "$ministry" --all
quietly fr publish --confirm "$(node fr log show FR --json | jq -r '"\(.size):\(.root)"')"
sleep 1
holds fr doctor
check 'without a daemon, doctor destroys what is due' bash -c "! grep -rqaF ministry@example.org '$dir/fr'"
start fr
within 60 may_sign fr
check 'and so do the others, in their time' within 60 nowhere ministry@example.org 'Example Ministry'

# ---- former versions go by themselves, where they are kept for a short time ----
quietly fr contact add --kind technical --name en='Clara Firstova' --organisation en='Third Desk' --email clara@example.org
quietly fr publish
third=$(node fr contact list --kind technical --json | jq -r '.contacts[0].id')
quietly fr contact edit "$third" --name en='Dina Lateva'
quietly fr publish
check 'the first name is known elsewhere' within 20 finds ke lateva
stop ke
sed -i 's/^;* *retention = .*/retention = 1s/' "$dir/ke/comity.conf"
start ke
forgotten() { ! grepped ke 'Clara Firstova'; }
check 'a node that keeps former versions for a second forgets it' within 60 forgotten
check 'one that keeps them for a year does not' grepped fr 'Clara Firstova'
check 'and what stands stays' grepped ke 'Dina Lateva'

finish
