#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Events as API servers from 1.25 on write them: all stages of a request, impersonation, annotations of admission, logins that fail, what is cut or empty. Shapes: the reference of audit.k8s.io/v1.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
audit() { timeout 120 "$PLIMSOLL" audit-log -q "$@"; }

python3 - "$tmp" <<'END'
import copy, json, sys
d = sys.argv[1]
def event(i, verb, resource, name="", ns="", sub="", group="", user="alice", code=200, stage="ResponseComplete", uri=None, second=0, **more):
    at = f"2026-02-12T10:{second // 60:02}:{second % 60:02}"
    ref = {"resource": resource, "apiVersion": "v1", **({"apiGroup": group} if group else {}), **({"name": name} if name else {}), **({"namespace": ns} if ns else {}), **({"subresource": sub} if sub else {})}
    e = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse", "auditID": f"0b5a2c0e-0000-4000-8000-{i:012}", "stage": stage, "requestURI": uri or f"/api/v1/{resource}", "verb": verb,
         "user": {"username": user, "uid": "7", "groups": ["dev", "system:authenticated"], "extra": {"authentication.kubernetes.io/credential-id": ["X509SHA256=ab"]}},
         "sourceIPs": ["203.0.113.9", "10.0.0.7"], "userAgent": "kubectl/v1.31.0 (linux/amd64) kubernetes/9edcffc", "objectRef": ref,
         "responseStatus": {"metadata": {}, "code": code}, "requestReceivedTimestamp": at + ".000042Z", "stageTimestamp": at + ".250000Z",
         "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: allowed by ClusterRoleBinding \"x\" of ClusterRole \"y\" to User \"alice\""}}
    if stage == "RequestReceived":
        del e["responseStatus"], e["annotations"]
    e.update(more)
    return e
# The events of a request that takes long, in their order; the last one an hour later.
def long(*args, end="ResponseComplete", **more):
    first, started, last = event(*args, stage="RequestReceived", **more), event(*args, stage="ResponseStarted", **more), event(*args, stage=end, **more)
    last["stageTimestamp"] = last["stageTimestamp"].replace("T10", "T11")
    return [first, started, last]
def put(name, *events):
    open(f"{d}/{name}.log", "w").write("".join(json.dumps(e) + "\n" for e in events))
exec_uri = "/api/v1/namespaces/prod/pods/web/exec?command=sh"
bound = dict(verb="create", resource="clusterrolebindings", name="x", group="rbac.authorization.k8s.io", code=201,
             requestObject={"kind": "ClusterRoleBinding", "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [{"kind": "User", "name": "mallory"}]},
             responseObject={"kind": "ClusterRoleBinding", "metadata": {"name": "x"}})
put("stages", *long(1, "watch", "secrets", uri="/api/v1/secrets?watch=true&sendInitialEvents=true"), *long(2, "create", "pods", "web", "prod", "exec", code=101, uri=exec_uri))
put("ended", long(1, "watch", "secrets")[2], long(2, "create", "pods", "web", "prod", "exec", code=101, uri=exec_uri)[2])
put("panic", *long(3, "create", "pods", "web", "prod", "exec", code=101, uri=exec_uri, end="Panic"),
    event(4, "create", "pods", "web", "prod", "exec", stage="Panic", responseStatus={"metadata": {}, "status": "Failure", "message": "APIServer panic'd: net/http: abort Handler", "reason": "InternalError", "code": 500}))
# Clients choose the ID: somebody begins a watch that nobody minds, and does with its ID what should be seen.
watch = long(5, "watch", "configmaps", ns="shop")[1]
put("same-id", watch, {**event(5, **bound), "requestReceivedTimestamp": "2026-02-12T10:00:01.000000Z"}, {**event(5, **bound, user="bob"), "requestReceivedTimestamp": watch["requestReceivedTimestamp"]})
# A login that fails: one event, of the stage ResponseStarted, and nobody's.
def login(i, address, proxy="10.0.0.7"):
    e = event(100 + i, "list", "secrets", stage="ResponseStarted", code=401, user={}, second=i, sourceIPs=[address, proxy],
              responseStatus={"metadata": {}, "status": "Failure", "message": "Unauthorized", "reason": "Unauthorized", "code": 401})
    del e["annotations"]
    e["user"] = {}
    return e
put("logins", *[login(i, f"198.51.100.{i}") for i in range(25)])
put("few-logins", *[login(i, "198.51.100.7", f"10.0.0.{i}") for i in range(25)])
refused = [e for i in range(12) for e in long(200 + i, "watch", "secrets", code=403, second=i)]
for e in refused:
    if "responseStatus" in e:
        e["responseStatus"] = {"metadata": {}, "status": "Failure", "message": "secrets is forbidden", "reason": "Forbidden", "details": {"kind": "secrets"}, "code": 403}
        e["annotations"] = {"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": ""}
put("refused", *refused)
put("impersonated", event(6, "get", "pods", "p", "shop", impersonatedUser={"username": "system:serviceaccount:shop:web", "uid": "1", "groups": ["system:serviceaccounts"], "extra": {"scopes.example.com": ["view"]}},
    authenticationMetadata={"impersonationConstraint": "impersonate:serviceaccount"}), event(7, "get", "pods", "p", "shop"))
failure = json.dumps([{"message": "failed expression: object.spec.replicas < 5", "policy": "replicas.example.com", "binding": "replicas-binding", "expressionIndex": 1, "validationActions": ["Audit"]}])
put("annotations", event(8, "create", "deployments", "d", "shop", group="apps", code=201, annotations={"authorization.k8s.io/decision": "allow", "validation.policy.admission.k8s.io/validation_failure": failure,
    "replicas.example.com/high": "Deployment spec.replicas set to 128"}),
    event(9, "create", "pods", "p", "shop", code=201, annotations={"pod-security.kubernetes.io/enforce-policy": "privileged:latest", "pod-security.kubernetes.io/audit-violations": "would violate PodSecurity \"restricted:latest\": x",
    "authorization.k8s.io/decision": "allow", "k8s.io/deprecated": "true"}))
cut = event(10, **bound)
for key in ("requestObject", "responseObject"):
    del cut[key]
cut["annotations"]["audit.k8s.io/truncated"] = "true"
put("truncated", cut)
hollow = {k: None for k in event(11, "get", "pods")}
put("hollow", {**hollow, "auditID": "h1"}, {**hollow, "auditID": "h2", "stage": "ResponseStarted", "user": [], "objectRef": 7, "sourceIPs": [None, {}], "annotations": ["x"], "authenticationMetadata": "x", "impersonatedUser": []},
    {"auditID": "h3", "stage": "ResponseComplete", "requestReceivedTimestamp": 7, "stageTimestamp": {}, "responseStatus": {"code": "403"}}, event(12, **bound))
# The server was stopped in the middle of a line, and went on in the same line.
line = json.dumps(event(13, **bound))
open(f"{d}/joined.log", "w").write(line[:200] + line + "\n" + json.dumps(event(14, **bound)) + "\n")
END
# found FILE: the rules that fired, each with its line
found() { audit -f json "$tmp/$1.log" 2>/dev/null | jq -r '[.findings[] | "\(.line) \(.id)"] | sort_by(split(" ")[0] | tonumber) | join("; ")'; }
# which FILE: the rules, and how often
which() { audit -f json "$tmp/$1.log" 2>/dev/null | jq -r '[.findings[].id] | group_by(.) | map("\(length) \(.[0])") | join("; ")'; }

is "$(found stages)" "2 All secrets of the cluster are read; 5 Command in a production pod" "requests that take long are told of once, when they begin"
is "$(found ended)" "1 All secrets of the cluster are read; 2 Command in a production pod" "or at their end, when the policy leaves their beginning out"
is "$(found panic)" "2 Command in a production pod" "a handler that panics: what began is told of, what did not is not"
is "$(which same-id)" "2 New binding to cluster-admin" "the ID of a request is its client's choice: it hides nothing"
is "$(which logins)" "6 Many requests are refused" "logins that fail are nobody's: they count by the address that the server was spoken to from"
like "$(audit -f json "$tmp/logins.log" | jq -r '.findings[].detail' | tail -1)" 'of .*10\.0\.0\.7.* was refused 25 times in five minutes' "which is said"
is "$(which few-logins)" "" "what a client says of its own address makes no difference"
is "$(which refused)" "" "a watch that is refused counts once, not at each of its stages"
is "$(found impersonated)" "1 Request as somebody else" "a request as somebody else"
is "$(found truncated)" "" "what the server has cut out cannot be judged"
is "$(which annotations)" "" "annotations of admission alone are no finding of ours"
exits 0 "events that are empty, or of wrong types" audit "$tmp/hollow.log"
is "$(found hollow)" "4 New binding to cluster-admin" "hide nothing"
exits 3 "a line that was cut off and gone on with" audit "$tmp/joined.log"
like "$out" 'joined.log:1:' "is said"
is "$(found joined)" "2 New binding to cluster-admin" "and the next one counts"

# Fields, in Falco's words.
cat >"$tmp/fields.yaml" <<'END'
- rule: Fields
  desc: d
  source: k8s_audit
  condition: ka.auditid exists
  output: "%ka.stage|%ka.user.name|%ka.user.groups|%ka.impuser.name|%ka.response.code|%ka.response.reason|%ka.auth.decision|%ka.useragent|%ka.sourceips[1]|%jevt.value[/authenticationMetadata/impersonationConstraint]|%jevt.value[/impersonatedUser/extra/scopes.example.com/0]|%jevt.value[/responseStatus/details/kind]|%audit.truncated"
  priority: INFO
- rule: Policy of the server
  desc: d
  source: k8s_audit
  condition: jevt.value[/annotations/validation.policy.admission.k8s.io~1validation_failure] contains "replicas.example.com" or jevt.value[/annotations/pod-security.kubernetes.io~1audit-violations] exists
  output: "%jevt.value[/annotations/replicas.example.com~1high] %jevt.value[/annotations/pod-security.kubernetes.io~1audit-violations]"
  priority: WARNING
END
fields() { audit --rules "$tmp/fields.yaml" -f json "$tmp/$1.log" 2>/dev/null | jq -r --arg rule "${2:-Fields}" '.findings[] | select(.id == $rule) | "\(.line) \(.detail)"' | sort -n | sed 's/^[0-9]* //'; }
who='alice|(dev,system:authenticated)' agent='kubectl/v1.31.0 (linux/amd64) kubernetes/9edcffc'
is "$(fields impersonated | head -1)" "ResponseComplete|$who|system:serviceaccount:shop:web|200|<NA>|allow|$agent|(10.0.0.7)|impersonate:serviceaccount|view|<NA>|false" "fields of a request as somebody else"
is "$(fields refused | sed -n 2p)" "ResponseStarted|$who|<NA>|403|Forbidden|forbid|$agent|(10.0.0.7)|<NA>|<NA>|secrets|false" "fields of a refusal with details"
is "$(fields stages | head -1)" "RequestReceived|$who|<NA>|<NA>|<NA>|<NA>|$agent|(10.0.0.7)|<NA>|<NA>|<NA>|false" "fields of a request that has just come"
is "$(fields logins | head -1)" "ResponseStarted|<NA>|<NA>|<NA>|401|Unauthorized|<NA>|$agent|(10.0.0.7)|<NA>|<NA>|<NA>|false" "fields of a login that failed"
is "$(fields panic | tail -1 | cut -d'|' -f1,5,6)" "Panic|500|InternalError" "fields of a panic"
is "$(fields truncated | grep -o '[a-z]*$')" "true" "a truncated event is known"
is "$(fields annotations "Policy of the server" | head -1)" "Deployment spec.replicas set to 128 <NA>" "annotations of a ValidatingAdmissionPolicy"
like "$(fields annotations "Policy of the server" | tail -1)" 'would violate PodSecurity "restricted:latest"' "annotations of Pod Security"
done_testing
