#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Acts that rules are about in a storm of opens in a container: see sensor-storm.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "The sensor in a storm of opens"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -std=gnu17 -O2 -Wall -I "$top/test/kernel" -static "$bench/sensor-storm.c" "$top/test/kernel/act-net.c" -o "$tmp/storm"
python3 "$bench/sensor-storm.py" "$tmp/storm" "$@"
