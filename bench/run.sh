#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# All benchmarks, or those named: bench/run.sh [NAME]… Inputs are made from real packages when they are missing and kept in
# ${PLIMSOLL_BENCH_CACHE:-/var/tmp/plimsoll-bench}. PLIMSOLL_BENCH_ROUNDS: how often each command runs (7; _LARGE for the long ones).
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || set -- scan-image peers memory match db-build cache json deb822 lockfiles secrets gitleaks policy check admit rbac config-peers sensor sensor-storm sensor-cost sensor-idle
echo "$(date -u +%F), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo), Linux $(uname -r | cut -d- -f1)"
grep -qw sha_ni /proc/cpuinfo || echo "This processor has no SHA instructions: sha256 takes most of the time of a scan."
busy() { awk '$1 > 1 { print "The machine is busy (load " $1 "): wall clock times are worth little." }' /proc/loadavg; }
busy
for name; do
  case $name in json | deb822) title "$name reader" ;; esac
  "$bench/$name.sh"
done
title "$(busy)"
