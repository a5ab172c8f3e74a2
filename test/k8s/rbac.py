#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random roles and bindings, and questions to put to them: `rbac.py SEED COUNT DIR` writes DIR/objects.json (a List), DIR/questions (for plimsoll rbac can-i) and
DIR/reviews (SubjectAccessReviews, a line each, in the same order)."""
import json, random, sys

seed, count, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
r = random.Random(seed)
NAMESPACES = ["rbac-a", "rbac-b"]
USERS = ["ann", "ben", "cleo"]
GROUPS = ["devs", "ops"]
ACCOUNTS = [("rbac-a", "web"), ("rbac-a", "db"), ("rbac-b", "web")]
RESOURCES = [("", "pods"), ("", "pods/exec"), ("", "pods/log"), ("", "secrets"), ("", "configmaps"), ("", "namespaces"), ("", "nodes"), ("", "serviceaccounts/token"), ("apps", "deployments"),
             ("apps", "deployments/scale"), ("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles"), ("certificates.k8s.io", "certificatesigningrequests/approval")]
VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "bind", "escalate", "impersonate"]
URLS = ["/healthz", "/healthz/etcd", "/metrics", "/logs/x", "/version"]
NAMES = ["one", "two"]


def some(of, most=3):
    return r.sample(of, r.randint(1, min(most, len(of))))


def rule(urls):
    if urls and r.random() < 0.25:
        return {"nonResourceURLs": r.choice([["*"], ["/healthz*"], ["/metrics"], ["/healthz/*", "/version"]]), "verbs": r.choice([["get"], ["*"], ["get", "post"]])}
    chosen = some(RESOURCES)
    names = [x for _, x in chosen]
    if r.random() < 0.15:
        names = r.choice([["*"], ["*/exec"], ["pods/*"], ["*/scale"], ["*/log", "pods"]])
    o = {"apiGroups": ["*"] if r.random() < 0.15 else sorted({g for g, _ in chosen}), "resources": names, "verbs": ["*"] if r.random() < 0.12 else some(VERBS, 4)}
    if r.random() < 0.2:
        o["resourceNames"] = some(NAMES)
    return o


def subject():
    k = r.random()
    if k < 0.35:
        return {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": r.choice(USERS)}
    if k < 0.6:
        return {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": r.choice(GROUPS + ["system:serviceaccounts:rbac-a", "system:serviceaccounts", "system:authenticated"])}
    ns, n = r.choice(ACCOUNTS)
    return {"kind": "ServiceAccount", "namespace": ns, "name": n}


API = "rbac.authorization.k8s.io/v1"
objects = []
roles, cluster_roles = [], []
for i in range(10):
    meta = {"name": f"test-c{i}"}
    if i % 3 == 0:
        meta["labels"] = {"rbac-test/part": "yes"}
    cluster_roles.append(meta["name"])
    objects.append({"apiVersion": API, "kind": "ClusterRole", "metadata": meta, "rules": [rule(True) for _ in range(r.randint(1, 3))]})
cluster_roles.append("test-sum")
objects.append({"apiVersion": API, "kind": "ClusterRole", "metadata": {"name": "test-sum"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"rbac-test/part": "yes"}}]}, "rules": []})
cluster_roles += ["view", "edit", "admin"]
for ns in NAMESPACES:
    for i in range(5):
        roles.append((ns, f"r{i}"))
        objects.append({"apiVersion": API, "kind": "Role", "metadata": {"name": f"r{i}", "namespace": ns}, "rules": [rule(False) for _ in range(r.randint(1, 3))]})
for i in range(7):
    objects.append({"apiVersion": API, "kind": "ClusterRoleBinding", "metadata": {"name": f"test-b{i}"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": r.choice(cluster_roles[:11])},
                    "subjects": [subject() for _ in range(r.randint(1, 2))]})
for i in range(16):
    ns = r.choice(NAMESPACES)
    ref = {"kind": "ClusterRole", "name": r.choice(cluster_roles)} if r.random() < 0.5 else {"kind": "Role", "name": r.choice([n for s, n in roles if s == ns])}
    objects.append({"apiVersion": API, "kind": "RoleBinding", "metadata": {"name": f"b{i}", "namespace": ns}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", **ref}, "subjects": [subject() for _ in range(r.randint(1, 2))]})
json.dump({"apiVersion": "v1", "kind": "List", "items": objects}, open(f"{out}/objects.json", "w"))

with open(f"{out}/questions", "w") as questions, open(f"{out}/reviews", "w") as reviews:
    for _ in range(count):
        groups = ["system:authenticated"]
        if r.random() < 0.4:
            ns, n = r.choice(ACCOUNTS)
            user = f"system:serviceaccount:{ns}:{n}"
            groups = ["system:serviceaccounts", f"system:serviceaccounts:{ns}"] + groups
            told = []
        else:
            user = r.choice(USERS + ["nobody"])
            told = r.choice([[], [], ["devs"], ["ops"], ["devs", "ops"]])
            groups = told + groups
        verb = r.choice(VERBS)
        spec = {"user": user, "groups": groups}
        if r.random() < 0.1:
            url, verb = r.choice(URLS), r.choice(["get", "post"])
            spec["nonResourceAttributes"] = {"path": url, "verb": verb}
            what, ns = url, ""
        else:
            g, full = r.choice(RESOURCES)
            res, _, sub = full.partition("/")
            # A namespace by its name is a question about that namespace too, which a review says in another way.
            name = r.choice(NAMES) if not sub and res != "namespaces" and r.random() < 0.4 else ""
            ns = "" if res in ("nodes", "clusterroles", "certificatesigningrequests", "namespaces") else r.choice(NAMESPACES + [""])
            spec["resourceAttributes"] = {k: v for k, v in {"verb": verb, "group": g, "version": "v1", "resource": res, "subresource": sub, "name": name, "namespace": ns}.items() if v}
            what = (f"{res}.{g}" if g else res) + (f"/{sub or name}" if sub or name else "")
        reviews.write(json.dumps({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}) + "\n")
        questions.write("\t".join([user, verb, what, ns, ",".join(told)]) + "\n")
