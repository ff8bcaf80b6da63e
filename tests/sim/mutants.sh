#!/bin/bash
# Does the simulator find a program that is wrong?  Each patch in mutants/ breaks a line or two of replication, the
# gate, the store, or publishing.  It is applied to a copy, built in place of its object, and simulated from seed 1 on
# until a seed shows it; one that none shows has survived, and this fails.  It runs by itself: some minutes.
# usage: tests/sim/mutants.sh BUILD [COUNT [NAME...]]    BUILD: a plain build tree; of the first line of a patch, what
# it breaks
set -eu
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
count=${2:-10000}
shift $(($# < 2 ? $# : 2))
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for patch in "$source"/tests/sim/mutants/*.patch; do
        names+=("$(basename "$patch" .patch)")
    done
fi
work=$build/tests/sim/mutants
rm -rf "$work"
mkdir -p "$work"
ninja -C "$build" --quiet tests/sim/sim
link=$(ninja -C "$build" -t commands tests/sim/sim | tail -n 1)

# build NAME PATCH: the simulator with that mutant in place of the file that the patch is of.
build() {
    local dir=$work/$1 file object compile
    file=$(sed -n 's|^+++ b/||p' "$2" | head -n 1)
    mkdir -p "$dir/$(dirname "$file")"
    cp "$source/$file" "$dir/$file"
    patch --quiet --no-backup-if-mismatch -d "$dir" -p1 <"$2" || return 1
    object=${file%%/*}/lib${file%%/*}.a.p/$(basename "$file" .c).c.o
    compile=$(ninja -C "$build" -t commands "$object" | tail -n 1)
    compile=${compile% -MD *} # what depends on what is not written anew
    (cd "$build" && eval "$compile -w -I'$source' -o '$dir/mutant.o' -c '$dir/$file'") || return 1
    (cd "$build" && eval "${link/-o tests\/sim\/sim/-o '$dir/sim' '$dir/mutant.o'}")
}

survived=0
printf '%-26s %-10s %s\n' mutant 'caught at' 'what it breaks, and the rule that showed it'
for name in "${names[@]}"; do
    patch=$source/tests/sim/mutants/$name.patch
    rule=
    if ! build "$name" "$patch" >"$work/$name.log" 2>&1; then
        cat "$work/$name.log"
        caught='not built'
    elif "$work/$name/sim" --count "$count" >"$work/$name.log" 2>&1; then
        caught=SURVIVED
    else
        caught=$(sed -n 's/^seed \([0-9]*\).*/\1/p' "$work/$name.log" | sort -n | head -n 1)
        rule=$(sed -n "s/^seed ${caught}[,:] *\(at [0-9:.]*: \)\{0,1\}//p" "$work/$name.log" | head -n 1 | cut -c 1-90)
    fi
    case $caught in 'not built' | SURVIVED) survived=$((survived + 1)) ;; esac
    printf '%-26s %-10s %s\n' "$name" "$caught" "$(head -n 1 "$patch")"
    [ -z "$rule" ] || printf '%-26s %-10s   %s\n' '' '' "$rule"
    rm -rf "${work:?}/$name"
done
[ "$survived" -eq 0 ] || {
    echo "$survived of ${#names[@]} not caught in $count seeds"
    exit 1
}
