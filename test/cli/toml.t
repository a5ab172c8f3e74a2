#!/bin/bash
# The TOML reader beside Python's tomllib: the same documents refused, the same values read.
. "$TOP/test/lib.sh"

mkdir "$tmp/documents"
exits 0 "5,000 generated documents" python3 "$TOP/test/cli/toml-oracle.py" "$BUILD/test/unit/toml-json" "$tmp/documents" 5000
note "$out"
done_testing
