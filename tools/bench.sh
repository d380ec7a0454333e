#!/bin/bash
# bench.sh [NAME [OPTION...]]: run the benchmarks of bench/ (every bench/*.py, or the one named) against the release
# build. `bench.sh instance --help` tells its options.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"

tools/build.sh release
tools/build.sh release sluice-subscribers
shopt -s nullglob
found=(bench/${1:-*}.py)
[ $# -eq 0 ] || shift
[ ${#found[@]} -gt 0 ] || fail "bench/ has no such benchmark; it has: $(basename -s .py bench/*.py | xargs)"
for benchmark in "${found[@]}"; do
  say "$benchmark"
  /usr/bin/python3 "$benchmark" "$@" || fail "$benchmark failed"
done
