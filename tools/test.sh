#!/bin/bash
# test.sh [unit|e2e|fuzz|memory|threads]: one stage of the tests, or all of them, with results in build/test-results/.
# All: a stage that fails does not keep the later ones from running; the end says which failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$SLUICE_ROOT"
results=$SLUICE_ROOT/build/test-results

# unit_tests PRESET FOLDER: every gtest program of a preset; each writes its cases to FOLDER. As with the end to end
# tests a program in which something failed is run once more, alone.
unit_tests() {
  rm -rf "$2"
  mkdir -p "$2"
  export GTEST_OUTPUT="xml:$2/"
  local run=(ctest --test-dir "build/$1" --output-on-failure --no-tests=error --timeout 300)
  "${run[@]}" -j "$(nproc)" && return
  warn "some unit tests failed; running those programs once more"
  "${run[@]}" --rerun-failed ||
    fail "unit tests of '$1' failed twice; one of them alone: build/$1/src/<folder>_test --gtest_filter=..."
  warn "UNSTABLE: the unit tests that ran last failed first and passed when run again"
}

# e2e_tests PRESET FOLDER PYTEST-ARGUMENTS...: the end to end tests against the program of a preset.
e2e_tests() {
  local preset=$1 folder=$2
  shift 2
  rm -rf "$folder"
  mkdir -p "$folder"
  # -u PYTHONPATH and friends: only Debian's own packages count.
  e2e_run "$preset" "$folder/e2e.xml" "$@" && return
  # Real servers on a busy machine miss a deadline now and then. What failed is tried once more, alone; what passes
  # then is said to be unstable, what does not has failed.
  warn "some end to end tests failed; trying those once more"
  local failed
  mapfile -t failed < <(/usr/bin/python3 tools/second_try.py --failed "$folder/e2e.xml")
  [ ${#failed[@]} -gt 0 ] || fail "the end to end tests could not be run"
  SLUICE_E2E_WORKERS=0 e2e_run "$preset" "$folder/again.xml" "${failed[@]}" ||
    fail "end to end tests failed twice; one of them alone: ./run test e2e -k <part of its name>"
  /usr/bin/python3 tools/second_try.py "$folder/e2e.xml" "$folder/again.xml"
}

# e2e_run PRESET RESULTS PYTEST-ARGUMENTS...: SLUICE_E2E_WORKERS files at once, 3 where nothing is said: tests wait for
# most of their time.
e2e_run() {
  local preset=$1 file=$2
  shift 2
  (cd tests/e2e && SLUICE_PRESET=$preset PYTHONDONTWRITEBYTECODE=1 env -u PYTHONPATH -u PYTHONHOME \
    /usr/bin/python3 -m pytest --numprocesses="${SLUICE_E2E_WORKERS:-3}" --dist=loadfile --junitxml="$file" "$@")
}

# fetch WHAT...: what cannot be fetched makes tests skip, and is said loudly.
fetch() {
  local what
  for what in "$@"; do
    "tools/get_$what.sh" || warn "going on WITHOUT $what: every test that needs it is skipped"
  done
}

fetch_clients() { fetch mysql97 mysql56 node_clients; }

stage_unit() {
  tools/build.sh release
  fetch mysql97  # a MetaDB may be one
  say "unit tests"
  unit_tests release "$results/unit"
}

stage_e2e() {
  tools/build.sh release
  fetch_clients
  fetch virtual_machine
  say "end to end tests"
  e2e_tests release "$results/e2e" "$@"
}

stage_fuzz() {
  tools/build.sh fuzz fuzzers
  say "fuzz"
  /usr/bin/python3 tools/fuzz.py build/fuzz "$results/fuzz"
}

# sanitized PRESET: unit tests and a few end to end tests of a build with sanitizers.
sanitized() {
  local preset=$1
  export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=second_deadlock_stack=1:halt_on_error=1
  fetch_clients
  tools/build.sh "$preset"
  say "unit tests under $preset"
  unit_tests "$preset" "$results/sanitizers/$preset"
  say "end to end tests under $preset"
  SLUICE_E2E_WORKERS=2 e2e_tests "$preset" "$results/sanitizers/$preset-e2e" -m smoke
}

stage_memory() { sanitized asan-ubsan; }
stage_threads() { sanitized tsan; }

stage_build() { tools/build.sh release; }
stage_lint() { tools/lint.sh; }

everything() {
  local stage failed=() started
  rm -rf "$results"
  for stage in build lint unit e2e fuzz memory threads; do
    started=$SECONDS
    if "$0" "$stage"; then
      say "$stage: passed in $((SECONDS - started)) s"
    else
      warn "$stage: FAILED after $((SECONDS - started)) s"
      failed+=("$stage")
      [ "$stage" != build ] || break  # nothing else can run
    fi
  done
  /usr/bin/python3 tools/count_results.py "$results" --skips
  [ ${#failed[@]} -eq 0 ] || fail "failed: ${failed[*]}"
}

stage=${1:-everything}
[ $# -eq 0 ] || shift
case $stage in
  build | lint | unit | e2e | fuzz | memory | threads) "stage_$stage" "$@" ;;
  everything) everything ;;
  *) fail "there is no './run test $stage': unit, e2e, fuzz, memory, threads, or nothing for all" ;;
esac
