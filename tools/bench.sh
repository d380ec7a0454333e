#!/bin/bash
# bench.sh [NAME]: run the benchmarks of bench/ (every bench/*.py, or the one named) against the release build.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"

tools/build.sh release
shopt -s nullglob
found=(bench/${1:-*}.py)
[ ${#found[@]} -gt 0 ] || fail "bench/ has no benchmark '${1:-}'"
for benchmark in "${found[@]}"; do
  say "$benchmark"
  /usr/bin/python3 "$benchmark" || fail "$benchmark failed"
done
