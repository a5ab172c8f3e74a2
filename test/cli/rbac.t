#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll rbac: who may do what, beside an evaluator that shares nothing with it.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
rbac() { timeout 120 "$PLIMSOLL" rbac "$@"; }

# 3,000 random questions to five random clusters.
for seed in 1 2 3 5 6; do
  yes=$(python3 "$(dirname "$0")/rbac-reference.py" "$tmp/$seed" "$seed" 600)
  rbac can-i -q -m "$tmp/$seed/cluster" <"$tmp/$seed/questions" >"$tmp/$seed/got" 2>"$tmp/$seed/err"
  is "$?" 0 "cluster $seed: exit code"
  same "$tmp/$seed/answers" "$tmp/$seed/got" "cluster $seed: 600 answers are those of the other evaluator"
  if [ "$yes" -gt 60 ] && [ "$yes" -lt 540 ]; then pass "cluster $seed: $yes of them are yes"; else fail "cluster $seed: $yes of 600 questions are yes: the test tells nothing"; fi
done

# who-can.
cat >"$tmp/a.yaml" <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader, labels: {agg: "true"}}
rules:
- {apiGroups: [""], resources: [secrets], verbs: [get, list]}
- {nonResourceURLs: ["/metrics*"], verbs: [get]}
- {apiGroups: [""], resources: [nodes], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: all}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {agg: "true"}}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}
subjects: [{kind: ServiceAccount, name: web}, {kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: c}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}
subjects: [{kind: User, name: alice}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: dangling}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: elsewhere}
subjects: [{kind: User, name: bob}]
END
exits 0 "who can get secrets" rbac who-can get secrets -m "$tmp/a.yaml"
like "$out" '^ServiceAccount shop/web +shop +RoleBinding shop/b +ClusterRole all +.*a.yaml:15$' "a service account, by a role that aggregates"
like "$out" '^User alice +cluster' "a user in the whole cluster"
like "$out" 'system:masters' "those whom nobody asks"
unlike "$out" 'bob' "a role that is not there allows nothing"
like "$err" 'not seen: other authorisers' "what was not seen is said"
like "$err" '1 binding refers to a role that was not seen' "roles that are missing are said"
run rbac who-can get secrets -n other -m "$tmp/a.yaml"
unlike "$out" 'shop/web' "another namespace"
run rbac who-can get nodes -m "$tmp/a.yaml"
unlike "$out" 'shop/web' "what lives in no namespace is not given by a binding of one"
run rbac who-can get /metrics/cadvisor -m "$tmp/a.yaml"
is "$(grep -c '^User alice\|^Service' <<<"$out")" 1 "a path that is no resource"
run rbac who-can delete secret -m "$tmp/a.yaml"
like "$out" '^No binding allows it' "nobody"
rbac who-can get secrets -f json -q -m "$tmp/a.yaml" >"$tmp/a.json"
is "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(len(d["allowed"]), d["allowed"][0]["binding"]["line"], len(d["input"]["missing_roles"]), len(d["input"]["not_seen"]))' "$tmp/a.json")" "3 15 1 3" "JSON"
exits 0 "standard input" rbac who-can get secrets -m - <"$tmp/a.yaml"
like "$out" 'standard input:15' "standard input: places"

# A namespace that is asked for by name is one that its bindings count in.
printf '%s\n' 'apiVersion: rbac.authorization.k8s.io/v1' 'kind: Role' 'metadata: {name: r, namespace: shop}' 'rules: [{apiGroups: [""], resources: [namespaces], verbs: [get]}]' '---' \
  'apiVersion: rbac.authorization.k8s.io/v1' 'kind: RoleBinding' 'metadata: {name: b, namespace: shop}' 'roleRef: {kind: Role, name: r}' 'subjects: [{kind: User, name: alice}]' >"$tmp/ns.yaml"
run rbac who-can get namespaces/shop -m "$tmp/ns.yaml"
like "$out" '^User alice' "a namespace by its name: a binding in it counts"
run rbac who-can get namespaces -m "$tmp/ns.yaml"
unlike "$out" 'alice' "all namespaces: it does not"

# paths: planted ones are found, none is invented.
while read -r line; do
  case $line in
  "ok "*) pass "path ${line#ok }" ;;
  "not ok "*) fail "path ${line#not ok }" ;;
  *) note "$line" ;;
  esac
done < <(python3 "$(dirname "$0")/rbac-paths.py" "$PLIMSOLL" "$tmp" || echo "not ok the list of paths")
exits 1 "a path with --fail" rbac paths alice --fail -m "$tmp/a.yaml"
like "$out" 'User alice reaches secrets .* in 1 step' "a path of a user: to secrets"
like "$out" 'may get secrets: by ClusterRoleBinding c, ClusterRole all \(.*a.yaml:21\)' "a path: which binding, and where"
exits 0 "no path to what is asked for" rbac paths alice --fail --to cluster-admin -m "$tmp/a.yaml"
exits 2 "nobody" rbac paths a/b/c -m "$tmp/a.yaml"
run rbac paths alice -m "$tmp/a.yaml"; first=$out
run rbac paths alice -m "$tmp/a.yaml"
is "$out" "$first" "the same twice"
# A search that would take minutes ends, and says that it did: 4,000 accounts that each may impersonate 4,000 by name.
python3 - "$tmp/names.json" <<'END'
import json, sys
API = "rbac.authorization.k8s.io"
names = [f"a{i}" for i in range(4000)]
role = lambda name, verb, resource, **more: {"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [{"apiGroups": [""], "resources": [resource], "verbs": [verb], **more}]}
bind = lambda name, role, subject: {"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}, "roleRef": {"apiGroup": API, "kind": "ClusterRole", "name": role}, "subjects": [subject]}
items = [role("named", "impersonate", "serviceaccounts", resourceNames=names), role("mint", "create", "serviceaccounts/token"), bind("mint", "mint", {"kind": "User", "apiGroup": API, "name": "alice"})]
items += [bind(n, "named", {"kind": "ServiceAccount", "namespace": "x", "name": n}) for n in names]
json.dump({"apiVersion": "v1", "kind": "List", "items": items}, open(sys.argv[1], "w"))
END
exits 3 "a search that ends at its limit" rbac paths alice --fail -f json -m "$tmp/names.json"
is "$(jq -r '[.complete, .paths[].found] | join(" ")' <<<"$out")" "false false false false" "says that it is not complete"
like "$(timeout 60 "$PLIMSOLL" rbac paths alice -m "$tmp/names.json" 2>&1 >/dev/null)" 'not seen: the search ended at its limit' "and what that means"
run rbac paths alice -f json -m "$tmp/a.yaml"
is "$(jq .complete <<<"$out")" true "others are"

# risks
exits 0 "risks" rbac risks -m "$tmp/a.yaml"
like "$out" 'rbac-read-secrets' "risks: secrets"
like "$out" 'User alice may get, list secrets in the whole cluster' "risks: who, what, where"
exits 1 "risks: --fail-on" rbac risks --fail-on critical -m "$tmp/a.yaml"
exits 3 "risks: a wrong file" rbac risks -m "$tmp/none.yaml"
rbac risks -q -f json -m "$tmp/a.yaml" >"$tmp/risks.json"
is "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(sorted((f["severity"], f["line"]) for f in d["findings"]))' "$tmp/risks.json")" "[('CRITICAL', 21), ('MEDIUM', 15)]" "risks: the whole cluster weighs more"
python3 - "$tmp/builtin.json" <<'END'
import json, sys
def binding(name, subject, label=True):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"} if label else {}},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [subject]}
masters = {"kind": "Group", "name": "system:masters"}
items = [{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "cluster-admin"}, "rules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]},
         binding("cluster-admin", masters), binding("system:x", {"kind": "User", "name": "mallory"}), binding("harmless", masters), binding("system:y", {"kind": "Group", "name": "system:authenticated"})]
json.dump({"apiVersion": "v1", "kind": "List", "items": items}, open(sys.argv[1], "w"))
END
run rbac risks -f json -m "$tmp/builtin.json"
is "$(grep -o '"subject": "ClusterRoleBinding [^"]*"' <<<"$out" | sort | tr '\n' ' ')" '"subject": "ClusterRoleBinding harmless" "subject": "ClusterRoleBinding system:x" "subject": "ClusterRoleBinding system:y" ' "the API server's own bindings are left out; nobody can hide behind their label"
like "$err" "1 risk of the API server's own bindings is not shown" "what is left out is counted"
# Every risk of the table is found where a role has its rights, and not elsewhere.
is "$(python3 "$(dirname "$0")/rbac-risks.py" "$PLIMSOLL" "$tmp" 2>&1 || echo it failed)" "" "every risk of the table"

# Bad input.
exits 2 "no cluster" rbac who-can get secrets
exits 2 "no resource" rbac who-can get pods/ -m "$tmp/a.yaml"
exits 3 "nothing to read" rbac who-can get pods -m "$tmp/1/answers"
printf 'apiVersion: v1\nkind: List\nitems: 1\n' >"$tmp/bad.yaml"
exits 3 "a wrong file" rbac who-can get pods -m "$tmp/bad.yaml" -m "$tmp/a.yaml"
like "$err" 'bad.yaml:3:8: expected a list' "a wrong file: where"
printf 'alice\tget\n' >"$tmp/q"
exits 2 "a question without a resource" rbac can-i -m "$tmp/a.yaml" <"$tmp/q"
like "$err" 'standard input:1:1: expected SUBJECT' "a question without a resource: said"
python3 - "$tmp/aliases.json" <<'END'
import json, sys
json.dump({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "hidden-value"}}]}, open(sys.argv[1], "w"))
END
exits 0 "secrets are read without their values" rbac who-can get secrets -f json -m "$tmp/aliases.json"
unlike "$out" 'hidden' "secrets are read without their values: none is printed"

# From a running cluster; test/k8s has a real one.
cat >"$tmp/server.py" <<'END'
import http.server, json, sys
API = "rbac.authorization.k8s.io"
def binding(name, ns, role, kind, account):
    return {"metadata": {"name": name, **({"namespace": ns} if ns else {})}, "roleRef": {"apiGroup": API, "kind": kind, "name": role}, "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": "shop"}]}
objects = {
    f"/apis/{API}/v1/clusterroles": [{"metadata": {"name": "cluster-admin"}, "rules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]},
                                     {"metadata": {"name": "agg"}, "aggregationRule": {"clusterRoleSelectors": [{}]}, "rules": []}],
    f"/apis/{API}/v1/clusterrolebindings": [binding("root", "", "cluster-admin", "ClusterRole", "gone"), binding("agg", "", "agg", "ClusterRole", "web")],
    f"/apis/{API}/v1/roles": [{"metadata": {"name": "r", "namespace": "shop"}, "rules": [{"verbs": ["create"], "apiGroups": [""], "resources": ["pods"]}]}],
    f"/apis/{API}/v1/rolebindings": [binding("b", "shop", "r", "Role", "web")],
    "/api/v1/serviceaccounts": [{"metadata": {"name": "web", "namespace": "shop"}}], "/api/v1/namespaces": [{"metadata": {"name": "shop"}}], "/api/v1/pods": [],
}
def resources(version, kinds):
    return {"kind": "APIResourceList", "groupVersion": version, "resources": [{"name": name, "namespaced": namespaced, "kind": kind, "verbs": ["get", "list", "watch"]} for name, kind, namespaced in kinds]}
discovery = {
    "/apis": {"kind": "APIGroupList", "groups": [{"name": g, "versions": [{"groupVersion": f"{g}/v1", "version": "v1"}], "preferredVersion": {"groupVersion": f"{g}/v1", "version": "v1"}} for g in (API, "apps")]},
    "/api/v1": resources("v1", [("serviceaccounts", "ServiceAccount", True), ("namespaces", "Namespace", False), ("pods", "Pod", True), ("secrets", "Secret", True)]),
    f"/apis/{API}/v1": resources(f"{API}/v1", [("clusterroles", "ClusterRole", False), ("clusterrolebindings", "ClusterRoleBinding", False), ("roles", "Role", True), ("rolebindings", "RoleBinding", True)]),
    "/apis/apps/v1": resources("apps/v1", [("deployments", "Deployment", True)]),
}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        found = objects.get(path)
        body = discovery.get(path) or ({"kind": "XList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": found} if found is not None else {"kind": "Status", "status": "Failure", "code": 403, "message": "no"})
        data = json.dumps(body).encode()
        self.send_response(403 if body["kind"] == "Status" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        print(self.path.split("?")[0], file=open(sys.argv[2], "a"))
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
END
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY KUBECONFIG KUBERNETES_SERVICE_HOST
port=$(free_port)
python3 "$tmp/server.py" "$port" "$tmp/requests" 2>/dev/null &
at_exit "kill $! 2>/dev/null; wait $! 2>/dev/null"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port" || { echo "Bail out! the server does not start"; exit 1; }
printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$port" >"$tmp/kube.conf"
exits 3 "a running cluster: what it does not give is a gap" rbac who-can create pods --cluster --kubeconfig "$tmp/kube.conf"
like "$out" '^ServiceAccount shop/web +shop +RoleBinding shop/b' "a running cluster: who can"
like "$err" 'apps|deployments' "a running cluster: what was not given is said"
like "$err" 'Secrets of the cluster were not read' "a running cluster: Secrets are not read, and it says so"
unlike "$(cat "$tmp/requests")" 'secrets' "a running cluster: Secrets are not asked for"
run rbac who-can get secrets --cluster --kubeconfig "$tmp/kube.conf"
unlike "$out" 'shop/web' "a running cluster: aggregated roles are as the controller has left them"
run rbac paths shop/web --to cluster-admin --cluster --kubeconfig "$tmp/kube.conf"
like "$out" 'no path to cluster-admin' "a running cluster: an account that is not there is no step"
exits 2 "both at once" rbac who-can get pods --cluster -m "$tmp/a.yaml"
done_testing
