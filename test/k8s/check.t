#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check --cluster on a real API server.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
before=$(wc -l <"$K8S/audit.log")
check() { run timeout 120 "$PLIMSOLL" check --cluster "$@"; }

# What is judged is the whole cluster, and reports cannot be put into a namespace that another test has just left.
none_ends() { [ "$(kubectl get namespaces -o json | jq '[.items[] | select(.status.phase == "Terminating")] | length')" = 0 ]; }
wait_for 60 none_ends
namespace shop
namespace other
cat >"$tmp/objects.yaml" <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: nginx, securityContext: {privileged: true}}
---
apiVersion: v1
kind: Pod
metadata: {name: lone, namespace: shop}
spec: {hostNetwork: true, containers: [{name: app, image: nginx}]}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: nightly, namespace: other}
spec: {schedule: "0 0 31 2 *", jobTemplate: {spec: {template: {spec: {hostPID: true, restartPolicy: Never, containers: [{name: app, image: nginx}]}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: test-all}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: test-objects-reader}
rules: [{apiGroups: [""], resources: [namespaces, pods, services], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-objects-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: test-objects-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: carol}]
EOF
kubectl apply -f "$tmp/objects.yaml" >/dev/null
at_exit "kubectl delete clusterrole test-all test-objects-reader >/dev/null 2>&1; kubectl delete clusterrolebinding test-objects-reader >/dev/null 2>&1"
wait_for 30 sh -c '[ "$(kubectl -n shop get pods -o name | wc -l)" = 4 ]'
is "$(kubectl -n shop get pods -o name | wc -l)" 4 "three pods of the deployment, and one"

check --policy pss-baseline --format json
is "$rc" 1 "what is denied gives 1"
cp "$tmp/.out" "$tmp/all.json"
is "$(jq -r '.artifact.kind + " " + .artifact.reference' "$tmp/all.json")" "cluster $server" "the report says which cluster"
paths() { jq -r '.findings[].path' "$1" | sort -u | grep -E 'shop|other' | tr '\n' ' '; }
is "$(paths "$tmp/all.json")" "CronJob/other/nightly Deployment/shop/web Pod/shop/lone " "findings stand where the objects live; pods of a deployment are judged with it"
is "$(jq -r '.findings[] | select(.path == "Deployment/shop/web") | .policy.subject' "$tmp/all.json" | sort -u)" "Deployment web, container app" "and say what in them"
check --policy pss-baseline --format json --namespace other
is "$(paths "$tmp/.out")" "CronJob/other/nightly " "one namespace"
unlike "$out" 'ClusterRole' "has nothing that lives in none"

# A pod that is not what its owner says
rs=$(kubectl -n shop get rs -o jsonpath='{.items[0].metadata.name}') uid=$(kubectl -n shop get rs -o jsonpath='{.items[0].metadata.uid}')
kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: {name: stowaway, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: $rs, uid: $uid, controller: true, blockOwnerDeletion: true}]}
spec: {hostIPC: true, containers: [{name: app, image: nginx, securityContext: {privileged: true}}]}
EOF
check --policy pss-baseline --format json --namespace shop
like "$(jq -r '.findings[].path' "$tmp/.out")" '^Pod/shop/stowaway$' "is judged by itself, whoever it says owns it"

# The same verdict as for the file
kubectl -n shop get deployment web -o yaml >"$tmp/web.yaml"
run "$PLIMSOLL" check --policy pss-baseline --format json "$tmp/web.yaml"
is "$(jq -c '[.findings[] | {id, severity, action, detail}] | sort' "$tmp/.out")" "$(jq -c '[.findings[] | select(.path == "Deployment/shop/web") | {id, severity, action, detail}] | sort' "$tmp/all.json")" \
  "check says the same of the object in a file"

# Twice the same bytes
check --as-of 2026-01-01 --format json
cp "$tmp/.out" "$tmp/first.json"
check --as-of 2026-01-01 --format json
same "$tmp/.out" "$tmp/first.json" "the same cluster gives the same bytes"
like "$(jq -r '.findings[].path' "$tmp/first.json")" '^ClusterRole/test-all$' "roles of the cluster are judged"
unlike "$(jq -r '.findings[].path' "$tmp/first.json")" '^ClusterRole/(system:|admin$|cluster-admin$)' "but not those of the API server itself"
for f in table sarif junit html markdown gitlab codequality; do
  check --format $f
  like "$out" 'Deployment/shop/web' "--format $f"
done

# PolicyReports, for whoever wants them in the cluster, and counts for Prometheus
for kind in PolicyReport ClusterPolicyReport; do
  plural=$(tr '[:upper:]' '[:lower:]' <<<"${kind}s")
  jq -n --arg k "$kind" --arg p "$plural" --arg s "$([ $kind = PolicyReport ] && echo Namespaced || echo Cluster)" '{apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition",
    metadata: {name: ($p + ".wgpolicyk8s.io"), annotations: {"api-approved.kubernetes.io": "unapproved, a test"}}, spec: {group: "wgpolicyk8s.io", scope: $s, names: {kind: $k, plural: $p},
    versions: [{name: "v1alpha2", served: true, storage: true, schema: {openAPIV3Schema: {type: "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}' | kubectl apply -f - >/dev/null
  at_exit "kubectl delete crd $plural.wgpolicyk8s.io >/dev/null 2>&1"
done
wait_for 30 kubectl get policyreports,clusterpolicyreports -A
check --policy pss-baseline --format policyreport --also "prometheus=$tmp/metrics" --also "json=$tmp/now.json"
cp "$tmp/.out" "$tmp/reports.json"
is "$rc" 1 "--format policyreport"
run kubectl apply -f "$tmp/reports.json"
is "$rc" 0 "the API server takes the reports"
is "$(kubectl -n shop get policyreports -o json | jq '[.items[].results[] | select(.result == "fail") | .resources[0].name] | unique | length > 0')" true "by namespace"
is "$(kubectl get policyreports -A -o json | jq '[.items[].summary.fail] | add')" "$(jq '[.findings[] | select(.policy.action == "deny" and (.path | test("/.*/")))] | length' "$tmp/now.json")" "with as many failures as there are findings"
like "$(cat "$tmp/metrics")" '^plimsoll_findings\{severity="CRITICAL",action="deny"\} [1-9]' "counts for Prometheus"

# An account that may read some of it
run as carol timeout 60 "$PLIMSOLL" check --cluster --policy pss-baseline
is "$rc" 3 "what the account may not read makes the result incomplete"
like "$out" 'Pod/shop/lone' "what it may read is judged"
like "$out" 'deployments.*' "what it may not is named"
like "$out" 'User "carol" cannot list resource "deployments"' "with the reason"
unlike "$out$err" 'carol-token' "and never with the token"
run as carol timeout 60 "$PLIMSOLL" check --cluster --policy pss-baseline --allow-incomplete unreadable-file
is "$rc" 1 "unless that is allowed"
# Again and again
sed "s,certificate-authority: ca.crt,certificate-authority: $K8S/ca.crt,; s,client-certificate: admin.crt,client-certificate: $K8S/admin.crt,; s,client-key: admin.key,client-key: $K8S/admin.key," "$K8S/admin.conf" >"$tmp/again.conf"
"$PLIMSOLL" check --cluster --namespace other --policy pss-baseline --kubeconfig "$tmp/again.conf" --every 1s --format json --output "$tmp/again.json" --also "markdown=$tmp/again.md" 2>"$tmp/again.err" &
again=$!
wait_for 30 grep -q nightly "$tmp/again.md"
kubectl -n other run late --image=nginx --overrides='{"spec": {"hostPID": true}}' >/dev/null
wait_for 30 grep -q 'Pod/other/late' "$tmp/again.json" && pass "--every finds what came later" || fail "--every finds what came later" "$(cat "$tmp/again.json" "$tmp/again.err")"
wait_for 30 grep -q 'Pod/other/late' "$tmp/again.md" && pass "--also has it, too" || fail "--also has it, too" "$(cat "$tmp/again.md")"
sed "s,$server,https://127.0.0.1:$(free_port)," "$tmp/again.conf" >"$tmp/away.conf"
cp "$tmp/away.conf" "$tmp/again.conf"
wait_for 60 grep -q 'not reached' "$tmp/again.err" && pass "a cluster that is away is said" || fail "a cluster that is away is said" "$(cat "$tmp/again.err")"
like "$(cat "$tmp/again.json")" 'Pod/other/late' "and the last report stays"
kill "$again"
wait "$again"
is "$?" 0 "it ends when it is told to"
exits 2 "a duration that is none" "$PLIMSOLL" check --cluster --every soon
exits 2 "a further format that is none" "$PLIMSOLL" check --cluster --also nothing=x

# Nothing was read that is a secret, and nothing was written.
tail -n +"$((before + 1))" "$K8S/audit.log" >"$tmp/audit.log"
is "$(jq -r 'select(.userAgent // "" | startswith("plimsoll/")) | .verb' "$tmp/audit.log" | sort -u | tr '\n' ' ')" "get list " "it only gets and lists"
is "$(jq -r 'select((.userAgent // "" | startswith("plimsoll/")) and .objectRef.resource == "secrets") | .verb' "$tmp/audit.log")" "" "and asks for no secret"
done_testing
