#!/bin/bash
# lint.sh [--tidy [all]]: the format of C++ (clang-format), the house style (style.py), the syntax of scripts; with
# --tidy also clang-tidy over the C++ files changed since the last commit, or over all.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"

say "lint"
bad=0
mapfile -t sources < <(git ls-files -co --exclude-standard -- '*.h' '*.cpp' | sort -u)
existing=()
for file in "${sources[@]}"; do [ ! -f "$file" ] || existing+=("$file"); done

if [ ${#existing[@]} -gt 0 ]; then
  clang-format --dry-run --Werror "${existing[@]}" || {
    warn "format: run 'clang-format -i' (version 14) on the files named above"
    bad=1
  }
fi
/usr/bin/python3 tools/style.py || bad=1
for script in run .ci/run tools/*.sh; do bash -n "$script" || bad=1; done

tidy_files() {
  if [ "${2:-}" = all ]; then
    printf '%s\n' "${existing[@]}"
  else
    git diff --name-only HEAD~1 -- '*.h' '*.cpp'
    git ls-files -o --exclude-standard -- '*.h' '*.cpp'
  fi | grep '\.cpp$' | grep -v '_fuzz\.cpp$' | sort -u
}

if [ "${1:-}" = --tidy ]; then
  cmake --preset debug > /dev/null || fail "cmake could not configure 'debug', whose compile commands clang-tidy needs"
  mapfile -t files < <(tidy_files "$@")
  say "clang-tidy over ${#files[@]} files"
  if [ ${#files[@]} -gt 0 ]; then
    # -Wno-unknown-warning-option: the commands are g++'s.
    printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 1 \
      clang-tidy-19 -p build/debug --quiet --extra-arg=-Wno-unknown-warning-option 2> /dev/null || bad=1
  fi
fi
[ "$bad" -eq 0 ] || fail "lint found what is said above"
say "lint: clean"
