#!/usr/bin/env bash
# clang-tidy over src/ and bench/ without their tests (half the time for the other half of the findings), as the release preset compiles
# them, or over the files named.
#
# usage: tools/tidy.sh [FILE…]
set -euo pipefail
cd "$(dirname "$0")/.."

[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'src/*.cc' 'bench/*.cc' | grep -v '_test\.cc$')
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 2 nice clang-tidy --quiet -p build/release
