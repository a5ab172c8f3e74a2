#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The search for secrets alone, on one core: over an application's installed npm packages, confirmation and entropy included, beside hashing the same bytes in memory. The
# findings are listed: there should be few, and each be looked at. `bench/secrets.sh [DIR]`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
dir=${1:-}
if [ -z "$dir" ]; then
  fixture_node_tree || { echo "bench/secrets: the npm packages cannot be installed"; exit 0; }
  dir=$cache/node-tree
fi
title "Secrets in $dir"
found=$(PLIMSOLL_BENCH_LIST=1 taskset -c $core "$BUILD/bench/bench-secrets" "$dir" "${PLIMSOLL_BENCH_ROUNDS:-7}")
echo "$found"
rate=$(sed -n 's/.* s, \([0-9]*\) MB\/s; .*/\1/p' <<<"$found")
check "800 MB/s of one core" "$rate >= 800" "$rate MB/s"
