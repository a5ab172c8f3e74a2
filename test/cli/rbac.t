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
done_testing
