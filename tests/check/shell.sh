#!/bin/sh
# Every shell script passes shellcheck and stops at its first error.
# usage: shell.sh ROOT
set -eu
cd "$1"
bad=0
for script in $(find deploy tests .ci -type f | sort); do
    case $(head -c 20 "$script" | head -n 1 | tr -d '\0') in
    '#!/bin/sh'* | '#!/bin/bash'* | '#!/usr/bin/env bas'*) ;;
    *) continue ;;
    esac
    shellcheck -x -e SC1091,SC2046,SC2086 "$script" || bad=1
    grep -qE '^set -e' "$script" || { echo "shell: $script does not say set -eu"; bad=1; }
    [ -x "$script" ] || { echo "shell: $script may not be run"; bad=1; }
done
exit $bad
