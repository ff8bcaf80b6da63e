#!/bin/sh
# proto is pure: it may ask the outside for nothing but what is listed here.  No I/O, clock, random or
# allocation; libcrypto only for the SHA-256 of digest.c, whose header says what it holds.
# usage: pure.sh LIBPROTO.A [NM]
set -eu
lib=$1
nm=${2:-nm}

allowed='
memchr memcmp memcpy memmove memset memrchr strlen strnlen strcmp strncmp strchr strrchr
__memcpy_chk __memmove_chk __memset_chk bcmp
__stack_chk_fail __assert_fail __tls_get_addr _GLOBAL_OFFSET_TABLE_ abort
bsearch qsort
crypto_core_ed25519_is_valid_point
crypto_sign_detached crypto_sign_verify_detached crypto_sign_seed_keypair
crypto_sign_ed25519_detached crypto_sign_ed25519_verify_detached crypto_sign_ed25519_seed_keypair
sodium_memcmp sodium_memzero sodium_bin2hex sodium_hex2bin sodium_bin2base64 sodium_base642bin
EVP_MD_fetch EVP_MD_free EVP_MD_CTX_new EVP_MD_CTX_free EVP_MD_CTX_copy_ex
EVP_DigestInit_ex EVP_DigestInit_ex2 EVP_DigestUpdate EVP_DigestFinal_ex
'

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
printf '%s\n' $allowed | sort -u >"$tmp/allowed"
"$nm" --defined-only --extern-only --format=posix "$lib" | awk 'NF > 2 { print $1 }' | sort -u >"$tmp/own"
"$nm" --undefined-only --format=posix "$lib" | awk 'NF > 1 { print $1 }' | sort -u >"$tmp/asked"
[ -s "$tmp/own" ] || { echo "pure: $lib defines nothing: is it the right file?"; exit 1; }
comm -23 "$tmp/asked" "$tmp/own" | comm -23 - "$tmp/allowed" >"$tmp/impure"
if [ -s "$tmp/impure" ]; then
    echo "pure: proto asks the outside for what a pure layer may not have:"
    while read -r symbol; do
        "$nm" -A --undefined-only --format=posix "$lib" | awk -v s="$symbol" '$2 == s { print "  " s "  in " $1 }'
    done <"$tmp/impure"
    exit 1
fi
# libcrypto only in digest.c.
if "$nm" -A --undefined-only --format=posix "$lib" | grep ' EVP_' | grep -v 'digest\.c\.o'; then
    echo "pure: only digest.c may call libcrypto"
    exit 1
fi
