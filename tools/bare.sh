#!/usr/bin/env bash
# bare.sh COMMAND... - runs a command of this checkout's HEAD in a fresh Debian 12 chroot made by debootstrap, to show that the
# README's commands work by themselves: tools/bare.sh ./dev run examples/hello.go. Needs root and debootstrap.
# The chroot is made once under build/bare-base and copied for every run; KEEP=1 keeps the copy.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo "usage: tools/bare.sh COMMAND..." >&2; exit 2; }
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } |
  sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:\/\/[^ ]*\/debian)\/?( .*)?$/\3/p' | head -n 1)
base=build/bare-base root=build/bare-$$
if [ ! -e "$base/.done" ]; then
  rm -rf "$base"
  debootstrap --variant=minbase bookworm "$base" "$mirror" >&2
  touch "$base/.done"
fi
cleanup() {
  umount "$root/dev/pts" "$root/dev" "$root/proc" 2>/dev/null || true
  [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
}
trap cleanup EXIT
cp -a "$base" "$root"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
[ ! -d /etc/apt/apt.conf.d ] || cp -L /etc/apt/apt.conf.d/*prox* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
mkdir -p "$root/src"
git archive HEAD | tar -x -C "$root/src"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts" # sessions are driven through a pseudo terminal
mount -t proc proc "$root/proc"
env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM:-dumb}" ${http_proxy:+http_proxy="$http_proxy"} \
  chroot "$root" /bin/sh -c 'cd /src && exec "$@"' sh "$@"
