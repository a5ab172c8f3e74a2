#!/bin/bash
# The sensor on the kernel that is there: from a system call to an alert, on the host and in a container.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
exits 2 "a set that there is not" "$PLIMSOLL" sensor --policy no-such-set
like "$err" 'no-such-set' "which is said"
exits 2 "a ring of an odd size" "$PLIMSOLL" sensor --rules /dev/null --ring-bytes 5000
need_kernel
need_runc

cat >"$tmp/rules.yaml" <<'EOF'
- rule: Opened
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name endswith /needle.txt
  output: "opened %fd.name num=%fd.num raw=%fd.nameraw flags=%evt.arg.flags res=%evt.res by %proc.name of %proc.pname in %proc.cwd"
  priority: WARNING
  tags: [b, a]
- rule: Executed
  desc: A program of ours is executed
  condition: evt.type in (execve, execveat) and proc.args contains needle-
  output: "executed %proc.cmdline exe=%proc.exe path=%proc.exepath pid=%proc.vpid user=%user.name terminal=%proc.tty"
  priority: NOTICE
EOF
cd "$tmp" && echo x >needle.txt
sensor_start --rules "$tmp/rules.yaml"

cat "$tmp/needle.txt" >/dev/null
(cd "$tmp" && cat ./../"$(basename "$tmp")"/needle.txt >/dev/null)
cat "$tmp/nowhere/needle.txt" 2>/dev/null
env true needle-one
alert 'needle-one' && pass "an execution fires" || fail "an execution fires" "$(cat "$alerts")"
like "$(cat "$alerts")" "^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}: Warning opened $tmp/needle.txt num=[0-9]+ raw=$tmp/needle.txt flags=O_RDONLY res=SUCCESS by cat of sensor.t in .*/ container_id=host container_name=host" "an absolute name"
like "$(cat "$alerts")" "opened $tmp/needle.txt num=[0-9]+ raw=./../$(basename "$tmp")/needle.txt .* in $tmp/ " "a relative name: joined, as given, and the directory"
like "$(cat "$alerts")" "opened $tmp/nowhere/needle.txt num=-1 .* res=ENOENT" "an open that failed"
like "$(cat "$alerts")" "Notice executed true needle-one exe=true path=$(readlink -f "$(type -P true)") pid=[0-9]+ user=root" "arguments, program, user"

rootfs "$tmp/root" dash cat
bundle "$tmp/b" "$tmp/root"
echo x >"$tmp/root/needle.txt"
container "$tmp/b" plimsoll-test-1 /bin/cat /needle.txt >/dev/null
if alert 'opened /needle.txt'; then pass "an open in a container fires"; else fail "an open in a container fires" "$(cat "$alerts")"; fi
like "$(grep 'opened /needle.txt' "$alerts")" 'by cat of .* in / container_id=plimsoll-tes container_name=plimsoll-test-1' "with the container"

programs=$(sed -n 's/^prog_id:[[:space:]]*//p' /proc/"$sensor_pid"/fdinfo/* 2>/dev/null)
sensor_stop
is "$rc" 0 "SIGINT ends it well"
like "$(cat "$messages")" '^stopped: [0-9]+ events, [0-9]+ alerts, 0 lost$' "with its totals"
gone() { for i in $programs; do bpftool prog show id "$i" >/dev/null 2>&1 && return 1; done; return 0; }
if [ -n "$programs" ] && wait_for 5 gone; then pass "nothing stays attached"; else fail "nothing stays attached" "$programs" "$(bpftool prog)"; fi

sensor_start --rules "$tmp/rules.yaml" --format json
cat "$tmp/needle.txt" >/dev/null
alert "needle.txt"
line=$(grep -m 1 needle.txt "$alerts")
is "$(jq -c 'keys' <<<"$line")" '["hostname","output","output_fields","priority","rule","source","tags","time"]' "the keys of Falco's JSON"
is "$(jq -c '[.priority, .rule, .source, .tags, .output_fields["fd.name"], .output_fields["container.id"], (.output_fields["fd.num"] | type), (.output_fields["evt.time"] | type)]' <<<"$line")" \
  "[\"Warning\",\"Opened\",\"syscall\",[\"a\",\"b\"],\"$tmp/needle.txt\",\"host\",\"number\",\"number\"]" "and their values"
like "$(jq -r .output <<<"$line")" '^[0-9:.]{18}: Warning opened ' "the text is in it"
like "$(jq -r .time <<<"$line")" '^20[0-9]{2}-[0-9-]{5}T[0-9:]{8}\.[0-9]{9}Z$' "and the time in UTC"
sensor_stop TERM
is "$rc" 0 "SIGTERM ends it well"

if [ -n "$SHARED" ]; then
  sensor_start --rules "$SHARED/falco-rules/falco_rules.yaml" --rules "$SHARED/falco-rules/falco-incubating_rules.yaml" --rules "$SHARED/falco-rules/falco-sandbox_rules.yaml"
  container "$tmp/b" plimsoll-test-2 /bin/cat /etc/shadow >/dev/null
  # A sensor of another test that starts looks at such files, too.
  if alert 'Sensitive file opened for reading by non-trusted program .*container_id=plimsoll-tes'; then pass "Falco's rules, unmodified"; else fail "Falco's rules, unmodified" "$(cat "$alerts" "$messages")"; fi
  like "$(grep -m 1 'Sensitive.*container_id=plimsoll-tes' "$alerts")" 'file=/etc/shadow .* user=root user_uid=0 user_loginuid=-1 process=cat proc_exepath=/bin/cat .* command=cat /etc/shadow terminal=0 container_id=plimsoll-tes' "with their fields"
  sensor_stop
else
  skip "no shared data beside the clone"
fi
done_testing
