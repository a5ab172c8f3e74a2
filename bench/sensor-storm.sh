#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Acts that rules are about in a storm of opens in a container: see sensor-storm.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
with_program "The sensor in a storm of opens" sensor-storm.py "bench/sensor-storm.c test/kernel/act-net.c" "$@"
