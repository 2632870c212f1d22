#!/usr/bin/env bash
# clang-tidy over src/ and bench/ without their tests (half the time for the other half of the findings), as the release preset compiles
# them, or over the files named. A pinned one from PyPI, in build/tidy: Debian's clang-tidy 14 walks the system's headers too, which takes
# three to four times as long. The last lines name what was found. --deep adds the static analyzer: five times as long as all else.
#
# usage: tools/tidy.sh [--deep] [FILE…]
set -euo pipefail
cd "$(dirname "$0")/.."

version=23.1.4
tidy=build/tidy/bin/clang-tidy
if [ ! -e "build/tidy/.clang-tidy-$version" ]; then
  python3 -m venv build/tidy
  build/tidy/bin/pip install -q --disable-pip-version-check "clang-tidy==$version"
  touch "build/tidy/.clang-tidy-$version"
fi

checks=(--checks=-clang-analyzer-*)
if [ "${1:-}" = --deep ]; then
  checks=()
  shift
fi

[ -f build/release/compile_commands.json ] || cmake --preset release >/dev/null
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'src/*.cc' 'bench/*.cc' | grep -v '_test\.cc$')
found=build/tidy/found.txt
if printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 2 "$tidy" --quiet "${checks[@]}" -p build/release >"$found" 2>&1; then
  exit 0
fi
cat "$found"
grep -E '(error|warning): ' "$found" | sort -u | tail -n 15
exit 1
