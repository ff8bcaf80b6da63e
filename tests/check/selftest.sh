#!/bin/sh
# A check that cannot fail is none: each one is given a tree, or a library, in which its mistake has been made.
# usage: selftest.sh CHECKS_DIRECTORY CC AR NM COMITY
set -eu
checks=$1 cc=$2 ar=$3 nm=$4 comity=$5
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0

tree() { # a small tree without a mistake
    rm -rf "$tmp/tree"
    mkdir -p "$tmp/tree/proto" "$tmp/tree/store" "$tmp/tree/node" "$tmp/tree/tests" "$tmp/tree/deploy" \
        "$tmp/tree/docs/man"
    cd "$tmp/tree"
    : >LICENSE
    : >README.md
    : >meson.build
    printf '#ifndef A_H\n#define A_H\nstruct a { int b; };\n#endif\n' >proto/a.h
    printf '#include "proto/a.h"\nint a_one(void);\nint a_one(void)\n{\n    return 1;\n}\n' >proto/a.c
    printf '#include "proto/a.h"\n' >store/s.c
    printf '#!/bin/sh\nset -eu\ntrue\n' >deploy/go
    chmod +x deploy/go
    for page in comity.1 comity-ceremony.7 comityd.8 comity.conf.5; do
        name=${page%.*}
        printf '.Dd January 1, 2026\n.Dt %s %s\n.Os\n.Sh NAME\n.Nm %s\n.Nd a page\n.Sh DESCRIPTION\nText.\n' \
            "$(echo "$name" | tr '[:lower:]' '[:upper:]')" "${page##*.}" "$name" >"docs/man/$page"
    done
}
must_pass() {
    check=$1
    shift
    out=$("$checks/$check" "$@" 2>&1) || { echo "selftest: $check refuses a good tree: $out"; bad=1; }
}
must_fail() {
    what=$1 check=$2
    shift 2
    if "$checks/$check" "$@" >/dev/null 2>&1; then
        echo "selftest: $check does not see $what"
        bad=1
    fi
}
library() { # make libproto.a of one source given on standard input
    cat >"$tmp/x.c"
    "$cc" -O1 -w -c "$tmp/x.c" -o "$tmp/x.o"
    rm -f "$tmp/x.a"
    "$ar" rc "$tmp/x.a" "$tmp/x.o"
}

echo '#include <string.h>
int f(const char *s) { return (int)strlen(s); }' | library
must_pass pure.sh "$tmp/x.a" "$nm"
for call in 'time(0)' 'malloc(3)' 'puts("x")' 'getrandom(0,0,0)' 'open("",0)' 'getenv("")'; do
    echo "int f(void) { return (int)$call; }" | library
    must_fail "$call" pure.sh "$tmp/x.a" "$nm"
done
echo 'int EVP_MD_CTX_new(void); int f(void) { return EVP_MD_CTX_new(); }' | library
must_fail 'libcrypto outside digest.c' pure.sh "$tmp/x.a" "$nm"

tree
for check in layers names banned manpages top shell; do
    must_pass $check.sh "$tmp/tree"
done
must_pass headers.sh "$tmp/tree" "$cc"

tree && echo '#include "store/s.h"' >>proto/a.c && must_fail 'proto including store' layers.sh "$tmp/tree"
tree && echo '#include <stdio.h>' >>proto/a.c && must_fail 'proto including stdio' layers.sh "$tmp/tree"
tree && echo '#include "node/n.h"' >>store/s.c && must_fail 'store including node' layers.sh "$tmp/tree"
tree && echo '#include "s.h"' >>store/s.c && must_fail 'a bare include' layers.sh "$tmp/tree"
tree && echo 'int f(uint8_t x);' >node/n.h && must_fail 'a header that needs another' headers.sh "$tmp/tree" "$cc"
tree && echo 'struct n { int x; };' >node/n.h && must_fail 'a header without a guard' headers.sh "$tmp/tree" "$cc"
tree && : >store/a.c && must_fail 'a stem used twice' names.sh "$tmp/tree"
for call in strcpy sprintf strtok atoi alloca gets msgpack_unpack msgpack_unpack_next; do
    tree && echo "int g(void) { return $call(a, b); }" >>proto/a.c && must_fail "$call" banned.sh "$tmp/tree"
done
tree && echo '.Xx wrong' >>docs/man/comity.1 && must_fail 'an unknown macro' manpages.sh "$tmp/tree"
tree && rm docs/man/comityd.8 && must_fail 'a missing page' manpages.sh "$tmp/tree"
tree && : >NOTES && must_fail 'a stray file at the top' top.sh "$tmp/tree"
# shellcheck disable=SC2016 # the mistake itself
tree && echo 'rm $1' >>deploy/go && printf 'if true\n' >>deploy/go && must_fail 'a syntax error' shell.sh "$tmp/tree"
tree && printf '#!/bin/sh\ntrue\n' >deploy/go && must_fail 'a script without set -e' shell.sh "$tmp/tree"

edges() { # a tree with two bounds, one of which a test names
    tree
    mkdir -p tests/check tests/proto
    printf '#define ONE_MAX 1\n#define TWO_MAX 2\n' >proto/limits.h
    echo 'void one_is_bounded(void) { f(ONE_MAX); }' >tests/proto/test_one.c
    echo 'TWO_MAX tests/proto/test_one.c:one_is_bounded' >tests/check/edges.txt
}
edges && must_pass edges.py "$tmp/tree"
edges && echo '#define THREE_MAX 3' >>proto/limits.h && must_fail 'a bound without a test' edges.py "$tmp/tree"
edges && echo 'THREE_MAX - gone' >>tests/check/edges.txt && must_fail 'a bound that is none' edges.py "$tmp/tree"
edges && echo 'TWO_MAX tests/proto/test_one.c:two' >tests/check/edges.txt && must_fail 'a test that is none' edges.py "$tmp/tree"
edges && echo 'ONE_MAX - a reason' >>tests/check/edges.txt && must_fail 'a line that is not wanted' edges.py "$tmp/tree"

root=$(cd "$checks/../.." && pwd)
book() { # a copy of the documents
    rm -rf "$tmp/book"
    mkdir "$tmp/book"
    cp -r "$root/docs" "$root/README.md" "$root/LICENSE" "$tmp/book"
}
# shellcheck disable=SC2016 # a command in a document
book && echo 'Run `comity frobnicate`.' >>"$tmp/book/README.md" && must_fail 'a command that is none' docs.py "$tmp/book" "$comity"
book && echo '    comity status --frob' >>"$tmp/book/docs/README.md" && must_fail 'an option that is none' docs.py "$tmp/book" "$comity"
book && echo '[x](nowhere.md)' >>"$tmp/book/docs/README.md" && must_fail 'a link to nowhere' docs.py "$tmp/book" "$comity"
book && sed -i '/^.It Cm publish/d' "$tmp/book/docs/man/comity.1" && must_fail 'a command without a description' docs.py "$tmp/book" "$comity"
exit $bad
