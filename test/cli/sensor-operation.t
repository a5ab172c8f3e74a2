#!/bin/bash
# The sensor as it is operated: status, metrics, a second one, kill -9, limits, what it keeps of its privileges, alerts to receivers.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
exits 2 "a wrong output" "$PLIMSOLL" sensor --alert-to nowhere
like "$err" "alert-to: expected one of stdout, file, syslog, webhook, unix, found 'nowhere'" "which is said"
exits 2 "a wrong limit" "$PLIMSOLL" sensor --limit-alerts 5
exits 2 "an address of metrics that is none" "$PLIMSOLL" sensor --metrics-listen 9100
like "$err" "metrics-listen.: expected an address of loopback and a port, as 127.0.0.1:9100" "which is said"
exits 2 "one that others reach" "$PLIMSOLL" sensor --metrics-listen 0.0.0.0:9100
exits 2 "a path that no socket can have" "$PLIMSOLL" sensor --status-socket "/$(printf 'x%.0s' {1..110})"
like "$err" "status-socket.: expected a path of less than 108 bytes" "which is said"
exits 3 "no sensor to ask" "$PLIMSOLL" sensor status
like "$err" 'no sensor runs here .*sensor.sock' "which is said"
unit=$BUILD/plimsoll-sensor.service
if command -v systemd-analyze >/dev/null; then
  sed "s#^ExecStart=[^ ]*#ExecStart=$PLIMSOLL#; s#^Documentation=.*##" "$unit" >"$tmp/plimsoll-sensor.service"
  run systemd-analyze verify "$tmp/plimsoll-sensor.service"
  is "$rc $(grep -c plimsoll-sensor <<<"$err")" "0 0" "systemd takes the unit as it is"
  note "$err"
else
  skip "no systemd-analyze"
fi
need_kernel
if setpriv --reuid=65534 --regid=65534 --clear-groups true 2>/dev/null; then
  exits 3 "without root" env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups "$PLIMSOLL" sensor --rules /dev/null
  like "$err" 'root, or CAP_BPF' "which says what is needed"
fi

# Other tests may run at the same time: what is watched for is nobody else's.
mine=mine-$$
cat >"$tmp/rules.yaml" <<RULES
- rule: Opened
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name = $tmp/needle.txt
  output: "opened %fd.name by %proc.name"
  priority: WARNING
- rule: Executed
  desc: A program of ours is executed
  condition: evt.type in (execve, execveat) and proc.args startswith $mine-
  output: "executed %proc.cmdline"
  priority: NOTICE
- rule: Connected
  desc: To a machine by its name
  condition: evt.type = connect and fd.sip.name = localhost and fd.sport = 1
  output: "connected"
  priority: NOTICE
RULES
echo x >"$tmp/needle.txt"
port=$(free_port)
python3 "$TOP/test/cli/receiver.py" http "$port" "$tmp/hooked" >"$tmp/ready" 2>/dev/null &
receiver=$!
at_exit "kill $receiver 2>/dev/null"
wait_for 10 grep -q ready "$tmp/ready"
metrics=$(free_port)
sensor_start --rules "$tmp/rules.yaml" --metrics-listen "127.0.0.1:$metrics" --alert-to stdout --alert-to "file:$tmp/alerts.json format=json" --alert-to "webhook:http://127.0.0.1:$port/ name=hook"
cat "$tmp/needle.txt" >/dev/null
env true $mine-1
alert "$mine-1"
hooked() { grep -q -e "$mine-1" "$tmp/hooked"; }
wait_for 10 hooked
like "$(cat "$alerts")" 'Warning opened .*/needle.txt by cat ' "an alert on standard output"
is "$(jq -r 'select(.rule == "Opened").priority' "$tmp/alerts.json") $(stat -c %a "$tmp/alerts.json")" "Warning 600" "in a file"
is "$(cut -d' ' -f3- "$tmp/hooked" | jq -r .rule | sort | tr '\n' ' ')" "Executed Opened " "and at a webhook"

run "$PLIMSOLL" sensor status --format json
is "$rc $(jq -r '[.pid, .rules.loaded, .alerts.raised, .events.lost, (.outputs | length)] | map(tostring) | join(" ")' <<<"$out")" "0 $sensor_pid 3 2 0 3" "the status"
is "$(jq -r '.hooks[] | select(.name == "tp_btf/sys_exit").attached' <<<"$out")" true "hooks"
is "$(jq -c '[[.hooks[] | select(.name | startswith("tp_btf/io_uring_submit")).attached], (.not_seen | index("what is asked for through io_uring"))]' <<<"$out")" '[[true],null]' "requests of io_uring are one hook, whatever the kernel calls it"
like "$(jq -r '.not_seen[]' <<<"$out")" 'another thread changes' "what cannot be seen"
is "$(jq -r '.outputs[] | "\(.name) \(.works) \(.sent) \(.lost)"' <<<"$out" | tail -1)" "hook true 2 0" "outputs"
like "$(jq -r '[.events.looked_at, .events.settled_in_kernel, .events.sent] | map(tostring) | join(" ")' <<<"$out")" '^[1-9][0-9]* [0-9]+ [1-9][0-9]*$' "the share that the kernel settled"
run "$PLIMSOLL" sensor status
like "$out" "^Sensor: +process $sensor_pid, version .*Z" "as a table"
like "$out" '^hook +2 +0 +0 +0 +works' "with its outputs"
is "$(stat -c %a "$PLIMSOLL_SENSOR_SOCKET")" 600 "the socket is for root alone"
got=$(curl -s "http://127.0.0.1:$metrics/metrics")
like "$got" '^plimsoll_sensor_alerts_total 2$' "metrics"
like "$got" '^plimsoll_alerts_sent_total\{output="hook"\} 2$' "of outputs"
like "$got" '^plimsoll_sensor_hook_attached\{hook="tp_btf/sys_exit"\} 1$' "of hooks"
if command -v promtool >/dev/null; then
  promtool check metrics <<<"$got" >/dev/null 2>&1 && pass "which Prometheus takes" || fail "which Prometheus takes" "$(promtool check metrics <<<"$got" 2>&1)"
fi

caps=$(sed -n 's/^CapEff:\t//p' "/proc/$sensor_pid/status")
is "$(printf '%d' $((0x$caps & ~(1 << 39 | 1 << 19 | 1 << 2))))" 0 "only three capabilities are left"
different=$(for t in /proc/"$sensor_pid"/task/*; do grep -hE '^(CapEff|NoNewPrivs|Seccomp):' "$t/status" | tr '\n' ' '; echo; done | sort -u)
like "$different" "^CapEff:.$caps NoNewPrivs:.1 Seccomp:.2 $" "in all of its threads, with a filter of system calls"
is "$(wc -l <<<"$different")" 1 "the same one"
kill -HUP "$sensor_pid"
reloaded() { grep -q 'rules were read anew' "$messages"; }
wait_for 10 reloaded && pass "rules can be read anew nevertheless" || fail "rules can be read anew nevertheless" "$(cat "$messages")"
mv "$tmp/alerts.json" "$tmp/away"
kill -HUP "$sensor_pid"
made() { [ -e "$tmp/alerts.json" ]; }
wait_for 10 made && pass "and files of alerts be opened anew" || fail "and files of alerts be opened anew" "$(cat "$messages")"

# The process that looks up domain names dies: it is begun anew; so is not the one that begins it, which is said.
child_of() { ps -o pid= --ppid "$1" | head -1 | tr -d ' '; }
keeper=$(for p in $(ps -o pid= --ppid "$sensor_pid"); do [ "$(cat "/proc/$p/comm")" != domain-keeper ] || echo "$p"; done)
known() { [ "$("$PLIMSOLL" sensor status --format json | jq -c .domains.known)" = 1 ] && [ -n "$(child_of "$keeper")" ]; }
wait_for 10 known
known() { [ "$("$PLIMSOLL" sensor status --format json | jq .domains.known)" = 1 ]; }
wait_for 10 known
is "$("$PLIMSOLL" sensor status --format json | jq -c .domains)" '{"names":1,"known":1,"restarts":0,"looked_up":true}' "domain names of rules are looked up"
kill -9 "$(child_of "$keeper")"
if alert 'Error Look-up of domain names ended .what=it was begun anew'; then pass "their look-up is killed: an alert"; else fail "their look-up is killed: an alert" "$(cat "$alerts")"; fi
is "$("$PLIMSOLL" sensor status --format json | jq -c .domains)" '{"names":1,"known":1,"restarts":1,"looked_up":true}' "it was begun anew"
is "$(cat "/proc/$(child_of "$keeper")/comm")" domain-lookup "by another process"
kill -9 "$keeper"
if alert 'Error Look-up of domain names ended .what=nothing is looked up until'; then pass "all of it is killed: an alert"; else fail "all of it is killed: an alert" "$(cat "$alerts")"; fi
like "$("$PLIMSOLL" sensor status)" '^Domains: +1 of 1 names have addresses, none is looked up any more' "and in the status"
like "$(curl -s "http://127.0.0.1:$metrics/metrics")" '^plimsoll_sensor_domain_lookup_works 0$' "and in the metrics"
kill -HUP "$sensor_pid"
twice() { [ "$(grep -c 'rules were read anew' "$messages")" -ge 3 ]; }
wait_for 10 twice && pass "rules can be read anew all the same" || fail "rules can be read anew all the same" "$(cat "$messages")"

# A file in the socket's place is somebody's.
echo precious >"$tmp/file"
exits 3 "the socket does not take a file's place" "$PLIMSOLL" sensor --rules "$tmp/rules.yaml" --status-socket "$tmp/file"
like "$err $(cat "$tmp/file")" "file is there already, and is no socket.* precious$" "which stays as it is"

# A second one.
run "$PLIMSOLL" sensor --rules "$tmp/rules.yaml"
like "$rc $err" "^3 .*another sensor runs already \(process $sensor_pid, .*sensor.sock\)" "a second sensor is refused"
"$PLIMSOLL" sensor --rules "$tmp/rules.yaml" --status-socket "$tmp/other.sock" --alert-to stdout >/dev/null 2>"$tmp/other" &
other=$!
at_exit "kill -9 $other 2>/dev/null"
wait_for 20 grep -q '^armed$' "$tmp/other" && pass "unless it has a socket of its own" || fail "unless it has a socket of its own" "$(cat "$tmp/other")"
is "$("$PLIMSOLL" sensor status --status-socket "$tmp/other.sock" --format json | jq .pid)" $other "which answers for it"
kill $other
wait $other

# Killed, and started again.
env true $mine-before
alert "$mine-before"
kill -9 "$sensor_pid"
wait "$sensor_pid" 2>/dev/null
exits 3 "killed: nobody answers" "$PLIMSOLL" sensor status
sensor_start --rules "$tmp/rules.yaml" --alert-to stdout --alert-to "webhook:http://127.0.0.1:$port/ name=hook" --limit-alerts 3/2
hooked() { grep -q -e "$mine-before" "$tmp/hooked"; }
wait_for 10 hooked && pass "what waited in the spool is delivered" || fail "what waited in the spool is delivered" "$(cat "$tmp/hooked" "$messages")"

# Limits.
needle=$tmp/needle.txt
cat "$needle" "$needle" "$needle" "$needle" "$needle" "$needle" "$needle" "$needle" >/dev/null # one process, within the two seconds also where processes are slow
env true $mine-2
if alert '5 more alerts of rule "Opened" in host were held back in 2 seconds'; then pass "more than the limit: their number"; else fail "more than the limit: their number" "$(cat "$alerts")"; fi
is "$(grep -c 'Warning opened' "$alerts") $(grep -c -e "$mine-2" "$alerts")" "3 1" "up to the limit, by rule"
# Storms of other tests may be an alert, too.
is "$("$PLIMSOLL" sensor status --format json | jq -c '[.alerts.raised, .alerts.held_back]')" "[$(($(grep -vc 'were held back' "$alerts") + 5)),5]" "counted"
is "$(cut -d' ' -f3- "$tmp/hooked" | jq -c 'select(.source == "internal") | [.rule, .priority, .output_fields.held_back, .output_fields["container.id"]]')" '["Opened","Warning",5,"host"]' "and told to receivers"
sensor_stop
is "$rc" 0 "it ends well"
sensor_start --rules "$tmp/rules.yaml" --group-alerts 60
cat "$tmp/needle.txt" "$tmp/needle.txt" "$tmp/needle.txt" >/dev/null
head -1 "$tmp/needle.txt" >/dev/null
alert 'by head'
sensor_stop
is "$(grep -c 'opened .* by cat' "$alerts") $(grep -c 'opened .* by head' "$alerts")" "1 1" "alerts that say the same are one"
like "$(tail -1 "$alerts")" '2 more alerts of rule "Opened" in host were held back in 60 seconds: they said the same' "and the number of the others, also at the end"

# Once the time is over the next alert goes out, also when nothing was held back in it.
sensor_start --rules "$tmp/rules.yaml" --limit-alerts 1/1
cat "$tmp/needle.txt" >/dev/null
alert 'opened .* by cat'
sleep 1.2
head -1 "$tmp/needle.txt" >/dev/null
if alert 'opened .* by head'; then pass "an alert after the time of a limit is not held back"; else fail "an alert after the time of a limit is not held back" "$(cat "$alerts")"; fi
sensor_stop

# Rules that cannot fire are no protection, and a reader that is gone is noticed without an alert.
cat >"$tmp/never.yaml" <<'RULES'
- rule: Closed
  desc: The sensor does not see that
  condition: evt.type = close and fd.name = /x
  output: "closed %fd.name"
  priority: NOTICE
RULES
mkfifo "$tmp/reader"
"$PLIMSOLL" sensor --rules "$tmp/never.yaml" >"$tmp/reader" 2>"$messages" &
sensor_pid=$!
at_exit "still_ours $sensor_pid && kill -9 $sensor_pid"
exec {reader}<"$tmp/reader"
wait_for 60 grep -q '^armed$' "$messages"
like "$(cat "$messages")" 'never.yaml:1: rule "Closed" can never fire' "a rule that can never fire is said"
like "$("$PLIMSOLL" sensor status)" '^ +1 of them can never fire' "and in the status"
exec {reader}<&-
wait "$sensor_pid"
is "$?" 3 "nobody reads standard output any more: it ends"
like "$(cat "$messages")" 'nobody reads standard output any more.*' "which is said"
like "$(cat "$messages")" '^stopped: [0-9]+ events' "with its totals"
like "$("$PLIMSOLL" policy explain --rules "$tmp/never.yaml" Closed)" 'none: the sensor makes no event of the types' "policy explain knows it, too"

# A signal that comes while it starts is not lost.
"$PLIMSOLL" sensor --rules "$tmp/rules.yaml" >/dev/null 2>"$messages" &
sensor_pid=$!
at_exit "kill -9 $sensor_pid 2>/dev/null"
blocked() { grep -q '^SigBlk:.*[4-7]00[0-9a-f]$' "/proc/$sensor_pid/status"; }
wait_for 10 blocked
kill -TERM "$sensor_pid"
ended() { ! kill -0 "$sensor_pid" 2>/dev/null; }
wait_for 20 ended && pass "a signal while it starts ends it" || fail "a signal while it starts ends it" "$(cat "$messages")"
# A machine that lacks something. In a mount namespace of its own nobody else notices.
lacks() { unshare -m bash -c 'mount -t tmpfs none "$1" && shift && exec "$@"' - "$@"; }
if unshare -m true 2>/dev/null; then
  run lacks /sys/kernel/btf "$PLIMSOLL" sensor --rules "$tmp/rules.yaml"
  like "$rc $err" '^3 .*this kernel has no BTF .*CONFIG_DEBUG_INFO_BTF' "no BTF: said with what is needed"
  run lacks /sys/fs/cgroup "$PLIMSOLL" sensor --rules "$tmp/rules.yaml"
  like "$rc $err" '^3 .*no cgroup hierarchy can be read: mount one' "no cgroup hierarchy: said with how to mount one"
  # Not by the function: the process that is started here is the sensor.
  rm -f "$tmp/messages" # the one before said "armed" there, too
  unshare -m bash -c 'mount -t tmpfs none /sys/kernel/debug; mount -t tmpfs none /sys/kernel/tracing 2>/dev/null; exec "$@"' - "$PLIMSOLL" sensor --rules "$tmp/rules.yaml" >"$tmp/alerts" 2>"$tmp/messages" &
  sensor_pid=$!
  at_exit "kill -9 $sensor_pid 2>/dev/null"
  wait_for 60 grep -q '^armed$' "$tmp/messages" && pass "tracefs is not needed" || fail "tracefs is not needed" "$(cat "$tmp/messages")"
  sensor_stop TERM
else
  skip "no mount namespaces"
fi
done_testing
