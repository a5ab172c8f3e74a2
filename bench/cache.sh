#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The second scan of an image reads no layer; and what a scan of nothing costs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_image && fixture_large || { echo "bench/cache: no Debian archive is reached to make images from"; exit 0; }
fixture_db
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/empty/etc"
title "Second scan (layers from the cache)"
scan="$PLIMSOLL scan --quiet --archives never --format json${db:+ --db $db}"
{
  printf 'run\tversion\t%s --version\n' "$PLIMSOLL"
  printf 'run\tempty_directory\t%s --no-cache %s\n' "$scan" "$tmp/empty"
  printf 'run\timage_again\t%s --cache %s %s\n' "$scan" "$tmp/cache" "$cache/image"
  printf 'run\tlarge_again\t%s --cache %s %s\n' "$scan" "$tmp/cache" "$cache/large"
} | python3 "$bench/measure.py" --cpu $cores
