#!/bin/sh
# The officer's commands on two States and an observer, without a daemon: made, published, invited, trusted, refused.
# usage: cli.sh COMITY
set -eu
comity=$(realpath "$1")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
unset COMITY_DATA
umask 077
echo 'correct horse battery staple' >passphrase
echo 'another passphrase' >wrong
count=0

fail() {
    echo "cli: $*" >&2
    echo "--- standard output" >&2
    cat out >&2
    echo "--- standard error" >&2
    cat err >&2
    exit 1
}

# expect STATUS COMMAND...: run comity; out and err hold what it says.
expect() {
    want=$1
    shift
    count=$((count + 1))
    status=0
    "$comity" "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$want" ] || fail "comity $*: exit status $status, not $want"
}
says() { grep -qF -e "$1" err || fail "standard error does not say: $1"; }
prints() { grep -qF -e "$1" out || fail "standard output does not say: $1"; }
# field NAME: a text or number of the JSON document in out.
field() { sed -n "s/^ *\"$1\": \"\\{0,1\\}\\([^\",]*\\)\"\\{0,1\\},\\{0,1\\}\$/\\1/p" out | head -n 1; }

# ---- nodes are made, whole or not at all ----
p="--passphrase-file passphrase"
# shellcheck disable=SC2086
init() { expect "$1" init --network test.example $p --data "$2" --state "$3" --listen "tcp://127.0.0.1:$4"; }
init 0 fr FR 23901
says 'for a trial only'
prints 'fingerprint'
[ "$(stat -c %a fr)" = 700 ] || fail 'the directory is open to others'
for file in node.key witness.key box.key operator.key root-0.key root-next-0.key web.token comity.conf ledger/ledger; do
    [ "$(stat -c %a "fr/$file")" = 600 ] || fail "$file is open to others"
done
init 1 fr FR 23901
says 'is there already'
init 64 xx F1 23901
init 0 ke KE 23902
expect 0 init --network test.example --data observer --observer 'Observatory of Examples' --web 127.0.0.1:23903 --public-view
expect 64 init --network Test --data bad --state FR
says '--network'
expect 64 init --network test.example --data bad --state ZZ $p
says 'no name is known'
expect 64 init --network test.example --data bad --state FR --listen 127.0.0.1:1 $p
expect 1 init --network test.example --data bad --state FR --passphrase-file wrong --root fr/operator.key --next fr/root-0.key
says 'a root key of'
echo short >brief
expect 1 init --network test.example --data bad --state FR --passphrase-file brief
says 'at least 8'
chmod 644 passphrase
expect 1 init --network test.example --data bad --state FR $p
says 'chmod 600'
chmod 600 passphrase
for left in bad*; do
    [ ! -e "$left" ] || fail "a refused init has left $left"
done
# Root keys of custodians.
expect 0 key new --network test.example --state SN root-a.key $p
expect 1 key new --network test.example --state SN root-a.key $p
says 'never written over'
expect 0 key new --network test.example --state SN root-b.key $p
expect 0 init --network test.example --data sn --state SN --root root-a.key --next root-b.key $p --names wo=Senegaal
[ ! -e sn/root-0.key ] || fail 'a root key was made though one was given'

expect 1 init --network test.example --data bad --state SN --root root-a.key --next root-b.key --passphrase-file wrong
says 'not its passphrase'
expect 0 version --json
prints '"version"'

# ---- invitations ----
expect 0 invite --data fr --out fr.invitation
says 'fingerprint'
expect 1 invite --data fr --out fr.invitation
expect 0 invite --data ke
sed 's/^/> /; s/$/\r/' out >ke.mail
expect 0 invite --data observer
says 'no address to dial'
cp out observer.invitation
expect 0 trust fingerprint --data ke
fingerprint=$(head -n 1 out)
tail -n 4 out >words
prints "$(head -n 1 words)"
expect 0 trust fingerprint --data ke --json
[ "$(field fingerprint)" = "$fingerprint" ] || fail 'two fingerprints'
[ "$(field fingerprint_words)" = "$(tr '\n' ' ' <words | sed 's/ $//')" ] || fail 'other words'
expect 0 trust fingerprint --data ke --qr
prints '█'
expect 1 trust add --data fr ke.mail
says "$fingerprint"
says "$(tail -n 1 words)"
says '--yes'
expect 1 trust add --data fr ke.mail --fingerprint 'abcd 1234'
says '8 were given'
expect 1 trust add --data fr ke.mail --fingerprint "$(echo "$fingerprint" | tr '0123456789' '1234567890')"
says 'forged'
other=zoom
[ "$(head -n 1 words | cut -d ' ' -f 1)" != zoom ] || other=lasso
expect 1 trust add --data fr ke.mail --fingerprint "$other $(tr '\n' ' ' <words | cut -d ' ' -f 2-)"
says 'word 1, “'"$other"
expect 0 trust add --data fr ke.mail --fingerprint "$(tr '\n[:lower:]' ' [:upper:]' <words)"
expect 0 trust remove KE --data fr --yes
expect 0 trust add --data fr ke.mail --fingerprint "$fingerprint"
prints 'Added KE'
expect 0 trust add --data fr ke.mail --yes
prints 'Renewed KE'
expect 1 trust add --data fr observer.invitation --yes
says 'observer accredit'
expect 1 trust add --data fr passphrase --yes
says 'holds no invitation'
head -n 12 fr.invitation >cut.invitation
expect 1 trust add --data ke cut.invitation --yes
says 'cut or altered'
sed '7s/A/B/' fr.invitation >changed
expect 1 trust add --data ke changed --yes
expect 1 trust add --data ke none --yes
expect 1 trust add --data fr fr.invitation --yes
says 'own State'
expect 0 trust add --data ke fr.invitation --yes
expect 0 trust add --data observer fr.invitation --yes
expect 0 trust list --data fr
[ "$(wc -l <out)" -eq 2 ] || fail 'one line a State is wanted'
cp out before
expect 0 trust list --data fr
cmp -s out before || fail 'the roster is printed in another order'
expect 0 trust hold KE --data fr
expect 0 trust list --data fr
prints 'pinned on-hold'
expect 0 trust hold KE --off --data fr
expect 1 trust hold XX --data fr
expect 0 trust confirm KE --data fr
says 'epoch 0 is confirmed already'
expect 1 trust confirm KE --data fr --note 'abcd 1234'
expect 1 trust confirm XX --data fr
expect 0 trust endorse KE --data fr
prints Drafted
expect 1 trust endorse FR --data fr
says "own State"
expect 1 trust endorse KE --withdraw --data fr
says "no such word"
expect 64 trust succeed KE --data fr
expect 1 trust succeed KE nowhere --yes --data fr
says "another log of the same State"
expect 0 diff --data fr
prints "we have checked that"
expect 0 discard --all --yes --data fr
expect 0 trust list --json --data fr
prints '"states"'
# Its invitation is gone with a State that is no longer trusted, and its node.
expect 0 trust remove KE --data fr --yes
expect 0 peer list --json --data fr
[ "$(field node)" = '' ] || fail 'a node outlives the trust in its State'
expect 1 trust remove FR --data fr --yes

# ---- publishing ----
expect 0 publish --data fr $p
prints 'Nothing to publish'
expect 1 observer accredit --data fr ke.mail --yes
says 'trust add'
expect 0 observer accredit --data fr observer.invitation --yes
expect 0 publish --data fr --dry-run
prints 'Would publish 1 entry'
expect 1 publish --data fr --passphrase-file wrong
says 'not its passphrase'
expect 0 publish --json --data fr $p
[ "$(field published)" = 1 ] || fail 'one entry was to be published'
[ "$(field size)" = 4 ] || fail 'the log should hold 4 entries'
expect 0 observer list --data fr
prints 'Observatory of Examples'
expect 1 publish --data observer $p
says "observer's node"
# With peers and no daemon to ask them, an officer says where the log stands.
expect 0 trust add --data fr ke.mail --yes
expect 0 observer accredit --data fr observer.invitation --yes --name 'Another name'
expect 1 publish --data fr $p
says '--confirm SIZE:ROOT'
# What another State's officer would read out, who holds the same.
point() {
    expect 0 log show FR --data fr --json
    printf '%s:%s' "$(jq -r .size out)" "$(jq -r .root out)"
}
confirm=$(point)
expect 1 publish --data fr $p --confirm 3:AAAA
says 'stands at'
expect 0 publish --data fr $p --confirm "$confirm"
prints 'Published 1 entry'
expect 0 observer list --data fr
prints 'Another name'
expect 0 observer accredit --data fr observer.invitation --yes
expect 64 discard --data fr
expect 64 discard --data fr 1x
expect 0 discard --all --yes --data fr
prints 'Discarded: 1'
# A ledger that was put back: nothing is signed, and the officer is told why.
cp fr/ledger/ledger kept
expect 0 observer accredit --data fr observer.invitation --yes
expect 1 publish --data fr $p
confirm=$(point)
expect 0 publish --data fr $p --confirm "$confirm"
cp fr/ledger/ledger newer
cp kept fr/ledger/ledger
expect 2 status --data fr
expect 1 publish --data fr $p
says 'the ledger was put back'
rm fr/ledger/ledger
expect 1 publish --data fr $p
says 'open the next epoch'
expect 2 status --data fr
prints 'ledger is not there'
cp newer fr/ledger/ledger
printf 'x' >>fr/ledger/ledger
expect 1 publish --data fr $p
cp newer fr/ledger/ledger
expect 0 publish --data fr $p

# ---- a node that others can read is refused with the fix ----
chmod 640 fr/operator.key
expect 0 observer accredit --data fr observer.invitation --yes
expect 1 publish --data fr $p --confirm 6:x
expect 0 trust remove KE --data fr --yes
expect 1 publish --data fr $p
says 'chmod 600'
chmod 600 fr/operator.key
# Keys that the authority note does not name are refused before they are unlocked.
expect 1 publish --data fr $p --key fr/root-0.key
says "custodian's key"
expect 1 publish --data fr $p --key ke/operator.key
says 'no operator key of epoch 0'
mv fr/operator.key fr/ann.key
cp ke/operator.key fr/operator.key
expect 0 publish --data fr $p
mv fr/ann.key fr/operator.key
chmod 644 fr/node.key
expect 1 status --data fr
says 'chmod 600'
chmod 600 fr/node.key

# ---- receipts: made by a node, checked without one ----
init 0 jp JP 23904
expect 0 contact add --data jp --kind technical --organisation en=Desk --email desk@office.example --public organisation
# shellcheck disable=SC2086
expect 0 publish --data jp $p
expect 0 contact list --data jp --json
contact=$(field id)
expect 0 receipt --data jp "$contact" --out whole.tlog-proof
expect 1 receipt --data jp "$contact" --out whole.tlog-proof
says 'is there already'
expect 0 verify whole.tlog-proof
prints 'This file proves'
prints 'It does not prove'
prints "members' part is exactly"
expect 0 trust fingerprint --data jp
fingerprint=$(head -n 1 out)
expect 0 verify whole.tlog-proof --fingerprint "$(sed 1d out | tr "\n" " ")"
expect 0 verify whole.tlog-proof --json --fingerprint "$fingerprint"
[ "$(field fingerprint)" = "$fingerprint" ] || fail 'the receipt shows another fingerprint than the node'
expect 64 verify whole.tlog-proof --fingerprint 'abcd 1234'
expect 1 verify whole.tlog-proof --fingerprint 0123456789abcdef0123456789abcdef01234567
says 'it is of another log'
expect 0 receipt --data jp "$contact" --public
cp out open.tlog-proof
expect 0 verify open.tlog-proof
prints "what the members' part says: it is not in this file"
sed 's/^index .*/index 0/' whole.tlog-proof >moved.tlog-proof
expect 1 verify moved.tlog-proof
says 'not the one that stands in the log at this place'
head -c 500 whole.tlog-proof >cut.tlog-proof
expect 1 verify cut.tlog-proof
says 'cut or altered'
expect 1 verify passphrase
says 'not those of a receipt'
expect 1 verify none.tlog-proof
expect 1 receipt --data jp 0000000000000000
expect 64 receipt --data jp

# ---- status, web, and what is mistyped ----
expect 1 status --data sn
prints 'degraded'
expect 0 web --data observer
prints 'http://127.0.0.1:23903/'
expect 1 web --data ke
says 'serves no page'
expect 64 status
says '--data'
expect 1 status --data none
expect 64 pulbish --data fr
says 'publish perhaps'
expect 64 trust
says 'trust add FILE'
expect 64 status --jsno --data fr
says '--json perhaps'
expect 64 trust add --data fr
expect 64 status --data fr "$(printf '\377')"
expect 64 status --data fr "$(printf 'a\033[2J')"
grep -q "$(printf '\033')" err && fail 'an escape reached the terminal'
expect 64 status --data fr "$(head -c 5000 /dev/zero | tr '\0' a)"
expect 0 help
expect 0 help trust add
prints '--fingerprint'
expect 0 help config
prints 'listen ='

# ---- what is damaged is named ----
cp -r fr cut
truncate -s 100000 cut/db/data.mdb
if "$comity" status --data cut >out 2>err </dev/null; then fail 'a store that was cut short is well'; fi
grep -q -e 'db/data.mdb' -e Sanitizer err || fail 'a store that was cut short is not named'
cp -r fr blank
: >blank/ledger/ledger
expect 0 contact add --data blank --kind technical --organisation en=Desk --email desk@office.example --yes
# shellcheck disable=SC2086
expect 1 publish --data blank $p --yes
says 'ledger/ledger'
says 'Nothing is signed'
echo "cli: $count commands did as they should"
