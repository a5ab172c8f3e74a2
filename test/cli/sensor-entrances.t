#!/bin/bash
# Every entrance of the kernel: 64-bit and 32-bit system calls, io_uring with and without a thread of the kernel. And what happens when the ring is too small: nothing
# is lost without being counted.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel alone
act=$BUILD/test/act
cat >"$tmp/rules.yaml" <<'EOF'
- macro: open_read
  condition: (evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.typechar = 'f' and fd.num >= 0)
- rule: Needle
  desc: A file of ours is opened
  condition: open_read and fd.name contains /needle-
  output: "needle %fd.name type=%evt.type by %proc.cmdline of %proc.pname"
  priority: WARNING
- rule: Storm
  desc: Calls of a kind that nobody else makes
  condition: evt.type = userfaultfd and evt.res = EINVAL and proc.name = act
  output: "storm"
  priority: DEBUG
EOF
for i in open64 open32 openat2 uring sqpoll relative; do echo x >"$tmp/needle-$i"; done
sensor_start --rules "$tmp/rules.yaml"
for how in open64 open32 openat2 uring sqpoll; do
  "$act" "$how" "$tmp/needle-$how" && rc=0 || rc=$?
  if [ "$rc" = 77 ]; then
    pass "no io_uring here: $how"
  elif [ "$rc" != 0 ]; then
    fail "$how did not work"
  elif alert "needle-$how "; then
    pass "$how is seen"
  else
    fail "$how is seen" "$(cat "$alerts")"
  fi
done
(cd "$tmp" && "$act" uring needle-relative)
if [ $? = 77 ] || alert "$tmp/needle-relative type=openat by act uring needle-relative of sensor-entranc"; then pass "a relative name through io_uring"; else fail "a relative name through io_uring" "$(cat "$alerts")"; fi
like "$(grep needle-open32 "$alerts")" "type=open by act open32 $tmp/needle-open32 of " "a 32-bit call has its name"
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"

# The sensor sleeps while the storm blows, so that the ring must overflow.
calls=20000
sensor_start --rules "$tmp/rules.yaml" --ring-bytes 65536
kill -STOP "$sensor_pid"
"$act" storm $calls
kill -CONT "$sensor_pid"
sensor_stop
got=$(grep -c ' storm ' "$alerts")
lost=$(sed -n 's/^lost: \([0-9]*\) userfaultfd, \(ring full\|share of its container used up\)$/\1/p' "$messages" | awk '{ n += $1 } END { print n }')
told=$(sed -n 's/.* Events were lost (count=\([0-9]*\) kind=userfaultfd cause=.* rules=1).*/\1/p' "$alerts" | awk '{ n += $1 } END { print n }')
if [ "${lost:-0}" -gt 0 ]; then pass "a ring that is too small loses events: $lost, and $got arrived"; else fail "a ring that is too small loses events" "$got arrived, ${lost:-none} lost" "$(cat "$messages")"; fi
is "$((got + ${lost:-0}))" "$calls" "what arrived and what was counted as lost is what happened"

is "${told:-0}" "${lost:-0}" "each loss is in an alert"

# With room enough, all of it arrives.
sensor_start --rules "$tmp/rules.yaml" --ring-bytes 33554432
"$act" storm 5000
sensor_stop
is "$(grep -c ' storm ' "$alerts") $(sed -n 's/.* alerts, \(.*\)$/\1/p' "$messages")" "5000 0 lost" "with room enough, all of it"
done_testing
