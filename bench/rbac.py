#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cluster with many bindings, as kubectl get -o json prints it: a tenth of it ClusterRoleBindings, 2,000 namespaces, 5,000 roles, two in a hundred bindings risky.
usage: rbac.py FILE BINDINGS [everybody]; with it every service account may bind any role in every namespace"""
import json
import random
import sys

rng = random.Random(1)
API = "rbac.authorization.k8s.io"
count = int(sys.argv[2])
spaces = [f"team-{i}" for i in range(2000)]
verbs, resources = ["get", "list", "watch", "create", "update", "delete"], ["pods", "configmaps", "services", "deployments", "jobs", "endpoints", "events"]
items = []


def rule(risky):
    if risky:
        return {"apiGroups": [""], "resources": [rng.choice(["secrets", "pods/exec", "serviceaccounts/token"])], "verbs": ["get", "create"]}
    return {"apiGroups": ["", "apps"], "resources": rng.sample(resources, 3), "verbs": ["get", "list", "watch"]}


for i in range(1000):
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": {"name": f"cr-{i}"}, "rules": [rule(i % 50 == 0) for _ in range(3)]})
for i in range(4000):
    items.append({"apiVersion": API + "/v1", "kind": "Role", "metadata": {"name": f"r-{i // 2000}", "namespace": spaces[i % 2000]}, "rules": [rule(i % 50 == 0) for _ in range(3)]})
for i in range(count):
    ns = rng.choice(spaces)
    cluster = i % 10 == 0
    ref = {"apiGroup": API, "kind": "ClusterRole", "name": f"cr-{rng.randrange(1000)}"} if cluster or i % 2 else {"apiGroup": API, "kind": "Role", "name": f"r-{rng.randrange(2)}"}
    meta = {"name": f"binding-{i}", "uid": f"{rng.getrandbits(128):032x}", "resourceVersion": str(i), "creationTimestamp": "2026-01-01T00:00:00Z"}
    if not cluster:
        meta["namespace"] = ns
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRoleBinding" if cluster else "RoleBinding", "metadata": meta, "roleRef": ref,
                  "subjects": [{"kind": "ServiceAccount", "name": f"sa-{rng.randrange(20)}", "namespace": ns}]})
if len(sys.argv) > 3:
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": {"name": "everybody"}, "rules": [
        {"apiGroups": [API], "resources": ["clusterroles", "roles"], "verbs": ["bind"]}, {"apiGroups": [API], "resources": ["rolebindings"], "verbs": ["create", "update"]}]})
    items.append({"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "everybody"}, "roleRef": {"apiGroup": API, "kind": "ClusterRole", "name": "everybody"},
                  "subjects": [{"kind": "Group", "apiGroup": API, "name": "system:serviceaccounts"}]})
with open(sys.argv[1], "w") as f:
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, f)
