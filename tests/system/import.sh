#!/bin/sh
# Contacts by hand and by table, from file to verified log, on a node without a daemon: drafted, refused with line
# and reason, changed, gone, and the same again.
# usage: import.sh COMITY SOURCE
set -eu
comity=$(realpath "$1")
source=$(realpath "$2")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
unset COMITY_DATA
umask 077
echo 'correct horse battery staple' >passphrase
count=0

fail() {
    echo "import: $*" >&2
    echo "--- standard output" >&2
    tail -40 out >&2
    echo "--- standard error" >&2
    tail -40 err >&2
    exit 1
}

# expect STATUS COMMAND...: run comity; out and err hold what it says.
expect() {
    want=$1
    shift
    count=$((count + 1))
    status=0
    "$comity" --data fr "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$want" ] || fail "comity $*: exit status $status, not $want"
}
says() { grep -qF -e "$1" err || fail "standard error does not say: $1"; }
prints() { grep -qF -e "$1" out || fail "standard output does not say: $1"; }
# number FIELD VALUE: of the JSON document in out.
number() { [ "$(jq -r "$1" out)" = "$2" ] || fail "$1 is $(jq -r "$1" out), not $2"; }
publish() { expect 0 publish --passphrase-file passphrase --yes; }
# imports NEW CHANGED UNCHANGED REFUSED ARGUMENTS...
imports() {
    new=$1 changed=$2 unchanged=$3 refused=$4
    shift 4
    expect 0 import --json "$@"
    number .new "$new"
    number .changed "$changed"
    number .unchanged "$unchanged"
    number '.refused | length' "$refused"
}

expect 0 init --network test.example --state FR --listen tcp://127.0.0.1:24001 --passphrase-file passphrase

# ---- a table with everything that goes wrong in tables ----
{
    printf '\357\273\277'
    cat <<'EOF'
kind;organisation;email;phone;name;birth date
technical;"Centre ""d'exemple""; service A";a@example.org;'+33 1 23 45 67 89;;
technical;=cmd|' /C calc'!A0;b@example.org;;;
technical;عبدالحليم;c@example.org;;عبدالحليم حافظ;
technical;No way to reach it;;;;
clerical;Kind;d@example.org;;;
technical;Address;d(at)example.org>;;;
technical;Formula;e@example.org;=1+1;;
technical;"Two
lines";f@example.org;;;
technical;Stray 5" quote;g@example.org;;;
technical;Again;h@example.org;;;
technical;Again;h@example.org;;;
technical;More;i@example.org;;;;;cells
EOF
    printf 'technical;Turn\342\200\256ed;j@example.org;;;\n'
    printf 'technical;Hid\342\200\213den;k@example.org;;;\n'
} >list.csv
imports 5 0 0 8 list.csv
number .repeated 1
says 'line 5: emails: no way to reach this contact'
says 'line 6: kind: not one of the values known here: found "clerical"'
says 'line 7: emails[0].address: not an e-mail address (RFC 5321, 6531): found "d@example.org>"'
says 'line 8: phone: not a number of ITU-T E.164: found "=1+1": write +, country code and number'
says 'line 11: has a quotation mark'
says 'line 14: has more cells than the header has columns'
says 'line 15: organisation.und: text has U+202E: found "Turn<U+202E>ed"'
says 'line 16: organisation.und: text has U+200B'
[ "$(wc -l <err)" -eq 8 ] || fail 'the rows refused are not listed one a line'
number .rejected_file list.csv.rejected.csv
[ "$(grep -c reason list.csv.rejected.csv)" -eq 1 ] || fail 'the refused rows have no header'

# The refused rows, corrected, are the same contacts of the same source.
sed 's/clerical/diplomatic/; /^diplomatic/s/;"kind: .*/;/' list.csv.rejected.csv >mended.csv
imports 1 0 0 7 mended.csv --source list.csv

# ---- the same again, before and after publishing ----
imports 0 0 5 8 list.csv
expect 0 diff
prints '6 new, 0 changed, 0 withdrawn'
expect 0 diff --json
number '.changes | length' 6
publish
prints 'Published 6 entries'
imports 0 0 5 8 list.csv
expect 0 diff
prints 'No drafts'
publish
prints 'Nothing to publish'
expect 0 contact search =cmd
prints "=cmd|' /C calc'!A0"

# ---- changed, and gone ----
grep -v 'b@example' list.csv | sed 's/45 67 89/45 67 90/' >new.csv
imports 0 1 3 8 new.csv --source list.csv
number '.gone | length' 2
expect 0 diff
prints 'no more  +33123456789'
prints 'added    +33123456790'
imports 0 0 4 8 new.csv --source list.csv
expect 0 discard --all --yes
expect 1 import new.csv --source list.csv --withdraw-gone
says "8 rows are refused"
imports 0 1 3 8 new.csv --source list.csv --withdraw-gone --yes
number .withdrawn 2
publish
expect 0 contact list --json
number .total 4
imports 0 0 4 8 new.csv --source list.csv
number '.gone | length' 0

# ---- what the table does not speak for stays ----
expect 0 contact search a@example.org --json
id=$(jq -r '.contacts[0].id' out)
expect 0 contact edit "FR/$(printf %.8s "$id")" --timezone Europe/Paris --public 'organisation timezone'
publish
imports 0 0 4 8 new.csv --source list.csv
sed 's/45 67 90/45 67 91/' new.csv >newer.csv
imports 0 1 3 8 newer.csv --source list.csv
expect 0 diff --json
number '.changes[0].fields | map(.field) | join(" ")' phones
publish
expect 0 contact show "$id"
prints 'Europe/Paris  [public]'
prints '+33123456791'

# ---- other columns, other separators, files that are no tables ----
printf 'Amt\tAnschrift\tNr\nAuswärtiges Beispielamt\tx@example.org\t7\n' >tab.csv
expect 3 import tab.csv
says 'no column is named email, phone or channel'
expect 3 import tab.csv --map Anschrift=email
says 'no column is named kind'
imports 1 0 0 0 tab.csv --map Anschrift=email --map Amt=organisation --kind diplomatic --language de --key Nr
expect 0 diff
prints 'Auswärtiges Beispielamt (de)'
printf 'Anschrift=email\n# a comment\nAmt=organisation:de\r\n' >map
imports 0 0 1 0 tab.csv --map-file map --kind diplomatic --key Nr
expect 64 import tab.csv --map Anschrift
expect 64 import tab.csv --kind clerical
expect 64 import tab.csv --delimiter ab
expect 64 import
expect 3 import nowhere.csv
printf 'kind,email\n\377\376\n' >latin.csv
expect 3 import latin.csv
says 'line 2: byte 1 (FF) is not UTF-8'
: >empty.csv
expect 3 import empty.csv
says 'is empty'
expect 3 import /dev/zero
printf 'kind,email,organisation\ntechnical,,X\n' >none.csv
expect 3 import none.csv
says 'no row could be imported'
expect 1 import none.csv --rejected /nonexistent/x.csv
says 'name another place'
expect 0 discard --all --yes

# A date alone comes back as a time, and is no change.
printf 'kind,organisation,email,review_by,key,key_type,key_expires\n' >dates.csv
printf 'technical,Dates,dates@example.org,2027-01-01,abababababababababababababababababababababababababababababababab,age,2027-06-30\n' >>dates.csv
imports 1 0 0 0 dates.csv
imports 0 0 1 0 dates.csv
publish
imports 0 0 1 0 dates.csv

# A title before the header, a set of characters of its own, rows that are refused: a mapping for the file is one for its
# refused rows too, which have their header first and are UTF-8.
{
    printf 'Liste des bureaux;;\n\nBureau;Courriel;N\302\260\n'
    printf 'Bureau d\303\251partemental;a@bureau.example;1\nBureau r\303\251gional;-;2\n'
} | iconv -f UTF-8 -t WINDOWS-1252 >bureaux.csv
expect 0 import bureaux.csv --encoding windows-1252 --propose
prints '--header 3'
prints 'Courriel=email'
sed 's/^Bureau=.*/Bureau=organisation:fr/' out >bureaux.map
imports 1 0 0 1 bureaux.csv --map-file bureaux.map
sed -i 's/;-;/;b@bureau.example;/' bureaux.csv.rejected.csv
imports 1 0 0 0 bureaux.csv.rejected.csv --map-file bureaux.map
expect 0 diff
prints 'Bureau régional'
expect 0 discard --all --yes

# Of many refused rows the first ones are listed, and why all were.
{
    echo 'kind,organisation,email'
    for i in $(seq 60); do echo "technical,Office $i,"; done
    echo 'technical,Office,x@example.org'
} >many.csv
expect 0 import many.csv
says '... and 40 more rows; --all lists them'
prints '60, first in line 2: emails: no way to reach this contact'
expect 0 import many.csv --all
says 'line 61: emails: no way'
expect 0 discard --all --yes

# Refused rows, mended in their own file, are rows of the table they came from: the whole table makes no others.
printf 'kind,organisation,email\ntechnical,Good,good@example.org\nclerical,Bad,bad@example.org\n' >part.csv
imports 1 0 0 1 part.csv
sed -i 's/^clerical/diplomatic/' part.csv part.csv.rejected.csv
expect 64 import part.csv.rejected.csv --withdraw-gone
imports 1 0 0 0 part.csv.rejected.csv
number .source part.csv
number '.gone | length' 0
imports 0 0 2 0 part.csv

# Drafts bear the numbers that discard takes.
expect 0 diff --json
numbers=$(jq -r '.changes[0].seqs[0]' out)
expect 0 diff
prints "draft $numbers: FR/"
expect 1 discard "$numbers" 999999
says 'there is no draft 999999'
expect 0 discard "$numbers"
prints 'Discarded: 1'
expect 0 discard --all --yes

# ---- contacts by hand ----
expect 0 contact add --json --kind diplomatic --organisation fr="Ministère d'exemple" --organisation en='Example Ministry' \
    --email 'desk@example.org,general' --email b@example.org --phone '+33 1 23 45 67 89,voice' --channel 'radio,8.1 MHz' \
    --language fr --language en --hours 24/7 --name 'ja=久保田　利伸' --set key_type=age --set 'key=AB CDabababababababababababababababababababababababababababababab' \
    --public organisation
id=$(jq -r .id out)
publish
expect 0 contact show "FR/$id" --json
number '.name.ja' '久保田　利伸'
number '.keys[0].fingerprint' abcdabababababababababababababababababababababababababababababab
number '.public | join(" ")' organisation
number '.parts | "\(.public) \(.members)"' 'held held'
cp out record.json
expect 0 contact edit "$id" --file record.json
prints 'nothing changes'
jq '.emials = .emails' record.json >typo.json
expect 1 contact edit "$id" --file typo.json
says 'emials: unknown field'
expect 0 contact edit "$id" --clear hours --organisation en='Another Ministry' --phone +33199999999
expect 0 diff
prints 'en: was Example Ministry, becomes Another Ministry'
prints 'no longer said (was always)'
expect 1 contact edit "$id" --email nonsense
says 'emails[0].address'
expect 1 contact add --kind technical --organisation X
says 'no way to reach this contact'
expect 64 contact show FR/zz
expect 1 contact show FR/00000000
expect 1 contact edit KE/0000aaaa --set rank=1
says 'can only write for FR'
expect 0 contact withdraw "$id" --yes
publish
expect 0 contact list --kind diplomatic
prints 'No contacts'
expect 0 contact show "$id"
prints 'withdrawn'

# ---- the log that all this made ----
expect 0 log verify FR --json
number .good true
number .parts.gone 0
expect 0 log export FR out.d
expect 0 log verify FR out.d
prints 'all of it is as it was signed'
printf '\377' | dd of="$(find out.d/tile/entries -type f)" bs=1 seek=900 conv=notrunc status=none
expect 1 log verify FR out.d --json
number .good false
expect 0 log keys FR
prints 'operator test.example/fr/'
expect 0 log list --json
number '.logs | length' 1
expect 0 log show FR
prints 'origin     test.example/fr/'
expect 1 log show KE
says 'holds no such log'

# ---- a real list, where the data lies beside the repository ----
real=$source/../shared/data/dotgov-current-full.csv
if [ -f "$real" ]; then
    rm -rf fr
    expect 0 init --network test.example --state US --listen tcp://127.0.0.1:24001 --passphrase-file passphrase
    imports 9906 0 0 6633 "$real" --rejected rejected.csv --all
    [ "$(wc -l <err)" -eq 6633 ] || fail 'not every refused row is listed'
    [ "$(wc -l <rejected.csv)" -eq 6634 ] || fail 'not every refused row is kept'
    publish
    imports 0 0 9906 6633 "$real" --rejected rejected.csv
    expect 0 diff
    prints 'No drafts'
    expect 0 log verify US --json
    number .good true
    number .parts.held 9907
else
    echo "skipped: the real list; there is no $real"
fi
echo "$count commands did as they should"
