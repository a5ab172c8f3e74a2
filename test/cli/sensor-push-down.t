#!/bin/bash
# With the push-down and without it the same acts give the same alerts, on the host and in a container: links, mounts, renamed directories, descriptors of directories, 32-bit
# calls, io_uring.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
act=$BUILD/test/act

# What is decided where.
cat >"$tmp/rules.yaml" <<'EOF'
- macro: reads
  condition: (evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.num >= 0)
- rule: Secret read
  desc: A file that only few programs read
  condition: reads and (fd.name in (/etc/shadow, /etc/gshadow) or fd.name contains "/.secret/") and not proc.name = nobody-has-it
  output: "secret %fd.name raw=%fd.nameraw by %proc.name type=%evt.type container=%container.name"
  priority: WARNING
- rule: Key read
  desc: By its name alone
  condition: reads and (fd.filename = key-file or fd.name endswith .needle)
  output: "key %fd.name raw=%fd.nameraw by %proc.name type=%evt.type container=%container.name"
  priority: WARNING
- rule: Below watched
  desc: A directory
  condition: evt.type in (open, openat, openat2, creat) and (fd.name startswith WATCHED or fd.directory = /watched)
  output: "watched %fd.name res=%evt.res by %proc.name container=%container.name"
  priority: NOTICE
- rule: Failed
  desc: What is not there
  condition: evt.type in (open, openat) and evt.failed = true and fd.name glob "*/absent-*"
  output: "failed %fd.name res=%evt.res container=%container.name"
  priority: NOTICE
- rule: Climbs
  desc: A name as it was given
  condition: reads and fd.nameraw glob "*../*../*" and fd.name endswith /hosts
  output: "climbs %fd.name raw=%fd.nameraw container=%container.name"
  priority: NOTICE
- rule: Emptied
  desc: By the flags
  condition: evt.type in (open, openat) and evt.arg.flags contains O_TRUNC and fd.filename startswith emptied
  output: "emptied %fd.name container=%container.name"
  priority: NOTICE
- rule: Removed in a container
  desc: Without an open
  condition: evt.type in (unlink, unlinkat) and container.id != host and evt.arg.path endswith gone or evt.type = unlinkat and evt.arg.name endswith gone
  output: "removed %evt.type container=%container.name"
  priority: NOTICE
- rule: Port
  desc: A range of ports
  condition: evt.type = connect and fd.l4proto = udp and fd.sport >= 17002 and fd.sport <= 17004 and not fd.snet = "127.0.7.0/24"
  output: "port %fd.sip:%fd.sport res=%evt.res container=%container.name"
  priority: NOTICE
- rule: Address
  desc: Networks, of one end and of both
  condition: evt.type = connect and fd.typechar in (4, 6) and (fd.sip = "127.0.9.9" or fd.sip = "::1" or fd.net = "127.0.10.0/24") and fd.sport in (17001, 17005, 17010)
  output: "address %fd.sip:%fd.sport from=%fd.cip type=%fd.typechar container=%container.name"
  priority: NOTICE
- rule: Accepted
  desc: The other end, and a port of ours
  condition: evt.type in (accept, accept4) and fd.lport = 17010 and not fd.rip in (127.0.0.1, "127.0.7.7")
  output: "accepted %fd.cip at=%fd.sip:%fd.sport container=%container.name"
  priority: NOTICE
EOF
cat >"$tmp/connect.py" <<'EOF'
import socket

def udp(to, port, family=socket.AF_INET, own=None):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        if own:
            s.bind((own, 0))
        s.connect((to, port))

for port in range(17001, 17006):
    for to in "127.0.0.1", "127.0.7.1", "127.0.8.0", "127.0.9.9", "127.0.10.255":
        udp(to, port)
    udp("::1", port, socket.AF_INET6)
    udp("::ffff:127.0.9.9", port, socket.AF_INET6)
    udp("::ffff:127.0.7.9", port, socket.AF_INET6)
    udp("127.0.0.1", port, own="127.0.10.10")
with socket.socket() as server, socket.socket(socket.AF_INET6) as dual:
    for s, at in (server, ("0.0.0.0", 17010)), (dual, ("::", 17011)):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(at)
        s.listen()
    for s, to in (server, ("127.0.0.1", 17010)), (server, ("127.0.9.9", 17010)), (dual, ("127.0.9.9", 17011)):
        for own in "127.0.0.1", "127.0.7.7", "127.0.10.1":
            with socket.socket() as client:
                client.bind((own, 0))
                client.connect(to)
                s.accept()[0].close()
with socket.socket() as refused:
    refused.connect_ex(("127.0.9.9", 17005))
EOF
sed -i "s|WATCHED|$tmp/watched/|" "$tmp/rules.yaml"
rootfs "$tmp/root" dash cat ln mv mkdir rm unlink chroot
bundle "$tmp/b" "$tmp/root"
mkdir -p "$tmp/root/watched"

# Everything three times: the second and third time directories are remembered.
cat >"$tmp/acts" <<'EOF'
set -f
for round in 1 2 3; do
  d=$1/work-$2-$round
  mkdir -p $d/plain $d/other && cd $d
  echo x >plain/file; echo x >plain/key-file; echo x >plain/a.needle; echo x >emptied-$round; echo x >gone; echo x >old
  cat plain/file plain/key-file plain/a.needle ./plain/key-file $d/plain//key-file $d/other/../plain/key-file plain/../plain/./a.needle
  cat /etc/shadow /etc/hosts /etc/../etc/shadow ../../../../../../etc/hosts
  cat absent-1 $d/absent-2 plain/absent-3 absent
  ln -s /etc $d/link; ln -s /etc/shadow $d/file-link; cat link/shadow file-link link/hosts
  ln plain/file hard.needle; cat hard.needle
  cat /proc/self/root/etc/shadow /proc/self/cwd/plain/key-file /proc/self/root$d/plain/a.needle
  cat plain/file; mv plain .secret; cat .secret/file; mv .secret open; cat open/file
  mkdir -p deep/a/b; echo x >deep/a/b/file; cat deep/a/b/file; mv deep .secret; cat .secret/a/b/file; (cd .secret/a/b; cat file); mv .secret deep2; cat deep2/a/b/file
  cd open; cat key-file; cd ..
  rm gone
  unlink old
  cd /
done 2>/dev/null
EOF
on_host() {
  (
    sh "$tmp/acts" "$tmp" host
    mkdir -p "$tmp/watched/sub" "$tmp/bound" "$tmp/tree/key-dir"
    echo x >"$tmp/watched/sub/file" && echo x >"$tmp/tree/key-dir/key-file" && echo x >"$tmp/entrance.needle"
    for _ in 1 2; do
      cat "$tmp/watched/sub/file" "$tmp/watched/none"
      unshare -m sh -c "mount --bind $tmp/watched $tmp/bound && cat $tmp/bound/sub/file && mount --bind $tmp/bound $tmp/watched && cat $tmp/watched/sub/file"
      chroot "$tmp/root" /bin/cat /etc/shadow
      rm -rf "$tmp/copy" && cp -r "$tmp/tree" "$tmp/copy" && rm -r "$tmp/copy"
      for how in open64 open32 openat2 uring sqpoll; do "$act" "$how" "$tmp/entrance.needle"; done
      (cd "$tmp" && "$act" uring entrance.needle)
      python3 "$tmp/connect.py"
    done
  ) >/dev/null 2>&1
}
in_container() {
  cp "$tmp/acts" "$tmp/root/acts"
  container "$tmp/b" "plimsoll-push-$1" /bin/sh -c 'sh /acts /tmp inside; echo x >/watched/f; cat /watched/f; chroot / /bin/cat /etc/shadow' >/dev/null 2>&1
}
# alerts_of NAME OPTION…: the alerts, without what differs from run to run
alerts_of() {
  local name=$1
  shift
  rm -rf "$tmp"/work-host-* "$tmp"/root/tmp/work-* "$tmp/copy"
  sensor_start --rules "$tmp/rules.yaml" "$@"
  on_host
  in_container "$name"
  cat /etc/shadow >/dev/null
  alert 'secret /etc/shadow raw=/etc/shadow by cat type=openat container=host' 10
  sensor_stop
  # Other tests run at the same time, in containers of theirs.
  sed -E '/container=(host|plimsoll-push)/!d; s/^[^ ]+ //; s/ container_id=.*//; s/plimsoll-push-[a-z]+/NAME/g' "$alerts" | sort | uniq -c >"$tmp/$name.txt"
  cp "$messages" "$tmp/$name.messages"
}
alerts_of on
alerts_of off --no-push-down
if cmp -s "$tmp/on.txt" "$tmp/off.txt"; then
  pass "the same alerts with and without push-down: $(awk '{n += $1} END {print n}' "$tmp/off.txt")"
else
  fail "the same alerts with and without push-down" "$(diff "$tmp/off.txt" "$tmp/on.txt")"
fi
for what in 'secret .*/\.secret/file .*container=host' 'secret .*/\.secret/a/b/file .*container=NAME' 'secret .* raw=link/shadow .*container=NAME' 'secret /etc/shadow .* raw=/proc/self/root/etc/shadow|secret /etc/shadow raw=/proc/self/root' \
  'key .*/hard.needle' 'failed .*/plain/absent-3' 'climbs ' 'emptied ' 'removed .*NAME' "watched $tmp/bound/sub/file|watched $tmp/watched/sub/file" 'watched /watched/f .*NAME' 'key .*/entrance.needle .*type=open ' \
  'port 127.0.0.1:17002 ' 'port 127.0.8.0:17004 ' 'port ::1:17003 ' 'address 127.0.9.9:17001 .*type=4' 'address 127.0.0.1:17005 from=127.0.10.10 ' 'address 127.0.9.9:17010 ' 'accepted 127.0.10.1 at=127.0.0.1:17010 '; do
  if grep -qE -- "$what" "$tmp/on.txt"; then pass "seen: $what"; else fail "seen: $what" "$(cat "$tmp/on.txt")"; fi
done
like "$(cat "$tmp/on.messages")" '^[0-9]+ calls looked at: [1-9][0-9]* settled in the kernel, [0-9]+ sent( .*)?$' "with it, calls are settled in the kernel"
like "$(cat "$tmp/off.messages")" '^[0-9]+ calls looked at: 0 settled in the kernel, ' "without it, none is"
is "$(cat "$tmp/on.messages" "$tmp/off.messages" | sed -n '/io_uring_other, not readable$/d; s/^stopped: .*/stopped/p; /^lost: /p' | sort -u)" stopped "nothing was lost"

# A loop over one file is settled: what is sent does not grow with it.
sensor_start --rules "$tmp/rules.yaml"
for _ in {1..50}; do : </etc/passwd; done
cat /etc/shadow >/dev/null
alert 'secret /etc/shadow' 10
for ((i = 0; i < 20000; i++)); do : </etc/passwd; done
sensor_stop
sent=$(sed -n 's/.* settled in the kernel, \([0-9]*\) sent.*$/\1/p' "$messages")
settled=$(sed -n 's/.* looked at: \([0-9]*\) settled.*/\1/p' "$messages")
if grep -q '^names are not looked at in this kernel' "$messages"; then
  like "$(cat "$messages")" 'looked at: .*[2-9][0-9]{4} sent .this kernel, older than 6.2, cannot look at names.$' "20,000 opens of one file are sent, as was said at the start"
elif [ "$settled" -ge 19000 ]; then pass "20,000 opens of one file are settled in the kernel: $settled settled, $sent sent"; else fail "20,000 opens of one file are settled in the kernel" "$(cat "$messages")"; fi

# So are connections whose ends no rule is about. Rules on nothing else, since calls of all that runs here are counted.
sed -n '/^- rule: Port/,$p' "$tmp/rules.yaml" >"$tmp/connections.yaml"
sensor_start --rules "$tmp/connections.yaml"
python3 -c '
import socket
for i in range(5000):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.1", 17000))
    s.close()'
python3 "$tmp/connect.py"
alert 'accepted 127.0.10.1 at=127.0.0.1:17010 ' 10
sensor_stop
sent=$(sed -n 's/.* settled in the kernel, \([0-9]*\) sent.*$/\1/p' "$messages")
settled=$(sed -n 's/.* looked at: \([0-9]*\) settled.*/\1/p' "$messages")
if grep -q 'older than 6.2, cannot look at names' "$messages"; then _n=$((_n + 1)); echo "ok $_n # SKIP before Linux 6.2 (bpf_rdonly_cast) the kernel does not look at ends of connections"
elif [ "$settled" -ge 5000 ] && [ "$sent" -lt 5000 ]; then pass "5,000 connections are settled in the kernel: $settled settled, $sent sent"; else fail "5,000 connections are settled in the kernel" "$(cat "$messages")"; fi

exits 0 "policy explain of a rule on connections" "$PLIMSOLL" policy explain --rules "$tmp/rules.yaml" Accepted
like "$out" 'of a connection, as its port and addresses say:' "says that its ends decide"
like "$out" 'fd.lport = 17010' "and what they are compared with"
exits 0 "policy explain of a rule on system calls" "$PLIMSOLL" policy explain --rules "$tmp/rules.yaml" "Secret read"
like "$out" 'open, openat, openat2; success; O_RDONLY, O_RDWR' "says what the kernel decides"
like "$out" 'fd.name in \(/etc/shadow, /etc/gshadow\)' "and which names it looks for"
like "$out" 'in the sensor:' "and what is left"
done_testing
