# Sourced by ./run and the scripts beside this file: where things are, and how to speak.
SLUICE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SLUICE_TOOLS=${SLUICE_TOOLS:-$SLUICE_ROOT/.tools}

say() { echo "== $*"; }

warn() { echo "!! $*" >&2; }

# fail MESSAGE: say what failed and what to do about it, and end.
fail() {
  warn "$*"
  exit 1
}

# quiet_npm FOLDER ARGUMENTS: npm in a folder, running no script of any package, bounded in time, saying little.
quiet_npm() {
  local folder=$1
  shift
  (cd "$folder" &&
    timeout 300 npm --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=2 "$@" >&2)
}
