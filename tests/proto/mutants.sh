#!/bin/bash
# Does the search of random histories catch a rule that is wrong?  Each patch in mutants/ breaks one line or two of
# the view, of trust, of what a node keeps, or of how a node uses them.  It is applied to a copy, built, and run
# until a history shows it; one that none shows has survived, and this fails.
# usage: mutants.sh CC SOURCE WORK COUNT LIBRARY... [-- NAME...]    of the first line of a patch, what it breaks
set -eu
compiler=$1 source=$2 work=$3 count=$4
shift 4
libraries=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    libraries+=("$1")
    shift
done
[ $# -eq 0 ] || shift
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for patch in "$source"/tests/proto/mutants/*.patch; do
        names+=("$(basename "$patch" .patch)")
    done
fi

flags=(-std=c11 -D_GNU_SOURCE -O1 -I"$source")
rm -rf "$work"
mkdir -p "$work"
$compiler "${flags[@]}" -c -o "$work/test.o" "$source/tests/proto/test_histories.c"

# build NAME: a program with that mutant in place of the file that its patch is of; without a patch, as it is.
build() {
    local dir=$work/$1 file object=()
    mkdir -p "$dir"
    if [ -n "${2:-}" ]; then
        file=$(sed -n 's|^+++ b/||p' "$2")
        mkdir -p "$dir/$(dirname "$file")"
        cp "$source/$file" "$dir/$file"
        patch --quiet --no-backup-if-mismatch -d "$dir" -p1 <"$2" || return 1
        $compiler "${flags[@]}" -c -o "$dir/mutant.o" "$dir/$file" || return 1
        object=("$dir/mutant.o")
    fi
    $compiler -o "$dir/histories" "$work/test.o" ${object[@]+"${object[@]}"} "${libraries[@]}" -lcmocka -lsodium -lcrypto
}

build as-it-is
"$work/as-it-is/histories" 1 100 >/dev/null 2>&1 || {
    echo "the rule as it is does not pass: nothing to compare mutants with"
    exit 1
}

survived=0
printf '%-26s %-10s %s\n' mutant 'caught at' 'what it breaks'
for name in "${names[@]}"; do
    patch=$source/tests/proto/mutants/$name.patch
    if ! build "$name" "$patch" >"$work/$name.log" 2>&1; then
        cat "$work/$name.log"
        caught='not built'
    elif "$work/$name/histories" 1 "$count" >"$work/$name.log" 2>&1; then
        caught=SURVIVED
    else
        caught=$(sed -n 's/.*test_proto_histories \([0-9]*\) 1.*/\1/p' "$work/$name.log" | head -n 1)
        caught=${caught:-stopped}
    fi
    case $caught in 'not built' | SURVIVED) survived=$((survived + 1)) ;; esac
    printf '%-26s %-10s %s\n' "$name" "$caught" "$(head -n 1 "$patch")"
done
[ "$survived" -eq 0 ] || {
    echo "$survived of ${#names[@]} not caught in $count histories"
    exit 1
}
