#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same image beside bsdtar, which only lists it, and Trivy, which makes the same SBOM: time, CPU, memory, and whether every package that it lists is there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_image && fixture_large || { echo "bench/peers: no Debian archive is reached to make images from"; exit 0; }
fixture_trivy
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
# peak NAME COMMAND…: the peak of the summed PSS of its processes, in MiB, into peaks[NAME]
declare -A peaks
peak() {
  local name=$1 kib samples
  shift
  read -r kib _ samples < <(python3 "$bench/pss.py" -- "$@" 2>/dev/null)
  peaks[$name]=$(awk "BEGIN { printf \"%.1f\", $kib / 1024 }")
  printf '  %-22s %8.1f MiB at the peak (%d samples)\n' "$name" "${peaks[$name]}" "$samples"
}
# How many times faster and smaller than Trivy an SBOM must be.
declare -A faster=([image]=1 [large]=1 [stuffed]=3 [node]=2) smaller=([image]=1 [large]=1 [stuffed]=4 [node]=2)
for image in image large stuffed node; do
  [ $image = image ] || "fixture_$image" || { echo "bench/peers: no archive is reached to make $image from"; continue; }
  title "SBOM of $image, two cores"
  all=$(layers "$cache/$image" | tr '\n' ' ')
  ours="$PLIMSOLL sbom --quiet --no-cache --format cyclonedx"
  {
    printf 'run\tbsdtar\tfor l in %s; do bsdtar -tf $l; done\n' "$all"
    printf 'run\tplimsoll\t%s %s\n' "$ours" "$cache/$image"
    [ -z "$trivy" ] || printf 'run\ttrivy\t%s; %s --input %s\ncheck\t%d x faster than Trivy\tplimsoll <= trivy / %d\n' "$trivy_fresh" "$trivy" "$cache/$image" "${faster[$image]}" "${faster[$image]}"
  } | python3 "$bench/measure.py" --cpu $cores --rounds "$([ $image = image ] && echo "${PLIMSOLL_BENCH_ROUNDS:-7}" || echo "${PLIMSOLL_BENCH_ROUNDS_LARGE:-3}")"
  # pss.py keeps what they print out of the way: the lists are files.
  peak plimsoll $ours --output "$tmp/ours.json" "$cache/$image"
  [ -n "$trivy" ] || continue
  eval "$trivy_fresh"
  peak trivy $trivy --output "$tmp/theirs.json" --input "$cache/$image"
  awk -v a="${peaks[plimsoll]}" -v b="${peaks[trivy]}" -v n="${smaller[$image]}" 'BEGIN {
    printf "  %-6s %d x smaller than Trivy: %.1f MiB, %.0f %% of %.1f MiB\n", a <= b / n ? "holds" : "MISSED", n, a, 100 * a * n / b, b / n }'
  python3 "$bench/peers-compare.py" "$tmp/theirs.json" "$tmp/ours.json"
done
[ -n "$trivy" ] || echo "  Trivy cannot be had here"
