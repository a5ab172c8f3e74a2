#!/bin/bash
# The slow gates, behind `make test`: sanitizers over all tests, clang, a short run of every fuzzer, linters, same bytes twice.
set -uo pipefail
cd "$(dirname "$0")/.."
for purpose in fuzz lint; do scripts/setup.sh $purpose || exit 1; done
bad=()
gate() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then echo "== $name: good"; else
    echo "== $name: BAD"
    bad+=("$name")
  fi
}
sanitized() {
  scripts/build.sh build-asan -Db_sanitize=address,undefined -Db_lundef=false || return 1
  # A report of a sanitizer is a failure wherever it happens, also in a worker.
  ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 scripts/test.sh build-asan
}
with_clang() { CC=clang scripts/build.sh build-clang && scripts/test.sh build-clang; }
gate "address and undefined-behaviour sanitizers" sanitized
gate "clang" with_clang
gate "same bytes" env BUILD="$PWD/build" scripts/same-bytes.sh build/plimsoll
gate "fuzzers, shortly" scripts/fuzz.sh --seconds "${FUZZ_SECONDS:-20}" --jobs 2
gate "linters" scripts/lint.sh build
[ ${#bad[@]} -eq 0 ] || { printf 'check-all.sh: bad: %s\n' "${bad[@]}" >&2; exit 1; }
echo "check-all.sh: all gates are good"
