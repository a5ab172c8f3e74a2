#!/bin/bash
# The time of day is set while the sensor watches: counts and sequences go by the time since the machine started, alerts say the new time of day. Only in the virtual machine of
# `make test-vm`, whose clock is its own.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel alone
if [ "${PLIMSOLL_TEST_MACHINE:-}" != own ]; then
  echo "ok 1 # SKIP the clock of this machine is not set by a test (make test-vm does)"
  echo 1..1
  exit 0
fi
cat >"$tmp/rules.yaml" <<EOF
- rule: Counted
  desc: Opened three times in a minute
  condition: evt.type in (open, openat, openat2) and fd.name = $tmp/one and fd.num >= 0
  threshold: {count: 3, window: 1m, by: [fd.name]}
  output: "counted %evt.rawtime end"
  priority: WARNING
- rule: Opened
  desc: Each of them
  condition: evt.type in (open, openat, openat2) and fd.name = $tmp/one and fd.num >= 0
  output: "opened %evt.rawtime end"
  priority: WARNING
- rule: In order
  desc: One file and then the other
  sequence:
    - condition: evt.type in (open, openat, openat2) and fd.name = $tmp/first
    - condition: evt.type in (open, openat, openat2) and fd.name = $tmp/second
  within: 1m
  by: [container.id]
  output: "in order %fd.name"
  priority: WARNING
EOF
touch "$tmp"/{one,first,second}
opens() { read -r _ <"$1"; }
times() { sed -n "s/.* Warning $1 \([0-9]*\)[0-9]\{9\} end.*/\1/p" "$alerts"; }
sensor_start --rules "$tmp/rules.yaml"
begin=$(date +%s)
opens "$tmp/one"
opens "$tmp/first"
alert opened
date -s "@$((begin + 86400))" >/dev/null
sleep 1.5
opens "$tmp/one"
opens "$tmp/second"
if alert 'in order'; then pass "a sequence goes on over a day that the clock is put forward"; else fail "a sequence goes on over a day that the clock is put forward" "$(cat "$alerts")"; fi
date -s "@$((begin - 86400))" >/dev/null
sleep 1.5
opens "$tmp/one"
if alert counted; then pass "a count over two days that it is put back"; else fail "a count over two days that it is put back" "$(cat "$alerts")"; fi
date -s "@$((begin + 10))" >/dev/null
near() { [ "$1" -ge "$2" ] && [ "$1" -le $(($2 + 30)) ]; }
mapfile -t at < <(times opened)
if near "${at[0]}" "$begin" && near "${at[1]}" $((begin + 86400)) && near "${at[2]}" $((begin - 86400)); then pass "alerts say what the clock said"; else fail "alerts say what the clock said" "$begin: ${at[*]}"; fi
sleep 3
is "$(grep -c counted "$alerts")" 1 "it fired once"
sensor_stop
is "$rc" 0 "and the sensor ends as always"
done_testing
