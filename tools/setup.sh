#!/usr/bin/env bash
# setup.sh - brings a bare Debian 12 to the point where govm builds: packages by name, then a Go 1.26 source tree.
# Idempotent; when all is there it does nothing. Prints what it does on stderr and the GOROOT as its only line on stdout.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(clang-19 gcc-12 cmake ninja-build re2c lemon libcmocka-dev libgmp-dev libmpfr-dev libreadline-dev zlib1g-dev libc6-dev python3
  libclang-rt-19-dev llvm-19)
say() { echo "setup: $*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

stamp=build/.setup-$(printf '%s ' "${packages[@]}" | cksum | cut -d' ' -f1)
if [ ! -e "$stamp" ]; then
  missing=()
  for p in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
      say "cannot install: not root and there is no sudo. Install these Debian packages and call again."
      exit 1
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
  fi
  mkdir -p build
  touch "$stamp"
fi

is_goroot() { [ -d "$1/src/runtime" ] && [ -f "$1/src/internal/goversion/goversion.go" ] &&
  grep -q 'const Version = 26$' "$1/src/internal/goversion/goversion.go"; }

# DESIGN: GOVM_GOROOT, go env GOROOT, the usual places, else Debian's package golang-1.26-src.
find_goroot() {
  if [ -n "${GOVM_GOROOT:-}" ]; then
    if is_goroot "$GOVM_GOROOT"; then echo "$GOVM_GOROOT"; return; fi
    say "GOVM_GOROOT=$GOVM_GOROOT is not a Go 1.26 source tree"
    exit 1
  fi
  local d
  for d in build/goroot "$(command -v go >/dev/null && go env GOROOT || true)" /usr/lib/go-1.26 /usr/share/go-1.26 /usr/local/go; do
    if [ -n "$d" ] && is_goroot "$d" && [ -d "$d/test" ]; then (cd "$d" && pwd); return; fi
  done
  return 1
}

fetch_goroot() {
  say "no Go 1.26 source tree found: fetching Debian's golang-1.26-src"
  local w=$PWD/build/goroot-fetch mirror suite
  rm -rf "$w"
  mkdir -p "$w"/{lists/partial,cache/archives/partial,etc,tree}
  mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
    sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:\/\/[^ ]*\/debian)\/?( .*)?$/\3/p' | head -n 1)
  [ -n "$mirror" ] || { say "found no Debian mirror in apt's sources; install golang-1.26-src by hand and set GOVM_GOROOT"; exit 1; }
  : >"$w/etc/sources.list"
  for suite in trixie-backports forky sid; do echo "deb $mirror $suite main" >>"$w/etc/sources.list"; done
  local opt=(-q -o Dir::Etc::sourcelist="$w/etc/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$w/lists"
    -o Dir::Cache="$w/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none)
  apt-get "${opt[@]}" update >&2 || say "some lists could not be read; going on"
  # The patch level that the conformance tables were made with when the mirror has it, else the newest 1.26.
  local version
  version=$(apt-cache "${opt[@]}" madison golang-1.26-src | awk '{print $3}' | grep -m1 '^1\.26\.11-' || true)
  (cd "$w" && apt-get "${opt[@]}" download "golang-1.26-src${version:+=$version}" >&2)
  dpkg -x "$w"/golang-1.26-src_*.deb "$w/tree"
  rm -rf build/goroot
  mv "$w/tree/usr/share/go-1.26" build/goroot
  echo "go$(ls "$w"/golang-1.26-src_*.deb | sed -E 's/.*_([0-9.]+)-.*/\1/')" >build/goroot/VERSION
  rm -rf "$w"
}

goroot=$(find_goroot) || { fetch_goroot; goroot=$(find_goroot) || { say "the fetched tree is not Go 1.26"; exit 1; }; }
echo "$goroot"
