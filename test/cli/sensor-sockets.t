#!/bin/bash
# Sockets and the newer calls through each entrance of the kernel; what cannot be read there is counted and an alert of its own.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Connected
  desc: A connection to a port of ours
  condition: evt.type in (connect, sendto, sendmsg) and fd.sip = 127.0.0.1 and fd.sport in (7001, 7002, 7003, 7004, 7005, 7006)
  output: "connected %evt.type %fd.sip:%fd.sport l4=%fd.l4proto by %proc.cmdline in %container.id;"
  priority: WARNING
- rule: Accepted
  desc: A connection is taken on a port of ours
  condition: evt.type in (accept, accept4) and fd.sport = 7007
  output: "accepted on %fd.sport by %proc.cmdline in %container.id;"
  priority: WARNING
- rule: Setuid bit
  desc: As Falco has it
  condition: evt.type in (chmod, fchmod, fchmodat) and evt.arg.mode contains S_ISUID and not evt.failed = true and evt.arg.filename startswith /data/
  output: "setuid %evt.arg.filename mode=%evt.arg.mode by %proc.cmdline in %container.id;"
  priority: WARNING
- rule: Secret
  desc: A file behind a link
  condition: evt.type in (open, openat, openat2) and fd.name = /data/secret
  output: "secret raw=%fd.nameraw resolved=%fd.path_resolved num=%fd.num by %proc.cmdline in %container.id;"
  priority: WARNING
EOF
rootfs "$tmp/root" dash cat "$BUILD/test/act"
mkdir -p "$tmp/root/data"
echo x >"$tmp/root/data/secret"
echo x >"$tmp/root/data/plain"
ln -s secret "$tmp/root/data/link"
bundle "$tmp/b" "$tmp/root" 'del(.linux.seccomp)'
id=plimsoll-sockets-$$
# act NAME WHAT REGEX: through that entrance, in a container
act() {
  container "$tmp/b" "$id" /bin/act "$1" "$2" && rc=0 || rc=$?
  if [ "$rc" = 77 ]; then pass "this kernel has no $1"
  elif [ "$rc" != 0 ]; then fail "$1 worked" "$rc"
  elif alert "$3 by act $1 $2 in ${id:0:12};"; then pass "$1 is seen"
  else fail "$1 is seen" "$(cat "$alerts")"; fi
}
sensor_start --rules "$tmp/rules.yaml"
act connect32 7001 'connected connect 127.0.0.1:7001 l4=udp'
act uring-connect 7002 'connected connect 127.0.0.1:7002 l4=udp'
act sqpoll-connect 7003 'connected connect 127.0.0.1:7003 l4=udp'
act uring-fixed 7004 'connected connect 127.0.0.1:7004 l4=udp'
act uring-sendto 7005 'connected sendto 127.0.0.1:7005 l4=udp'
act uring-sendmsg 7006 'connected sendmsg 127.0.0.1:7006 l4=udp'
act uring-accept 7007 'accepted on 7007'
act fchmodat2 /data/plain 'setuid /data/plain mode=.*S_ISUID.*'
act uring /data/secret 'secret raw=/data/secret resolved=<NA> num=0'
is "$(grep -c 'secret raw' "$alerts")" 1 "a file of io_uring is one alert"
act uring /data/link 'secret raw=.* resolved=/data/secret num=[0-9]+'
act sqpoll /data/link 'secret raw=.* resolved=/data/secret num=[0-9]+'

container "$tmp/b" "$id" /bin/act uring-cmd x && rc=0 || rc=$?
if [ "$rc" = 77 ]; then pass "this kernel has no io_uring"
elif alert "Notice io_uring request that cannot be read .operation=46 count=1 process=act .*command=act uring-cmd x. container_id=${id:0:12} "; then pass "what cannot be read is an alert"
else fail "what cannot be read is an alert" "$(cat "$alerts")"; fi
is "$(grep -c 'cannot be read' "$alerts")" 1 "one a second"
sensor_stop
like "$(cat "$messages")" '^lost: 40 io_uring_other, not readable$' "all of it is counted"
done_testing
