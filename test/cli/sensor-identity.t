#!/bin/bash
# Which container it was: that stays what it was at the start, wherever a process goes and whatever it calls itself.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Opened
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name startswith /data/needle- and fd.num >= 0
  output: "opened %fd.name by %proc.name in %container.id as uid=%user.uid image=%container.image.repository:%container.image.tag pod=%k8s.pod.name type=%container.type;"
  priority: WARNING
EOF
unified=/sys/fs/cgroup/unified
[ -e $unified/cgroup.procs ] || unified=/sys/fs/cgroup
elsewhere=plimsoll-elsewhere-$$
like_an_id=$(printf '%056x' $$)
mkdir "$unified/$elsewhere" "$unified/$like_an_id"
at_exit "rmdir $unified/$elsewhere $unified/$like_an_id 2>/dev/null"
rootfs "$tmp/root" dash cat mkdir unshare "$BUILD/test/act"
mkdir -p "$tmp/root/data"
mounts='.mounts += [{"destination":"/cg","source":"'$unified'","type":"bind","options":["rbind","rw"]}] | .annotations = {"io.kubernetes.cri.image-name": "registry.example/web:7",
  "io.kubernetes.cri.sandbox-name": "pod-1"} | (.process.capabilities[]) |= (. + ["CAP_SYS_ADMIN"])'
bundle "$tmp/b" "$tmp/root" "$mounts"
id=$(printf '%016x%048d' "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))" 0)
id=c${id:1}
short=${id:0:12}
for i in stays moved born sub deep user cgroupns quick; do echo x >"$tmp/root/data/needle-$i"; done
in_container() { container "$tmp/b" "$id" "$@" 2>&1; }

sensor_start --rules "$tmp/rules.yaml"
in_container /bin/sh -c "cat /data/needle-stays; echo \$\$ >/cg/$elsewhere/cgroup.procs && cat /data/needle-moved" >/dev/null
if alert "opened /data/needle-moved by cat in $short "; then pass "a process that moved to another cgroup is still the container's"; else fail "a process that moved to another cgroup is still the container's" "$(cat "$alerts")"; fi
like "$(grep 'left its' "$alerts")" "^[0-9:.]{18}: Warning Process left its container's cgroup \(pid=[0-9]+ cgroup=/$elsewhere by=sh by_pid=[0-9]+ by_exepath=/bin/dash user=root command=sh -c .*\) container_id=$short " "the move is an alert of its own"
is "$(grep -c 'left its' "$alerts")" 1 "one"

in_container /bin/act born "/cg/$elsewhere" /data/needle-born
if alert "opened /data/needle-born by act in $short "; then pass "a child born in another cgroup is the container's"; else fail "a child born in another cgroup is the container's" "$(cat "$alerts")"; fi
if alert "left its container's cgroup .pid=[0-9]+ cgroup=$elsewhere by=act "; then pass "and that is an alert"; else fail "and that is an alert" "$(cat "$alerts")"; fi

before=$(grep -c 'left its' "$alerts")
in_container /bin/sh -c "mkdir -p /cg/$id/$like_an_id; echo \$\$ >/cg/$id/$like_an_id/cgroup.procs && cat /data/needle-sub; exec unshare -mpf --mount-proc /bin/cat /data/needle-deep" >/dev/null
if alert "opened /data/needle-sub by cat in $short " && alert "opened /data/needle-deep by cat in $short "; then pass "a container in the container is the outer one, whatever its cgroup is called"
else fail "a container in the container is the outer one, whatever its cgroup is called" "$(cat "$alerts")"; fi
is "$(grep -c 'left its' "$alerts")" "$before" "a cgroup of its own below is no move"

if [ "$(in_container /bin/unshare -Ur /bin/cat /data/needle-user)" = x ]; then
  if alert "opened /data/needle-user by cat in $short as uid=0 "; then pass "root of a user namespace"; else fail "root of a user namespace" "$(cat "$alerts")"; fi
else
  pass "no user namespaces here"
fi
in_container /bin/unshare -C /bin/cat /data/needle-cgroupns >/dev/null
if alert "opened /data/needle-cgroupns by cat in $short "; then pass "a cgroup namespace"; else fail "a cgroup namespace" "$(cat "$alerts")"; fi
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"

cat >"$tmp/host.yaml" <<EOF
- rule: Opened on the host
  desc: A file of ours is opened
  condition: evt.type in (open, openat, openat2) and fd.name = $tmp/needle-host
  output: "opened %fd.name by %proc.name in %container.id;"
  priority: WARNING
EOF
sensor_start --rules "$tmp/rules.yaml" --rules "$tmp/host.yaml"
echo x >"$tmp/needle-host"
(echo "$BASHPID" >"$unified/$like_an_id/cgroup.procs" && exec cat "$tmp/needle-host") >/dev/null
if alert "opened $tmp/needle-host by cat in host;"; then pass "a plain process in a cgroup that looks like a container's is in none"; else fail "a plain process in a cgroup that looks like a container's is in none" "$(cat "$alerts")"; fi

# As short as a container can be: each event has all that is known of it.
for _ in 1 2 3 4 5; do in_container /bin/cat /data/needle-quick >/dev/null; done
all() { [ "$(grep -c "opened /data/needle-quick by cat in $short as uid=0 image=registry.example/web:7 pod=pod-1 type=runc;" "$alerts")" = 5 ]; }
if wait_for 5 all; then pass "containers of some milliseconds have their image and pod on each event"; else fail "containers of some milliseconds have their image and pod on each event" "$(cat "$alerts")"; fi
is "$(grep -c 'left its' "$alerts")" 0 "starting containers is no move"
sensor_stop

# Containers that are killed, and their state and bundle removed, while the sensor reads what they are; others, and what they do later, are not mixed up with them.
sensor_start --rules "$tmp/rules.yaml"
for i in 1 2 3 4 5 6 7 8; do
  bundle "$tmp/k$i" "$tmp/root" "$mounts"
  (
    container "$tmp/k$i" "e$i${id:2}" /bin/sh -c 'cat /data/needle-sub; while :; do cat /data/needle-sub; done' >/dev/null 2>&1 &
    started() { grep -q "in e$i${short:2};\? " "$alerts" || [ -e "$unified/e$i${id:2}" ]; }
    wait_for 10 started
    kill -9 $! # runc
    runc --root "$tmp/runc" kill "e$i${id:2}" KILL
    rm -rf "$tmp/k$i"
    runc --root "$tmp/runc" delete --force "e$i${id:2}"
    rm -rf "$tmp/runc/e$i${id:2}"
  ) >/dev/null 2>&1 &
done
wait_for 60 [ "$(jobs -rp | wc -l)" -le 1 ]
for j in $(jobs -rp); do [ "$j" = "$sensor_pid" ] || wait "$j"; done
in_container /bin/cat /data/needle-deep >/dev/null
if alert "opened /data/needle-deep by cat in $short as uid=0 image=registry.example/web:7 pod=pod-1 type=runc;"; then pass "containers are killed while they are described: the next one is described as always"
else fail "containers are killed while they are described: the next one is described as always" "$(tail -5 "$alerts")" "$(cat "$messages")"; fi
wrong=$(grep 'needle-sub' "$alerts" | grep -vE "in e[1-8]${short:2} as uid=0 image=(registry.example/web:7 pod=pod-1|<NA>:<NA> pod=<NA>) ")
is "$wrong" "" "what they did is theirs"
sensor_stop
is "$rc" 0 "and the sensor goes on to its end"

# A container that was there before the sensor.
bundle "$tmp/b2" "$tmp/root" "$mounts"
id2=d${id:1}
container "$tmp/b2" "$id2" /bin/sh -c "while [ ! -e /data/go ]; do cat /data/needle-stays; done; echo \$\$ >/cg/$elsewhere/cgroup.procs; cat /data/needle-moved" >/dev/null 2>&1 &
running=$!
wait_for 10 [ -e "$unified/$id2" ]
sensor_start --rules "$tmp/rules.yaml"
touch "$tmp/root/data/go"
wait $running
if alert "opened /data/needle-moved by cat in ${id2:0:12} "; then pass "a container that was there before"; else fail "a container that was there before" "$(cat "$alerts")"; fi
if alert "left its container's cgroup .*container_id=${id2:0:12} "; then pass "and its move"; else fail "and its move" "$(cat "$alerts")"; fi
sensor_stop
done_testing
