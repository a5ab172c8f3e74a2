#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll rbac on a cluster of 100,000 bindings: reading it, and answering.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Access in a cluster of 100,000 bindings (45 MB of JSON), 5,000 roles, 2,000 namespaces"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
python3 "$bench/rbac.py" "$tmp/cluster.json" 100000
python3 "$bench/rbac.py" "$tmp/everybody.json" 100000 everybody
rounds=${PLIMSOLL_BENCH_ROUNDS:-7}
# measure NAME LIMIT_MS COMMAND…: medians of wall clock and CPU, the worker's included.
measure() {
  local name=$1 limit=$2 i
  shift 2
  for ((i = 0; i < rounds; i++)); do
    taskset -c "$cores" /usr/bin/time -f "%e %U %S" -o "$tmp/time" "$@" >/dev/null 2>"$tmp/err" || { echo "  $name: $(head -3 "$tmp/err")"; exit 1; }
    awk '{ print $1 * 1000, ($2 + $3) * 1000 }' "$tmp/time"
  done >"$tmp/all"
  awk -v name="$name" -v limit="$limit" -v wall="$(sort -n "$tmp/all" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')" -v cpu="$(sort -n -k2 "$tmp/all" | awk '{ v[NR] = $2 } END { print v[int((NR + 1) / 2)] }')" \
    'BEGIN { printf "  %-44s %6.0f ms of %d ms, %d ms of CPU  %s\n", name, wall, limit, cpu, wall <= limit ? "holds" : "MISSED" }'
}
measure "rbac who-can get secrets" 1000 "$PLIMSOLL" rbac who-can get secrets --quiet -m "$tmp/cluster.json"
measure "rbac risks" 1000 "$PLIMSOLL" rbac risks --quiet --format json -m "$tmp/cluster.json"
measure "rbac paths" 1000 "$PLIMSOLL" rbac paths team-1/sa-1 --quiet -m "$tmp/cluster.json"
measure "rbac paths, everybody may bind everywhere" 1000 "$PLIMSOLL" rbac paths team-1/sa-1 --quiet -m "$tmp/everybody.json"
