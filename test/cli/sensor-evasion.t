#!/bin/bash
# What an attacker in a container does so as not to be seen, one by one. What cannot be seen is in docs/sensor.md, "What it cannot see".
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Secret
  desc: The secret file is opened
  condition: evt.type in (open, openat, openat2) and fd.name in (/data/secret, /data/late) and evt.rawres >= 0
  output: "secret name=%fd.name by name=%proc.name exe=%proc.exepath in %container.id;"
  priority: WARNING
- rule: Tool
  desc: The tool is executed
  condition: evt.type in (execve, execveat) and (proc.exepath = /data/tool or proc.is_exe_from_memfd = true)
  output: "tool exe=%proc.exepath argv0=%proc.exe name=%proc.name args=%proc.args memfd=%proc.is_exe_from_memfd in %container.id;"
  priority: WARNING
- rule: Script
  desc: Something is run by an interpreter or by the dynamic loader
  condition: evt.type in (execve, execveat) and (evt.arg.filename endswith /script or proc.args startswith /data/script or (proc.exepath contains /ld-linux and proc.args startswith /data/tool))
  output: "script file=%evt.arg.filename exe=%proc.exepath name=%proc.name args=%proc.args in %container.id;"
  priority: WARNING
- rule: Link to the secret
  desc: A second name is made for the secret file
  condition: evt.type in (link, linkat) and fs.path.source = /data/secret and evt.rawres = 0
  output: "hard link %fs.path.target in %container.id;"
  priority: WARNING
- rule: Mounted elsewhere
  desc: A directory gets a second name
  condition: evt.type = mount and evt.rawres = 0 and proc.name = mount
  output: "mounted by %proc.cmdline in %container.id;"
  priority: WARNING
- rule: Not by the shell
  desc: Opened by anything but the tool that may
  condition: evt.type in (open, openat, openat2) and fd.name = /data/guarded and evt.rawres >= 0 and not proc.name in (trusted)
  output: "guarded opened by name=%proc.name exe=%proc.exepath in %container.id;"
  priority: WARNING
EOF
rootfs "$tmp/root" dash cat mkdir mv ln mount umount cp "$BUILD/test/act"
mkdir -p "$tmp/root/data/dir" "$tmp/root/warm"
echo x >"$tmp/root/data/secret"
echo x >"$tmp/root/data/guarded"
echo x >"$tmp/root/data/plain"
ln "$tmp/root/data/secret" "$tmp/root/data/before"
cp "$tmp/root/bin/cat" "$tmp/root/data/tool"
printf '#!/bin/sh\ntrue\n' >"$tmp/root/data/script"
chmod +x "$tmp/root/data/script"
bundle "$tmp/b" "$tmp/root" '(.process.capabilities[]) |= (. + ["CAP_SYS_ADMIN"])'
id=$(printf 'eeee0000%056x' "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))")
short=${id:0:12}
in_container() { container "$tmp/b" "$id" /bin/sh -c "$1" 2>&1; }
# seen WHAT REGEX COMMAND: more alerts with it than before
seen() {
  local before
  before=$(grep -cE -- "$2" "$alerts")
  said=$(in_container "$3")
  more() { [ "$(grep -cE -- "$2" "$alerts")" -gt "$before" ]; }
  if wait_for 5 more "$1" "$2"; then pass "$1"; else fail "$1" "$said" "$(tail -20 "$alerts")"; fi
}
sensor_start --rules "$tmp/rules.yaml"
seen "a descriptor that is closed before the call returns" "secret name=/data/secret .* in $short;" "/bin/act closed 300 /data/secret"
seen "which is an alert of its own" "Warning File was gone when its opening was seen .name=/data/plain count=[0-9]+ process=act .*command=act closed 3000000 /data/plain. container_id=$short " \
  "/bin/act closed 3000000 /data/plain"
seen "openat2" "secret name=/data/secret .* in $short;" "/bin/act openat2 /data/secret"
seen "below a descriptor" "secret name=/data/secret .* in $short;" "/bin/act below /data secret"
seen "up and down below a descriptor" "secret name=/data/secret .* in $short;" "/bin/act below /data/dir ../secret"
seen "a 32-bit call" "secret name=/data/secret .* in $short;" "/bin/act open32 /data/secret"
seen "io_uring" "secret name=/data/secret .* in $short;" "/bin/act uring /data/secret"
seen "a directory that is renamed between two opens" "secret name=/data/secret by name=cat .* in $short;" \
  'cp /data/secret /warm/secret; cd /warm; i=0; while [ $i -lt 20 ]; do cat secret; i=$((i + 1)); done; mv /data /away; mv /warm /data; cat ./secret; cd /; mv /data /warm; mv /away /data'
seen "another name for the process and its child" "guarded opened by name=act exe=/bin/act in $short;" "/bin/act renamed trusted /data/guarded"
is "$(grep -c 'guarded opened by name=act ' "$alerts")" 2 "both"
seen "another first argument" "tool exe=/data/tool argv0=trusted name=tool args=hidden-argv memfd=false in $short;" "/bin/act as trusted /data/tool"
seen "execveat on a descriptor" "tool exe=/data/tool argv0=fd name=.* args=hidden-fd memfd=false in $short;" "/bin/act exec-fd /data/tool"
seen "a program in memory" "tool exe=memfd:copy argv0=memory name=.* args=hidden-memfd memfd=true in $short;" "/bin/act exec-memfd /data/tool"
seen "a script by its first line" "script file=/data/script exe=/bin/dash name=script args=.* in $short;" "/data/script"
seen "a script as an argument" "script file=/bin/sh exe=/bin/dash name=sh args=/data/script in $short;" "sh /data/script"
if [ -e /proc/sys/fs/binfmt_misc/register ] || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2>/dev/null; then
  entry=plimsoll$$
  at_exit "echo -1 >/proc/sys/fs/binfmt_misc/$entry"
  echo ":$entry:E::pl$$::/bin/cat:" >/proc/sys/fs/binfmt_misc/register
  echo text >"$tmp/root/data/script.pl$$"
  chmod +x "$tmp/root/data/script.pl$$"
  seen "a file that binfmt_misc has an interpreter for" "script file=/data/script.pl$$ exe=/bin/cat name=.* args=/data/script.pl$$ in $short;" "exec /data/script.pl$$"
else
  pass "this kernel has no binfmt_misc"
fi
loader=$(ldd "$tmp/root/bin/cat" | grep -oE '/[^ ]*/ld-linux[^ ]*')
seen "a program as an argument of the dynamic loader" "script file=$loader .* args=/data/tool /data/dir/none in $short;" "$loader /data/tool /data/dir/none"
seen "a hard link, when it is made" "hard link /tmp/hard in $short;" "ln /data/secret /tmp/hard"
seen "a file by a hard link" "secret name=/data/secret by name=cat .* in $short;" "cat /tmp/hard"
seen "a file by a hard link, through io_uring" "secret name=/data/secret by name=act .* in $short;" "/bin/act uring /tmp/hard"
seen "and by a thread of the kernel" "secret name=/data/secret by name=act .* in $short;" "/bin/act sqpoll /tmp/hard"
seen "by one that was there before" "secret name=/data/secret by name=cat .* in $short;" "cat /data/before"
seen "by one that was just made and is gone again" "secret name=/data/secret by name=cat .* in $short;" "ln /data/secret /tmp/hard2; cat /tmp/hard2; mv /tmp/hard2 /tmp/hard3"
seen "a file that is mounted elsewhere by itself" "secret name=/data/secret by name=cat .* in $short;" "echo >/tmp/f; mount --bind /data/guarded /tmp/f; umount /tmp/f; mount --bind /data/secret /tmp/f && cat /tmp/f"
seen "and that one through io_uring" "secret name=/data/secret by name=act .* in $short;" "echo >/tmp/g; mount --bind /data/secret /tmp/g && /bin/act uring /tmp/g"
seen "by a link that was just made, through io_uring" "secret name=/data/secret by name=act .* in $short;" "ln /data/secret /tmp/hard4; /bin/act uring /tmp/hard4; mv /tmp/hard4 /tmp/hard5"
seen "a file that got the name when its link had been opened already" "secret name=/data/late by name=cat .* in $short;" "ln /data/plain /tmp/p; cat /tmp/p /tmp/p; mv /data/plain /data/late; cat /tmp/p"
unlike "$(grep 'secret name=' "$alerts")" "name=/tmp/" "and by no other name"
before=$(grep -c "secret name=" "$alerts")
in_container "echo x >/data/free; ln /data/free /tmp/free; cat /data/free /tmp/free" >/dev/null
seen "after another file with two names" "secret name=/data/secret by name=cat " "cat /data/secret"
is "$(grep -c "secret name=" "$alerts")" $((before + 1)) "that one was left alone"
seen "a directory that is mounted elsewhere, when it is" "mounted by mount --bind /data /tmp/m in $short;" "mkdir -p /tmp/m && mount --bind /data /tmp/m"

# Root with all that it takes turns the programs off: said, and put right within a second.
bss=$(sed -n 's/^map_id:[[:space:]]*//p' /proc/"$sensor_pid"/fdinfo/* 2>/dev/null | sort -un | while read -r m; do bpftool map show id "$m" 2>/dev/null | grep -q '\.bss' && echo "$m"; done | head -1)
if [ -n "$bss" ]; then
  bundle "$tmp/b2" "$tmp/root" '(.process.capabilities[]) |= (. + ["CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON"])'
  container "$tmp/b2" "$id" /bin/act blind "$bss" && rc=0 || rc=$?
  is "$rc" 0 "a container with CAP_BPF and CAP_SYS_ADMIN can change what the programs go by"
  if alert 'Critical Sensor was blinded .what=what its programs go by was changed.'; then pass "which is an alert"; else fail "which is an alert" "$(cat "$alerts")"; fi
  seen "and it sees again" "secret name=/data/secret by name=cat exe=/bin/cat in $short;" "cat /data/secret"
else
  pass "no bpftool: what a container can do to the programs is not tried"
fi
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"
done_testing
