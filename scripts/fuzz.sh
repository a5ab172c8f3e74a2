#!/bin/bash
# Builds the fuzzers with clang and runs each on its corpus. `fuzz.sh [--seconds N] [NAME…]`
# Without --seconds: archives, package databases and the JSON reader run FUZZ_LONG seconds (default 600), the others FUZZ_SHORT (default 120).
# Exits 1 when one found something; the inputs then lie in build-fuzz/findings/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=
names=()
while [ $# -gt 0 ]; do
  case $1 in
  --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
  --seconds=*) seconds=${1#*=}; shift ;;
  -*) echo "fuzz.sh: unknown option $1 (fuzz.sh [--seconds N] [NAME…])" >&2; exit 2 ;;
  *) names+=("$1"); shift ;;
  esac
done
[[ $seconds =~ ^[0-9]*$ ]] || { echo "fuzz.sh: '$seconds' is no number of seconds" >&2; exit 2; }
CC=clang scripts/build.sh build-fuzz -Dfuzz=true -Dbuildtype=debugoptimized
if [ ${#names[@]} -eq 0 ]; then
  for f in test/fuzz/fuzz-*.c; do
    f=${f##*/fuzz-}
    names+=("${f%.c}")
  done
fi
mkdir -p build-fuzz/findings
bad=()
for name in "${names[@]}"; do
  fuzzer=build-fuzz/test/fuzz/fuzz-$name
  [ -x "$fuzzer" ] || { echo "fuzz.sh: no fuzzer '$name'; they are the files of test/fuzz/" >&2; exit 2; }
  case $name in
  json | layer* | tar* | decode* | dpkg* | apk* | rpm*) time=${FUZZ_LONG:-600} ;;
  *) time=${FUZZ_SHORT:-120} ;;
  esac
  time=${seconds:-$time}
  # What is found new is kept between runs, beside the hand-made corpus of the tree.
  mkdir -p "build-fuzz/corpus/$name"
  log=build-fuzz/findings/$name.log
  if "$fuzzer" -max_total_time="$time" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/findings/$name-" "build-fuzz/corpus/$name" "test/corpus/$name" >"$log" 2>&1; then
    printf '%-24s %ss, %s inputs, nothing found\n' "$name" "$time" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
    rm -f "$log"
  else
    printf '%-24s FOUND SOMETHING: %s\n' "$name" "$log"
    grep -E '^(SUMMARY|==[0-9]+==ERROR|artifact_prefix)' "$log" | sed 's/^/    /' || true
    bad+=("$name")
  fi
done
[ ${#bad[@]} -eq 0 ] || { echo "fuzz.sh: findings in ${bad[*]}" >&2; exit 1; }
