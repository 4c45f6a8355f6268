#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# usage: tidy.sh TOP STAMPS FLAG...
#
# Runs clang-tidy with the compiler FLAGs over every C file of the tree at TOP,
# as many at a time as there are processors, and leaves STAMPS/<file>.ok for
# each that is clean. A file whose stamp is newer than every header and than
# itself is not looked at again.
set -eu
top=$1
stamps=$2
shift 2
mkdir -p "$stamps"
cd "$top"
newest_header=$(find core emu analysis tests .clang-tidy \( -name '*.h' -o -name .clang-tidy \) -printf '%T@ %p\n' |
    sort -rn | sed -n '1s/^[^ ]* //p')

# One file: $1 the file, $2 the stamps, $3 the newest header, the rest flags.
# shellcheck disable=SC2016 # expanded by the inner shell
one='
    file=$1 stamps=$2 header=$3
    shift 3
    stamp=$stamps/$file.ok
    if [ "$stamp" -nt "$file" ] && [ "$stamp" -nt "$header" ]; then exit 0; fi
    mkdir -p "${stamp%/*}"
    rm -f "$stamp"
    clang-tidy --quiet "$file" -- "$@" 2>/dev/null && : >"$stamp"
'
find core emu analysis tests -name '*.c' -print0 |
    xargs -0 -P "$(nproc)" -I{} sh -c "$one" tidy {} "$stamps" "$newest_header" "$@"
