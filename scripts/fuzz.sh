#!/bin/bash
# Builds the fuzzers with clang and runs each on its corpus. `fuzz.sh [--seconds N] [--jobs N] [NAME…]`
# Without --seconds: archives, package databases and the JSON reader run FUZZ_LONG seconds (default 600), the others FUZZ_SHORT (default 120).
# Ends with a table; exits 1 when one found something; the inputs then lie in build-fuzz/findings/.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=
jobs=1
names=()
while [ $# -gt 0 ]; do
  case $1 in
  --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
  --seconds=*) seconds=${1#*=}; shift ;;
  --jobs) jobs=${2:?--jobs needs a number}; shift 2 ;;
  --jobs=*) jobs=${1#*=}; shift ;;
  -*) echo "fuzz.sh: unknown option $1 (fuzz.sh [--seconds N] [--jobs N] [NAME…])" >&2; exit 2 ;;
  *) names+=("$1"); shift ;;
  esac
done
[[ $seconds =~ ^([1-9][0-9]*)?$ ]] || { echo "fuzz.sh: '$seconds' is no number of seconds" >&2; exit 2; }
[[ $jobs =~ ^[1-9][0-9]*$ ]] || { echo "fuzz.sh: '$jobs' is no number of jobs" >&2; exit 2; }
if [ ${#names[@]} -eq 0 ]; then
  for f in test/fuzz/fuzz-*.c; do
    f=${f##*/fuzz-}
    names+=("${f%.c}")
  done
fi
for name in "${names[@]}"; do
  [ -f "test/fuzz/fuzz-$name.c" ] || { echo "fuzz.sh: no fuzzer '$name'; they are the files of test/fuzz/" >&2; exit 2; }
done
CC=clang scripts/build.sh build-fuzz -Dfuzz=true -Dbuildtype=debugoptimized
mkdir -p build-fuzz/findings
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# A line for each fuzzer: name, runs, seconds, new inputs, finding.
fuzz() {
  local name=$1 time log=build-fuzz/findings/$1.log began=$SECONDS found=-
  case $name in
  json | layer* | tar* | decode* | decompress | dpkg* | apk* | rpm*) time=${FUZZ_LONG:-600} ;;
  *) time=${FUZZ_SHORT:-120} ;;
  esac
  time=${seconds:-$time}
  # What is found new is kept between runs, beside the hand-made corpus of the tree.
  mkdir -p "build-fuzz/corpus/$name"
  "build-fuzz/test/fuzz/fuzz-$name" -max_total_time="$time" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$PWD/build-fuzz/findings/$name-" "build-fuzz/corpus/$name" "test/corpus/$name" >"$log" 2>&1 || found=$log
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  local runs new cause
  runs=$(stat number_of_executed_units) new=$(stat new_units_added)
  cause=$(sed -n 's/^SUMMARY: *//p' "$log" | head -n 1)
  printf '%-24s %10s %8s %8s  %s\n' "$name" "${runs:-?}" $((SECONDS - began)) "${new:-?}" "$([ "$found" = - ] && echo - || echo "$found: ${cause:-ended by itself}")" |
    tee "$results/$name"
  if [ "$found" = - ]; then rm -f "$log"; else touch "$results/$name.bad"; fi
}

for name in "${names[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
  fuzz "$name" &
done
wait
printf '\n%-24s %10s %8s %8s  %s\n' fuzzer runs seconds new finding
for name in "${names[@]}"; do cat "$results/$name"; done
bad=0
for name in "${names[@]}"; do [ ! -e "$results/$name.bad" ] || bad=$((bad + 1)); done
echo "${#names[@]} fuzzers, $bad with a finding"
[ $bad -eq 0 ]
