#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the sensor costs loads in a container: see sensor-cost.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
# The floor of this kernel, where its tools are there.
PLIMSOLL_BENCH_FLOOR=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-floor.XXXXXX")
export PLIMSOLL_BENCH_FLOOR
clang -O2 -g -target bpf -mcpu=v3 -I"/usr/include/$(uname -m)-linux-gnu" -c "$bench/sensor-floor.bpf.c" -o "$PLIMSOLL_BENCH_FLOOR/floor.o" 2>/dev/null &&
  ${CC:-cc} -std=gnu17 -O2 -Wall "$bench/sensor-attach.c" -o "$PLIMSOLL_BENCH_FLOOR/attach" -lbpf || rm -f "$PLIMSOLL_BENCH_FLOOR/floor.o"
result=0
(with_program "What the sensor costs" sensor-cost.py "bench/sensor-load.c" "$@") || result=$?
rm -rf "$PLIMSOLL_BENCH_FLOOR"
exit $result
