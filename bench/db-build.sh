#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Building the advisory database of all shared feeds: time, memory, size.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "db build of all shared advisories"
[ -d "$shared/advisories" ] || { echo "  bench/db-build: no shared advisories"; exit 0; }
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
{
  printf 'run\tbuild\t%s --quiet db build --db %s %s\n' "$PLIMSOLL" "$tmp/a.db" "$shared/advisories"
  printf 'check\ttime\tbuild <= 25\n'
} | python3 "$bench/measure.py" --cpu $cores --rounds "${PLIMSOLL_BENCH_ROUNDS_LARGE:-3}" 2>/dev/null
read -r kib _ samples < <(python3 "$bench/pss.py" -- "$PLIMSOLL" --quiet db build --db "$tmp/b.db" "$shared/advisories" 2>/dev/null)
size=$(stat -c %s "$tmp/b.db")
awk -v k="$kib" -v s="$samples" -v b="$size" 'BEGIN {
  printf "  %-6s memory: %.0f MiB of 512 MiB (%d samples)\n", k <= 512 * 1024 ? "holds" : "MISSED", k / 1024, s
  printf "  %-6s size: %.1f MB of 150 MB\n", b <= 150e6 ? "holds" : "MISSED", b / 1e6 }'
