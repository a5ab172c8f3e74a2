#!/bin/bash
# Who did it: numbers of processes that are used again, many forks, what a program's file is.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel alone
need_runc
rootfs "$tmp/root" dash cat "$BUILD/test/act"
mkdir -p "$tmp/root/data"
echo x >"$tmp/root/data/needle-reuse"
echo x >"$tmp/root/data/needle-forks"
cp "$tmp/root/bin/cat" "$tmp/root/data/tool"
echo >>"$tmp/root/data/tool"
sum=$(sha256sum <"$tmp/root/data/tool" | cut -d' ' -f1)
cat >"$tmp/rules.yaml" <<EOF
- rule: Opened
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name startswith /data/needle- and fd.num >= 0
  output: "opened %fd.name by name=%proc.name exe=%proc.exepath vpid=%proc.vpid parents=%proc.aname[1],%proc.aname[2],%proc.aname[3] cmd=%proc.cmdline in %container.id;"
  priority: WARNING
- rule: Known bad
  desc: By its digest
  condition: evt.type in (execve, execveat) and proc.exe_sha256 = $sum
  output: "bad %proc.exepath sum=%proc.exe_sha256 in %container.id;"
  priority: WARNING
EOF
bundle "$tmp/b" "$tmp/root" '(.process.capabilities[]) |= (. + ["CAP_SYS_ADMIN"])'
id=$(printf 'ffff0000%056x' "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))")
short=${id:0:12}
sensor_start --rules "$tmp/rules.yaml"
container "$tmp/b" "$id" /bin/act reuse /data/tool /data/needle-reuse >/dev/null
like "$?" '^0$' "a number of a process is used twice"
if alert "opened /data/needle-reuse by name=tool exe=/data/tool vpid=4321 parents=act,.* in $short;" && alert "opened /data/needle-reuse by name=act exe=/bin/act vpid=4321 parents=act,.* cmd=act reuse .* in $short;"
then pass "each is known for what it runs"; else fail "each is known for what it runs" "$(cat "$alerts")"; fi

if alert "bad /data/tool sum=$sum in $short;"; then pass "a program is known by its digest"; else fail "a program is known by its digest" "$(cat "$alerts")"; fi
before=$(grep -c ' bad ' "$alerts")
echo >>"$tmp/root/data/tool"
container "$tmp/b" "$id" /data/tool /data/needle-reuse >/dev/null
container "$tmp/b" "$id" /bin/cat /data/needle-reuse >/dev/null
alert "opened /data/needle-reuse by name=cat "
is "$(grep -c ' bad ' "$alerts")" "$before" "and is another one when it was changed"

container "$tmp/b" "$id" /bin/act forks 400 /data/needle-forks
all() { [ "$(grep -c "opened /data/needle-forks by name=act exe=/bin/act vpid=[0-9]* parents=act,act,.* cmd=act forks 400 /data/needle-forks in $short;" "$alerts")" = 400 ]; }
if wait_for 10 all; then pass "400 grandchildren, each with its ancestors"; else fail "400 grandchildren, each with its ancestors" "$(grep -c needle-forks "$alerts")" "$(grep needle-forks "$alerts" | tail -3)"; fi
is "$(grep needle-forks "$alerts" | grep -o 'vpid=[0-9]*' | sort -u | wc -l)" 400 "and its number"

# One that does nothing is not forgotten for what others execute; what has ended is.
echo x >"$tmp/root/data/needle-quiet"
mkfifo "$tmp/root/data/wake"
container "$tmp/b" "$id" /bin/dash -c 'read x </data/wake; read x </data/needle-quiet' &
quiet=$!
wait_for 10 pgrep -fx '/bin/dash -c read x </data/wake; read x </data/needle-quiet' >/dev/null
for ((i = 0; i < 6000; i++)); do /bin/true; done
remembered() { "$PLIMSOLL" sensor status --format json | jq "$1"; }
few() { [ "$(remembered .executions.remembered)" -lt 1500 ]; }
wait_for 10 few
like "$(remembered .executions.remembered)" '^([0-9]{2,3}|1[0-4][0-9]{2})$' "6,000 executions that ended are not remembered"
is "$(remembered .executions.forgotten)" 0 "none was forgotten for lack of room"
echo >"$tmp/root/data/wake"
wait "$quiet"
if alert "opened /data/needle-quiet by name=dash exe=/bin/dash vpid=1 .* cmd=dash -c read x </data/wake; read x </data/needle-quiet in $short;"
then pass "who was quiet meanwhile is known"; else fail "who was quiet meanwhile is known" "$(grep needle-quiet "$alerts")"; fi
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"
done_testing
