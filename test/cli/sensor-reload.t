#!/bin/bash
# Rules are read again on SIGHUP while the sensor watches: no event is lost over it, faulty rules change nothing.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
# rules NAME CONDITION…: a rule for each condition
rules() {
  local i=0 c
  for c; do
    i=$((i + 1))
    printf -- '- rule: R%d\n  desc: A rule of ours\n  condition: %s\n  output: "r%d %%fd.name %%proc.args"\n  priority: WARNING\n' $i "$c" $i
  done >"$tmp/rules.new"
  mv "$tmp/rules.new" "$tmp/rules.yaml"
}
opened='evt.type in (open, openat, openat2) and fd.name startswith'
storm='evt.type = userfaultfd and evt.res = EINVAL and proc.name = act'
rules "$opened $tmp/one"
touch "$tmp"/{one,two}
sensor_start --rules "$tmp/rules.yaml"
reloads=0
# reload: until it is said
reload() {
  reloads=$((reloads + 1))
  kill -HUP "$sensor_pid"
  said() { [ "$(grep -cE 'the rules (were read anew|that were read before stay in use)' "$messages")" -ge $reloads ]; }
  wait_for 10 said
}
cat "$tmp/one" "$tmp/two"
alert "r1 $tmp/one" && pass "the first rules" || fail "the first rules" "$(cat "$messages")"

rules "$opened $tmp/two" "evt.type = mkdir and evt.arg.path startswith $tmp/d"
reload
cat "$tmp/one" "$tmp/two"
mkdir "$tmp/dir"
if alert "r1 $tmp/two"; then pass "new rules hold"; else fail "new rules hold" "$(cat "$alerts" "$messages")"; fi
if alert "^[^ ]* Warning r2 "; then pass "also on calls that the old ones did not ask for"; else fail "also on calls that the old ones did not ask for" "$(cat "$alerts" "$messages")"; fi
is "$(grep -c "r1 $tmp/one" "$alerts")" 1 "the old ones do not"

rules "$opened $tmp/two and fd.nmae = x"
reload
like "$(cat "$messages")" "$tmp/rules.yaml:3:[0-9]+: " "a faulty rule is said with its place"
like "$(cat "$messages")" 'error: the rules that were read before stay in use' "and that the old ones stay"
rm "$tmp/two" && touch "$tmp/two"
before=$(grep -c "r1 $tmp/two" "$alerts")
cat "$tmp/two"
more() { [ "$(grep -c "r1 $tmp/two" "$alerts")" -gt "$before" ]; }
wait_for 5 more && pass "which they do" || fail "which they do" "$(cat "$alerts")"
mv "$tmp/rules.yaml" "$tmp/away"
reload
like "$(cat "$messages")" "error: $tmp/rules.yaml: No such file" "a file that is gone"

# A count that was begun goes on when the rules are read again, unless it was changed, and each process has its own.
counting() {
  printf -- '- rule: Counted\n  desc: Opened again and again\n  condition: %s %s and fd.num >= 0\n  threshold: {count: %d, window: 10m, by: [proc.pid]}\n  output: "counted %%fd.name pid=%%proc.pid"\n  priority: WARNING\n' \
    "$opened" "$tmp/one" "$1" >"$tmp/rules.yaml"
}
counting 3
reload
opens() { read -r _ <"$tmp/one"; }
opens
opens
(opens; opens; opens; opens) # another process: 3 of its own
if alert "counted $tmp/one"; then pass "a count"; else fail "a count" "$(cat "$alerts" "$messages")"; fi
is "$(grep -c "counted .*pid=$$ " "$alerts")" 0 "is by its key"
reload
opens
if alert "counted $tmp/one pid=$$ "; then pass "it goes on when the rules are read again"; else fail "it goes on when the rules are read again" "$(cat "$alerts" "$messages")"; fi
opens
opens
counting 4
reload
opens
opens
touch "$tmp/one-last"
(read -r _ <"$tmp/one-last"; read -r _ <"$tmp/one-last"; read -r _ <"$tmp/one-last"; read -r _ <"$tmp/one-last")
alert "counted $tmp/one-last"
is "$(grep -c "counted .*pid=$$ " "$alerts")" 1 "and begins anew when it was changed"

# What reading many rules takes is given back.
if sanitized; then
  pass "memory of a program with a sanitizer tells nothing"
else
  many=()
  for i in $(seq 600); do many+=("$opened $tmp/none$i"); done
  own() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$sensor_pid/status"; }
  rules "${many[@]}"
  reload
  before=$(own)
  for i in 1 2 3 4 5; do reload; done
  after=$(own)
  if [ "$after" -lt $((before + 3072)) ]; then pass "memory after five reloads"; else fail "memory after five reloads" "$before KiB before, $after after"; fi
fi

# Calls go on while rules are read again and again: each of them is reported once.
calls=20000
rules "$storm" "$opened $tmp/one"
reload
for i in $(seq 40); do
  "$BUILD/test/act" storm $((calls / 40))
  sleep 0.02
done &
act=$!
for i in 1 2 3 4 5 6; do
  rules "$storm" "$opened $tmp/one$i"
  reload
done
wait $act
sensor_stop
lost=$(sed -n 's/^lost: \([0-9]*\) userfaultfd, ring full$/\1/p' "$messages")
is "$(($(grep -c ' r1 .*storm' "$alerts") + ${lost:-0}))" "$calls" "nothing is lost while rules are read again (${lost:-0} as the ring was full)"
done_testing
