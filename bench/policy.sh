#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Conditions: all of Falco's published rules on recorded system calls of a workload, 60 of 100 opens, 12 execs, most with six ancestors.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Rules on system calls"
if [ ! -d "$shared/falco-rules" ]; then echo "no Falco rules in $shared/falco-rules"; exit 0; fi
if ! command -v strace >/dev/null; then echo "strace is missing: nothing to record with"; exit 0; fi
kept policy-events.jsonl python3 "$bench/policy-record.py"
"$BUILD/bench/bench-policy" "${PLIMSOLL_BENCH_ROUNDS:-7}" "$cache/policy-events.jsonl" "$shared"/falco-rules/*.yaml
