#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lock files: one package-lock.json of 20 MB, and a tree of 1,000 files of ten formats.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
title "Lock files"
kept lockfiles-large python3 "$bench/lockfiles.py" large
kept lockfiles-many python3 "$bench/lockfiles.py" many
printf 'One package-lock.json: '
one=$("$BUILD/bench/bench-lockfiles" "${PLIMSOLL_BENCH_ROUNDS:-7}" "$cache/lockfiles-large/package-lock.json")
echo "$one"
ms=$(sed 's/.*: \([0-9]*\) ms.*/\1/' <<<"$one")
check "a package-lock.json of 20 MB: 100 ms" "$ms <= 100" "$ms ms"
printf 'Many:                  '
"$BUILD/bench/bench-lockfiles" "${PLIMSOLL_BENCH_ROUNDS:-7}" "$cache"/lockfiles-many/*/*
{
  printf 'run\tplimsoll\t%s --quiet sbom --repo --no-cache --format cyclonedx %s\n' "$PLIMSOLL" "$cache/lockfiles-many"
  printf 'value\tlimit\t2\n'
  printf 'check\t1,000 lock files, to an SBOM: 2 s\tplimsoll <= limit\n'
} | python3 "$bench/measure.py" --cpu $cores
