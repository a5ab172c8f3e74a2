#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lock files: one package-lock.json of 20 MB, and a tree of 1,000 files of ten formats.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Lock files"
kept lockfiles-large python3 "$bench/lockfiles.py" large
kept lockfiles-many python3 "$bench/lockfiles.py" many
printf 'One package-lock.json: '
"$BUILD/bench/bench-lockfiles" "${PLIMSOLL_BENCH_ROUNDS:-7}" "$cache/lockfiles-large/package-lock.json"
printf 'Many:                  '
"$BUILD/bench/bench-lockfiles" "${PLIMSOLL_BENCH_ROUNDS:-7}" "$cache"/lockfiles-many/*/*
printf "plimsoll sbom --repo, wall clock: "
start=$(date +%s%N)
"$PLIMSOLL" --quiet sbom --repo --no-cache --format cyclonedx "$cache/lockfiles-many" >/dev/null
echo "$((($(date +%s%N) - start) / 1000000)) ms"
