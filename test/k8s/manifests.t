#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What `plimsoll admit manifests` prints, at a real API server: it takes all of it, and the account has the rights that are needed and no others.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
namespace plimsoll-system
manifests() { "$PLIMSOLL" admit manifests --image "registry.example/plimsoll@sha256:$(printf 'a%.0s' $(seq 64))" --kubernetes 1.20 --authority "$tmp/authority.pem" --output "$tmp/$1.yaml" "${@:2}"; }
manifests plain
manifests worker --worker --api-server 10.0.0.0/28 --registry 192.0.2.0/24 --advisories oci://registry.example/plimsoll/advisories:1 --registry-secret pull --mutate pin --defaults secure-defaults
manifests check --worker --check-cluster --api-server 10.0.0.0/28 --registry 192.0.2.0/24
for how in plain worker check; do
  # As a dry run: nobody answers at the webhook's service.
  run kubectl apply --dry-run=server -f "$tmp/$how.yaml"
  is "$rc" 0 "the API server takes it ($how)"
  is "$(grep -c 'server dry run' <<<"$out")" "$(grep -c '^kind:' "$tmp/$how.yaml")" "all of it ($how)"
done
kubectl create --dry-run=client -o json -f "$tmp/worker.yaml" | jq -s 'map(.items // [.]) | flatten | map(select(.kind | test("Webhook|Namespace") | not)) | {apiVersion: "v1", kind: "List", items: .}' >"$tmp/list.json"
kubectl apply -f "$tmp/list.json" >/dev/null
at_exit "kubectl delete clusterrole,clusterrolebinding plimsoll-admit-worker >/dev/null 2>&1"
account=system:serviceaccount:plimsoll-system:plimsoll-admit
may() { kubectl auth can-i "$@" -A --as "$account" 2>/dev/null; }
wait_for 20 may list pods
is "$(may list pods) $(may watch pods)" "yes yes" "the worker may list and watch pods"
is "$(for what in "get pods" "create pods" "list secrets" "get secrets" "create pods/exec" "list configmaps" "create serviceaccounts/token" "update deployments.apps" "list nodes" "impersonate users"; do may $what; done | sort -u)" no "and nothing else"
is "$(kubectl auth can-i --list --as "$account" -n plimsoll-system | awk 'NR > 1 && $1 !~ /^(selfsubject|\[|$)/ { print $1, $NF }' | sort -u | grep -v '^/' | head -5)" "pods watch]" "as the API server lists its rights"
# The same account, with the rights to judge the cluster: no gap in what it sees, and no Secret.
kubectl create --dry-run=client -o json -f "$tmp/check.yaml" | jq -s 'map(.items // [.]) | flatten | map(select(.kind == "ClusterRole")) | {apiVersion: "v1", kind: "List", items: .}' | kubectl apply -f - >/dev/null
wait_for 20 may list configmaps
is "$(for what in "list configmaps" "list roles.rbac.authorization.k8s.io" "list deployments.apps"; do may $what; done | sort -u)" yes "the judging worker may list what it judges"
is "$(for what in "get pods" "watch configmaps" "get configmaps" "list secrets" "get secrets" "list nodes" "escalate clusterroles.rbac.authorization.k8s.io" "create pods"; do may $what; done | sort -u)" no "and nothing else"
sed "s/user: {.*}}]/user: {as: \"$account\", $(sed -n 's/.*user: {\(.*\)}}].*/\1/p' "$K8S/admin.conf")}}]/" "$K8S/admin.conf" >"$K8S/worker.conf"
at_exit "rm -f $K8S/worker.conf"
kubectl --kubeconfig "$K8S/worker.conf" get secrets -A >/dev/null 2>&1 && fail "the kubeconfig is the account's" || pass "the kubeconfig is the account's"
run timeout 120 "$PLIMSOLL" check --cluster --kubeconfig "$K8S/worker.conf" --format json --output "$tmp/cluster.json"
is "$(jq -r '[.coverage.complete, (.coverage.gaps | length)] | map(tostring) | join(" ")' "$tmp/cluster.json")" "true 0" "it judges the cluster without a gap"
# A pod as the Deployment wants it: in the way of no admission of the server's own.
wait_for 30 sh -c '[ "$(kubectl -n plimsoll-system get pods -o name | wc -l)" = 2 ]'
is "$(kubectl -n plimsoll-system get pods -o name | wc -l)" 2 "two pods are made"
done_testing
