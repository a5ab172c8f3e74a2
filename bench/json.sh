#!/bin/bash
# The JSON reader against jq and Python's json module, on the largest advisory feed (or a file given as JSON Lines).
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-$top/build}
shared=${PLIMSOLL_SHARED:-$top/../shared}
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
file=${1:-}
if [ -z "$file" ]; then
  [ -d "$shared/advisories" ] || { echo "bench/json: no shared advisories and no file given"; exit 0; }
  zstd -dcq --long=27 "$shared/advisories/debian/debian-osv-cve-slim-11-12-13.jsonl.zst" >"$tmp/feed.jsonl"
  file=$tmp/feed.jsonl
fi
printf 'plimsoll: '
"$BUILD/bench/bench-json" "$file" 5
python3 - "$file" <<'PY'
import json, sys, time
data = open(sys.argv[1], "rb").read()
start = time.perf_counter()
n = sum(1 for line in data.splitlines() if line.strip() and json.loads(line) is not None)
took = time.perf_counter() - start
print(f"python3 json: {n} records, {took:.3f} s, {len(data) / 1e6 / took:.0f} MB/s")
PY
if command -v jq >/dev/null; then
  bytes=$(stat -c %s "$file")
  start=$(date +%s%N)
  jq -n 'reduce inputs as $x (0; . + 1)' "$file" >/dev/null
  took=$(($(date +%s%N) - start))
  echo "jq: $((took / 1000000)) ms, $((bytes * 1000 / took)) MB/s"
fi
