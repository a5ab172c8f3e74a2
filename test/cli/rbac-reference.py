#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second evaluator of RBAC, which shares nothing with the first: makes a random cluster and random questions (DIR/cluster/*, DIR/questions) and answers
them (DIR/answers). usage: rbac-reference.py DIR SEED QUESTIONS"""
import json
import os
import random
import sys

VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "escalate", "bind", "impersonate", "approve"]
RESOURCES = [("", "pods", True), ("", "secrets", True), ("", "configmaps", True), ("", "nodes", False), ("", "serviceaccounts", True), ("apps", "deployments", True),
             ("rbac.authorization.k8s.io", "clusterroles", False), ("rbac.authorization.k8s.io", "rolebindings", True), ("certificates.k8s.io", "signers", False), ("", "namespaces", False)]
SUBRESOURCES = {"pods": ["exec", "log", "status", "eviction"], "deployments": ["scale", "status"], "serviceaccounts": ["token"], "nodes": ["proxy", "status"]}
NAMES = ["alpha", "beta", "gamma"]
NAMESPACES = ["default", "shop", "kube-system", "ops"]
URLS = ["/metrics", "/healthz", "/healthz/etcd", "/api", "/apis/apps", "/logs/x"]
USERS = ["alice", "bob", "carol", "system:anonymous"]
GROUPS = ["devs", "system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:serviceaccounts:shop", "system:serviceaccounts:ops", "system:masters"]
ACCOUNTS = [(ns, n) for ns in NAMESPACES for n in ("default", "web", "builder")]
API = "rbac.authorization.k8s.io"


def some(rng, values, most=3):
    return rng.sample(values, rng.randint(1, min(most, len(values))))


def random_rule(rng, cluster):
    if cluster and rng.random() < 0.2:
        urls = some(rng, URLS + ["*", "/healthz/*", "/api*", "/*"], 2)
        return {"verbs": some(rng, ["get", "post", "*"], 2), "nonResourceURLs": urls}
    picked = some(rng, RESOURCES, 3)
    resources = []
    for _, name, _ in picked:
        roll = rng.random()
        subs = SUBRESOURCES.get(name, ["status"])
        if roll < 0.5:
            resources.append(name)
        elif roll < 0.75:
            resources.append(name + "/" + rng.choice(subs))
        elif roll < 0.85:
            resources.append("*/" + rng.choice(subs))
        elif roll < 0.93:
            resources.append(name + "/*")
        else:
            resources.append("*")
    groups = sorted({g for g, _, _ in picked})
    if rng.random() < 0.12:
        groups = ["*"]
    elif rng.random() < 0.1:
        groups = ["apps"]
    rule = {"apiGroups": groups, "resources": resources, "verbs": ["*"] if rng.random() < 0.1 else some(rng, VERBS, 4)}
    if rng.random() < 0.25:
        rule["resourceNames"] = some(rng, NAMES, 2)
    return rule


def make_cluster(rng):
    objects = []
    labels = ["to-view", "to-edit", "to-admin"]
    cluster_roles = []
    for i in range(25):
        meta = {"name": f"cr{i}"}
        if rng.random() < 0.5:
            meta["labels"] = {label: rng.choice(["true", "false"]) for label in some(rng, labels, 2)}
        cluster_roles.append({"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": meta, "rules": [random_rule(rng, True) for _ in range(rng.randint(0, 2))]})
    selectors = [
        {"matchLabels": {"to-view": "true"}},
        {"matchLabels": {"to-edit": "true", "to-view": "true"}},
        {"matchExpressions": [{"key": "to-admin", "operator": "In", "values": ["true", "false"]}]},
        {"matchExpressions": [{"key": "to-edit", "operator": "Exists"}, {"key": "to-view", "operator": "DoesNotExist"}]},
        {"matchExpressions": [{"key": "to-edit", "operator": "NotIn", "values": ["false"]}, {"key": "to-admin", "operator": "Exists"}]},
    ]
    for i in range(6):
        meta = {"name": f"agg{i}"}
        if rng.random() < 0.7:
            meta["labels"] = {rng.choice(labels): "true"}
        cluster_roles.append({"apiVersion": API + "/v1", "kind": "ClusterRole", "metadata": meta, "aggregationRule": {"clusterRoleSelectors": some(rng, selectors, 2)}, "rules": []})
    objects += cluster_roles
    roles = []
    for ns in NAMESPACES:
        for i in range(6):
            roles.append({"apiVersion": API + "/v1", "kind": "Role", "metadata": {"name": f"r{i}", "namespace": ns}, "rules": [random_rule(rng, False) for _ in range(rng.randint(0, 3))]})
    objects += roles
    names = [c["metadata"]["name"] for c in cluster_roles] + ["missing"]

    def subjects(ns):
        out = []
        for _ in range(rng.randint(0, 3)):
            kind = rng.choice(["User", "Group", "ServiceAccount", "UserAccount"])
            if kind == "User":
                out.append({"kind": "User", "apiGroup": API, "name": rng.choice(USERS)})
            elif kind == "Group":
                out.append({"kind": "Group", "apiGroup": API, "name": rng.choice(GROUPS)})
            elif kind == "UserAccount":
                a = rng.choice(ACCOUNTS)
                out.append({"kind": "User", "apiGroup": API, "name": f"system:serviceaccount:{a[0]}:{a[1]}"})
            else:
                a = rng.choice(ACCOUNTS)
                s = {"kind": "ServiceAccount", "name": a[1]}
                if ns is None or rng.random() < 0.7:
                    s["namespace"] = a[0]
                out.append(s)
        return out
    for i in range(24):
        objects.append({"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": f"crb{i}"}, "roleRef": {"apiGroup": API, "kind": "ClusterRole", "name": rng.choice(names)},
                        "subjects": subjects(None)})
    for ns in NAMESPACES:
        for i in range(14):
            ref = {"apiGroup": API, "kind": "ClusterRole", "name": rng.choice(names)} if rng.random() < 0.5 else {"apiGroup": API, "kind": "Role", "name": f"r{rng.randint(0, 6)}"}
            objects.append({"apiVersion": API + "/v1", "kind": "RoleBinding", "metadata": {"name": f"rb{i}", "namespace": ns}, "roleRef": ref, "subjects": subjects(ns)})
    return objects


def selector_matches(selector, labels):
    for k, v in selector.get("matchLabels", {}).items():
        if labels.get(k) != v:
            return False
    for e in selector.get("matchExpressions", []):
        have = labels.get(e["key"])
        ok = {"In": have is not None and have in e.get("values", []), "NotIn": have is None or have not in e.get("values", []), "Exists": have is not None,
              "DoesNotExist": have is None}[e["operator"]]
        if not ok:
            return False
    return True


class Evaluator:
    def __init__(self, objects):
        self.cluster_roles = {o["metadata"]["name"]: o for o in objects if o["kind"] == "ClusterRole"}
        self.roles = {(o["metadata"]["namespace"], o["metadata"]["name"]): o["rules"] for o in objects if o["kind"] == "Role"}
        self.bindings = [o for o in objects if o["kind"].endswith("Binding")]
        self.rules = {n: list(o["rules"]) for n, o in self.cluster_roles.items()}
        # What the controller does, until nothing changes any more.
        changed = True
        while changed:
            changed = False
            for name, o in self.cluster_roles.items():
                for selector in o.get("aggregationRule", {}).get("clusterRoleSelectors", []):
                    for other, p in self.cluster_roles.items():
                        if other != name and selector_matches(selector, p["metadata"].get("labels", {})):
                            for rule in self.rules[other]:
                                if rule not in self.rules[name]:
                                    self.rules[name].append(rule)
                                    changed = True

    def rules_of(self, user, groups, namespace):
        for b in self.bindings:
            ns = b["metadata"].get("namespace")
            if ns is not None and ns != namespace:
                continue
            hit = False
            for s in b["subjects"]:
                if s["kind"] == "User":
                    hit |= s["name"] == user
                elif s["kind"] == "Group":
                    hit |= s["name"] in groups
                else:
                    hit |= user == f"system:serviceaccount:{s.get('namespace', ns)}:{s['name']}"
            if hit:
                ref = b["roleRef"]
                yield from (self.rules.get(ref["name"], []) if ref["kind"] == "ClusterRole" else self.roles.get((ns, ref["name"]), []))

    def allowed(self, user, groups, verb, group, resource, sub, name, url, namespace):
        if "system:masters" in groups:
            return True
        for rule in self.rules_of(user, groups, "" if url else namespace):
            if verb not in rule["verbs"] and "*" not in rule["verbs"]:
                continue
            if url:
                for pattern in rule.get("nonResourceURLs", []):
                    if pattern == "*" or pattern == url or (pattern.endswith("*") and url.startswith(pattern.rstrip("*"))):
                        return True
                continue
            if group not in rule.get("apiGroups", []) and "*" not in rule.get("apiGroups", []):
                continue
            full = f"{resource}/{sub}" if sub else resource
            if not any(x in ("*", full) or (sub and x == "*/" + sub) for x in rule.get("resources", [])):
                continue
            if rule.get("resourceNames") and name not in rule["resourceNames"]:
                continue
            return True
        return False


def main():
    folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(seed)
    objects = make_cluster(rng)
    os.makedirs(os.path.join(folder, "cluster"), exist_ok=True)
    half = len(objects) // 2
    with open(os.path.join(folder, "cluster", "a.json"), "w") as f:
        json.dump({"apiVersion": "v1", "kind": "List", "items": objects[:half]}, f)
    with open(os.path.join(folder, "cluster", "b.yaml"), "w") as f:
        for o in objects[half:]:
            f.write("---\n" + json.dumps(o) + "\n")
    evaluator = Evaluator(objects)
    yes = 0
    with open(os.path.join(folder, "questions"), "w") as questions, open(os.path.join(folder, "answers"), "w") as answers:
        for _ in range(count):
            extra = some(rng, GROUPS[:1] + GROUPS[3:6], 2) if rng.random() < 0.2 else []
            if rng.random() < 0.01:
                extra.append("system:masters")
            if rng.random() < 0.5:
                a = rng.choice(ACCOUNTS)
                user = f"system:serviceaccount:{a[0]}:{a[1]}"
                groups = extra or ["system:serviceaccounts", "system:serviceaccounts:" + a[0]]
            else:
                user = rng.choice(USERS)
                groups = list(extra)
            groups = groups + ["system:unauthenticated" if user == "system:anonymous" or "system:unauthenticated" in extra else "system:authenticated"]
            namespace = rng.choice(NAMESPACES + [""])
            verb = rng.choice(VERBS)
            group, resource, _ = rng.choice(RESOURCES)
            sub = rng.choice(SUBRESOURCES.get(resource, [""])) if rng.random() < 0.3 else ""
            name = rng.choice(NAMES) if rng.random() < 0.4 else ""
            url = ""
            if rng.random() < 0.1:
                url, verb = rng.choice(URLS + ["/version"]), rng.choice(["get", "post"])
            text = url or resource + ("." + group if group else "") + ("/" + name if name else "") + ("/" + sub if sub else "")
            questions.write("\t".join([user, verb, text, namespace, ",".join(extra)]) + "\n")
            ok = evaluator.allowed(user, groups, verb, group, resource, sub, name, url, namespace)
            yes += ok
            answers.write("yes\n" if ok else "no\n")
    print(yes)


main()
