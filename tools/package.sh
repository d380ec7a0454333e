#!/bin/bash
# package.sh: put the release programs into build/package/sluice-<version>-linux-<machine>.tar.gz.
#
# No Debian package and no static program: the archive holds the programs without debug information, the licence, and
# a list of the shared libraries they need with the Debian 12 packages that have them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"

tools/build.sh release
version=$(sed -n 's/^project(sluice VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=sluice-$version-linux-$(uname -m)
out=build/package
rm -rf "$out"
mkdir -p "$out/$name/bin"

programs=()
for program in sluice-instance sluiced sluice-console sluicectl; do
  [ -x "build/release/src/$program" ] || continue
  objcopy --strip-debug "build/release/src/$program" "$out/$name/bin/$program"
  programs+=("$out/$name/bin/$program")
done
[ ${#programs[@]} -gt 0 ] || fail "the release build has no program in build/release/src"
cp LICENSE NOTICE "$out/$name/"

# file_package LIBRARY: the Debian package it belongs to. dpkg knows files by their path before or after the /usr merge.
file_package() {
  local path
  path=$(realpath "$1")
  { dpkg-query -S "$path" 2> /dev/null || dpkg-query -S "${path#/usr}" 2> /dev/null || echo "unknown: "; } |
    sed 's/:.*//' | head -n 1
}
{
  echo "Shared libraries that the programs in bin/ need, and the Debian 12 packages that have them."
  echo
  ldd "${programs[@]}" | sed -n 's/^\s*\(\S*\) => \(\/\S*\).*/\1 \2/p' | sort -u | while read -r library path; do
    printf '%-28s %s\n' "$library" "$(file_package "$path")"
  done
} > "$out/$name/LIBRARIES"
tar -C "$out" --sort=name --owner=0 --group=0 --numeric-owner -czf "$out/$name.tar.gz" "$name"
cat "$out/$name/LIBRARIES"
say "$out/$name.tar.gz: $(du -h "$out/$name.tar.gz" | cut -f1), for Debian 12 with the packages above"
