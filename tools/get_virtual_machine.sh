#!/bin/bash
# get_virtual_machine.sh [FOLDER]: unpack qemu, Debian's kernel and a static busybox into a folder.
#
# For tests that need another kernel than the one they run on, or one that is set up otherwise. The packages are those
# of this Debian; they are unpacked, not installed: nothing outside the folder changes, apt's own state included.
#
#   FOLDER/qemu ARGUMENTS   qemu-system-x86_64 with the libraries, modules and firmware that came with it
#   FOLDER/vmlinuz          the kernel
#   FOLDER/modules          what it needs to mount a folder of this machine, numbered in the order of loading
#   FOLDER/busybox
#
# The libraries that this machine has installed already are taken from there. The folder is complete when
# FOLDER/version exists.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

target=$(realpath -m "${1:-$SLUICE_TOOLS/virtual_machine}")
[ ! -s "$target/version" ] || exit 0
[ "$(dpkg --print-architecture)" = amd64 ] || fail "the virtual machine of the tests is an amd64, as the programs are"

say "fetching qemu and a kernel into $target"
work=$target.partial
rm -rf "$work"
apt=$work/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial} "$work"/{root,kernel,modules}
cleanup() { rm -rf "$work"; }
trap cleanup EXIT

# This machine's sources and its list of what is installed, but lists and archives of our own.
own_apt=(-o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1
  -o Acquire::Retries=3)
own_apt_get() { timeout 600 apt-get -qq "${own_apt[@]}" "$@"; }
own_apt_get update || fail "the package lists of this Debian cannot be fetched"
# --reinstall: also those that are installed, which are to be in the folder all the same.
own_apt_get install -y --download-only --reinstall --no-install-recommends \
  qemu-system-x86 qemu-system-common qemu-system-data seabios busybox-static > /dev/null ||
  fail "this Debian offers no qemu-system-x86 and busybox-static"
# Not the one for clouds: it cannot mount folders of its host.
kernel=$(apt-cache "${own_apt[@]}" depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$kernel" ] || fail "this Debian offers no linux-image-amd64"
(cd "$work/kernel" && own_apt_get download "$kernel") || fail "$kernel cannot be fetched"

for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
dpkg-deb --fsys-tarfile "$work"/kernel/*.deb |
  tar -x -C "$work/kernel" --wildcards './boot/vmlinuz-*' './lib/modules/*.ko'
mv "$work"/kernel/boot/vmlinuz-* "$work/vmlinuz"
mv "$work/root/bin/busybox" "$work/busybox"
number=10
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci \
  netfs fscache 9pnet 9pnet_virtio 9p; do
  file=$(find "$work/kernel/lib" -name "$module.ko")
  [ -z "$file" ] || mv "$file" "$work/modules/$((number++))-$module.ko"  # what is no module is in the kernel itself
done

cat > "$work/qemu" <<'WRAPPER'
#!/bin/bash
# qemu ARGUMENTS: run the unpacked qemu-system-x86_64 with what was unpacked with it
root=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/root
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
export QEMU_MODULE_DIR=$root/usr/lib/x86_64-linux-gnu/qemu
exec "$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
WRAPPER
chmod +x "$work/qemu"
version=$("$work/qemu" --version | head -n 1) || fail "the unpacked qemu does not start"
rm -rf "$apt" "$work/kernel" "$target"
mv "$work" "$target"
echo "$version, $kernel" > "$target/version"
say "$(cat "$target/version")"
