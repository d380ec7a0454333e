#!/bin/bash
# get_mysql97.sh [FOLDER]: unpack the newest MySQL server and clients of Debian's unstable suite into a folder.
#
# Debian 12 has no MySQL. The packages of unstable are unpacked, not installed: nothing outside the folder changes,
# apt's own state included, and the programs run with the loader and the libraries that came with them, by FOLDER/my9:
#
#   FOLDER/my9 usr/sbin/mysqld --version
#   FOLDER/my9 usr/bin/mysqlbinlog --version
#
# The mirror is the one that this machine's apt already uses. Unstable moves and may lose MySQL any day: whoever calls
# this must be able to do without. The folder is complete when FOLDER/version exists.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

target=$(realpath -m "${1:-$SLUICE_TOOLS/mysql97}")
[ ! -s "$target/version" ] || exit 0

say "fetching MySQL of Debian unstable into $target"
work=$target.partial
rm -rf "$work"
apt=$work/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,sources} "$work/root"
: > "$apt/status"
cleanup() { rm -rf "$work"; }
trap cleanup EXIT

key=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$key" ] || fail "no Debian archive key at $key: install debian-archive-keyring"
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
mirror=$(apt-get update --print-uris 2>/dev/null |
  sed -n "s|^'\(.*\)/dists/${codename}/InRelease'.*|\1|p" | head -n 1)
[ -n "$mirror" ] || fail "apt's configuration names no mirror of Debian '$codename' that could be asked for unstable"
echo "deb [signed-by=$key] $mirror sid main" > "$apt/sources/sid.list"

# An apt that knows nothing installed here and writes only below the folder.
isolated_apt() {
  timeout 300 apt-get -qq -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
    -o Dir::Cache="$apt/cache" -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$apt/sources" \
    -o Dir::Etc::PreferencesParts=/dev/null -o APT::Sandbox::User=root -o Acquire::Retries=3 "$@"
}
isolated_apt update || fail "the package lists of Debian unstable cannot be fetched"
isolated_apt install -y --download-only --no-install-recommends mysql-server-core mysql-client-core ||
  fail "Debian unstable offers no mysql-server-core and mysql-client-core today"
for package in "$apt"/cache/archives/*.deb; do dpkg -x "$package" "$work/root"; done

cat > "$work/my9" <<'WRAPPER'
#!/bin/bash
# my9 PROGRAM ARGUMENTS: run an unpacked program (usr/sbin/mysqld ...) with the loader and libraries unpacked with it
root=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/root
program=$1
shift
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" \
  --argv0 "$program" "$root/$program" "$@"
WRAPPER
chmod +x "$work/my9"
version=$("$work/my9" usr/sbin/mysqld --no-defaults --version) || fail "the unpacked mysqld does not start"
rm -rf "$apt" "$target"
mv "$work" "$target"
echo "$version" > "$target/version"
say "$(sed 's/.*Ver /MySQL /' "$target/version")"
