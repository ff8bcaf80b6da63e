#!/bin/bash
# Does the simulator find what is wrong?  Each patch in mutants/ breaks a line or two of the programs.  It is built
# into a simulator of its own, which runs until a seed shows it; one that none shows has survived, and this fails.
# A mutant is shown by an oracle, by a program that ends itself, or by one that goes on for ever.
# usage: mutants.sh BUILD [--count SEEDS] [--from SEED] [--jobs N] [--seconds CPU] [NAME...]
#   BUILD  where meson builds    SEEDS  for each at most (10000)    N  processes (all processors)
#   CPU    seconds of a processor that one seed may take (300): what a simulation bounds by steps ends before
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
shift
count=10000 from=1 jobs=$(nproc) seconds=300 names=()
while [ $# -gt 0 ]; do
    case $1 in
    --count) count=$2 && shift ;;
    --from) from=$2 && shift ;;
    --jobs) jobs=$2 && shift ;;
    --seconds) seconds=$2 && shift ;;
    -*) sed -n '5,7s/^# //p' "$0" && exit 64 ;;
    *) names+=("$1") ;;
    esac
    shift
done
if [ ${#names[@]} -eq 0 ]; then
    for patch in "$here"/mutants/*.patch; do
        names+=("$(basename "$patch" .patch)")
    done
fi

ninja -C "$build" --quiet tests/sim/sim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ninja -C "$build" -t commands tests/sim/sim >"$work/commands"
ninja -C "$build" -t deps >"$work/deps"

# What has to be compiled again where a file changes: the objects that are made from it, or from what includes it.
objects_of() {
    awk -v file="../../$1" '/: #deps / { object = $1; sub(/:$/, "", object) } $1 == file { print object }' "$work/deps"
}

# compile OBJECT DIR: as the build does, but the files in DIR stand before those of the source.
compile() {
    local command file
    command=$(grep -F -- " -o $1 -c " "$work/commands") || return 0 # of another program
    file=${command##* -c ../../}
    command=${command%% -MD *}
    command=${command/ / -I\'$2\' }
    [ -f "$2/$file" ] && file=$2/$file || file=../../$file
    (cd "$build" && eval "$command -w -o '$2/${1//\//_}' -c '$file'")
}

# build NAME: a simulator in which that patch is.  Its objects come first, so that those in the libraries are left out.
build() {
    local dir=$work/$1 patch=$here/mutants/$1.patch files file object link own
    mkdir -p "$dir"
    mapfile -t files < <(sed -n 's|^+++ b/||p' "$patch")
    for file in "${files[@]}"; do
        mkdir -p "$dir/$(dirname "$file")"
        cp "$source/$file" "$dir/$file"
    done
    patch --quiet --no-backup-if-mismatch -d "$dir" -p1 <"$patch" || return 1
    for file in "${files[@]}"; do
        for object in $(objects_of "$file"); do
            [ -f "$dir/${object//\//_}" ] || compile "$object" "$dir" || return 1
        done
    done
    link=$(tail -n 1 "$work/commands")
    link=${link/ -o tests\/sim\/sim / -o \'$dir/sim\' }
    for own in "$dir"/*.o; do
        object=$(basename "$own")
        case $object in tests_sim_sim.p_*)
            link=${link/ ${object/tests_sim_sim.p_/tests\/sim\/sim.p/} / } ;;
        esac
        link=${link/ -Wl,--as-needed/ \'$own\' -Wl,--as-needed}
    done
    (cd "$build" && eval "$link")
}

# What a run that has failed says: its first seed, and what has shown it there.
shown_at() {
    sed -n 's/^seed \([0-9]*\)[:,].*/\1/p' "$1" | sort -n | head -n 1
}
shown_by() {
    local line
    line=$(grep -m 1 "^seed $2[:,]" "$1")
    case $line in
    "seed $2, at "*) line=${line#*: } && echo "${line%%:*}" ;;
    *'by signal 24' | *'by signal 9') echo 'goes on for ever' ;;
    *'by signal 6') echo 'ends itself' ;;
    *) echo "${line#*: }" ;;
    esac
}

"$build/tests/sim/sim" --seed "$from" --count 20 --jobs "$jobs" >"$work/as-it-is" 2>&1 || {
    cat "$work/as-it-is"
    echo 'the programs as they are do not pass: nothing to compare mutants with'
    exit 1
}
survived=0
printf '%-30s %8s  %-44s %s\n' mutant 'at seed' 'shown by' 'what it breaks'
for name in "${names[@]}"; do
    log=$work/$name.log seed='' by=''
    if ! build "$name" >"$log" 2>&1; then
        cat "$log"
        by='NOT BUILT'
    elif (ulimit -t "$seconds" -c 0 && exec "$work/$name/sim" --seed "$from" --count "$count" --jobs "$jobs" --once) >"$log" 2>&1; then
        by=SURVIVED
    else
        seed=$(shown_at "$log")
        by=$(shown_by "$log" "$seed")
    fi
    case $by in 'NOT BUILT' | SURVIVED) survived=$((survived + 1)) ;; esac
    printf '%-30s %8s  %-44s %s\n' "$name" "$seed" "$by" "$(head -n 1 "$here/mutants/$name.patch")"
    rm -rf "${work:?}/$name"
done
echo "${#names[@]} mutants, $survived of them not shown in $count seeds"
[ "$survived" -eq 0 ]
