#!/usr/bin/env bash
# Prints every figure of docs/performance.md, measured here and now. Nothing is written but build/.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=0
for bench in floor match memory s3 collector noise invictus; do
  echo "== bench/$bench"
  python3 "bench/$bench" || failed=1
done
exit $failed
