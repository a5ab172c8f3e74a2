#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The sensor when nothing happens: see sensor-idle.py, whose options these are.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "The sensor at rest"
python3 "$bench/sensor-idle.py" "$@"
