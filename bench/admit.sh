#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook under load: h2load holds the rate over TLS connections that stay open, one process for each of so many bodies, so that neighbours differ. All rules of the set
# production, the decision log on a file. `admit.sh [SECONDS]`
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
if ! command -v h2load >/dev/null; then echo "  h2load is missing (Debian: nghttp2-client)"; exit 0; fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$tmp/tls.key" -out "$tmp/tls.crt" 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$PLIMSOLL" admit --quiet --listen "127.0.0.1:$port" --tls-certificate "$tmp/tls.crt" --tls-key "$tmp/tls.key" --drain 0 --decision-log "$tmp/decisions" &
server=$!
for i in $(seq 100); do curl -skf "https://127.0.0.1:$port/readyz" >/dev/null && break; sleep 0.1; done
cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$server/stat"; }

# load NAME KIND RATE LIMIT_MS: all together RATE a second
load() {
  local name=$1 kind=$2 rate=$3 limit=$4 i before pids=()
  before=$(cpu)
  for ((i = 0; i < bodies; i++)); do
    \time -f "%U %S" -o "$tmp/time-$i" h2load --h1 -c 2 -t 1 --rps "$(awk "BEGIN { print $rate / $bodies / 2 }")" -D "$seconds" --warm-up-time 2 -d "$tmp/$kind-$i.json" -H 'Content-Type: application/json' \
      --log-file "$tmp/log-$i" "https://127.0.0.1:$port/validate" >"$tmp/out-$i" 2>&1 &
    pids+=($!)
  done
  wait "${pids[@]}"
  cat "$tmp"/log-* >"$tmp/all.log"
  python3 - "$tmp/all.log" "$name" "$rate" "$limit" "$seconds" "$(awk "BEGIN { print $(cpu) - $before }")" "$(cat "$tmp"/time-* | awk '{ s += $1 + $2 } END { print s }')" <<'PY'
import sys
path, name, rate, limit, seconds, server, client = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6]), float(sys.argv[7])
rows = [l.split("\t") for l in open(path)]
took = sorted(int(r[2]) / 1000 for r in rows)
bad = sum(r[1] != "200" for r in rows)
first, last = min(int(r[0]) for r in rows), max(int(r[0]) for r in rows)
got = len(rows) * 1e6 / max(1, last - first)
at = lambda q: took[min(len(took) - 1, int(len(took) * q))]
print(f"  {name:40} {got:8.0f}/s of {rate:.0f}  p50 {at(.5):.2f} ms  p99 {at(.99):.2f} ms of {limit:g}  max {took[-1]:.1f} ms  {'holds' if at(.99) <= limit and got >= rate * .98 and not bad else 'MISSED'}"
      f"  ({bad} failed; CPU: server {100 * server / (seconds + 2):.0f} %, client {100 * client / (seconds + 2):.0f} % of a core)")
PY
  rm -f "$tmp"/log-*
}
load "pods as recorded" pod 10000 2
load "Deployments of 30 KB" deployment 1000 5
awk '/^VmHWM/ { printf "  %-40s %8.1f MiB of 64  %s\n", "memory, at most", $2 / 1024, $2 / 1024 <= 64 ? "holds" : "MISSED" }' "/proc/$server/status"
curl -sk "https://127.0.0.1:$port/metrics" | awk '/^plimsoll_admission_log_dropped_total/ { print "  lines of the decision log that were lost: " $2 }'
