#!/bin/sh
# Calls that have no place here, each with its reason.
# usage: banned.sh ROOT
set -eu
cd "$1"
found=$(mktemp)
trap 'rm -f "$found"' EXIT

# ban DIRECTORIES NAMES REASON
ban() {
    for directory in $1; do
        [ -d "$directory" ] || continue
        # A call, not a word in a comment or a longer name.
        find "$directory" -name '*.[ch]' -exec grep -HnE "(^|[^A-Za-z0-9_\".>*])($2)[[:space:]]*\\(" {} + |
            grep -vE '^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)' | sed "s|\$|    [$3]|" >>"$found" || true
    done
}
all='proto store node tests'
ban "$all" 'strcpy|strcat|stpcpy|sprintf|vsprintf|gets' 'knows no bound'
ban "$all" 'strtok|strtok_r' 'writes into what it reads'
ban "$all" 'atoi|atol|atoll|atof|sscanf' 'cannot say that it failed'
ban "$all" 'alloca' 'has no error'
ban "$all" 'system|popen' 'starts a shell'
ban "$all" 'tmpnam|tempnam|mktemp' 'races'
ban "$all" 'rand|random|srand' 'is guessable'
ban 'proto store node' 'msgpack_unpack[a-z_]*|msgpack_unpacker[a-z_]*' 'takes memory by a length from outside'
# Only the store opens a database, only the links open streams.
ban 'proto node' 'mdb_[a-z_]+' 'belongs to store'
if [ -s "$found" ]; then
    echo "banned: calls that have no place here:"
    cat "$found"
    exit 1
fi
