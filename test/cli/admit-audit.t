#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook as the receiver of audit events (--audit): alerts as lines of JSON, metrics, certificates of clients, limits, odd input, clients that are slow or half-open.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
certificate server
certificate client -extfile <(echo extendedKeyUsage=clientAuth)
alerts=$tmp/alerts

python3 - "$tmp" <<'END'
import json, sys
d = sys.argv[1]
def event(i, user="alice", verb="create", ns="prod", code=101, sub="exec", resource="pods", name="web-0", **more):
    return {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": f"id-{i}", "stage": "ResponseComplete", "requestURI": f"/api/v1/namespaces/{ns}/pods/{name}/exec?command=sh",
            "verb": verb, "user": {"username": user, "groups": ["system:authenticated"]}, "sourceIPs": ["10.0.0.7"], "responseStatus": {"code": code},
            "objectRef": {"resource": resource, "namespace": ns, "name": name, "apiVersion": "v1", **({"subresource": sub} if sub else {})},
            "stageTimestamp": f"2026-02-12T10:{i // 60 % 60:02}:{i % 60:02}.5Z", **more}
def put(name, items, **more):
    json.dump({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "metadata": {}, "items": items, **more}, open(f"{d}/{name}.json", "w"))
put("one", [event(1)])
put("quiet", [event(2, verb="get", sub="", code=200)])
spree = [event(10 + i, user="reader", verb="get", resource="secrets", sub="", code=200, name=f"s{i}") for i in range(12)]
put("spree1", spree[:6])
put("spree2", spree[6:])
put("bad-event", [event(3), {"kind": "Event"}, event(4, name="after")])
put("pods", [], kind="PodList")
open(f"{d}/cut.json", "w").write(json.dumps({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [event(5), event(6)]})[:-40])
put("large", [event(i, verb="get", sub="", code=200, requestObject={"x": "y" * 20000}) for i in range(400)])
put("huge", [event(i, requestObject={"x": "y" * 40000}) for i in range(400)])
# What rules say of a file, they say of it in batches.
everything = [event(1), event(2, verb="get", sub="", code=200)] + spree
open(f"{d}/audit.log", "w").write("".join(json.dumps(e) + "\n" for e in everything))
END

admit_start --audit --client-ca "$tmp/ca.crt" --client-name client --decision-log "$tmp/decided" --alert-log "$alerts"
send() { local f=$1; shift; request "/audit?timeout=30s" -H "Content-Type: ${type:-application/json}" --cert "$tmp/client.crt" --key "$tmp/client.key" --data-binary "@$tmp/$f.json" "$@"; }
metric() { request /metrics; sed -n "s/^$1 //p" <<<"$out"; }
judged() { [ "$(metric plimsoll_audit_batches_total)" -ge "$1" ]; }
lines() { [ "$(wc -l <"$alerts")" -ge "$1" ]; }
send one
is "$status" 200 "a batch is taken"
wait_for 10 lines 1
is "$(jq -r '[.alert, .priority, .action, .auditID, .user, .verb, .resource, .subresource, .namespace, .name, .time] | join(" ")' "$alerts")" \
  "Command in a production pod Error alert id-1 alice create pods exec prod web-0 2026-02-12T10:00:01Z" "its alert is a line of JSON"
like "$(jq -r '.message + " " + .policy + " " + (.tags | join(","))' "$alerts")" 'alice runs sh in pod prod/web-0 .*production@.*T1609' "its alert: message, policy, tags"
send quiet
send spree1
send spree2
wait_for 10 judged 4
is "$(jq -r 'select(.alert == "Secret reading spree") | .user' "$alerts" | sort -u)" reader "what a user does counts over several batches"
is "$(jq -r '.alert + " " + .message' "$alerts" | sort)" "$("$PLIMSOLL" audit-log -q -f json "$tmp/audit.log" | jq -r '.findings[] | .id + " " + .detail' | sort)" "the same alerts as from a file"
is "$(cat "$tmp/decided")" "" "the log of decisions has none of them"

# Bad input
: >"$alerts"
for f in bad-event cut pods; do send "$f"; done
wait_for 10 judged 7
is "$(jq -r 'select(.alert) | .auditID' "$alerts" | xargs)" "id-3 id-4 id-5" "what can be read of bad batches is judged"
like "$(jq -r '.error // empty' "$alerts")" 'with "auditID".*' "an event that is none is said"
like "$(jq -r '.error // empty' "$alerts")" 'ends in the middle' "a batch that is cut off is said"
like "$(jq -r '.error // empty' "$alerts")" 'expected an EventList' "another list is said"
is "$(metric plimsoll_audit_bad_batches_total) $(metric plimsoll_audit_bad_events_total)" "2 1" "and counted"
printf '[1]' >"$tmp/list.json"
send list
is "$status" 400 "what is no object is refused"
: >"$tmp/empty.json"
send empty
is "$status" 400 "an empty body is refused"
type=text/plain send one
is "$status" 415 "another type is refused"
send huge
is "$status" 413 "16 MB are refused"
send huge -H 'Transfer-Encoding: chunked'
is "$status" 413 "16 MB in chunks are refused"
request /audit -H 'Content-Type: application/json' --data-binary "@$tmp/one.json"
is "$status" 403 "without a certificate nothing is taken"
request /audit --cert "$tmp/client.crt" --key "$tmp/client.key"
is "$status" 405 "GET is refused"

# Large batches at once: taken, or told to come again; then all is judged, and memory stays bounded.
before=$(metric plimsoll_audit_events_total)
for i in 1 2 3 4 5 6; do
  (for k in 1 2 3 4; do curl -s -o /dev/null -w '%{http_code}\n' --max-time 60 --cacert "$tmp/ca.crt" --cert "$tmp/client.crt" --key "$tmp/client.key" -H 'Content-Type: application/json' \
    --data-binary "@$tmp/large.json" "https://127.0.0.1:$port/audit"; done >"$tmp/codes-$i") &
done
pod good | review "$tmp/good.json" CREATE
for i in $(seq 10); do request /validate -H 'Content-Type: application/json' --cert "$tmp/client.crt" --key "$tmp/client.key" --data-binary "@$tmp/good.json"; echo "$status" >>"$tmp/meanwhile"; done
wait $(jobs -p | grep -vx "$admit")
is "$(sort -u "$tmp/meanwhile")" 200 "reviews are answered meanwhile"
taken=$(cat "$tmp"/codes-* | grep -c 200)
like "$(cat "$tmp"/codes-* | sort -u | xargs)" '^200( 429)?( 503)?$' "a flood is taken or told to come again ($taken taken)"
all_judged() { [ "$(metric plimsoll_audit_events_total)" = $((before + taken * 400)) ]; }
wait_for 30 all_judged && pass "what was taken is judged" || fail "what was taken is judged" "$(metric plimsoll_audit_events_total)"
is "$(metric plimsoll_audit_waiting_bytes)" 0 "nothing waits any more"
peak=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$admit/status")
if sanitized; then
  not_told "memory of a flood" "memory is not measured under a sanitizer"
elif [ "$peak" -lt 110 ]; then
  pass "memory of a flood: $peak MiB"
else
  fail "memory of a flood" "$peak MiB"
fi

# A client that stops in the middle of its batch, and one that ends: cut off, and nothing of them is left.
python3 - "$port" "$tmp" <<'END' || true
import socket, ssl, sys, time
port, d = int(sys.argv[1]), sys.argv[2]
c = ssl.create_default_context(cafile=f"{d}/ca.crt")
c.load_cert_chain(f"{d}/client.crt", f"{d}/client.key")
def half():
    s = c.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
    s.sendall(b"POST /audit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{\"kind\"")
    return s
many = [half() for i in range(20)]
for s in many[:10]:
    s.close()
time.sleep(0.2)
END
send one
is "$status" 200 "half-open clients hold nobody up"
admit_stop
is $? 0 "it ends"
is "$(jq -r 'select(.alert) | .auditID' "$alerts" | tail -1)" id-1 "what was taken last is judged before it ends"

# Both logs in one, and a policy without such rules
admit_start --audit
request /audit -H 'Content-Type: application/json' --data-binary "@$tmp/one.json"
pod good | review "$tmp/good.json" CREATE
ask "$tmp/good.json"
both() { grep -q '"alert"' "$tmp/decisions" && grep -q '"verdict"' "$tmp/decisions"; }
wait_for 10 both && pass "alerts and decisions may go to one place" || fail "alerts and decisions may go to one place" "$(cat "$tmp/decisions")"
admit_stop
printf -- '- rule: x\n  desc: x\n  source: container\n  condition: container.privileged = true\n  priority: INFO\n  output: x\n' >"$tmp/x.yaml"
admit_start --audit --rules "$tmp/x.yaml"
like "$(cat "$tmp/messages")" 'no rule about audit events' "a policy without such rules is said"
admit_stop
admit_start
request /audit -H 'Content-Type: application/json' --data-binary "@$tmp/one.json"
is "$status" 404 "without --audit there is nothing"
done_testing
