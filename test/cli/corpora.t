#!/bin/bash
# Every fuzzer's corpus, replayed in this build; every fuzzer has one.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
for f in "$TOP"/test/fuzz/fuzz-*.c; do
  name=$(basename "$f" .c)
  name=${name#fuzz-}
  if [ -z "$(ls -A "$TOP/test/corpus/$name" 2>/dev/null)" ]; then
    fail "$name has a corpus in test/corpus/$name"
    continue
  fi
  exits 0 "corpus of $name" timeout 300 "$BUILD/test/fuzz/fuzz-$name" "$TOP/test/corpus/$name"
done
done_testing
