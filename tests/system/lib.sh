#!/bin/bash
# What every test with real processes shares.  To be sourced; needs COMITY_BIN, the directory of the programs.
# Every check prints "ok" or "not ok" with a sentence; the test fails if one is not ok.
set -eu

: "${COMITY_BIN:?the directory of comity and comityd}"
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export source
dir=$(mktemp -d "${TMPDIR:-/tmp}/comity-system-XXXXXX")
pass=$dir/passphrase
(umask 077 && printf 'a passphrase for tests\n' >"$pass")
declare -A daemon=() # node -> pid
wrong=0

clean() {
    local status=$? pid
    trap - EXIT
    for pid in "${daemon[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${daemon[@]}"; do wait "$pid" 2>/dev/null || true; done
    if [ "$status" -ne 0 ]; then
        for log in "$dir"/*.log; do
            [ -s "$log" ] && printf -- '--- %s\n' "$log" && tail -n 30 "$log"
        done
    fi
    rm -rf "$dir"
    exit "$status"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ok() { printf 'ok %3d s - %s\n' "$SECONDS" "$1"; }
not_ok() {
    printf 'not ok - %s\n' "$*"
    wrong=$((wrong + 1))
}
check() { # SENTENCE COMMAND...
    local sentence=$1
    shift
    if "$@"; then ok "$sentence"; else not_ok "$sentence"; fi
}
finish() { [ "$wrong" -eq 0 ] || exit 1; }

# A free block of ports, below those that unit tests and outgoing connections use.
ports() { # COUNT -> the first of them
    local first try port
    for try in $(seq 0 200); do
        first=$((12000 + ($$ * 16 + try * 16) % 7000))
        for port in $(seq "$first" $((first + $1 - 1))); do
            (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2
        done
        echo "$first"
        return
    done
    echo "no free ports" >&2
    return 1
}

node() { # NODE COMMAND...
    local where=$1
    shift
    "$COMITY_BIN/comity" "$@" --data "$dir/$where" --yes --passphrase-file "$pass"
}
quietly() { # NODE COMMAND...: say what happened only if it failed
    node "$@" >"$dir/last.out" 2>&1 || {
        printf 'failed: comity %s\n' "${*:2}"
        cat "$dir/last.out"
        exit 1
    }
}
start() { # NODE
    "$COMITY_BIN/comityd" --data "$dir/$1" >>"$dir/$1.log" 2>&1 &
    daemon[$1]=$!
}
stop() { # NODE [SIGNAL]
    kill "-${2:-TERM}" "${daemon[$1]}"
    wait "${daemon[$1]}" 2>/dev/null || true
    unset "daemon[$1]"
}
alive() { kill -0 "${daemon[$1]}" 2>/dev/null; }

# within SECONDS COMMAND...: poll until it is true.
within() {
    local end=$(($(date +%s%N) + $1 * 1000000000))
    shift
    until "$@"; do
        [ "$(date +%s%N)" -lt "$end" ] || return 1
        sleep 0.05
    done
}

state() { node "$1" status --json 2>/dev/null; } # exits 1 while degraded, and says so in its document
may_sign() { state "$1" | jq -e '.running and .confirmed' >/dev/null; }
answers() { state "$1" | jq -e .running >/dev/null; }
heads() { state "$1" | jq -r '.states[] | "\(.origin) \(.size) \(.root)"' | LC_ALL=C sort; }
same_heads() { # NODE NODE...
    local first each
    first=$(heads "$1")
    [ -n "$first" ] || return 1
    shift
    for each in "$@"; do [ "$(heads "$each")" = "$first" ] || return 1; done
}
finds() { # NODE TEXT: the contact search of this node has exactly one contact
    node "$1" contact search "$2" --json 2>/dev/null | jq -e '.contacts | length == 1' >/dev/null
}
resident() { awk '/^VmRSS/ { print $2 }' "/proc/${daemon[$1]}/status"; } # KiB

# federation NODE...: States of two letters, and "observer"; made, introduced, started, ready.
federation() {
    local each other n=0 first who making=() job
    first=$(ports $(($# * 2)))
    declare -gA web=() peer=()
    for each in "$@"; do
        peer[$each]=$((first + n)) web[$each]=$((first + $# + n))
        if [ "$each" = observer ]; then
            who=(--observer 'Test Observatory' --public-view)
        else
            who=(--state "${each^^}")
        fi
        (quietly "$each" init --network test.example "${who[@]}" --listen "tcp://127.0.0.1:${peer[$each]}" \
            --web "127.0.0.1:${web[$each]}") &
        making+=($!)
        n=$((n + 1))
    done
    for job in "${making[@]}"; do wait "$job"; done
    for each in "$@"; do quietly "$each" invite --out "$dir/$each.invitation"; done
    for each in "$@"; do
        for other in "$@"; do
            [ "$each" = "$other" ] || [ "$other" = observer ] || quietly "$each" trust add "$dir/$other.invitation"
        done
    done
    for each in "$@"; do start "$each"; done
    for each in "$@"; do
        if [ "$each" = observer ]; then
            within 60 answers "$each"
        else
            within 60 may_sign "$each"
        fi
    done
}
