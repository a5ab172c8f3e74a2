#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check on 10,000 manifests, on one object of a megabyte and on a pod of 10,000 containers.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Checking manifests with the rules that come with the program"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
python3 "$bench/manifests.py" "$tmp"
rounds=${PLIMSOLL_BENCH_ROUNDS:-7}
# measure NAME LIMIT_MS COMMAND…: the median; exit codes 0, 1 and 3 are answers.
measure() {
  local name=$1 limit=$2 i
  shift 2
  for ((i = 0; i < rounds; i++)); do
    start=$(date +%s%N)
    "$@" >/dev/null 2>"$tmp/err" && rc=0 || rc=$?
    case $rc in 0 | 1) ;; *) echo "  $name: exit code $rc: $(head -3 "$tmp/err")" && exit 1 ;; esac
    echo $((($(date +%s%N) - start) / 1000))
  done | sort -n | awk -v name="$name" -v limit="$limit" '{ v[NR] = $1 } END { m = v[int((NR + 1) / 2)] / 1000; printf "  %-44s %8.1f ms of %d ms  %s\n", name, m, limit, m <= limit ? "holds" : "MISSED" }'
}
measure "nothing but starting (one small pod)" 100 taskset -c "$cores" "$PLIMSOLL" check --quiet --format json "$tmp/small.yaml"
measure "10,000 manifests, $(du -sh "$tmp/many" | cut -f1)" 3000 taskset -c "$cores" "$PLIMSOLL" check --quiet --format json "$tmp/many"
measure "10,000 manifests, pss-restricted" 3000 taskset -c "$cores" "$PLIMSOLL" check --quiet --policy pss-restricted --format json "$tmp/many"
measure "a pod of 10,000 containers" 3000 taskset -c "$cores" "$PLIMSOLL" check --quiet --policy pss-restricted --format json "$tmp/containers.yaml"
title "One object of a megabyte, in the process"
"$BUILD/bench/bench-manifest" "$tmp/large.json" "$tmp/large.yaml"
