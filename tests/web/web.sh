#!/bin/bash
# The page in a real browser: two States and an observer with invented contacts, hostile ones among them.
# usage: web.sh SOURCE WORK COUNTS [TEST...]; WORK keeps what npm installs, and the screenshots of the last run in
# WORK/shots
set -eu
# shellcheck source=tests/system/lib.sh
. "$1/tests/system/lib.sh"
work=$2
counts=$3
shift 3

# The browser, and what drives it.
if ! command -v chromium >/dev/null || ! command -v npm >/dev/null; then
    echo 'chromium or npm is missing: deploy/install --tests installs them'
    exit 77
fi
mkdir -p "$work"
for file in package.json package-lock.json .npmrc; do
    cmp -s "$source/tests/web/$file" "$work/$file" || rm -rf "$work/node_modules"
    cp "$source/tests/web/$file" "$work/"
done
[ -d "$work/node_modules/playwright-core" ] || (cd "$work" && npm ci)
rm -rf "$work/shots"
mkdir -p "$work/shots"

federation fr ke observer
quietly fr observer accredit "$dir/observer.invitation"
quietly fr import "$source/deploy/samples/fr.csv"
quietly fr publish
quietly ke import "$source/deploy/samples/ke.csv"
quietly ke publish
add() { quietly fr contact add "$@"; }
cat >"$dir/full.json" <<'JSON'
{"kind": "technical", "organisation": {"en": "Full Example Centre", "fr": "Centre d’exemple complet", "ar": "مركز النموذج الكامل", "zh": "完整示例中心"},
 "name": {"ar": "ليلى مثال"}, "latin": "Layla Mithal", "title": {"en": "Duty officer"}, "holder": "person", "primary": true,
 "emails": [{"address": "duty@full.example", "purpose": "incident", "shared": true}, {"address": "second@full.example"}],
 "phones": [{"number": "+33199000099", "type": "voice", "extension": "12", "secure": true}, {"number": "+33199000098", "type": "sat"}],
 "channels": [{"kind": "portal", "uri": "https://portal.full.example/report", "note": "with a client certificate"}],
 "keys": [{"type": "openpgp", "fingerprint": "0123456789abcdef0123456789abcdef01234567"}],
 "languages": ["ar", "fr", "en"], "timezone": "Europe/Paris", "hours": {"always": true},
 "constituency": {"en": "All networks of the examples"}, "review_by": "2020-01-01", "valid_from": "2019-01-01",
 "nomination": {"ref": "NV 2026/17", "date": "2026-01-05"}, "public": ["organisation", "languages", "timezone", "hours"]}
JSON
add --file "$dir/full.json"
cat >"$dir/hostile.json" <<'JSON'
{"kind": "technical", "organisation": {"en": "<img src=x onerror=alert(1)><script>alert(2)</script>", "fr": "\"><svg onload=alert(3)>"},
 "name": {"en": "' onmouseover='alert(4)' {0} ${alert(5)}"}, "title": {"und": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft-Donaudampfschifffahrt"},
 "emails": [{"address": "a@hostile.example", "purpose": "<b>x</b>"}],
 "channels": [{"kind": "</bdi><h1>x</h1>", "note": "javascript:alert(6)"}], "public": ["organisation"]}
JSON
add --file "$dir/hostile.json"
quietly fr publish
within 60 same_heads fr ke observer || not_ok 'the nodes do not agree'

"$counts" >"$dir/counts.tsv"
members=$(node fr web)
status=0
WORK=$work DIR=$dir BIN=$COMITY_BIN PASS=$pass MEMBERS=$members PUBLIC="http://127.0.0.1:${web[observer]}/" \
    OTHER=$(node ke web) timeout 1700 node "$source/tests/web/main.mjs" "$@" || status=$?
[ "$status" -eq 0 ] || not_ok "the browser's tests end with $status"
finish
