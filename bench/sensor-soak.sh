#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sensor beside 1,000 short-lived containers a minute, for ten minutes: see sensor-soak.py, whose options these are (--seconds 60 for a look).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "The sensor and short-lived containers"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -std=gnu17 -O2 -Wall -I "$top/test/kernel" -static "$bench/sensor-storm.c" "$top/test/kernel/act-net.c" -o "$tmp/storm"
python3 "$bench/sensor-soak.py" "$tmp/storm" "$@"
