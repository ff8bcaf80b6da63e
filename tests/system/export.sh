#!/bin/bash
# Logs of sizes at which trees go wrong are exported, at once and step by step, and verified by software that we
# did not write; and what has been tampered with is found out by it.
# usage: export.sh BIGLOG SOURCE CACHE
set -eu
biglog=$1 source=$2 cache=$3
modules=/usr/share/gocode
if ! command -v go >/dev/null || ! [ -d $modules/src/golang.org/x/mod/sumdb/tlog ]; then
    echo "skipped: no go, or no golang-golang-x-mod-dev"
    exit 77
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

GO111MODULE=off GOPATH=$modules GOCACHE=$cache GOFLAGS='' CGO_ENABLED=0 go build -o "$dir/verify" \
    "$source/tests/system/verify.go"

sizes=(1 2 3 255 256 257 511 512 513 65535 65536 65537 70000)
"$biglog" "$dir" "${sizes[@]}" >"$dir/keys"

checked=0
while read -r size key; do
    "$dir/verify" "$dir/$size" "$key" "$size"
    checked=$((checked + 1))
    last=$size lastkey=$key
done <"$dir/keys"
[ "$checked" = ${#sizes[@]} ] || { echo "only $checked sizes were exported"; exit 1; }
"$dir/verify" "$dir/grown" "$lastkey" "$last"

# The verifier must be able to say no.
refused() {
    if "$dir/verify" "$dir/513" "$lastkey" 513 2>"$dir/said"; then
        echo "tampering was not found: $1"
        exit 1
    fi
    echo "$1: $(cat "$dir/said")"
    cp "$dir/saved" "$2"
}
tamper() { # FILE OFFSET
    cp "$1" "$dir/saved"
    printf '\377' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
    refused "$1" "$1"
}
tamper "$dir/513/tile/entries/001" 700
tamper "$dir/513/tile/0/000" 100
tamper "$dir/513/tile/1/000.p/2" 33
tamper "$dir/513/checkpoint" 30
