#!/bin/bash
# Writes man pages, reference pages and completion anew from the program's tables. `docs.sh [BUILD_DIR]`
set -euo pipefail
cd "$(dirname "$0")/.."
plimsoll=${1:-build}/plimsoll
[ -x "$plimsoll" ] || { echo "docs.sh: no $plimsoll; run 'make build' first" >&2; exit 2; }
# Pages of what is gone must go too; those that are written by hand have no mark of ours.
rm -rf docs/man docs/completion
mkdir -p docs/reference
find docs/reference -name '*.md' -exec grep -lZ '^<!-- Made by' {} + | xargs -0r rm -f
PLIMSOLL_CONFIG=/dev/null "$plimsoll" --quiet docs docs
