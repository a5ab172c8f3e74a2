#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook over a longer time: reviews at a moderate rate, a batch of audit events, new connections and /metrics every second, the rules read anew every ten seconds. Memory and
# descriptors must not grow once the allocator has what two sets of rules take: the last third of the time is held against the second.
# `admit-soak.sh [SECONDS [RATE]]`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
seconds=${1:-600} rate=${2:-200}
title "The webhook for $seconds s, $rate reviews a second"
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
server= beside=
trap '[ -z "$beside" ] || kill "$beside" 2>/dev/null; [ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$tmp"' EXIT
samples=("$shared"/samples/admission-reviews-*.jsonl)
[ -e "${samples[0]}" ] || samples=()
python3 "$bench/admission-bodies.py" "$tmp" 8 "${samples[@]}"
python3 - "$tmp/events.json" <<'PY'
import json, sys
event = lambda i: {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": f"id-{i}", "stage": "ResponseComplete", "requestURI": "/api/v1/x", "verb": "get",
                   "user": {"username": f"user-{i}"}, "objectRef": {"resource": "secrets", "namespace": "shop", "name": f"s{i}"}, "responseStatus": {"code": 200 if i % 3 else 403},
                   "stageTimestamp": "2026-02-12T10:00:00Z"}
json.dump({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event(i) for i in range(100)]}, open(sys.argv[1], "w"))
PY
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout "$tmp/tls.key" -out "$tmp/tls.crt" 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$PLIMSOLL" admit --quiet --listen "127.0.0.1:$port" --tls-certificate "$tmp/tls.crt" --tls-key "$tmp/tls.key" --drain 0 --decision-log /dev/null --audit --alert-log /dev/null &
server=$!
url=https://127.0.0.1:$port
for i in $(seq 300); do curl -skf "$url/readyz" >/dev/null && break; sleep 0.1; done
(for ((i = 1; ; i++)); do
  curl -sk -o /dev/null -H 'Content-Type: application/json' --data-binary "@$tmp/events.json" "$url/audit"
  curl -sk -o /dev/null "$url/metrics"
  [ $((i % 10)) -ne 0 ] || kill -HUP "$server"
  sleep 1
done) &
beside=$!
"$BUILD/bench/bench-https-load" "$url/validate" "$rate" "$seconds" 8 "$tmp"/pod-*.json "$tmp"/deployment-*.json >"$tmp/load" &
load=$!
while kill -0 "$load" 2>/dev/null; do
  echo "$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status") $(ls "/proc/$server/fd" | wc -l)"
  sleep 5
done >"$tmp/seen"
wait "$load"
read -r got p50 p99 most failed cpu <"$tmp/load"
echo "  $got reviews a second, p50 $p50 ms, p99 $p99 ms, max $most ms, $failed failed, client's CPU $cpu s"
awk '{ rss[NR] = $1; if ($2 > fds) fds = $2; if (NR == 1 || $2 < least) least = $2 } END {
  third = int(NR / 3); for (i = 1; i <= third; i++) { a += rss[third + i] / third; b += rss[NR - third + i] / third }
  printf "  memory: %.1f MiB in the second third, %.1f MiB in the last: %s; descriptors %d to %d\n", a / 1024, b / 1024, b <= a * 1.05 + 512 ? "holds" : "MISSED", least, fds }' "$tmp/seen"
curl -sk "$url/metrics" | awk '/^plimsoll_(admission_decisions_total|audit_events_total|http_connections_total|admission_rules)/ { n[$1] = $2 } END { for (k in n) if (n[k] > 0) print "  " k " " n[k] }' | sort
