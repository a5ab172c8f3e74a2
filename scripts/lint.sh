#!/bin/bash
# Linters over our own files: clang-tidy (.clang-tidy), cppcheck, and gcc's analyzer. `lint.sh [BUILD_DIR] [clang-tidy|cppcheck|analyzer…]`
# Exits 1 when one of them finds something.
set -uo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
[ $# -gt 0 ] || set -- clang-tidy cppcheck analyzer
[ -f "$build/compile_commands.json" ] || { echo "lint.sh: $build is no build directory; run 'make build' first" >&2; exit 2; }
bad=()
for linter; do
  echo "== $linter"
  case $linter in
  clang-tidy)
    find src bench -name '*.c' ! -name '*.bpf.c' -print0 | sort -z | xargs -0 -P 2 -n 8 clang-tidy -p "$build" --quiet 2>/dev/null || bad+=("$linter")
    ;;
  cppcheck)
    cppcheck --quiet -j 2 --std=c11 --language=c --enable=warning,portability,performance --inline-suppr --error-exitcode=1 \
      --suppressions-list=.cppcheck-suppressions -D__linux__ -D__x86_64__ -DLINT -I src -I "$build" -i src/runtime/bpf \
      --template='{file}:{line}:{column}: {severity}: {message} [{id}]' src || bad+=("$linter")
    ;;
  analyzer)
    # A build of its own; -Werror makes each report a failure, -k 0 shows them all.
    [ -f build-analyzer/build.ninja ] || CC=gcc meson setup build-analyzer -Dc_args='-fanalyzer -DLINT' -Dbuildtype=debugoptimized >/dev/null || exit 2
    ninja -C build-analyzer --quiet -k 0 plimsoll || bad+=("$linter")
    ;;
  *) echo "lint.sh: unknown linter '$linter'" >&2; exit 2 ;;
  esac
done
[ ${#bad[@]} -eq 0 ] || { echo "lint.sh: findings of ${bad[*]}" >&2; exit 1; }
echo "lint.sh: no findings"
