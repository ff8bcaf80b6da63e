#!/bin/sh
# Every header compiles alone, and a second time after itself.
# usage: headers.sh ROOT CC [FLAGS...]
set -eu
cd "$1"
shift
bad=0
for header in $(find proto store node tests -name '*.h' | sort); do
    if ! printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$@" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -fsyntax-only -x c -; then
        echo "headers: $header does not compile alone, or not twice"
        bad=1
    fi
done
exit $bad
