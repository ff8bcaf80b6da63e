#!/bin/bash
# A new officer's first weeks, with what --help and the man pages say and nothing else: nominate two contacts, one of
# them in an editor; replace a person next month; publish under the two-person rule; and be found from another State by
# language. Every command that is shown is run.
# shellcheck source=tests/system/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

month=$(date -u -d '+30 days' +%F)
later=$(date -u -d '+31 days' +%F)
holds() { node "$@" >"$dir/out" 2>"$dir/err"; }
refuses() { # WORDS NODE COMMAND...: exits 1 and says so
    local words=$1 status=0
    shift
    node "$@" >"$dir/out" 2>"$dir/err" || status=$?
    [ "$status" -eq 1 ] && grep -qF -- "$words" "$dir/err"
}
says() { grep -qF -- "$1" "$dir/out"; }
count() { node "$1" contact "${@:3}" --json | jq -e ".contacts | length == $2" >/dev/null; }
value() { node "$1" contact show "$2" --json "${@:4}" | jq -r "$3"; }

federation fr ke

# ---- what there is ----
check 'the help names the commands of the directory' bash -c "\"$COMITY_BIN/comity\" help >'$dir/out'"
for word in 'contact add' 'contact edit' 'contact dump' 'contact apply' 'contact history' 'diff' 'approve' 'publish' 'summary'; do
    check "help lists $word" says "  $word "
    check "and explains it" bash -c "\"$COMITY_BIN/comity\" help $word >'$dir/one'"
done

# ---- nominate two ----
printf 'a scan of a note verbale\n' >"$dir/note.pdf"
check 'a technical contact is nominated by options' holds fr contact add --kind technical --holder office \
    --organisation en='Example Response Team' --organisation fr="Équipe d'exemple" \
    --email desk@example.org,incident --phone '+33 1 23 45 67 89,voice' --language fr --language sw \
    --timezone Europe/Paris --hours 'mon-fri 09:00-17:00, sat 22:00-06:00' \
    --nomination 'NV 12/2026' --nomination-document "$dir/note.pdf" --public 'organisation languages'
check 'a mistake is refused with field, rule, what was found and what to do' \
    refuses 'languages[0]: not a language tag of BCP 47: found "Swahili": write a tag such as sw' \
    fr contact add --kind technical --organisation en=A --email a@example.org --language Swahili
check 'a kind that the network has not agreed on is refused' \
    refuses 'kind: not one of the values known here: found "legal"' \
    fr contact add --kind legal --organisation en=A --email a@example.org

check 'what is to end must end later' refuses 'valid_until: has passed: found "2020-01-01"' \
    fr contact add --kind technical --organisation en=A --email a@example.org --valid-until 2020-01-01

# An editor that first makes a mistake, then mends it where the message points.
cat >"$dir/editor" <<'EOF'
#!/bin/sh
set -eu
if grep -q '^#! line' "$1"; then
    grep '^#! line' "$1" >"$0.said"
    sed -i 's/^timezone = .*/timezone = Africa\/Nairobi/' "$1"
else
    sed -i 's/^#kind = .*/kind = diplomatic/; s/^#holder = .*/holder = person/; s/^#organisation:en = $/organisation:en = Example Ministry/
        s/^#name:en = $/name:en = Anna Example/; s/^#email = .*/email = anna@example.org/; s/^#languages = .*/languages = en ar/
        s/^#timezone = .*/timezone = Africa\/Nirobi/; s,^#hours = 24/7,hours = 24/7,' "$1"
fi
EOF
chmod +x "$dir/editor"
export EDITOR="$dir/editor"
check 'a diplomatic contact is nominated in the editor' holds fr contact add
check 'its mistake came back with its line' grep -q 'line [0-9]*: timezone: not a name of the IANA' "$dir/editor.said"
check 'nothing of it is left in the data directory' bash -c "! ls '$dir'/fr/edit-* 2>/dev/null"
# shellcheck disable=SC2016 # for the shell that runs the editor
printf '#!/bin/sh\nsed -i "s/^#kind = .*/kind = technical/" "$1"\n' >"$dir/lazy"
chmod +x "$dir/lazy"
EDITOR="$dir/lazy" check 'an editor that does not mend it ends the edit' \
    refuses 'what was written is kept in' fr contact add
kept=$(sed -n 's/.*is kept in \([^:]*\):.*/\1/p' "$dir/err")
check 'and what was written is kept' grep -q '^kind = technical' "$kept"
rm -f "$kept"

check 'diff shows both in plain words' holds fr diff
check 'the organisation' says 'organisation: Example Response Team (en)'
check 'the hours' says 'hours: mon-fri 09:00-17:00, sat 22:00-06:00'
check 'and the count' says '2 new, 0 changed, 0 withdrawn'
quietly fr publish
check 'the two are found at home' count fr 2 list
check 'an office is found from another State by a language spoken' within 20 count ke 1 list --language sw
check 'and the ministry by another' within 20 count ke 1 list --language ar
check 'by the beginning of a word, without its accent' count ke 1 search equi
check 'the ministry is reached at any hour' count ke 1 list --now --kind diplomatic
check 'what is not public is in the members view' bash -c "[ '$(node ke contact list --kind diplomatic --json | jq -r '.contacts[0].emails[0].address')' = anna@example.org ]"

# ---- replace the person next month, under the two-person rule ----
sed -i 's/^; two_person = .*/two_person = yes/; s/^two_person = .*/two_person = yes/' "$dir/fr/comity.conf"
stop fr
start fr
within 60 may_sign fr
ministry=$(node fr contact list --kind diplomatic --json | jq -r '.contacts[0].id')
export SUDO_UID=61001
check 'another person is drafted for next month' holds fr contact edit "$ministry" --name en='Badri Example' \
    --email badri@example.org --valid-from "$month"
check 'diff says who gives way to whom, and when' holds fr diff
check 'in one line' says "another person: Anna Example gives way to Badri Example, from $month on"
check 'and that nobody has approved it' says 'not approved yet'
check 'without a second officer it is not published' refuses 'is not approved: two_person in comity.conf' fr publish
number=$(node fr diff --json | jq '.changes[0].seqs[0]')
check 'its author cannot approve it' refuses 'is yours: another officer than its author approves it' fr approve "$number"
SUDO_UID=61002 check 'a second officer approves what is shown' holds fr approve "$number"
check 'that it is approved is shown' bash -c "\"$COMITY_BIN/comity\" diff --data '$dir/fr' | grep -q 'approved by'"
quietly fr publish
unset SUDO_UID
successor() { [ "$(value ke "FR/$ministry" '.next.name.en')" = 'Badri Example' ]; }
check 'the other State sees the successor announced' within 20 successor
check 'today the first one is called' bash -c "[ '$(value ke "FR/$ministry" .name.en)' = 'Anna Example' ]"
stop ke
check 'next month the other, without a network' bash -c "[ '$(value ke "FR/$ministry" .name.en --at "$later")' = 'Badri Example' ]"
start ke
within 60 answers ke

check 'what is announced can be mended' holds fr contact edit "$ministry" --announced --title en='Head of desk'
check 'and stays announced' bash -c "[ '$(node fr diff --json | jq -r '.changes[0].fields[] | select(.field == "valid_from").after')' = '${month}T00:00:00Z' ]"
quietly fr discard --all

# ---- what is allowed, and worth a look ----
check 'a provider for everybody is pointed out' holds fr contact edit "$ministry" --email anna@gmail.com
check 'though it is drafted' grep -q 'is with a provider for everybody' "$dir/err"
check 'a contact to turn to next has to be there' refuses 'backup: this State has no contact with this id' \
    fr contact edit "$ministry" --set backup=00112233445566778899aabbccddeeff
check 'and be another' refuses 'backup: the contact itself' fr contact edit "$ministry" --set "backup=$ministry"
quietly fr discard --all

# ---- one contact of a kind is the first ----
team=$(node fr contact list --kind technical --json | jq -r '.contacts[0].id')
quietly fr contact edit "$team" --primary yes
check 'two of a kind are not both the first' refuses "primary: one technical contact of a State at a time: found FR/${team:0:12}" \
    fr contact add --kind technical --organisation en='Night Team' --email night@example.org --primary yes
check 'unless the other one gives way first' holds fr contact edit "$team" --valid-until "$month"
check 'from that day on' holds fr contact add --kind technical --organisation en='Night Team' --email night@example.org \
    --primary yes --valid-from "$month"
quietly fr discard --all
quietly fr contact edit "$team" --primary yes
export SUDO_UID=61002
quietly fr approve "$(node fr diff --json | jq '.changes[0].seqs[0]')"
unset SUDO_UID
quietly fr publish
printf 'kind,organisation,email,primary\ntechnical,Day Team,day@example.org,yes\ntechnical,Eve Team,eve@example.org,no\n' >"$dir/teams.csv"
check 'nor by a table' bash -c "\"$COMITY_BIN/comity\" import '$dir/teams.csv' --data '$dir/fr' --yes >'$dir/out' 2>'$dir/err'"
check 'which says so, and refuses the row' grep -q '^line 2: primary: one technical contact' "$dir/err"
check 'and keeps it' grep -q 'Day Team' "$dir/teams.csv.rejected.csv"
quietly fr discard --all
quietly fr contact edit "$team" --primary no
giving=$(node fr diff --json | jq '.changes[0].seqs[0]')
quietly fr contact add --kind technical --organisation en='Night Team' --email night@example.org --primary yes
quietly fr discard "$giving"
number=$(node fr diff --json | jq '.changes[0].seqs[0]')
SUDO_UID=61002 quietly fr approve "$number"
check 'nor where the draft that gave way is dropped' refuses "draft $number, FR/" fr publish
quietly fr discard --all

# ---- nothing found, and why ----
check 'a kind that there is not' bash -c "\"$COMITY_BIN/comity\" contact list --kind legal --data '$dir/fr' 2>'$dir/err' >'$dir/out'"
check 'is said to be none' grep -q 'legal is no kind of this network; there are: diplomatic technical' "$dir/err"

# ---- who changed what ----
check 'the history names entry, epoch and operator key' holds fr contact history "$ministry"
check 'of both versions' bash -c "[ \$(grep -c 'by operator key' '$dir/out') -eq 2 ]"
check 'and says what changed' says 'en: was Anna Example, becomes Badri Example'

# ---- the whole directory as one file ----
node fr contact dump >"$dir/directory"
check 'a directory applied as it was dumped changes nothing' holds fr contact apply "$dir/directory"
check 'and says so' says '0 new, 0 changed, 0 withdrawn'
sed '/^\[end\]/d' "$dir/directory" >"$dir/cut"
check 'one that is cut short ends nobody' refuses 'it is not whole' fr contact apply "$dir/cut"
sed 's/Example Response Team/Example CERT/; s/^\[end\]/[new]\nkind = technical\norganisation:en = Night desk\nemail = night@example.org\n\n[end]/' \
    "$dir/directory" >"$dir/edited"
check 'an edited one is shown before it is drafted' holds fr contact apply "$dir/edited" --dry-run
check 'with what it changes' says 'en: was Example Response Team, becomes Example CERT'
check 'and drafted' holds fr contact apply "$dir/edited"
check 'as two drafts' bash -c "[ '$(node fr diff --json | jq '.changes | length')' -eq 2 ]"
sed 's/^email = night.*/email = night/' "$dir/edited" >"$dir/wrong"
check 'a mistake in it is told with its line' refuses 'emails[0].address: not an e-mail address' fr contact apply "$dir/wrong"
quietly fr discard --all

# ---- reviews ----
check 'nothing is stale today' count fr 0 list --stale
check 'in two years all is' count fr 2 list --stale --at "$(date -u -d '+800 days' +%F)"
check 'the summary has no names' holds ke summary --csv
check 'but counts' grep -q '^FR,diplomatic,1,0,1,0,0' "$dir/out"
check 'none of them' bash -c "! grep -qi 'example\|anna' '$dir/out'"

finish
