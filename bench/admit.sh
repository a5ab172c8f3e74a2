#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook under load: a client of our own (bench/https-load.c; h2load sends one body only) holds the rate over 16 TLS connections that stay open. No two requests have the same body, and the time of each
# counts from the moment at which it was due. All rules of the set production, the decision log on a file. `admit.sh [SECONDS]`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Admission reviews"
seconds=${1:-20}
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$tmp"' EXIT
bodies=8
samples=("$shared"/samples/admission-reviews-*.jsonl)
[ -e "${samples[0]}" ] || samples=()
python3 "$bench/admission-bodies.py" "$tmp" "$bodies" "${samples[@]}"
cat "$tmp"/pod-*.json | sed 's/}{"kind":"AdmissionReview"/}\n{"kind":"AdmissionReview"/g' >"$tmp/pods.jsonl"
cat "$tmp"/deployment-*.json | sed 's/}{"kind":"AdmissionReview"/}\n{"kind":"AdmissionReview"/g' >"$tmp/deployments.jsonl"
"$BUILD/bench/bench-admission" production 200 "$tmp/pods.jsonl"
"$BUILD/bench/bench-admission" production 50 "$tmp/deployments.jsonl"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$tmp/tls.key" -out "$tmp/tls.crt" 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$PLIMSOLL" admit --quiet --listen "127.0.0.1:$port" --tls-certificate "$tmp/tls.crt" --tls-key "$tmp/tls.key" --drain 0 --decision-log "$tmp/decisions" &
server=$!
for i in $(seq 100); do curl -skf "https://127.0.0.1:$port/readyz" >/dev/null && break; sleep 0.1; done
cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$server/stat"; }

# load NAME KIND RATE LIMIT_MS
load() {
  local name=$1 kind=$2 rate=$3 limit=$4 before got p50 p99 most failed client server_s
  before=$(cpu)
  read -r got p50 p99 most failed client < <("$BUILD/bench/bench-https-load" "https://127.0.0.1:$port/validate" "$rate" "$seconds" 16 "$tmp/$kind"-*.json)
  server_s=$(awk "BEGIN { print $(cpu) - $before }")
  awk -v name="$name" -v got="$got" -v rate="$rate" -v p50="$p50" -v p99="$p99" -v most="$most" -v limit="$limit" -v failed="$failed" -v server="$server_s" -v client="$client" -v s="$((seconds + 2))" 'BEGIN {
    printf "  %-40s %8.0f/s of %d  p50 %.2f ms  p99 %.2f ms of %g  max %.1f ms  %s  (%d failed; CPU: server %.0f %%, client %.0f %% of a core)\n", name, got, rate, p50, p99, limit, most,
      (p99 <= limit && got >= rate * .98 && failed == 0) ? "holds" : "MISSED", failed, 100 * server / s, 100 * client / s }'
}
load "pods as recorded" pod 10000 2
load "Deployments of 30 KB" deployment 1000 5
awk '/^VmHWM/ { printf "  %-40s %8.1f MiB of 64  %s\n", "memory, at most", $2 / 1024, $2 / 1024 <= 64 ? "holds" : "MISSED" }' "/proc/$server/status"
curl -sk "https://127.0.0.1:$port/metrics" | awk '/^plimsoll_admission_log_dropped_total/ { print "  lines of the decision log that were lost: " $2 }'
