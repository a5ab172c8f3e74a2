#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll audit-log: events of an API server's audit log, good and bad.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
audit() { timeout 120 "$PLIMSOLL" audit-log -q "$@"; }

python3 - "$tmp" <<'END'
import json, sys
d = sys.argv[1]
def event(i, user, verb, resource, name="", ns="shop", code=200, sub="", uri=None, at=None, **more):
    ref = {"resource": resource, "apiVersion": "v1"}
    if name: ref["name"] = name
    if ns: ref["namespace"] = ns
    if sub: ref["subresource"] = sub
    e = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": f"id-{i}", "stage": "ResponseComplete", "requestURI": uri or "/api/v1/x", "verb": verb,
         "user": {"username": user, "groups": ["system:authenticated"]}, "sourceIPs": ["10.0.0.7"], "userAgent": "kubectl/v1.36", "objectRef": ref, "responseStatus": {"code": code},
         "requestReceivedTimestamp": at or "2026-02-12T10:00:00.000000Z", "stageTimestamp": at or "2026-02-12T10:00:00.500000Z", "annotations": {"authorization.k8s.io/decision": "allow"}}
    e.update(more)
    return e
events = [event(0, "alice", "list", "pods"), event(1, "alice", "create", "pods", "web-0", "prod", 101, "exec", "/api/v1/namespaces/prod/pods/web-0/exec?command=sh&command=-c&container=a%2Bb")]
# A spree: ten secrets in two minutes; a slow reader takes an hour for as many; one that reads the same again and again.
for i in range(10):
    events.append(event(10 + i, "system:serviceaccount:shop:web", "get", "secrets", f"s{i}", at=f"2026-02-12T10:{i // 6:02}:{i % 6 * 10:02}Z"))
for i in range(10):
    events.append(event(30 + i, "slow", "get", "secrets", f"s{i}", at=f"2026-02-12T10:{i * 6:02}:00Z"))
for i in range(30):
    events.append(event(50 + i, "same", "get", "secrets", "s", at=f"2026-02-12T10:00:{i:02}Z"))
events.append(event(90, "system:anonymous", "list", "secrets", ns="", uri="/api/v1/secrets"))
events.append(event(91, "bob", "create", "clusterrolebindings", "x", "", 201, requestObject={"roleRef": {"name": "cluster-admin"}, "subjects": [{"kind": "User", "name": "mallory"}]}))
open(f"{d}/audit.log", "w").write("".join(json.dumps(e) + "\n" for e in events))
json.dump({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": events}, open(f"{d}/list.json", "w"))
json.dump({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": events}, open(f"{d}/spread.json", "w"), indent=1)
text = open(f"{d}/audit.log").read()
lines = text.splitlines(True)
open(f"{d}/cut.log", "w").write("".join(lines[:5]) + lines[5][:80])
open(f"{d}/bad.log", "w").write(lines[0] + "{broken\n" + '{"kind":"Event"}\n' + lines[1] + "[1, 2\n" + "\n")
open(f"{d}/deep.log", "w").write("[" * 5000 + "\n" + lines[1])
big = event(0, "alice", "create", "pods", "web-0", "prod", 101, "exec")
with open(f"{d}/large.log", "w") as f:
    pad = json.dumps(event(1, "x", "get", "pods", note="y" * 3000)) + "\n"
    for _ in range(15000):
        f.write(pad)
    f.write(json.dumps(big) + "\n")
END

exits 0 "a log" audit "$tmp/audit.log"
like "$out" 'audit.log:2:1' "where: the line of the event"
like "$out" 'alice runs sh in pod prod/web-0 \(10' "a command in production, with its parameter"
like "$out" 'system:serviceaccount:shop:web has read 10 secrets in five minutes' "a spree"
unlike "$out" 'slow has read|same has read' "a slow reader, and one of a single secret, are none"
like "$out" 'somebody without a login may list /api/v1/secrets' "an anonymous request"
like "$out" 'bob gives cluster-admin to .*mallory' "a new binding to cluster-admin"
exits 1 "--fail-on" audit --fail-on critical "$tmp/audit.log"
count() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(sorted((f["id"], f["line"]) for f in d["findings"]))' "$1"; }
audit -f json "$tmp/audit.log" >"$tmp/a.json"
like "$(count "$tmp/a.json")" "Secret reading spree" "JSON"
audit -f json - <"$tmp/audit.log" >"$tmp/b.json"
is "$(count "$tmp/b.json")" "$(count "$tmp/a.json")" "standard input gives the same"
for how in list spread; do
  audit -f json "$tmp/$how.json" >"$tmp/b.json"
  is "$(python3 -c 'import json, sys; print(sorted(f["id"] for f in json.load(open(sys.argv[1]))["findings"]))' "$tmp/b.json")" \
    "$(python3 -c 'import json, sys; print(sorted(f["id"] for f in json.load(open(sys.argv[1]))["findings"]))' "$tmp/a.json")" "an EventList ($how) gives the same"
done
run "$PLIMSOLL" check -q "$tmp/audit.log"
like "$out" 'a spree|has read 10 secrets' "check knows the log by its text"
exits 0 "SARIF" audit -f sarif "$tmp/audit.log"
exits 0 "45 MB" audit "$tmp/large.log"
like "$out" 'large.log:15001:1' "45 MB: the last line"

# What cannot be read is said, and the rest is judged.
exits 3 "a line that is cut off" audit "$tmp/cut.log"
like "$out" 'cut.log:6:1.*' "a line that is cut off: where"
like "$out" 'the last line is cut off' "a line that is cut off: said"
like "$out" 'prod/web-0' "a line that is cut off: those before it count"
exits 3 "bad lines" audit "$tmp/bad.log"
for l in 2 3 5; do like "$out" "bad.log:$l:" "bad lines: $l"; done
like "$out" 'prod/web-0' "bad lines: the others count"
exits 3 "a bomb of brackets" audit "$tmp/deep.log"
like "$out" 'prod/web-0' "a bomb of brackets: the next line counts"
: >"$tmp/empty.log"
exits 0 "an empty log" audit "$tmp/empty.log"
exits 3 "no log" audit "$tmp/none.log"
printf '\377\376\0\n' >"$tmp/binary.log"
exits 3 "bytes that are no text" audit "$tmp/binary.log"

# Own rules, in Falco's words.
cat >"$tmp/falco.yaml" <<'END'
- macro: response_successful
  condition: (ka.response.code startswith 2)
- macro: kevt
  condition: (jevt.value[/stage] in (ResponseComplete))
- rule: All of it
  desc: x
  condition: kevt and response_successful and ka.verb = get and ka.target.resource = secrets and ka.target.name = s9 and ka.user.groups intersects (system:authenticated) and jevt.value[/objectRef/apiVersion] = v1
    and ka.sourceips[0] = "10.0.0.7" and jevt.rawtime >= 1
  output: K8s Secret Get (user=%ka.user.name secret=%ka.target.name ns=%ka.target.namespace time=%jevt.time)
  priority: INFO
  source: k8s_audit
  tags: [k8s]
END
exits 0 "Falco's rules" audit --rules "$tmp/falco.yaml" -f json "$tmp/audit.log"
is "$(grep -c '"id": "All of it"' <<<"$out")" 2 "Falco's rules: what fires"
like "$out" 'user=slow secret=s9 ns=shop time=2026-02-12T10:54:00Z' "Falco's rules: outputs"
done_testing
