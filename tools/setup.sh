#!/usr/bin/env bash
# Installs what a bare Debian 12 lacks, by package name from Debian's own archive, whose release pins the versions (docs/dependencies.md
# says what each package is for). As root, or through sudo. Says nothing and takes no second when all is there.
#
# usage: tools/setup.sh build|check
#   build  what `make build` and `make demo` need
#   check  also what `make check`, `make bench` and `make soak` need: the second compiler, the linters, the real servers' runtimes, a browser
set -euo pipefail

build=(build-essential ca-certificates ccache cmake libboost-dev libcli11-dev libcurl4-openssl-dev libdeflate-dev libfmt-dev libgmock-dev
  libgtest-dev libisal-dev libpcre2-dev libpugixml-dev libsimdjson-dev libsnappy-dev libspdlog-dev libsqlite3-dev libssl-dev libxxhash-dev
  libyaml-cpp-dev libzstd-dev mold ninja-build pkg-config prometheus-cpp-dev python3 zlib1g-dev)
check=("${build[@]}" chromium clang clang-format fonts-dejavu-core libclang-rt-14-dev maven openjdk-17-jre-headless python3-venv)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  check) wanted=("${check[@]}") ;;
  *)
    echo "usage: tools/setup.sh build|check" >&2
    exit 2
    ;;
esac

installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^ii *//p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

. /etc/os-release
if [ "${ID:-}" != debian ] || [ "${VERSION_ID:-}" != 12 ]; then
  echo "setup: this is ${PRETTY_NAME:-an unknown system}; the packages are those of Debian 12. Install by hand: ${missing[*]}" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: run this as root once, or install sudo; missing: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"; }
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" | sed -E 's#[a-z]+://[^ ]+#(archive)#g' >&2
  echo "setup: apt-get failed; the last lines are above" >&2
  exit 1
fi
