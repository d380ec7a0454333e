#!/bin/bash
# build.sh [PRESET [TARGET...]]: configure and build one preset of CMakePresets.json (release where none is named), all
# of it or some targets.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"

preset=${1:-release}
[ $# -eq 0 ] || shift
grep -q "\"name\": \"$preset\"" CMakePresets.json || fail "there is no preset '$preset'; CMakePresets.json has them all"
say "build $preset"
# What one checkout compiled serves another: paths inside it do not count.
export CCACHE_BASEDIR=$SLUICE_ROOT CCACHE_NOHASHDIR=true
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset "$preset" > "$log" 2>&1; then
  cat "$log" >&2
  fail "cmake could not configure '$preset'. If build/$preset was made elsewhere or by another CMake: ./run clean"
fi
cmake --build "build/$preset" ${1:+--target "$@"} ||
  fail "the build of '$preset' failed: the compiler's first message above says why"
