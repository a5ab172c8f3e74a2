#!/bin/bash
# Fetches Debian's kernel 6.1 once and makes an initial file system for it, for `make test-vm`; prints the directory that holds `vmlinuz` and `initrd`.
# Outside the tree: ${XDG_CACHE_HOME:-~/.cache}/plimsoll-test, about 20 MB. Nothing is installed.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
say() { echo "vm-kernel.sh: $*" >&2; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-test
# The newest of bookworm, as apt knows it.
package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-6\.1\.[^ ]*\)$/\1/p' | head -1)
[ -n "$package" ] || { say "apt knows no linux-image-amd64 of Debian 12: run 'apt-get update'"; exit 1; }
dir=$cache/vm-${package#linux-image-}
# What the root file system needs of the kernel's modules: the machine's own files over virtio, a writable layer above them.
modules="virtio_pci 9p 9pnet_virtio overlay"

mkdir -p "$cache"
exec 9>"$cache/lock-vm"
flock 9
work=$cache/vm-build
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
if [ ! -e "$dir/vmlinuz" ]; then
  say "fetching $package (70 MB)"
  mkdir -p "$work/archives/partial"
  (cd "$work" && apt-get -qq -o "Dir::Cache::archives=$work/archives" -o APT::Sandbox::User=root download "$package" && dpkg-deb -x "$package"_*.deb root) >&2 || { say "$package could not be fetched"; exit 1; }
  version=$(ls "$work/root/lib/modules")
  depmod -b "$work/root" "$version"
  mkdir -p "$work/kernel/modules"
  for m in $modules; do
    modprobe -d "$work/root" -S "$version" --show-depends "$m" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++' | while read -r path; do
    cp "$path" "$work/kernel/modules/"
    basename "$path" >>"$work/kernel/modules/order"
  done
  cp "$work/root/boot/vmlinuz-$version" "$work/kernel/vmlinuz"
  rm -rf "$dir"
  mv "$work/kernel" "$dir"
fi
# The initial file system is made each time: test/vm/init is part of the tree.
mkdir -p "$work/initrd"/{bin,dev,proc,sys,lower,upper,root}
cp /bin/busybox "$work/initrd/bin/"
cp -r "$dir/modules" "$work/initrd/"
install -m 755 "$top/test/vm/init" "$work/initrd/init"
(cd "$work/initrd" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$dir/initrd.new"
mv "$dir/initrd.new" "$dir/initrd"
echo "$dir"
