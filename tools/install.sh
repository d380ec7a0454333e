#!/bin/bash
# install.sh: install the Debian packages of packages.txt that are missing. Does nothing, quickly, where all are there.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

policy=/usr/sbin/policy-rc.d

wanted() {
  sed 's/#.*//' "$SLUICE_ROOT/tools/packages.txt" | tr -s ' \n' '\n' | sed '/^$/d'
  # Any node will do: Debian's own (18) works, and so does one installed from elsewhere, which mostly brings its npm.
  command -v node > /dev/null || echo nodejs
  command -v npm > /dev/null || echo npm
}

missing() {
  local packages
  packages=$(wanted)
  # shellcheck disable=SC2086  # one word a package
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2> /dev/null |
    sed -n 's/^installed //p' | sort -u | comm -13 - <(sort -u <<< "$packages")
}

command -v dpkg-query > /dev/null || fail "this is no Debian: install what tools/packages.txt lists by your own means"
mapfile -t packages < <(missing)
[ ${#packages[@]} -gt 0 ] || exit 0
[ "$(id -u)" = 0 ] || fail "missing, and only root can install them: apt-get install ${packages[*]}"

say "installing ${packages[*]}"
# Packages of servers start them when installed. This file, which Debian's maintainer scripts ask first, forbids it.
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -y -qq -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3)
"${apt[@]}" update || warn "apt-get update failed; trying with the package lists that are there"
"${apt[@]}" install --no-install-recommends "${packages[@]}" < /dev/null > /dev/null ||
  fail "apt-get could not install them. This needs Debian 12 (bookworm) with its 'main' and security archives in reach"
