#!/usr/bin/env bash
# Configures and builds a preset, quietly unless something is wrong.
#
# usage: tools/build.sh [PRESET [TARGET…]]     (default: release trailsift)
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-release}
shift || true
[ $# -gt 0 ] || set -- trailsift

if ! configured=$(cmake --preset "$preset" 2>&1); then
  echo "$configured" >&2
  exit 1
fi
cmake --build --preset "$preset" --target "$@"
