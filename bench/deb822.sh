#!/bin/bash
# The deb822 reader on this machine's largest Packages list (or a file given), beside grep reading the same bytes.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-$top/build}
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
file=${1:-}
if [ -z "$file" ]; then
  list=$(ls -S /var/lib/apt/lists/*_Packages* 2>/dev/null | head -1 || true)
  [ -n "$list" ] || { echo "bench/deb822: no Packages list here and no file given"; exit 0; }
  file=$tmp/Packages
  case $list in
  *.lz4) /usr/lib/apt/apt-helper cat-file "$list" >"$file" ;;
  *) cp "$list" "$file" ;;
  esac
fi
printf 'plimsoll: '
"$BUILD/bench/bench-deb822" "$file" 5
start=$(date +%s%N)
grep -c '^Package:' "$file" >/dev/null
took=$(($(date +%s%N) - start))
echo "grep -c ^Package: $((took / 1000000)) ms, $(($(stat -c %s "$file") * 1000 / took)) MB/s"
