#!/usr/bin/env bash
# Builds and runs every test, real servers included. Each step writes build/check/STEP.log; after a failed one the next goes on, so that
# one run shows all faults. Ends with the minutes of each step, the end of each failed log, the faults once more in short, `N passed, N failed`.
#
# usage: tools/check.sh [STEP…]     steps: layers format release dev tsan fuzz servers docs tidy
set -uo pipefail
cd "$(dirname "$0")/.."
logs=build/check
mkdir -p "$logs"

fuzz_seconds=30
all_steps=(layers format release dev tsan fuzz servers docs tidy)

layers() { python3 tools/check_layers.py && python3 tools/check_layers_test.py; }

format() {
  git ls-files -z 'src/*.h' 'src/*.cc' 'fuzz/*.h' 'fuzz/*.cc' 'bench/*.h' 'bench/*.cc' 'tests/*.h' 'tests/*.cc' |
    xargs -0 -r clang-format --dry-run -Werror
}

# GCC, optimised: the program as users build it, for the whole-program tests below. The unit tests are clang's, without optimisation, with
# sanitizers: compiling is what takes the time.
release() { tools/build.sh release all; }

dev() { tools/build.sh dev unit_tests && ctest --preset dev; }

# Without address randomisation where that may be switched off: this TSan refuses some kernels' layouts.
tsan() {
  local plain=()
  setarch -R true 2>/dev/null && plain=(setarch -R)
  tools/build.sh tsan unit_tests && "${plain[@]}" ctest --preset tsan -L unit
}

# Each target for a short while from its seeds; what it finds new stays in build/.
fuzz() {
  tools/build.sh dev fuzzers || return 1
  local targets=(build/dev/*_fuzz)
  [ -x "${targets[0]}" ] || { echo "no fuzz target was built"; return 1; }
  printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} tools/fuzz_one.sh {} "$fuzz_seconds"
}

# Whole programs and real servers; tests/integration/servers.py installs and starts those.
servers() {
  tools/build.sh release all || return 1
  local failed=0 folder
  for folder in tests/integration tests/golden tests/issues; do
    compgen -G "$folder/*_test.py" >/dev/null || continue
    echo "== $folder"
    TRAILSIFT_BIN=$PWD/build/release/trailsift python3 -m unittest discover -v -s "$folder" -t "$folder" -p '*_test.py' || failed=1
  done
  return $failed
}

docs() { tools/build.sh release trailsift && python3 tools/check_docs.py; }

tidy() { tools/build.sh release all && tools/tidy.sh; }

steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=("${all_steps[@]}")
for step in "${steps[@]}"; do
  [[ " ${all_steps[*]} " == *" $step "* ]] || { echo "check: no step $step; steps are ${all_steps[*]}" >&2; exit 2; }
done

passed=0
failed=0
report=()
failures=()
for step in "${steps[@]}"; do
  begin=$(date +%s%N)
  if "$step" >"$logs/$step.log" 2>&1 </dev/null; then
    verdict=ok
    passed=$((passed + 1))
  else
    verdict=FAILED
    failed=$((failed + 1))
    failures+=("$step")
  fi
  line=$(printf '%-8s %-6s %6.1f min' "$step" "$verdict" "$(awk -v ns=$(($(date +%s%N) - begin)) 'BEGIN { print ns / 6e10 }')")
  report+=("$line")
  echo "$line"
done

echo
echo "minutes for each step:"
printf '  %s\n' "${report[@]}"
for step in "${failures[@]}"; do
  echo "---- $step: the end of $logs/$step.log"
  tail -n 60 "$logs/$step.log"
done
# Once more and short, so that whoever sees only the last lines of a CI run knows what to mend.
for step in "${failures[@]}"; do
  echo "---- $step failed; what it says of its faults:"
  grep -aE '^(FAIL|ERROR): |error: |Error:|\[  FAILED  \]|Failure$|\*\*\*Failed|SUMMARY: ' "$logs/$step.log" | cut -c -200 | tail -n 6
done
[ "$failed" -eq 0 ] || echo "failed: ${failures[*]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
