#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves "make sim" and "make test" from nothing: a minimal Debian 12 (or SUITE) in a chroot,
# with the sources of HEAD and no package but make. (A newcomer has make and, to
# clone, git; the rest is for install_deps.sh to find missing.)
#
#   SUITE=name       Debian suite: bookworm (12) or trixie (13)   (default: bookworm)
#   TARGETS=names    of make                         (default: sim test); pip-check is the Python package
#   FRAMES=n         frames of the simulation        (default: the bench's own)
#   WORKTREE=1       the working tree instead of HEAD
#   MIRROR=url       Debian mirror                   (default: this machine's)
#   FRESH_TMP=dir    where the chroot is made        (default: /var/tmp)
# The bare system is kept in build/fresh/; delete it to fetch it again.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || die "fresh-check makes a chroot: run it as root (sudo make fresh-check)"
for tool in debootstrap git; do
  command -v $tool >/dev/null || die "$tool is missing: apt-get install -y --no-install-recommends $tool"
done

suite=${SUITE:-bookworm}
case $suite in
  bookworm | trixie) ;;
  *) die "SUITE is '$suite'; give SUITE=bookworm or SUITE=trixie" ;;
esac
base=build/fresh/$suite-$(dpkg --print-architecture).tar
work=$(mktemp -d "${FRESH_TMP:-/var/tmp}/nrc-fresh.XXXXXX")
root=$work/root
mounted=()
# shellcheck disable=SC2317,SC2329 # called by the trap
cleanup() {
  local i
  for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
    umount "${mounted[i]}" || umount -l "${mounted[i]}" || true
  done
  # Never delete through a mount that did not go away.
  if grep -q " $work/" /proc/mounts; then
    echo "warning: $work is still in use, left behind" >&2
  else
    rm -rf --one-file-system "$work"
  fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

if [ ! -e "$base" ]; then
  # The mirror this machine's apt uses for Debian; debootstrap's own default otherwise.
  if [ -z "${MIRROR:-}" ]; then
    # shellcheck disable=SC2016  # the fields are apt's
    MIRROR=$(apt-get indextargets --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
      awk '$1 == "Debian" && $3 == "main" && $4 !~ /security/ { print $4; exit }')
  fi
  echo "Fetching a minimal Debian ($suite)"
  mkdir -p build/fresh
  debootstrap --variant=minbase --include=make "$suite" "$root" ${MIRROR:+"$MIRROR"} \
    >"$work/debootstrap.log" 2>&1 || {
    tail -n 3 "$work/debootstrap.log" >&2
    die "debootstrap failed"
  }
  tar -C "$root" --numeric-owner -cf "$base.new" .
  mv "$base.new" "$base"
else
  mkdir "$root"
  tar -C "$root" --numeric-owner -xpf "$base"
fi

# Reach the network the way this machine does. Only apt's Acquire settings
# (proxy, validity) are taken: hooks would call programs that are not there.
for file in /etc/resolv.conf /etc/hosts; do
  if [ -e $file ]; then cp -L --remove-destination $file "$root$file"; fi
done
if grep -qx "VERSION_CODENAME=$suite" /etc/os-release; then
  rm -f "$root/etc/apt/sources.list"
  if [ -e /etc/apt/sources.list ]; then cp /etc/apt/sources.list "$root/etc/apt/"; fi
  for directory in sources.list.d keyrings trusted.gpg.d; do
    if [ -d "/etc/apt/$directory" ]; then cp -rL "/etc/apt/$directory" "$root/etc/apt/"; fi
  done
  cp -L /usr/share/keyrings/* "$root/usr/share/keyrings/" 2>/dev/null || true
fi
apt-config dump 2>/dev/null | grep -E '^Acquire::' >"$root/etc/apt/apt.conf.d/99host" || true
for directory in /etc/ssl/certs /usr/local/share/ca-certificates; do
  if [ -d $directory ]; then
    mkdir -p "$root$directory"
    cp -rL $directory/. "$root$directory/" 2>/dev/null || true
  fi
done
environment=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done

mount_in() { # mount_in TARGET OPTION...
  local target=$root/$1
  shift
  mkdir -p "$target"
  mount "$@" "$target"
  mounted+=("$target")
}
mount_in proc -t proc proc
mount_in dev -t tmpfs -o mode=755 tmpfs
# Nodes of its own: a chmod in there must not reach this machine's.
while read -r device minor; do
  mknod -m 666 "$root/dev/$device" c 1 "$minor"
done <<<$'null 3\nzero 5\nfull 7\nrandom 8\nurandom 9'
# Terminals of its own, as any machine has: the tests open one.
mkdir "$root/dev/pts"
mount_in dev/pts -t devpts -o newinstance,ptmxmode=0666 devpts
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"
mount_in dev/shm -t tmpfs tmpfs

mkdir -p "$root/root/nrc"
if [ "${WORKTREE:-0}" = 1 ]; then
  git ls-files -z --cached --others --exclude-standard |
    tar --null --ignore-failed-read -T - -cf - | tar -C "$root/root/nrc" --no-same-owner -xf -
else
  git archive HEAD | tar -C "$root/root/nrc" --no-same-owner -xf -
fi

run() { # run MAKE_ARGUMENT...
  local start=$SECONDS
  echo "== make $*"
  if chroot "$root" env -i "${environment[@]}" make -C /root/nrc --no-print-directory "$@" </dev/null; then
    results+=("PASS  make $*  $((SECONDS - start)) s")
  else
    results+=("FAIL  make $*  $((SECONDS - start)) s")
    failed=1
  fi
}
results=()
failed=0
for target in ${TARGETS:-sim test}; do
  if [ "$target" = sim ]; then run sim ${FRAMES:+FRAMES="$FRAMES"}; else run "$target"; fi
done
printf '%s\n' '' "Fresh Debian ($suite):" "${results[@]}"
exit $failed
