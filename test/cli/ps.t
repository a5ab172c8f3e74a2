#!/bin/bash
# The containers that run, with real ones of runc.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
exits 2 "a wrong format" "$PLIMSOLL" ps --format xml
run "$PLIMSOLL" ps
is "$rc" 0 "whoever asks"
[ "$(id -u)" = 0 ] || { skip "containers need root"; done_testing; }
need_runc
rootfs "$tmp/root" sleep dash
# start ID JQ ARG…: a container that runs until the end of the test
start() {
  local id=$1 jq=$2 args
  shift 2
  args=$(jq -nc '$ARGS.positional' --args -- "$@")
  bundle "$tmp/$id" "$tmp/root" ".process.args = $args | $jq"
  at_exit "runc --root $tmp/runc delete --force $id >/dev/null 2>&1"
  runc --root "$tmp/runc" run --detach --bundle "$tmp/$id" "$id" </dev/null >/dev/null 2>"$tmp/runc.err" || fail "runc runs $id" "$(cat "$tmp/runc.err")"
}
id=plimsoll-ps-$$
start "$id" '.annotations["io.kubernetes.cri.image-name"] = "registry.example/app:1.2@sha256:0123456789abcdef" | .annotations["io.kubernetes.cri.container-name"] = "web"
  | .process.user.uid = 1000 | .process.capabilities = {bounding: ["CAP_NET_RAW", "CAP_CHOWN"], effective: [], permitted: [], inheritable: []}
  | .mounts += [{"destination": "/data", "type": "bind", "source": "/etc", "options": ["rbind", "ro"]}]
  | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mount"], "action": "SCMP_ACT_ERRNO"}]}' /bin/sleep 1001
start "$id-root" '.linux.namespaces |= map(select(.type != "network" and .type != "ipc"))' /bin/sleep 1002
run "$PLIMSOLL" ps --format json --runc-root "$tmp/runc"
one=$(jq ".containers[] | select(.id == \"$id\")" <<<"$out")
is "$(jq -r '"\(.name) \(.runtime) \(.image) \(.digest) \(.known)"' <<<"$one")" "web runc registry.example/app:1.2@sha256:0123456789abcdef sha256:0123456789abcdef true" "name, runtime, image"
is "$(jq -r '"\(.command) \(.processes) \(.uid) \(.user)"' <<<"$one")" "/bin/sleep 1001 1 1000 web" "what it runs, as whom"
is "$(jq -r .pid <<<"$one")" "$(runc --root "$tmp/runc" state "$id" | jq .pid)" "its first process"
started=$(date -d "$(jq -r .started <<<"$one")" +%s)
if [ $((started - $(date +%s))) -le 2 ] && [ $(($(date +%s) - started)) -le 120 ]; then pass "since when"; else fail "since when" "$one"; fi
is "$(jq -c '[.capabilities, .privileged, .no_new_privileges, .seccomp]' <<<"$one")" '[[],false,true,"filter"]' "its rights"
is "$(jq -c '[.namespaces.mnt, .namespaces.pid, .namespaces.net, .namespaces.ipc]' <<<"$one")" '["own","own","own","own"]' "its namespaces"
is "$(jq -c '.mounts[] | select(.destination == "/data")' <<<"$one")" '{"source":"/etc","destination":"/data","writable":false}' "its mounts"
one=$(jq ".containers[] | select(.id == \"$id-root\")" <<<"$out")
is "$(jq -c '[.namespaces.pid, .namespaces.net, .namespaces.ipc, .seccomp]' <<<"$one")" '["own","host","host","none"]' "namespaces of the host"
like "$(jq -c .capabilities <<<"$one")" '"CAP_KILL"' "capabilities by name"
run "$PLIMSOLL" ps --runc-root "$tmp/runc"
like "$out" "^plimsoll-ps-? +web +registry.example/app:1.2" "as a table"
like "$out" "host's ipc, host's net" "what stands out"

# Names and arguments may be anything: nothing of it reaches the terminal as it is.
start "$id-hostile" '.annotations = {"io.kubernetes.cri.container-name": "a\u001b[2J\nb", "io.kubernetes.cri.image-name": "x\u0007y", "k\u001b": "v\u0000w"}' /bin/sh -c 'sleep 1003; :' $'\e]0;owned\a' $'two\nlines' $'\xff\xfe'
run "$PLIMSOLL" ps --runc-root "$tmp/runc"
unlike "$out" $'\e|\a|\xff' "hostile names and arguments in the table"
is "$(grep -ac 'sleep 1003' <<<"$out")" 1 "in one line"
one=$("$PLIMSOLL" ps --format json --runc-root "$tmp/runc" | jq ".containers[] | select(.id == \"$id-hostile\")")
is "$(jq -c '[.name, .image, .labels["k\u001b"]]' <<<"$one")" '["a\u001b[2J\nb","x\u0007y","v\u0000w"]' "and in JSON, where they are escaped"

# On a terminal one long name does not push out what the others may do; a file or a pipe gets all of it.
long=$(printf 'x%.0s' {1..150})
start "$id-long" ".annotations = {\"io.kubernetes.cri.container-name\": \"$long\"}" /bin/sleep 1005
screen=$(script -qec "stty cols 140; '$PLIMSOLL' ps --runc-root '$tmp/runc'" /dev/null </dev/null)
like "$screen" "x{23}…  .*capabilities, seccomp" "a long name on a terminal"
like "$("$PLIMSOLL" ps --runc-root "$tmp/runc")" "$long" "and elsewhere"
run "$PLIMSOLL" ps --runc-root "$tmp/none"
like "$rc $err" "^0 .*warning: --runc-root $tmp/none: No such file or directory" "a directory of states that is not there is said"

# State that cannot be read is said, and the rest is shown.
broken=$(printf '%064x' $$)
start "$broken" . /bin/sleep 1004
printf '{"annotations": {' >"$tmp/$broken/config.json"
run "$PLIMSOLL" ps --runc-root "$tmp/runc"
like "$out" "^${broken:0:12} .*/bin/sleep 1004" "a container whose bundle is half-written"
like "$err" "container ${broken:0:12}: not all that its runtime wrote down could be read: .*/config.json:1:[0-9]+: " "and what is wrong with it"
rm "$tmp/$broken/config.json"
mkfifo "$tmp/$broken/config.json"
run timeout 10 "$PLIMSOLL" ps --runc-root "$tmp/runc"
is "$rc" 0 "a pipe in place of the file"
like "$err" "config.json: not a plain file" "is said"
rm "$tmp/$broken/config.json"
truncate -s 9M "$tmp/$broken/config.json"
run "$PLIMSOLL" ps --format json --runc-root "$tmp/runc"
like "$(jq -r ".containers[] | select(.id == \"$broken\").problem" <<<"$out")" "config.json: larger than 8 MiB" "one that is too large"

# Whoever is not root sees less, and is told so.
if command -v setpriv >/dev/null && setpriv --reuid 65534 --clear-groups test -x "$PLIMSOLL"; then
  run env -u XDG_CONFIG_HOME HOME=/nonexistent setpriv --reuid 65534 --clear-groups "$PLIMSOLL" ps
  is "$rc" 0 "without root"
  like "$err" "without root, " "says what is not seen"
fi

# A thousand containers.
if command -v unshare >/dev/null; then
  many=$tmp/many under=/sys/fs/cgroup/unified
  [ -e $under/cgroup.procs ] || under=/sys/fs/cgroup
  mkdir -p "$many" "$under/plimsoll-many-$$"
  at_exit "for p in \$(cat $under/plimsoll-many-$$/*/cgroup.procs 2>/dev/null); do kill -9 \$p; done; sleep 1; rmdir $under/plimsoll-many-$$/* $under/plimsoll-many-$$ 2>/dev/null"
  unshare -m --propagation private sh -c 'i=0; while [ $i -lt 1000 ]; do
      n=plimsoll-many-$3-$i; mkdir "$1/$n" "$2/$n"; printf "{\"created\": \"2026-01-01T00:00:00Z\", \"config\": {\"labels\": [\"bundle=%s\"]}}" "$4" >"$2/$n/state.json"
      (echo 0 >/sys/fs/cgroup/memory/cgroup.procs; echo 0 >"$1/$n/cgroup.procs"; exec sleep 300) & i=$((i + 1)); done' sh "$under/plimsoll-many-$$" "$many" $$ "$tmp/$id" </dev/null >/dev/null 2>&1
  before=$(date +%s%N)
  run "$PLIMSOLL" ps --runc-root "$many"
  took=$((($(date +%s%N) - before) / 1000000))
  is "$(grep -c '^plimsoll-man .*registry.example/app:1.2.* sleep 300$' <<<"$out")" 1000 "a thousand containers"
  if [ $took -lt 20000 ]; then pass "in time"; else fail "in time" "$took ms"; fi
  note "$took ms"
fi

# Processes come and go while they are looked at.
(for i in $(seq 400); do /bin/true; done) &
churn=$!
start "$id-short" . /bin/sleep 0.3
bad=0
for i in 1 2 3 4 5 6 7 8; do "$PLIMSOLL" ps --format json --runc-root "$tmp/runc" | jq -e .containers >/dev/null || bad=1; done
wait $churn
is "$bad" 0 "a container that ends while it is described"
gone() { ! "$PLIMSOLL" ps --format json --runc-root "$tmp/runc" | grep -q "$id-short"; }
wait_for 10 gone && pass "and then is not there" || fail "and then is not there"
done_testing
