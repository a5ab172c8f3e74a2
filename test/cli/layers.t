#!/bin/bash
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
exits 0 "src/LAYERS holds" python3 "$TOP/scripts/check-layers.py"
# The checker itself must be able to fail.
mkdir -p "$tmp/src/base" "$tmp/src/cmd" "$tmp/scripts"
cp "$TOP/scripts/check-layers.py" "$tmp/scripts/"
printf 'base:\ncmd: base\n' >"$tmp/src/LAYERS"
printf '#include "cmd/x.h"\n' >"$tmp/src/base/a.c"
exits 1 "a breach is found" python3 "$tmp/scripts/check-layers.py"
like "$out" 'src/base/a.c:1: base may not include cmd' "and named with its place"
done_testing
