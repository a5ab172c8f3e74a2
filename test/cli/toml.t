#!/bin/bash
# The TOML reader beside Python's tomllib: the same documents refused, the same values read.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1

mkdir "$tmp/documents"
exits 0 "5,000 generated documents" python3 "$TOP/test/cli/toml-oracle.py" "$BUILD/test/unit/toml-json" "$tmp/documents" 5000
note "$out"
done_testing
