#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The same image beside bsdtar, which only lists it, and Trivy, which makes the same SBOM: time, CPU and memory.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_image && fixture_large || { echo "bench/peers: no Debian archive is reached to make images from"; exit 0; }
fixture_trivy
for image in image large; do
  title "SBOM of $image, two cores"
  all=$(layers "$cache/$image" | tr '\n' ' ')
  ours="$PLIMSOLL sbom --quiet --no-cache --format cyclonedx $cache/$image"
  theirs=${trivy:+rm -rf $cache/trivy/cache; $trivy --input $cache/$image}
  {
    printf 'run\tbsdtar\tfor l in %s; do bsdtar -tf $l; done\n' "$all"
    printf 'run\tplimsoll\t%s\n' "$ours"
    [ -z "$theirs" ] || printf 'run\ttrivy\t%s\ncheck\tfaster than Trivy\tplimsoll <= trivy\n' "$theirs"
  } | python3 "$bench/measure.py" --cpu 0,1 --rounds "$([ $image = large ] && echo 3 || echo "${PLIMSOLL_BENCH_ROUNDS:-7}")"
  for peer in "$ours" ${trivy:+"$trivy --input $cache/$image"}; do
    rm -rf "$cache/trivy/cache"
    read -r peak _ samples < <(python3 "$bench/pss.py" -- $peer 2>/dev/null)
    printf '  %-22s %8.1f MiB at the peak (%d samples)\n' "$(basename "${peer%% *}")" "$(awk "BEGIN { print $peak / 1024 }")" "$samples"
  done
done
[ -n "$trivy" ] || echo "  Trivy cannot be had here"
