#!/bin/sh
# Files of contacts as an officer meets them: a table of another office read with a mapping that is proposed, edited
# and kept; its next edition as a difference in words; address books; and what goes out, and comes back the same.
# usage: exchange.sh COMITY SOURCE
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
    echo "exchange: $*" >&2
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
    "$comity" --data "${node:-nl}" "$@" >out 2>err </dev/null || status=$?
    [ "$status" -eq "$want" ] || fail "comity $*: exit status $status, not $want"
}
says() { grep -qF -e "$1" err || fail "standard error does not say: $1"; }
prints() { grep -qF -e "$1" out || fail "standard output does not say: $1"; }
number() { [ "$(jq -r "$1" out)" = "$2" ] || fail "$1 is $(jq -r "$1" out), not $2"; }
publish() { expect 0 publish --passphrase-file passphrase --yes; }
start() { # DIRECTORY STATE
    node=$1
    expect 0 init --network test.example --state "$2" --listen tcp://127.0.0.1:24001 --passphrase-file passphrase
}

start nl NL

# ---- a table with the habits of tables, in an old encoding; its mapping in a minute ----
cat >first.utf8 <<'EOF'
Systeem-ID;Organisatie;Contactpersoon;Functie;E-mail;Telefoonnummer;Fax;Website;Straat;Plaats;Talen;Geboortedatum
1;Gemeente Één;Zoë de Groot;CISO;mailto:ciso@een.example;+31 (0)118 489277 (Helpdesk);- -;www.een.example;"Markt 1
Postbus 2";Eénstad;Nederlands, English;1-2-1970
2;Gemeente Twee;;N/A;"info[at]twee.example; security@twee.example";0118-489278;020 1234567;https://twee.example/;Kade 2;Tweestad;nl;
3;Waterschap Drie;;(blank);(blank);info@drie.example;N/A;;=cmd|' /C calc'!A0;Driedorp;Dutch;
4;Gemeente Vier;;;geen;Op aanvraag;;;;;;
1;Gemeente Één;Zoë de Groot;CISO;mailto:ciso@een.example;+31 (0)118 489277 (Helpdesk);- -;www.een.example;"Markt 1
Postbus 2";Eénstad;Nederlands, English;1-2-1970
EOF
iconv -f UTF-8 -t WINDOWS-1252 first.utf8 >offices-2024.csv
expect 3 import offices-2024.csv --kind technical
says '--encoding windows-1252 would read "Één"'
expect 0 import offices-2024.csv --encoding windows-1252 --propose
prints 'Contactpersoon=name'
prints 'Telefoonnummer=phone'
prints 'Geboortedatum=-'
prints '--source offices'
sed 's/^#--language und/--language nl/; s/^#--dial 33/--dial 31/' out >offices.map
echo '--key Systeem-ID' >>offices.map
echo '--set country=NL' >>offices.map
expect 0 import offices-2024.csv --map-file offices.map --dry-run
prints 'New: 3'
prints 'Gemeente Één'
prints 'nothing was drafted'
prints '  1, first in line 6: emails: no way to reach this contact'
says 'phone: an e-mail address: taken as one (1 time; line 5: "info@drie.example")'
says 'birth date: personal: a directory of offices does not keep it: left out (2 times; line 2: "...")'
says 'channel: taken as https://'
expect 0 diff
prints 'No drafts'
expect 0 import offices-2024.csv --map-file offices.map --json
number .new 3
number .repeated 1
number '.refused[0].line' 6
number '.notices | map(select(.field == "birth date")) | length' 2
publish
expect 0 contact search 'Één' --json
number '.contacts[0].phones[0] | "\(.number) \(.display)"' '+31118489277 +31 (0)118 489277 (Helpdesk)'
number '.contacts[0].address.nl' 'Markt 1, Postbus 2, Eénstad'
number '.contacts[0].languages | join(" ")' 'nl en'
number '.contacts[0].country' NL
expect 0 contact search Twee --json
number '.contacts[0].phones | map("\(.number) \(.type)") | join(", ")' '+31118489278 null, +31201234567 fax'
number '.contacts[0].emails | map(.address) | join(" ")' 'info@twee.example security@twee.example'

# ---- the next edition: other columns, another order, UTF-16; only what changed ----
cat >second.utf8 <<'EOF'
Organisatie,Telefoonnummer,E-mail,Systeem-ID,Contactpersoon,Functie,Fax,Website,Straat,Plaats,Talen
Gemeente Twee,0118-489279,"info@twee.example
security@twee.example",2,,,020 1234567,https://twee.example/,Kade 2,Tweestad,nl
Gemeente Één,+31118489277 (Helpdesk),ciso@een.example,1,Jan Jansen,CISO,,https://www.een.example,"Markt 1
Postbus 2",Eénstad,"nl, en"
Gemeente Vijf,+31 118 489280,info@vijf.example,5,,,,,,,
EOF
iconv -f UTF-8 -t UTF-16 second.utf8 >offices-2026.csv
grep -v '^Geboortedatum\|^--encoding' offices.map >next.map
expect 0 import offices-2026.csv --map-file next.map --dry-run
prints 'New: 1'
prints 'Changed: 2'
prints 'phone numbers: - +31118489278'
prints 'phone numbers: + +31118489279'
prints 'name (nl): was     Zoë de Groot'
prints 'name (nl): becomes Jan Jansen'
prints 'Gone from this list; they stay, unless --withdraw-gone drafts their end: 1'
prints 'Waterschap Drie'
expect 0 import offices-2026.csv --map-file next.map --json
number '"\(.new) \(.changed) \(.unchanged) \(.gone | length)"' '1 2 0 1'
publish
expect 0 import offices-2026.csv --map-file next.map --json
number '"\(.new) \(.changed) \(.unchanged)"' '0 0 3'
echo 'Onbekend' >wrong.map
expect 64 import offices-2026.csv --map-file wrong.map
says 'wrong.map line 1: "Onbekend": is no COLUMN=FIELD'
echo '--frobnicate yes' >wrong.map
expect 64 import offices-2026.csv --map-file wrong.map
says 'is no option that a mapping can hold'
expect 64 import offices-2026.csv --dial 0x --kind technical
expect 3 import offices-2026.csv --encoding nonsense --kind technical
says 'no encoding is named "nonsense" here'

# ---- a title above the table ----
printf 'Our list;;\n\nkind;organisation;email\ntechnical;A;a@example.org\n' >titled.csv
expect 0 import titled.csv --dry-run --json
number '"\(.new) \(.additions[0].line)"' '1 4'
expect 0 import titled.csv --header 3 --dry-run --json
number '"\(.new) \(.additions[0].line)"' '1 4'
expect 64 import titled.csv --header x

# ---- names that look like others ----
printf 'kind,organisation,email\ntechnical,Sweden CERT,a@example.org\ntechnical,Sw\320\265den CERT,b@example.org\n' >like.csv
expect 0 import like.csv --dry-run
says 'looks like "Sweden CERT" and is written with other letters'

# ---- what goes out comes back the same, and on no other State's node ----
expect 0 contact add --kind diplomatic --organisation fr='=1+1 <b>"Centre"</b>, d;exemple' --organisation ar='مركز' \
    --name 'ja=久保田　利伸' --email 'desk@example.org,incident' --phone '+33 1 23 45 67 89,fax' \
    --set 'hours_weekly=mon 08:00-17:00, sun 22:00-06:00' --set key_type=openpgp \
    --set 'key=ABCDEF0123456789ABCDEF0123456789ABCDEF01' --language fr \
    --channel 'radio,8.1 MHz' --timezone Europe/Paris --public 'organisation languages'
publish
for format in csv vcard jscontact json; do
    expect 0 export --format $format --out "all.$format"
    says '5 contacts'
    expect 0 import "all.$format" --dry-run --json
    number '"\(.new) \(.changed) \(.unchanged) \(.refused | length)"' '0 0 5 0'
done
expect 0 export --format ldif --base ou=contacts,dc=example,dc=org --out all.ldif
tr -d '\n' <all.ldif | sed 's/ //g' | grep -q 'c=NL,ou=contacts,dc=example,dc=org' || fail 'no dn as asked for'
expect 0 import all.ldif --dry-run --json
number '"\(.new) \(.refused | length)"' '0 0'
expect 0 export --format csv --kind diplomatic
prints "\"'=1+1"
expect 0 export --format html --language ar --kind diplomatic
prints '&lt;b&gt;'
prints '<svg'
grep -q '<b>' out && fail 'markup of a text is markup of the page'
expect 64 export --format pdf
expect 1 export --out /nonexistent/x
says 'name another place'
start ke KE
expect 3 import all.vcard
says 'state: found "NL": this node can speak for KE alone'

# ---- real lists and address books, where they lie beside the repository ----
shared=${COMITY_SHARED:-$source/../shared}/data
if [ -d "$shared" ]; then
    start fr FR
    expect 0 import "$shared/certopedia-certs.json" --json --rejected rejected
    number '"\(.format) \(.new) \(.refused | length)"' 'certopedia 11 0'
    expect 0 import "$shared/diodb-program-list.json" --json --rejected rejected
    number '"\(.format) \(.rows)"' 'diodb 2425'
    expect 0 import "$shared/diodb-program-list.json" --json --rejected rejected
    number '"\(.new) \(.changed)"' '0 0'
    expect 3 import "$shared/country-codes.csv" --rejected rejected
    says 'no column is named email, phone or channel'
    for card in "$shared"/vcards/*.vcf; do
        expect 0 import "$card" --kind technical --json --rejected rejected
        [ "$(jq .new out)" -ge 1 ] || fail "$card: nobody came in"
        expect 0 import "$card" --kind technical --json --rejected rejected
        number '"\(.new) \(.changed)"' '0 0'
    done
    publish
    expect 0 export --format vcard --out all.vcf
    expect 0 import all.vcf --dry-run --json
    number '"\(.new) \(.changed) \(.refused | length)"' '0 0 0'
else
    echo "skipped: real lists; there is no $shared"
fi
echo "$count commands did as they should"
