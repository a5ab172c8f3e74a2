#!/bin/bash
# Every row of every table is documented and has its tests: a fuzzer with a corpus, a case folder.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
list() { "$PLIMSOLL" list "$1" --format json; }

for table in $("$PLIMSOLL" list '?' 2>&1 | sed -n 's/.*there are: //p' | tr -d ,); do
  exits 0 "list $table" "$PLIMSOLL" list "$table"
  list "$table" >"$tmp/rows.json"
  like "$(jq length "$tmp/rows.json")" '^[1-9]' "$table has rows, also as JSON"
  # The last column tells what a row is.
  is "$(jq -r '.[] | select(((.doc // .meaning // .summary // .reads) // "") == "") | .name // .code' "$tmp/rows.json")" "" "every row of $table is documented"
  is "$(jq -r '[.[] | [.command // "", .name // .code] | join(" ")] | group_by(.)[] | select(length > 1) | .[0]' "$tmp/rows.json")" "" "no row of $table comes twice"
done

fuzzer_has_corpus() {
  [ -f "$TOP/test/fuzz/fuzz-$1.c" ] || { echo "no test/fuzz/fuzz-$1.c"; return; }
  grep -q "'$1'" "$TOP/test/fuzz/meson.build" || echo "fuzz-$1 is not in test/fuzz/meson.build"
  [ -n "$(ls -A "$TOP/test/corpus/$1" 2>/dev/null)" ] || echo "no inputs in test/corpus/$1"
}
# has_case ROW ROOM NAME: a folder test/case/ROOM/NAME or NAME-something with files in it
has_case() {
  local dir
  for dir in "$TOP/test/case/$2/$3" "$TOP/test/case/$2/$3"-*; do
    if [ -n "$(ls -A "$dir" 2>/dev/null)" ]; then pass "$1 has a case in test/case/$2"; return; fi
  done
  fail "$1 has a case in test/case/$2" "no folder $3 or $3-*"
}
while IFS=$'\t' read -r name fuzzer; do
  is "$(fuzzer_has_corpus "$fuzzer")" "" "analyzer $name: fuzzer $fuzzer"
  has_case "analyzer $name" analyze "$name"
done < <(list analyzers | jq -r '.[] | [.name, .fuzzer // "(none)"] | @tsv')
while read -r name; do
  has_case "format $name" report "$name"
done < <(list formats | jq -r '.[].name')
while IFS=$'\t' read -r name fuzzer; do
  is "$(fuzzer_has_corpus "$fuzzer")" "" "feed $name: fuzzer $fuzzer"
  has_case "feed $name" advisory "$name"
done < <("$PLIMSOLL" list feeds --format json 2>/dev/null | jq -r '.[] | [.name, .fuzzer // "(none)"] | @tsv')

# Every fuzzer in the tree is built.
for f in "$TOP"/test/fuzz/fuzz-*.c; do
  name=$(basename "$f" .c)
  is "$(fuzzer_has_corpus "${name#fuzz-}")" "" "$name"
done

# A setting is one row: no two rows share a variable or a key, unless they are the same row.
clash() {
  list options | jq -r --arg k "$1" '[.[] | select(.[$k]) | {k: .[$k], row: ([.name, .argument, .values, .default, .environment, .setting, .doc] | tostring)}]
    | group_by(.k)[] | map(.row) | unique | select(length > 1) | .[]'
}
is "$(clash environment)" "" "a variable belongs to one setting"
is "$(clash setting)" "" "a key belongs to one setting"
is "$(list options | jq -r '.[] | select(.environment) | .environment' | grep -v '^PLIMSOLL_')" "" "variables begin with PLIMSOLL_"
is "$(list options | jq -r '.[] | select(.values) | .name as $n | .values | split(" ") | group_by(.)[] | select(length > 1) | $n + " " + .[0]')" "" "no option has a value twice"
is "$(list options | jq -r '.[] | select((.name | test("password|token|secret")) and (.name | test("^--(secret(s|-rules|-key-file|-metadata)|registry-secret)$") | not)) | .name')" "" "no option takes a secret"
# One letter is one option.
is "$("$PLIMSOLL" list options --format json | jq -r '.[] | .name | capture("^(?<long>[^,]+), (?<short>.*)") | .short + " " + .long' | sort -u | cut -d' ' -f1 | uniq -d)" "" "a letter means the same everywhere"
# Help is there for each command, with an example.
while read -r name; do
  exits 0 "plimsoll $name --help" "$PLIMSOLL" $name --help
  like "$out" '^Examples:$' "has examples"
done < <(list commands | jq -r '.[].name')
# The default values are allowed ones.
is "$(list options | jq -r '.[] | select(.values and .default) | select(.default as $d | .values | split(" ") | index($d) | not) | .name')" "" "defaults are values"
done_testing
