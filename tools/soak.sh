#!/usr/bin/env bash
# What takes longer than `make check` may: the linter's static analyzer, each fuzz target for ten minutes, and the whole-program tests with
# many more points to kill at (TRAILSIFT_SOAK=1 tells them). Ends with `N passed, N failed`.
#
# usage: tools/soak.sh [MINUTES_OF_FUZZING]
set -uo pipefail
cd "$(dirname "$0")/.."

seconds=$((${1:-10} * 60))
passed=0
failed=0
note() {
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $*"
  fi
}

tools/build.sh fuzz fuzzers && tools/build.sh release all || exit 1
note tools/tidy.sh --deep
for target in build/fuzz/*_fuzz; do
  note tools/fuzz_one.sh "$target" "$seconds"
done
for folder in tests/integration tests/issues; do
  compgen -G "$folder/*_test.py" >/dev/null || continue
  note env TRAILSIFT_SOAK=1 TRAILSIFT_BIN="$PWD/build/release/trailsift" \
    python3 -m unittest discover -v -s "$folder" -t "$folder" -p '*_test.py'
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
