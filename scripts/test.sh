#!/bin/bash
# Runs every test under prove. `test.sh [BUILD_DIR [FILE…]]`; files are unit programs or test/cli/*.t.
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILD=$PWD/${1:-build}
shift || true
export PLIMSOLL=${PLIMSOLL:-$BUILD/plimsoll} TOP=$PWD LC_ALL=C.UTF-8
# Nothing of the caller's configuration may change a result.
unset PLIMSOLL_CONFIG PLIMSOLL_FORMAT PLIMSOLL_OUTPUT PLIMSOLL_DB PLIMSOLL_CACHE SOURCE_DATE_EPOCH NO_COLOR
if [ $# -eq 0 ]; then
  mapfile -t files < <(find "$BUILD/test/unit" -maxdepth 1 -type f -name 'unit-*' -executable | sort; ls test/cli/*.t)
else
  files=("$@")
fi
exec prove --jobs 2 --timer --exec '' "${files[@]}"
