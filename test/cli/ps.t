#!/bin/bash
# The containers that run, with real ones of runc.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
exits 2 "a wrong format" "$PLIMSOLL" ps --format xml
run "$PLIMSOLL" ps
is "$rc" 0 "whoever asks"
[ "$(id -u)" = 0 ] || { skip "containers need root"; done_testing; }
need_runc
rootfs "$tmp/root" sleep
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
