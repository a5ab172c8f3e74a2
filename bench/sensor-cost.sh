#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the sensor costs loads in a container: see sensor-cost.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "What the sensor costs"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
${CC:-cc} -std=gnu17 -O2 -Wall -static "$bench/sensor-load.c" -o "$tmp/load"
python3 "$bench/sensor-cost.py" "$tmp/load" "$@"
