#!/bin/sh
# The layers include only downwards: proto <- store <- node; tests and web pages may include all.
# usage: layers.sh ROOT
set -eu
cd "$1"
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# forbid LAYER PATTERN: no file of the layer includes what matches.
forbid() {
    [ -d "$1" ] || return 0
    find "$1" -name '*.[ch]' -exec grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$2" {} + >>"$found" || true
}
forbid proto '"(store|node|tests)/'
forbid proto '<(lmdb|uv|nng/|openssl/ssl|microhttpd|jansson|stdio|time|unistd|pthread|fcntl|sys/|threads)'
forbid store '"(node|tests)/'
forbid store '<(uv|nng/|openssl/|microhttpd|jansson|time|sys/socket|netinet/)'
forbid node '"tests/'
# From one root: no relative path, no bare file name.
for layer in proto store node tests; do
    forbid $layer '"\.\.?/'
    forbid $layer '"[^/"]*"'
done
if [ -s "$found" ]; then
    echo "layers: these includes point upwards, or not from the root of the tree:"
    cat "$found"
    exit 1
fi
