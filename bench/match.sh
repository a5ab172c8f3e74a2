#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Opening the database and matching 1,000 packages of bookworm, each of another source package, 250 of which have records: any of them, and
# the hardest case there is, those with the most records.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_db
title "Opening the database and matching 1,000 packages, warm"
[ -n "$db" ] || { echo "  bench/match: no shared advisories"; exit 0; }
list=$(ls /var/lib/apt/lists/*_debian_dists_bookworm_main_binary-amd64_Packages* 2>/dev/null | head -1 || true)
[ -n "$list" ] || { echo "  bench/match: no Packages list of bookworm here (apt-get update)"; exit 0; }
make_system() {
  mkdir -p "$2/etc" "$2/var/lib/dpkg"
  printf 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' >"$2/etc/os-release"
  /usr/lib/apt/apt-helper cat-file "$list" | python3 "$bench/status.py" "$db" "$1" >"$2/var/lib/dpkg/status"
}
for choice in spread most; do
  kept "system-$choice" make_system "$choice"
  line=$("$BUILD/bench/bench-match" "$db" "$cache/system-$choice" 101)
  echo "  $choice: $line"
  ms=$(sed -n 's/.*: \([0-9.]*\) ms .*/\1/p' <<<"$line")
  awk -v m="$ms" 'BEGIN { printf "  %-6s %.2f ms of 15 ms\n", m <= 15 ? "holds" : "MISSED", m }'
done
