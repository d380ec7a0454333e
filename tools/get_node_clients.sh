#!/bin/bash
# get_node_clients.sh [FOLDER]: install the npm clients of tests/e2e/clients into a folder, running no script of theirs.
#
# Versions are those of the lock file, which names no registry: npm asks the one that it is configured for. The folder
# is complete when FOLDER/complete holds the lock file's checksum.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

listed=$SLUICE_ROOT/tests/e2e/clients
target=$(realpath -m "${1:-$SLUICE_TOOLS/node_clients}")
wanted=$(sha256sum < "$listed/package-lock.json")
[ "$(cat "$target/complete" 2>/dev/null)" != "$wanted" ] || exit 0

say "installing the npm clients into $target"
rm -rf "$target"
mkdir -p "$target"
cp "$listed/package.json" "$listed/package-lock.json" "$target/"
quiet_npm "$target" ci || fail "npm cannot fetch the clients that $listed/package-lock.json lists"
echo "$wanted" > "$target/complete"
