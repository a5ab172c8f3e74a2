#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the sensor costs loads in a container: see sensor-cost.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
with_program "What the sensor costs" sensor-cost.py "bench/sensor-load.c" "$@"
