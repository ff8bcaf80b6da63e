#!/bin/bash
# How fast is the page's server?  Requests a second for one contact's JSON, and for 1,000 distinct searches in random order,
# each as a ratio to nginx serving a static file of the same size from one worker, in the same run; and how long a search
# takes that nobody has asked before.
# usage: tests/bench/http.sh [BUILD] [SECONDS]    build/plain and 1 unless told
# Installs nothing: without wrk and nginx (apt-get install wrk nginx-light) it says so and measures nothing.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(realpath "${1:-$root/build/plain}")
seconds=${2:-1}
comity=$build/node/comity
PATH=$PATH:/usr/sbin
for program in wrk nginx; do
    command -v $program >/dev/null || {
        echo "skipped: $program is not installed"
        exit 77
    }
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/comity-bench-XXXXXX")
daemon='' server=''
clean() {
    for pid in $daemon $server; do kill "$pid" 2>/dev/null || true; done
    for pid in $daemon $server; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$dir"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Real organisations where they are at hand, made ones otherwise; nobody is written to.
data=${COMITY_SHARED:-$root/../shared}/data/dotgov-current-full.csv
if [ -r "$data" ]; then
    sed 's/\r$//' "$data" | awk -F, 'BEGIN { OFS = "," } NR > 1 && $NF == "(blank)" { $NF = "security@" $1 } { print }' \
        >"$dir/contacts.csv"
else
    awk 'BEGIN { srand(1); split("City County District School Office Board Agency Port", kind, " ")
        print "kind,organisation,email"
        for (i = 0; i < 16000; i++) {
            word = ""
            for (k = 0; k < 6; k++) word = word sprintf("%c", 97 + int(rand() * 26))
            printf "technical,%s of %s,desk%d@office.example\n", kind[1 + i % 8], word, i
        } }' >"$dir/contacts.csv"
fi

port=$((20000 + $$ % 5000))
(umask 077 && echo 'a passphrase for a bench' >"$dir/passphrase")
export COMITY_DATA=$dir/node
"$comity" init --network bench.example --state US --web "127.0.0.1:$port" --public-view \
    --passphrase-file "$dir/passphrase" --yes >/dev/null 2>&1
"$comity" import "$dir/contacts.csv" --kind technical --public organisation,unit,address >/dev/null 2>&1 || true
"$comity" publish --passphrase-file "$dir/passphrase" --yes >/dev/null
"$build/node/comityd" --data "$COMITY_DATA" >"$dir/log" 2>&1 &
daemon=$!
base=http://127.0.0.1:$port
for _ in $(seq 200); do
    total=$(curl -sf "$base/api/v1/contacts?limit=1" | jq .total) && [ -n "$total" ] && break
    sleep 0.1
done
[ -n "${total:-}" ] || { cat "$dir/log" && exit 1; }
echo "$total contacts, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"

# 1,000 words and pairs of words that stand in the data.
awk -F, 'NR > 1 { n = split(tolower($2 " " $3 " " $5), w, /[^a-z]+/); for (i = 1; i <= n; i++) if (length(w[i]) > 3) seen[w[i]] }
    END { for (s in seen) print s }' "$dir/contacts.csv" | sort >"$dir/words"
shuf -n 1000 --random-source=<(yes) "$dir/words" >"$dir/some"
awk 'NR % 3 { print; next } { print $0 "+o" }' "$dir/some" >"$dir/searches"
{
    echo 'local q = {'
    sed 's/.*/"&",/' "$dir/searches"
    echo '}'
    echo 'local seed = 1'
    echo 'request = function()'
    echo '  seed = (seed * 1103515245 + 12345) % 2147483648'
    echo '  return wrk.format("GET", "/api/v1/contacts?q=" .. q[1 + math.floor(seed / 8) % #q])'
    echo 'end'
} >"$dir/searches.lua"

while read -r word; do
    curl -s -o /dev/null -w '%{time_total}\n' "$base/api/v1/contacts?q=$word"
done <"$dir/searches" | sort -n | awk '{ t[NR] = $1 * 1000 }
    END { printf "a search asked for the first time: median %.1f ms, 99 of 100 within %.1f ms, longest %.1f ms\n",
        t[int(NR / 2)], t[int(NR * 0.99)], t[NR] }'

id=$(curl -s "$base/api/v1/contacts?limit=1&q=city" | jq -r '.contacts[0].id')
mkdir "$dir/html" "$dir/temp"
curl -s "$base/api/v1/contacts/US/$id" >"$dir/html/contact.json"
cat >"$dir/nginx.conf" <<END
daemon off;
master_process off;
worker_processes 1;
pid $dir/temp/pid;
error_log $dir/temp/log;
events { worker_connections 1024; }
http {
    access_log off;
    default_type application/json;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    client_body_temp_path $dir/temp;
    proxy_temp_path $dir/temp;
    fastcgi_temp_path $dir/temp;
    uwsgi_temp_path $dir/temp;
    scgi_temp_path $dir/temp;
    server { listen 127.0.0.1:$((port + 1)); root $dir/html; }
}
END
nginx -c "$dir/nginx.conf" 2>/dev/null &
server=$!
static=http://127.0.0.1:$((port + 1))/contact.json
for _ in $(seq 100); do
    curl -sf -o /dev/null "$static" && break
    sleep 0.1
done

# Short turns, one behind the other, and the middle of their ratios: so that what else the machine does falls on all alike.
rate() { wrk -t1 -c16 "-d$seconds" "$@" | awk '/^Requests\/sec/ { print $2 } /Non-2xx/ { print "errors: " $0 >"/dev/stderr" }'; }
for _ in $(seq 11); do
    one=$(rate "$static")
    two=$(rate "$base/api/v1/contacts/US/$id")
    three=$(rate -s "$dir/searches.lua" "$base")
    echo "$one $two $three"
done >"$dir/rates"
middle() { sort -n | sed -n 6p; }
printf '%d bytes: nginx %.0f/s, a contact %.0f/s, ratio %.2f; 1,000 searches %.0f/s, ratio %.2f\n' \
    "$(stat -c %s "$dir/html/contact.json")" "$(awk '{ print $1 }' "$dir/rates" | middle)" \
    "$(awk '{ print $2 }' "$dir/rates" | middle)" "$(awk '{ print $2 / $1 }' "$dir/rates" | middle)" \
    "$(awk '{ print $3 }' "$dir/rates" | middle)" "$(awk '{ print $3 / $1 }' "$dir/rates" | middle)"
awk '{ printf "# ratios %.2f %.2f\n", $2 / $1, $3 / $1 }' "$dir/rates"
