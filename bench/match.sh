#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Opening the advisory database of all shared feeds and looking up 1,000 packages, 250 of them source packages with records (among them Debian's linux).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-$top/build}
feeds=${PLIMSOLL_SHARED:-$top/../shared}/advisories
[ -d "$feeds" ] || { echo "bench/match: no shared advisories"; exit 0; }
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
"$BUILD/plimsoll" db build --quiet --db "$tmp/advisories.db" "$feeds" >/dev/null 2>&1
# The packages with most rows first: the worst 250.
zstd -dcq --long=27 "$feeds/debian/debian-osv-cve-slim-11-12-13.jsonl.zst" | grep -o '"ecosystem":"Debian:12","name":"[^"]*"' |
  sort | uniq -c | sort -rn | sed -n '1,250s/.*"name":"\(.*\)"/\1/p' >"$tmp/names"
seq -f 'no-such-package-%g' 750 >>"$tmp/names"
"$BUILD/bench/bench-match" "$tmp/advisories.db" debian:12 <"$tmp/names"
