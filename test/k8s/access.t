#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll access --cluster --secret-metadata: metadata of Secrets from a real API server, as fields of rules.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
namespace access
cat >"$tmp/objects.yaml" <<'END'
apiVersion: v1
kind: ServiceAccount
metadata: {name: root, namespace: access}
---
apiVersion: v1
kind: Secret
metadata: {name: token, namespace: access, annotations: {kubernetes.io/service-account.name: root}, labels: {kubernetes.io/legacy-token-last-used: "2026-01-30"}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: access}
stringData: {password: value-that-stays}
---
apiVersion: v1
kind: Secret
metadata: {name: odd, namespace: access}
type: example.org/odd
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: test-access-root}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: root, namespace: access}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: access}
spec:
  replicas: 0
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: app, image: example.org/app:1, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}
END
run kubectl apply -f "$tmp/objects.yaml"
is "$rc" 0 "objects"
at_exit "kubectl delete clusterrolebinding test-access-root --wait=false >/dev/null 2>&1"
cat >"$tmp/rules.yaml" <<'END'
- rule: T
  desc: d
  source: credential
  condition: k8s.namespace = access and credential.store = secret and k8s.name = token
  output: "%credential.service_account %credential.age %credential.unused %credential.ends %credential.cluster_admin"
  priority: NOTICE
- rule: U
  desc: d
  source: secret_use
  condition: k8s.namespace = access and secret_use.secret = db
  output: "%secret_use.workload %secret_use.way %secret_use.where %secret_use.type %secret_use.age %secret_use.data_age"
  priority: NOTICE
- rule: S
  desc: d
  source: k8s_secret
  condition: k8s.namespace = access and k8s.name in (token, db, odd)
  output: "%k8s_secret.name %k8s_secret.type %k8s_secret.data_age %k8s_secret.users %k8s.annotation[kubectl.kubernetes.io/last-applied-configuration]"
  priority: NOTICE
END
# Ten days from now, by its clock.
later=$(date -u -d '+10 days 1 hour' +%Y-%m-%dT%H:%M:%SZ)
unused=$((($(date -u -d "$later" +%s) - $(date -u -d 2026-01-30 +%s)) / 86400))
exits 0 "rules on a running cluster" "$PLIMSOLL" access -q --cluster --secret-metadata --as-of "$later" --rules "$tmp/rules.yaml" -f json
is "$(jq -r '.findings[] | select(.id == "T") | [.path, .detail] | join("; ")' <<<"$out")" "Secret/access/token; access/root 10 $unused false true" "a token: age, last use, rights"
is "$(jq -r '.findings[] | select(.id == "U") | [.path, .detail] | join("; ")' <<<"$out")" "Deployment/access/web; web env P Opaque 10 10" "a variable: type and age of its Secret"
is "$(jq -r '.findings[] | select(.id == "S") | .detail' <<<"$out" | sort)" "db Opaque 10 1 <NA>
odd other 10 0 <NA>
token kubernetes.io/service-account-token 10 0 <NA>" "Secrets, with who gets them; what kubectl keeps of them is dropped"
unlike "$out" 'value-that-stays' "no value"
exits 0 "without --secret-metadata" "$PLIMSOLL" access -q --cluster --as-of "$later" --rules "$tmp/rules.yaml" -f json
is "$(jq -r '[.findings[].id] | sort | join(" ")' <<<"$out")" U "they are not asked for"
like "$out" 'web env P <NA> <NA> <NA>' "and nothing is known of them"
run "$PLIMSOLL" rbac paths system:serviceaccount:access:nobody --cluster --secret-metadata -q
is "$rc" 0 "rbac paths with them"
exits 2 "--secret-metadata with manifests" "$PLIMSOLL" access --secret-metadata -m "$tmp/objects.yaml"
done_testing
