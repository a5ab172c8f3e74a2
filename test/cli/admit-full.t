#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The disk of the webhook's log, of its alerts and of the fact store is full: it answers as its policy says, tells of it once, counts it, and nothing is lost that finds room in memory.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
export PLIMSOLL_ALLOW_INCOMPLETE=no-packages,no-database,unsupported-os,no-advisories PLIMSOLL_DB=$tmp/none.db
disk=$tmp/disk
mkdir "$disk"
mount -t tmpfs -o size=256k,mode=700 none "$disk" 2>/dev/null || { skip "no tmpfs can be mounted"; done_testing; }
at_exit "umount '$disk' 2>/dev/null"
facts=$disk/facts.db
cat >"$tmp/rules.yaml" <<'RULES'
- {rule: Image of mallory, desc: d, source: image, condition: image.user = mallory, output: mallory, priority: CRITICAL, action: deny}
- {rule: Host network, desc: d, source: workload, condition: workload.host_network = true, output: host network, priority: CRITICAL, action: deny}
- {rule: Command, desc: d, source: k8s_audit, condition: ka.target.subresource = exec, output: "%ka.user.name runs a command", priority: ERROR, action: alert}
RULES
echo '{"config": {"User": "1000"}}' >"$tmp/config.json"
printf 'image layout config=%s\nlayer gzip\ntext hello x\n' "$tmp/config.json" | python3 "$TOP/test/mkimage.py" "$tmp/good" >/dev/null
exits 0 "an image is scanned" "$PLIMSOLL" --quiet scan --policy "$tmp/rules.yaml" --facts "$facts" --format json "oci:$tmp/good"
good=registry.example/good@$(sqlite3 "$facts" "SELECT digest FROM image")

# What is written there takes the rest of its page; then nothing fits.
fill() { cat /dev/zero >"$disk/fill" 2>/dev/null; }
room() { rm -f "$disk/fill"; }
certificate server
certificate client -extfile <(echo extendedKeyUsage=clientAuth)
admit_start --policy "$tmp/rules.yaml" --facts "$facts" --unknown-image deny --queue-unknown --decision-log "$disk/decisions.jsonl" --audit --alert-log "$disk/alerts.jsonl" --client-ca "$tmp/ca.crt"
request() {
  local path=$1
  shift
  status=$(curl -s -o "$tmp/.answer" -w '%{http_code}' --max-time 20 --cacert "$tmp/ca.crt" --cert "$tmp/client.crt" --key "$tmp/client.key" "$@" "https://127.0.0.1:$port$path")
  out=$(cat "$tmp/.answer" 2>/dev/null)
}
metric() { request /metrics; sed -n "s/^$1 //p" <<<"$out"; }
said() { grep -c -- "$1" "$tmp/messages"; }
asked=0
judge() { ask "$tmp/$1.json"; asked=$((asked + 1)); is "$status $(answer .allowed)" "200 $2" "$3"; }
pod good ".spec.containers[0].image = \"$good\"" | review "$tmp/good.json" CREATE
pod bad ".spec.hostNetwork = true | .spec.containers[0].image = \"$good\"" | review "$tmp/bad.json" CREATE
pod new '.spec.containers[0].image = "registry.example/new:1"' | review "$tmp/new.json" CREATE
# events N: a batch with one event
alerts=0
event() {
  alerts=$((alerts + 1))
  jq -nc --arg id "id-$alerts" '{kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items: [{kind: "Event", apiVersion: "audit.k8s.io/v1", level: "Metadata", auditID: $id, stage: "ResponseComplete",
    verb: "create", user: {username: "alice"}, objectRef: {resource: "pods", subresource: "exec", namespace: "n", name: "p"}, responseStatus: {code: 101}, stageTimestamp: "2026-02-12T10:00:00Z"}]}' >"$tmp/event.json"
  request /audit -H 'Content-Type: application/json' --data-binary "@$tmp/event.json"
}
judge good true "with room: an image that is known"
event
is "$status" 200 "with room: an audit event"
both_written() { [ -s "$disk/decisions.jsonl" ] && [ -s "$disk/alerts.jsonl" ]; }
wait_for 10 both_written && pass "with room: both logs are written" || fail "with room: both logs are written" "$(ls -l "$disk")"

fill
log_fails() { ask "$tmp/good.json"; asked=$((asked + 1)); [ "$(metric plimsoll_admission_log_failed)" = 1 ]; }
wait_for 30 log_fails && pass "a full disk: the log of decisions is known to fail" || fail "a full disk: the log of decisions is known to fail" "$out"
alerts_fail() { event; [ "$(metric plimsoll_audit_log_failed)" = 1 ]; }
wait_for 30 alerts_fail && pass "a full disk: so is that of alerts" || fail "a full disk: so is that of alerts" "$out"
judge good true "a full disk: what is known is let in"
judge bad false "a full disk: rules judge"
judge new false "a full disk: what no scan has settled is refused, as --unknown-image says"
queue_fails() { [ "$(metric plimsoll_admission_unqueued_total)" -ge 1 ]; }
wait_for 10 queue_fails && pass "a full disk: what finds no place in the queue is counted" || fail "a full disk: what finds no place in the queue is counted" "$out"
for i in 1 2 3; do
  judge new false "a full disk: again ($i)"
  sleep 1.1
done
for log in decisions alerts; do
  is "$(said "$log.jsonl: No space left on device; lines wait in memory")" 1 "a full disk: of the $log it is said, once"
done
is "$(said 'find no place in the queue: .*facts.db: .*full')" 1 "a full disk: of the queue it is said, once"
request /readyz
is "$status" 200 "a full disk: it is ready"
is "$(metric plimsoll_admission_log_dropped_total) $(metric plimsoll_audit_log_dropped_total) $(metric plimsoll_admission_facts_failed)" "0 0 0" "a full disk: nothing is lost yet, and facts can be read"

room
wait_for 10 bash -c "[ \"\$(curl -s --cacert '$tmp/ca.crt' 'https://127.0.0.1:$port/metrics' | sed -n 's/^plimsoll_admission_log_failed //p')\" = 0 ]" && pass "room again: the log is written" || fail "room again: the log is written"
is "$(jq -s length "$disk/decisions.jsonl")" "$asked" "room again: every decision is in it, each a line of JSON"
wait_for 10 bash -c "[ \"\$(jq -s length '$disk/alerts.jsonl')\" = $alerts ]" && pass "room again: so is every alert" || fail "room again: so is every alert" "$(wc -l "$disk/alerts.jsonl") of $alerts"
is "$(jq -r .auditID "$disk/alerts.jsonl" | xargs)" "$(seq -f 'id-%g' "$alerts" | xargs)" "room again: in their order"
wait_for 10 grep -q 'decisions.jsonl can be written again; 0 lines were lost so far' "$tmp/messages" && pass "room again: said" || fail "room again: said" "$(cat "$tmp/messages")"
queued() { [ "$(sqlite3 "$facts" "SELECT count(*) FROM queue WHERE reference = 'registry.example/new:1'")" = 1 ]; }
judge new false "room again: an image that nobody knows"
wait_for 10 queued && pass "room again: it is in the queue" || fail "room again: it is in the queue" "$(cat "$tmp/messages")"
admit_stop
is "$?" 0 "it ends when it is told to"

# It ends on a full disk, too, and says what is lost with it.
admit_start --policy "$tmp/rules.yaml" --facts "$facts" --decision-log "$disk/decisions.jsonl"
fill
wait_for 30 log_fails
admit_stop
is "$?" 0 "a full disk: it ends when it is told to"
like "$(cat "$tmp/messages")" '[0-9]+ lines of the log of decisions were lost' "a full disk: what is lost then is said"

# The worker takes down what failed as soon as there is room, and does not scan the same image again and again until then.
room
sqlite3 "$facts" "DELETE FROM queue; INSERT INTO queue VALUES('localhost:1/none:1', strftime('%s'), 1, 0, '')"
fill
"$PLIMSOLL" admit worker --facts "$facts" --policy "$tmp/rules.yaml" 2>"$tmp/worker.log" &
worker=$!
at_exit "kill $worker 2>/dev/null; wait $worker 2>/dev/null"
wait_for 60 grep -q 'facts.db: .*full; it is tried again' "$tmp/worker.log" && pass "the worker: a full disk is said" || fail "the worker: a full disk is said" "$(cat "$tmp/worker.log")"
wait_for 60 grep -q 'scanning localhost:1/none:1' "$tmp/worker.log"
sleep 6
kill -0 "$worker" && pass "the worker: it goes on" || fail "the worker: it goes on" "$(cat "$tmp/worker.log")"
is "$(grep -c 'tried again' "$tmp/worker.log") $(grep -c 'scanning localhost:1/none:1' "$tmp/worker.log")" "1 1" "the worker: said once, and scanned once"
room
noted() { [ "$(sqlite3 "$facts" "SELECT tries FROM queue")" = 1 ]; }
wait_for 20 noted && pass "the worker: the failure is taken down when there is room" || fail "the worker: the failure is taken down when there is room" "$(sqlite3 "$facts" "SELECT * FROM queue")"
wait_for 20 grep -q 'the fact store can be written again' "$tmp/worker.log" && pass "the worker: which is said" || fail "the worker: which is said" "$(cat "$tmp/worker.log")"
kill "$worker"
wait "$worker"
is "$?" 0 "the worker ends when it is told to"
sqlite3 "$facts" "UPDATE queue SET due = 1"
fill
exits 3 "the worker: --once does not wait for room" timeout 60 "$PLIMSOLL" admit worker --once --facts "$facts" --policy "$tmp/rules.yaml"
like "$err" 'facts.db: .*full' "the worker: and says why"
done_testing
