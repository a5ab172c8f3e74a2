#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sensor beside 1,000 short-lived containers a minute, for ten minutes: see sensor-soak.py, whose options these are (--seconds 60 for a look).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
with_program "The sensor and short-lived containers" sensor-soak.py "bench/sensor-storm.c test/kernel/act-net.c" "$@"
