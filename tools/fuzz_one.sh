#!/usr/bin/env bash
# Runs one fuzz target from its seeds in fuzz/corpus/NAME; new inputs go to build/fuzz-corpus/NAME, a crash to build/fuzz-crashes.
#
# usage: tools/fuzz_one.sh build/fuzz/NAME_fuzz SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."

program=$1
seconds=$2
name=$(basename "$program")
found=build/fuzz-corpus/${name%_fuzz}
mkdir -p "$found" build/fuzz-crashes
folders=("$found")
for seeds in "fuzz/corpus/$name" "fuzz/corpus/${name%_fuzz}"; do
  [ -d "$seeds" ] && folders+=("$seeds")
done
log=build/fuzz-corpus/$name.log
if ! "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/fuzz-crashes/$name-" \
  -print_final_stats=1 "${folders[@]}" >"$log" 2>&1; then
  echo "$name FAILED; the end of $log:"
  tail -n 40 "$log"
  exit 1
fi
echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s"
