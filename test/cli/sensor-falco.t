#!/bin/bash
# All rules of Falco's three files, unmodified: each by an act in a real container or on the host (test/sensor/falco-acts.yaml), in both modes of names. One sensor for a mode.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_shared
python3 "$TOP/test/sensor/falco.py" table "$SHARED/falco-rules" >"$tmp/table.md" 2>"$tmp/table.err"
[ "${PLIMSOLL_UPDATE:-}" != 1 ] || cp "$tmp/table.md" "$TOP/docs/sensor-rules.md"
same "$TOP/docs/sensor-rules.md" "$tmp/table.md" "docs/sensor-rules.md is what is tested (PLIMSOLL_UPDATE=1 writes it)"
need_kernel
need_runc
mkdir "$tmp"/{lower,upper,work,merged}
if ! mount -t overlay overlay -o "lowerdir=$tmp/lower,upperdir=$tmp/upper,workdir=$tmp/work" "$tmp/merged" 2>/dev/null; then
  skip "no overlay file system"
  done_testing
fi
umount "$tmp/merged"
for mode in '' --strict-falco; do
  dir=$tmp/mode$mode
  mkdir "$dir"
  python3 "$TOP/test/sensor/falco.py" run "$PLIMSOLL" "$BUILD/test/prop" "$SHARED/falco-rules" "$dir" $mode >"$dir/out" 2>"$dir/err"
  [ -s "$dir/out" ] && grep -q '^1\.\.' "$dir/out" || fail "the acts are done${mode:+, $mode}" "$(cat "$dir/out" "$dir/err" "$dir/messages" 2>/dev/null)"
  # Numbered through both runs.
  while IFS= read -r line; do
    case $line in
    'ok '*) pass "${line#*- }${mode:+, $mode}" ;;
    'not ok '*) fail "${line#*- }${mode:+, $mode}" ;;
    '#'*) echo "$line" ;;
    esac
  done <"$dir/out"
done
done_testing
