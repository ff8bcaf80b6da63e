#!/bin/sh
# The top level holds exactly what the house says, besides dotfiles and build directories.
# usage: top.sh ROOT
set -eu
cd "$1"
want='LICENSE README.md deploy docs meson.build node proto store tests'
got=$(find . -mindepth 1 -maxdepth 1 ! -name '.*' ! -name 'build*' -printf '%f\n' | LC_ALL=C sort | tr '\n' ' ')
if [ "$got" != "$want " ]; then
    echo "top: the top level holds: $got"
    echo "top: it should hold:      $want"
    exit 1
fi
