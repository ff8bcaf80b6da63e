#!/bin/bash
# The ceremonies of comity-ceremony(7), as a new officer and three custodians go through them by that page alone: the
# first note, a rotation, a theft, a lost key.  Four machines are four directories; what travels is copied from one to
# another; the custodians' have no network.  KE looks on, over its own node.
set -eu
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

state=(--network test.example --state FR)
offline=()
unshare -rn true 2>/dev/null && offline=(unshare -rn) # a machine without even a loopback
mkdir "$dir/alice" "$dir/bela" "$dir/chen" "$dir/office"

# on MACHINE COMMAND...: there, in its directory; what is printed is in last.out, what is said in last.err.
on() {
    local machine=$1 before=()
    shift
    [ "$machine" = office ] || before=("${offline[@]}")
    (cd "$dir/$machine" && env -u COMITY_DATA "${before[@]}" "$COMITY_BIN/comity" "$@" --yes --passphrase-file "$pass" \
        >"$dir/last.out" 2>"$dir/last.err")
}
must() { # MACHINE COMMAND...
    on "$@" || {
        printf 'failed: comity %s\n' "${*:2}"
        cat "$dir/last.out" "$dir/last.err"
        exit 1
    }
}
refused() { # SAYING MACHINE COMMAND...
    local saying=$1
    shift
    if on "$@"; then
        not_ok "was done: comity ${*:2}"
    elif ! grep -qF -e "$saying" "$dir/last.err"; then
        not_ok "does not say '$saying': $(cat "$dir/last.err")"
    else
        ok "refused: $saying"
    fi
}
says() { grep -qF -e "$1" "$dir/last.err"; }
not() { ! "$@"; }
prints() { grep -qF -e "$1" "$dir/last.out"; }
carry() { # FILE FROM TO
    cp "$dir/$2/$1" "$dir/$3/"
}

# round EPOCH: each of the three makes the key after the next, and a card of both; the officer makes a new key.
card_of() { # WHO KEY NEXT CARD
    must "$1" key new "$3" "${state[@]}"
    must "$1" key card "$2" "$3" --out "$4"
    carry "$4" "$1" office
}
officer_key() { # EPOCH
    must office key new --operator "officer-$1.key" "${state[@]}"
    must office key card "officer-$1.key" --out "officer-$1.card"
}
# sign WHO NOTE KEY NEXT: carried there, signed, carried back.
sign() {
    carry "$2" office "$1"
    must "$1" authority sign "$2" --key "$3" --next "$4"
    check "$1 reads which keys are theirs" test "$(grep -c YOURS "$dir/last.err")" -eq 2
    carry "$2" "$1" office
}
epoch_at() { # NODE EPOCH SIZE
    node "$1" log show FR --json | jq -e ".epoch == $2 and .size == $3" >/dev/null
}
shows() { node "$1" contact search "$2" --json | jq -e '.contacts | length == 1' >/dev/null; }
shows_not() { node "$1" contact search "$2" --json | jq -e '.contacts | length == 0' >/dev/null; }
publish() { # EMAIL: a contact, in the office
    within 60 may_sign fr
    quietly fr contact add --kind technical --organisation 'fr=Centre de réponse' --email "$1" --public emails
    quietly fr publish
}

# ---- the first epoch ----
for who in alice bela chen; do
    must "$who" key new now.key next.key "${state[@]}"
    must "$who" key card now.key next.key --out "$who.card"
    carry "$who.card" "$who" office
done
check 'no secret is in a card' test "$(stat -c %s "$dir/office/alice.card")" -lt 200
officer_key 0
must office authority propose first.note "${state[@]}" --card alice.card --card bela.card --card chen.card \
    --card officer-0.card --threshold 2
refused 'is wanted' office init --first first.note --data "$dir/fr"
refused '0 of the 2 custodians' office init --first first.note --operator officer-0.key --data "$dir/fr"
sign alice first.note now.key next.key
refused '1 of the 2 custodians' office init --first first.note --operator officer-0.key --data "$dir/fr"
carry first.note office bela
must bela authority sign first.note --key now.key --next next.key
refused 'does not commit to' bela authority sign first.note --key now.key --next now.key
must bela authority sign first.note --key now.key
check 'a second signature of one custodian changes nothing' says 'signed it already'
carry first.note bela office
port=$(ports 4)
must office init --first first.note --operator officer-0.key --data "$dir/fr" --listen "tcp://127.0.0.1:$port" \
    --web "127.0.0.1:$((port + 1))"
fingerprint=$(sed -n 's/^  fingerprint  //p' "$dir/last.out")
check 'the State has the fingerprint that the custodians read' grep -qF "$fingerprint" <(
    on alice authority show --file first.note
    cat "$dir/last.out"
)
check 'no root key is at the node' test -z "$(grep -l 'kind root' -r "$dir/fr" || true)"

# A second State looks on.
quietly ke init --network test.example --state KE --listen "tcp://127.0.0.1:$((port + 2))" \
    --web "127.0.0.1:$((port + 3))"
for each in fr ke; do quietly "$each" invite --out "$dir/$each.invitation"; done
quietly fr trust add "$dir/ke.invitation"
quietly ke trust add "$dir/fr.invitation" --fingerprint "$fingerprint"
start fr
start ke
check 'the officer may sign' within 60 may_sign fr
publish before@fr.example
check 'the other State has it' within 60 epoch_at ke 0 4

# ---- a rotation ----
card_of alice next.key after.key alice-1.card
card_of bela next.key after.key bela-1.card
card_of chen next.key after.key chen-1.card
officer_key 1
export COMITY_DATA=$dir/fr
propose() { # NOTE OPTIONS...
    local note=$1
    shift
    (cd "$dir/office" && "$COMITY_BIN/comity" authority propose "$note" "$@" >"$dir/last.out" 2>"$dir/last.err")
}
submit() { # NOTES AND OPTIONS...
    (cd "$dir/office" && "$COMITY_BIN/comity" authority submit "$@" --yes --passphrase-file "$pass" \
        >"$dir/last.out" 2>"$dir/last.err")
}
cards=(--card alice-1.card --card bela-1.card --card chen-1.card)
check 'an operator key is good for one epoch' not propose 1.note "${cards[@]}" --card officer-0.card
check 'and it says so' says 'a key is listed twice'
within 30 propose 1.note "${cards[@]}" --card officer-1.card
check 'nothing is lost in a rotation' prints 'No entry is lost'
cp "$dir/office/1.note" "$dir/office/1b.note"
sign alice 1.note next.key after.key
carry 1b.note office chen
refused "its next key signs now" chen authority sign 1b.note --key now.key
sign chen 1b.note next.key after.key
check 'one signature opens no epoch' not submit 1.note
check 'and it says so' says 'signatures are missing'
check 'two copies with one signature each do' submit 1.note 1b.note --operator officer-1.key
check 'the same again is refused' not submit 1.note 1b.note
check 'and it says so' says 'taken already'
publish rotated@fr.example
check 'the other State follows into epoch 1' within 60 epoch_at ke 1 6
for who in alice bela chen; do rm "$dir/$who/now.key"; done
check 'the fingerprint of the State stays' test "$(node ke trust fingerprint FR | head -n 1)" = "$fingerprint"

# ---- a theft: somebody has officer-1.key and its passphrase ----
cp "$dir/office/officer-1.key" "$dir/stolen.key"
quietly fr contact add --kind technical --organisation 'fr=Voleur' --email thief@fr.example --public emails
quietly fr publish --key "$dir/stolen.key"
check 'the thief speaks for the State' within 60 shows ke thief@fr.example
card_of alice after.key third.key alice-2.card
card_of bela after.key third.key bela-2.card
card_of chen after.key third.key chen-2.card
officer_key 2
cards=(--card alice-2.card --card bela-2.card --card chen-2.card --card officer-2.card)
check 'an anchor is refused that no peer holds' not propose 2.note "${cards[@]}" --anchor 99
check 'and it says so' says 'none holds more than'
propose 2.note "${cards[@]}" --anchor 6
check 'the officer reads what is lost' prints 'LOSES ITS FORCE'
sign bela 2.note after.key third.key
check 'the custodian reads it too' says 'LOSES ITS FORCE'
sign chen 2.note after.key third.key
submit 2.note --operator officer-2.key
check 'what the thief wrote has no force here' shows_not fr thief@fr.example
check 'nor at the other State' within 60 shows_not ke thief@fr.example
check 'what stood before stands' within 60 shows ke rotated@fr.example
within 60 may_sign fr
if node fr publish --key "$dir/stolen.key" >/dev/null 2>"$dir/last.err"; then
    not_ok 'the stolen key signs in the next epoch'
else
    check 'the stolen key signs nothing any more' says 'no operator key of epoch 2'
fi
publish after-theft@fr.example
check 'the State goes on' within 60 epoch_at ke 2 8
check 'and so does the other' within 60 shows ke after-theft@fr.example

# ---- lost keys: Chen has nothing, Bela has lost the file, Alice her passphrase; both have a sheet ----
must alice key sheet third.key third.txt
must bela key sheet third.key third.html
rm "$dir/chen/third.key" "$dir/bela/third.key" "$dir/alice/third.key"
sed -n '/^The key in words/,/^The key file/p' "$dir/alice/third.txt" | sed '1d;$d' >"$dir/alice/typed"
sed '3s/[a-z]* *$/abacus/' "$dir/alice/typed" >"$dir/alice/mistyped"
refused 'is none of the words' alice key restore third.key "${state[@]}" --from mistyped
sed 's/\([a-z]\{4\}\)[a-z]*/\1/g' "$dir/alice/typed" | tr '[:lower:]' '[:upper:]' >"$dir/alice/short"
must alice key restore third.key "${state[@]}" --from short
python3 - "$dir/bela/third.html" >"$dir/bela/code" <<'PY'
import html, re, sys
print(html.unescape(re.search(r"<pre>(.*?)</pre>", open(sys.argv[1]).read(), re.S).group(1)).strip())
PY
cp "$dir/bela/code" "$dir/bela/scanned"
must bela key restore third.key --from scanned
if command -v zbarimg >/dev/null; then
    python3 "$source/tests/system/qr.py" "$dir/alice/third.txt" >"$dir/code.pgm"
    # QR codes alone: in the pattern of one, other kinds of bar code are seen now and then.
    zbarimg -q --raw -Sdisable -Sqrcode.enable "$dir/code.pgm" >"$dir/alice/scanned"
    must alice key restore scanned.key --from scanned
    check 'a camera reads the code of the sheet' test "$(sed -n 's/^public //p' "$dir/alice/scanned.key")" = \
        "$(sed -n 's/^public //p' "$dir/alice/third.key")"
else
    echo "no zbarimg: the code is not read by a scanner"
fi
card_of alice third.key fourth.key alice-3.card
card_of bela third.key fourth.key bela-3.card
must chen key new fresh.key fourth.key "${state[@]}"
must chen key card fresh.key fourth.key --out chen-3.card
carry chen-3.card chen office
officer_key 3
propose 3.note --card alice-3.card --card bela-3.card --card chen-3.card --card officer-3.card
check 'the new key is told from those that were committed to' prints 'NEW: the epoch before did not know it'
sign chen 3.note fresh.key fourth.key
sign alice 3.note third.key fourth.key
check 'a fresh key does not count for a lost one' not submit 3.note
sign bela 3.note third.key fourth.key
submit 3.note --operator officer-3.key
publish third@fr.example
check 'the other State is in epoch 3' within 60 epoch_at ke 3 10

# The next one with Chen and Alice alone: the lost key is replaced.
card_of alice fourth.key fifth.key alice-4.card
card_of bela fourth.key fifth.key bela-4.card
card_of chen fourth.key fifth.key chen-4.card
officer_key 4
propose 4.note --card alice-4.card --card bela-4.card --card chen-4.card --card officer-4.card
sign alice 4.note fourth.key fifth.key
sign chen 4.note fourth.key fifth.key
submit 4.note --operator officer-4.key
publish fourth@fr.example
check 'the other State is in epoch 4' within 60 epoch_at ke 4 12
check 'five epochs are shown in words' test "$(node ke authority show FR | grep -c '^Epoch ')" -eq 5
check 'both see the same log' within 60 same_heads fr ke
verifies() { node "$1" log verify FR "${@:2}" >"$dir/last.out" 2>"$dir/last.err"; }
check 'it verifies from the first note to the last' verifies ke
check 'each epoch names its note' not prints 'does not name'
quietly ke log export FR "$dir/static"
check 'so does what is exported' verifies ke "$dir/static"
check 'its keys are those of the last epoch' test "$(node ke log keys FR | grep -c '^operator ')" -eq 1

# What no peer holds is no anchor.
stop ke
publish alone@fr.example
officer_key 5
check 'a peer has to hold the anchor' not propose 5.note --card alice-4.card --card officer-5.card --anchor 13
check 'and it says so' says 'An anchor that no peer holds'
finish
