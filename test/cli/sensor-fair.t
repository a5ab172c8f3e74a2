#!/bin/bash
# One container makes more than the sensor can read: what is lost is lost by it, told by container, kind and cause, and the others miss nothing.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel alone
need_runc
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Storm
  desc: Calls of a kind that nobody else makes
  condition: evt.type = userfaultfd and evt.res = EINVAL and proc.name = act
  output: "storm in %container.id;"
  priority: DEBUG
- rule: Storm of executions
  desc: Programs one after the other
  condition: evt.type = execve and proc.args startswith storm-
  output: "execution in %container.id;"
  priority: DEBUG
EOF
rootfs "$tmp/root" dash cat "$BUILD/test/act"
few=20
bundle "$tmp/loud" "$tmp/root"
bundle "$tmp/quiet" "$tmp/root"
tail=$(printf '%040x' "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))")
loud=aaaa0000aaaa$tail quiet=bbbb0000bbbb$tail
sum() { awk '{ n += $1 } END { print n }'; }

calls=20000
sensor_start --rules "$tmp/rules.yaml" --ring-bytes 1048576
kill -STOP "$sensor_pid"
container "$tmp/loud" "$loud" /bin/act storm $calls
container "$tmp/quiet" "$quiet" /bin/act storm $few
kill -CONT "$sensor_pid"
sensor_stop
got=$(grep -c 'storm in aaaa0000aaaa;' "$alerts")
told=$(sed -n 's/.* Events were lost (count=\([0-9]*\) kind=userfaultfd cause=\(ring full\|share of its container used up\) rules=1) container_id=aaaa0000aaaa .*/\1/p' "$alerts" | sum)
is "$((got + ${told:-0}))" "$calls" "of the loud container, what arrived and what is told as lost is what happened"
if [ "${told:-0}" -gt 0 ]; then pass "and something was lost: $told"; else fail "and something was lost" "$(grep -v storm "$alerts")"; fi
is "$(grep -c 'storm in bbbb0000bbbb;' "$alerts")" "$few" "the quiet one lost nothing"
is "$(grep 'Events were lost .*kind=userfaultfd' "$alerts" | grep -vc container_id=aaaa0000aaaa)" 0 "no such loss is told of anybody else"

# Counts of containers that are gone make room; sums stay.
sensor_start --rules "$tmp/rules.yaml" --ring-bytes 1048576
status() { "$PLIMSOLL" sensor status --format json | jq -r "$1"; }
kill -STOP "$sensor_pid"
container "$tmp/loud" "$loud" /bin/act storm $calls
kill -CONT "$sensor_pid"
counted() { [ "$(status .events.loss_counters)" -gt 0 ]; }
wait_for 10 counted && pass "a container's losses are told apart while it is known" || fail "a container's losses are told apart while it is known" "$(status .events)"
# Somebody else may have lost something, too.
storm='[.losses[] | select(.kind == "userfaultfd").events] | add'
lost=$(status "$storm") counters=$(status .events.loss_counters)
folded() { [ "$(status .events.loss_counters)" -lt "$counters" ]; }
wait_for 40 folded && pass "and no longer when it is forgotten" || fail "and no longer when it is forgotten" "$(status .events)"
is "$(status "$storm")" "$lost" "its losses stay in the sum"
sensor_stop
is "$(sed -n 's/.* Events were lost (count=\([0-9]*\) kind=userfaultfd .* container_id=aaaa0000aaaa .*/\1/p' "$alerts" | sum)" "$lost" "and were told once"
is "$(grep -c 'than are told apart' "$alerts")" 0 "none is taken for one that could not be told apart"

# Executions have a ring of their own, and the same holds there.
runs=1500
sensor_start --rules "$tmp/rules.yaml"
kill -STOP "$sensor_pid"
container "$tmp/loud" "$loud" /bin/sh -c "i=0; while [ \$i -lt $runs ]; do /bin/act storm-\$i; i=\$((i + 1)); done"
container "$tmp/quiet" "$quiet" /bin/sh -c "i=0; while [ \$i -lt $few ]; do /bin/act storm-\$i; i=\$((i + 1)); done"
kill -CONT "$sensor_pid"
sensor_stop
got=$(grep -c 'execution in aaaa0000aaaa;' "$alerts")
told=$(sed -n 's/.* Events were lost (count=\([0-9]*\) kind=execve cause=.* rules=1) container_id=aaaa0000aaaa .*/\1/p' "$alerts" | sum)
is "$((got + ${told:-0}))" "$runs" "executions: what arrived and what is told as lost is what happened ($got and ${told:-0})"
is "$(grep -c 'execution in bbbb0000bbbb;' "$alerts")" "$few" "the quiet container lost none"

# Told to stop when it is far behind, it stops: what it has no time for is counted.
awk 'BEGIN { for (i = 0; i < 20000; i++) printf "- rule: Other %d\n  desc: Nobody\n  condition: evt.type = userfaultfd and proc.cmdline contains nobody-%d\n  output: other\n  priority: DEBUG\n", i, i }' >"$tmp/many.yaml"
sensor_start --rules "$tmp/many.yaml" --no-push-down --ring-bytes 33554432
kill -STOP "$sensor_pid"
container "$tmp/loud" "$loud" /bin/act storm $calls
kill -CONT "$sensor_pid"
start=$SECONDS
sensor_stop
if [ "$rc" = 0 ] && [ $((SECONDS - start)) -le 8 ]; then pass "it ends soon however far behind it is"; else fail "it ends soon however far behind it is" "$rc, $((SECONDS - start)) s"; fi
like "$(cat "$messages")" '^lost: [1-9][0-9]* of any kind, not looked at within 3 seconds of the end$' "and says what it did not look at"
done_testing
