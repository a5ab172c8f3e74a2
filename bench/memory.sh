#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Peak memory of whole scans: the summed PSS of the process and its workers, clean pages of the database apart.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_image && fixture_large && fixture_saved || { echo "bench/memory: no Debian archive is reached to make images from"; exit 0; }
fixture_files
fixture_db
title "Peak memory of a scan (summed PSS)"
declare -A peak
# peak NAME LIMIT_MIB ARGUMENT
one() {
  local kib apart samples
  read -r kib apart samples < <(python3 "$bench/pss.py" --apart .db -- "$PLIMSOLL" scan "${quiet[@]}" --format json ${db:+--db "$db"} "$3")
  peak[$1]=$kib
  awk -v n="$1" -v k="$kib" -v a="$apart" -v s="$samples" -v l="$2" 'BEGIN {
    printf "  %-6s %s: %.1f MiB of %d MiB (and %.1f MiB of the database; %d samples)\n", k <= l * 1024 ? "holds" : "MISSED", n, k / 1024, l, a / 1024, s }'
}
one image 64 "$cache/image"
one large 64 "$cache/large"
one saved.tar 64 "$cache/saved.tar"
one directory 64 "$cache/root"
one files 128 "$cache/files"
for image in stuffed node; do
  "fixture_$image" || { echo "bench/memory: no archive is reached to make $image from"; continue; }
  one $image 128 "$cache/$image"
done
awk -v a="${peak[image]}" -v b="${peak[large]}" 'BEGIN {
  d = a > b ? a / b - 1 : b / a - 1; printf "  %-6s image and large within 20 %%: they differ by %.0f %%\n", d <= 0.2 ? "holds" : "MISSED", d * 100 }'
