#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Escalation paths that were planted, and clusters without any: `plimsoll rbac paths` finds the first and invents none in the second.
usage: rbac-paths.py PLIMSOLL DIR; prints TAP lines "ok|not ok NAME"."""
import json
import os
import subprocess
import sys

API = "rbac.authorization.k8s.io"


def rule(verbs, resources, groups="", names=None):
    r = {"verbs": verbs.split(), "resources": resources.split(), "apiGroups": [groups] if groups != "both" else ["", "apps"]}
    if names:
        r["resourceNames"] = names
    return r


def role(name, *rules, ns=None, **meta):
    m = {"name": name, **meta}
    if ns:
        m["namespace"] = ns
    return {"apiVersion": API + "/v1", "kind": "Role" if ns else "ClusterRole", "metadata": m, "rules": list(rules)}


def subject(s):
    if s.startswith("user:"):
        return {"kind": "User", "apiGroup": API, "name": s[5:]}
    if s.startswith("group:"):
        return {"kind": "Group", "apiGroup": API, "name": s[6:]}
    ns, name = s.split("/")
    return {"kind": "ServiceAccount", "namespace": ns, "name": name}


def bind(name, role_name, *subjects, ns=None, kind="ClusterRole"):
    m = {"name": name}
    if ns:
        m["namespace"] = ns
    return {"apiVersion": API + "/v1", "kind": "RoleBinding" if ns else "ClusterRoleBinding", "metadata": m, "roleRef": {"apiGroup": API, "kind": kind, "name": role_name},
            "subjects": [subject(s) for s in subjects]}


def local(name, who, ns, *rules):
    """A Role and its binding in a namespace."""
    return [role(name, *rules, ns=ns), bind(name, name, who, ns=ns, kind="Role")]


def wide(name, who, *rules):
    return [role(name, *rules), bind(name, name, who)]


def account(ns, name, **more):
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": ns}, **more}


def namespace(name, level=None):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level} if level else {}}}


def pod(ns, name, sa, **spec):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": ns}, "spec": {"serviceAccountName": sa, "containers": [{"name": "a", "image": "a"}], **spec}}


def deployment(ns, name, sa):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": ns}, "spec": {"template": {"spec": {"serviceAccountName": sa, "containers": [{"name": "a", "image": "a"}]}}}}


def token_secret(ns, name, sa):
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/service-account-token", "metadata": {"name": name, "namespace": ns, "annotations": {"kubernetes.io/service-account.name": sa}}}


# Somebody worth becoming, in a namespace of his own that refuses privileged pods.
ADMIN = [namespace("shop", "restricted"), namespace("ops", "restricted"), role("cluster-admin", {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}), bind("root", "cluster-admin", "ops/root"), account("ops", "root"), account("shop", "web")]
W = "shop/web"
CSR = "certificates.k8s.io"

# name, objects, steps to cluster-admin
PLANTED = [
    ("cluster-admin by a binding", [bind("x", "cluster-admin", W)], ["everything"]),
    ("cluster-admin by the group of all accounts of a namespace", [bind("x", "cluster-admin", "group:system:serviceaccounts:shop")], ["everything"]),
    ("cluster-admin by an aggregated role", [role("part", rule("*", "*", "*"), labels={"to": "all"}), {**role("agg"), "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"to": "all"}}]}},
                                             bind("x", "agg", W)], ["everything"]),
    ("pods in the namespace of an administrator", local("x", W, "ops", rule("create", "pods")), ["create-pod", "everything"]),
    ("deployments in the namespace of an administrator", local("x", W, "ops", rule("create", "deployments", "apps")), ["create-workload", "everything"]),
    ("a deployment that may be patched", local("x", W, "ops", rule("patch", "deployments", "apps", ["d"])) + [deployment("ops", "d", "default")], ["change-workload", "everything"]),
    ("commands in a pod of an administrator", local("x", W, "ops", rule("create", "pods/exec")) + [pod("ops", "p", "root")], ["exec", "everything"]),
    ("a container in a running pod", local("x", W, "ops", rule("patch", "pods/ephemeralcontainers", names=["p"])) + [pod("ops", "p", "root")], ["ephemeral-container", "everything"]),
    ("the image of a running pod", local("x", W, "ops", rule("patch", "pods")) + [pod("ops", "p", "root")], ["change-pod", "everything"]),
    ("tokens of service accounts", local("x", W, "ops", rule("create", "serviceaccounts/token", names=["root"])), ["mint-token", "everything"]),
    ("a Secret with a token, by name", local("x", W, "ops", rule("get", "secrets", names=["t"])) + [token_secret("ops", "t", "root")], ["read-token-secret", "everything"]),
    ("new Secrets with tokens", local("x", W, "ops", rule("create get", "secrets")), ["create-token-secret", "everything"]),
    ("impersonation of an account", local("x", W, "ops", rule("impersonate", "serviceaccounts")), ["impersonate", "everything"]),
    ("impersonation of a user", wide("x", W, rule("impersonate", "users", names=["boss"])) + [bind("y", "cluster-admin", "user:boss")], ["impersonate", "everything"]),
    ("impersonation of system:masters", wide("x", W, rule("impersonate", "users groups")), ["impersonate-group"]),
    ("escalate on the own role", wide("x", W, rule("escalate update", "clusterroles", API, ["x"])), ["escalate"]),
    ("bind and new bindings", wide("x", W, rule("bind", "clusterroles", API), rule("create", "clusterrolebindings", API)), ["bind"]),
    ("bind in one namespace only", local("x", W, "ops", rule("bind", "clusterroles", API, ["admin"]), rule("create", "rolebindings", API)) + [role("admin", rule("*", "pods", ""))], ["bind", "create-pod", "everything"]),
    ("certificates for clients", wide("x", W, rule("create get", "certificatesigningrequests", CSR), rule("update", "certificatesigningrequests/approval", CSR),
                                      rule("approve", "signers", CSR, ["kubernetes.io/kube-apiserver-client"])) + [bind("y", "cluster-admin", "group:admins")], ["sign-certificate", "everything"]),
    ("the API of the kubelets", wide("x", W, rule("get create", "nodes/proxy")) + [pod("ops", "p", "root")], ["nodes-proxy", "everything"]),
    ("mutating webhooks", wide("x", W, rule("create", "mutatingwebhookconfigurations", "admissionregistration.k8s.io")), ["mutating-admission", "everything"]),
    ("bind, and new bindings by a role that is bound first", wide("x", W, rule("bind", "clusterroles", API), rule("update", "clusterrolebindings", API, ["y"])) + wide("maker", "user:nobody", rule("get", "pods"))
     + [role("writer", rule("create", "clusterrolebindings", API)), bind("y", "writer", "user:nobody")], ["bind", "bind"]),
    ("escalate, and the change of roles by a role that is bound first", wide("x", W, rule("bind", "clusterroles", API, ["writer"]), rule("escalate", "clusterroles", API), rule("patch", "clusterrolebindings", API, ["y"]))
     + [role("writer", rule("update", "clusterroles", API)), bind("y", "writer", "user:nobody")], ["bind", "escalate"]),
    ("three roles, each a key to the next", wide("x", W, rule("bind", "clusterroles", API, ["one", "cluster-admin"]), rule("update", "clusterrolebindings", API, ["b1", "b2"]))
     + [role("one", rule("bind", "clusterroles", API, ["two"])), bind("b1", "one", "user:nobody"), role("two", rule("create", "clusterrolebindings", API)), bind("b2", "two", "user:nobody")], ["bind", "bind", "bind"]),
    ("two accounts in a row", local("x", W, "shop", rule("create", "pods")) + [account("shop", "deployer")] + local("y", "shop/deployer", "ops", rule("create", "serviceaccounts/token")),
     ["create-pod", "mint-token", "everything"]),
    ("three in a row, and a namespace's own administrator", local("x", W, "shop", rule("create", "serviceaccounts/token")) + [account("shop", "ci")]
     + local("y", "shop/ci", "ops", rule("escalate", "roles", API), rule("patch", "roles", API)), ["mint-token", "escalate", "impersonate", "everything"]),
]



def become(*names):
    """Service accounts of shop that shop/web can become, one step each."""
    return local("become", W, "shop", rule("create", "serviceaccounts/token", names=list(names))) + [account("shop", n) for n in names]


MINT = "mint-token"
WEBHOOKS = "admissionregistration.k8s.io"
SIGNERS = [rule("update", "certificatesigningrequests/approval", CSR), rule("approve", "signers", CSR, ["kubernetes.io/kube-apiserver-client"])]
PLAIN = role("plain", rule("get", "pods"))
# No identity of these can do it alone.
UNION = [
    ("Secrets made by one and read by another", become("a", "b") + local("x", "shop/a", "ops", rule("create", "secrets")) + local("y", "shop/b", "ops", rule("get", "secrets")),
     [MINT, MINT, "create-token-secret", "everything"]),
    ("Secrets made by one in a namespace, and read by another everywhere", become("a", "b") + wide("y", "shop/b", rule("watch", "secrets", names=["s"])) + local("x", "shop/a", "ops", rule("create", "secrets")),
     [MINT, MINT, "create-token-secret", "everything"]),
    ("certificates that three ask for, approve and fetch", become("a", "b", "c") + wide("x", "shop/a", rule("create", "certificatesigningrequests", CSR)) + wide("y", "shop/b", *SIGNERS)
     + wide("z", "shop/c", rule("get", "certificatesigningrequests", CSR)) + [bind("w", "cluster-admin", "group:admins")], [MINT, MINT, MINT, "sign-certificate", "everything"]),
    ("the role of another", become("a", "b") + wide("x", "shop/a", rule("escalate patch", "clusterroles", API, ["y"])) + wide("y", "shop/b", rule("get", "pods")), [MINT, MINT, "escalate"]),
    ("the role of another who came first", become("a", "b") + wide("x", "shop/b", rule("escalate patch", "clusterroles", API, ["y"])) + wide("y", "shop/a", rule("get", "pods")), [MINT, MINT, "escalate"]),
    ("the role of another, in a namespace", become("a", "b") + local("x", "shop/a", "ops", rule("escalate update", "roles", API, ["y"])) + [role("y", rule("get", "pods"), ns="ops"), bind("y", "y", "shop/b", ns="ops", kind="Role")],
     [MINT, MINT, "escalate", "impersonate", "everything"]),
    ("a role that another may bind", become("a", "b") + wide("x", "shop/a", rule("escalate patch", "clusterroles", API, ["plain"]))
     + wide("y", "shop/b", rule("bind", "clusterroles", API, ["plain"]), rule("create", "clusterrolebindings", API)) + [PLAIN], [MINT, MINT, "bind", "escalate"]),
    ("a role that another, who came first, may bind", become("a", "b") + wide("x", "shop/b", rule("escalate patch", "clusterroles", API, ["plain"]))
     + wide("y", "shop/a", rule("bind", "clusterroles", API, ["plain"]), rule("create", "clusterrolebindings", API)) + [PLAIN], [MINT, MINT, "bind", "escalate"]),
    ("a new role by one, and its binding by another", become("a", "b") + local("x", "shop/a", "ops", rule("create escalate", "roles", API)) + local("y", "shop/b", "ops", rule("bind", "roles", API), rule("create", "rolebindings", API)),
     [MINT, MINT, "new-role", "impersonate", "everything"]),
    ("a policy on admission by one, and its binding by another", become("a", "b") + wide("x", "shop/a", rule("create", "mutatingadmissionpolicies", WEBHOOKS)) + wide("y", "shop/b", rule("create", "mutatingadmissionpolicybindings", WEBHOOKS)),
     [MINT, MINT, "mutating-admission", "everything"]),
]

# Almost these: what one request needs is with two, or the parts do not fit.
NO_UNION = [
    ("Secrets made in one namespace and read in another", become("a", "b") + local("x", "shop/a", "ops", rule("create", "secrets")) + local("y", "shop/b", "shop", rule("get", "secrets"))),
    ("approval by one and the signer by another", become("a", "b", "c") + wide("x", "shop/a", rule("create get", "certificatesigningrequests", CSR)) + wide("y", "shop/b", SIGNERS[0]) + wide("z", "shop/c", SIGNERS[1])
     + [bind("w", "cluster-admin", "group:admins")]),
    ("certificates that nobody can fetch", become("a", "b") + wide("x", "shop/a", rule("create", "certificatesigningrequests", CSR)) + wide("y", "shop/b", *SIGNERS) + [bind("w", "cluster-admin", "group:admins")]),
    ("escalate by one and the change by another", become("a", "b") + wide("x", "shop/a", rule("escalate", "clusterroles", API)) + wide("y", "shop/b", rule("patch", "clusterroles", API))),
    ("the role of somebody whom nobody can become", become("a", "b") + wide("x", "shop/a", rule("escalate patch", "clusterroles", API, ["y"])) + wide("y", "other/c", rule("get", "pods"))),
    ("a role that another may bind, but a different one", become("a", "b") + wide("x", "shop/a", rule("escalate patch", "clusterroles", API, ["plain"]))
     + wide("y", "shop/b", rule("bind", "clusterroles", API, ["other"]), rule("create", "clusterrolebindings", API)) + [PLAIN, role("other", rule("get", "pods"))]),
    ("a role that one may bind, but only another write bindings", become("a", "b", "c") + wide("x", "shop/a", rule("escalate patch", "clusterroles", API, ["plain"])) + wide("y", "shop/b", rule("bind", "clusterroles", API, ["plain"]))
     + wide("z", "shop/c", rule("create", "clusterrolebindings", API)) + [PLAIN]),
    ("a new role in one namespace, and bindings in another", become("a", "b") + local("x", "shop/a", "ops", rule("create escalate", "roles", API)) + local("y", "shop/b", "shop", rule("bind", "roles", API), rule("create", "rolebindings", API))),
    ("new roles by one and escalate by another", become("a", "b", "c") + local("x", "shop/a", "ops", rule("create", "roles", API)) + local("z", "shop/c", "ops", rule("escalate", "roles", API))
     + local("y", "shop/b", "ops", rule("bind", "roles", API, ["none"]), rule("create", "rolebindings", API))),
    ("policies on admission that nobody binds", become("a", "b") + wide("x", "shop/a", rule("*", "mutatingadmissionpolicies", WEBHOOKS)) + wide("y", "shop/b", rule("create", "mutatingadmissionpolicies", WEBHOOKS))),
    ("groups by one and users by another", become("a", "b") + wide("x", "shop/a", rule("impersonate", "groups")) + wide("y", "shop/b", rule("impersonate", "users", names=["guest"])) + wide("z", "user:guest", rule("get", "pods"))),
]

# name, objects: nothing leads to cluster-admin
CLEAN = [
    ("nothing at all", []),
    ("reading of pods and nodes", wide("x", W, rule("get list watch", "pods nodes services configmaps"))),
    ("pods in the own namespace", local("x", W, "shop", rule("* ", "pods pods/log"))),
    ("secrets without a token in them", local("x", W, "ops", rule("get list", "secrets")) + [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "ops"}}]),
    ("secrets to create, but not to read", local("x", W, "ops", rule("create update", "secrets"))),
    ("another Secret by name", local("x", W, "ops", rule("get", "secrets", names=["other"])) + [token_secret("ops", "t", "root")]),
    ("commands where no pod runs", local("x", W, "ops", rule("create", "pods/exec"))),
    ("commands in pods without the token", local("x", W, "ops", rule("create", "pods/exec")) + [pod("ops", "p", "root", automountServiceAccountToken=False)]),
    ("pods, which do not include pods/exec", local("x", W, "ops", rule("get list", "pods")) + [pod("ops", "p", "root")]),
    ("escalate alone", wide("x", W, rule("escalate", "clusterroles", API))),
    ("escalate and the update of another role", wide("x", W, rule("escalate update", "clusterroles", API, ["other"]))),
    ("bind without bindings", wide("x", W, rule("bind", "clusterroles", API))),
    ("bind by one and new bindings by another: the server wants both of the same", wide("x", W, rule("bind", "clusterroles", API)) + local("t", W, "shop", rule("create", "serviceaccounts/token", names=["maker"]))
     + [account("shop", "maker")] + wide("y", "shop/maker", rule("create", "clusterrolebindings", API))),
    ("a role that may be bound and gives what does not fit", wide("x", W, rule("bind", "clusterroles", API, ["writer"]), rule("update", "clusterrolebindings", API, ["y"]))
     + [role("writer", rule("create", "clusterrolebindings", API)), bind("y", "writer", "user:nobody")]),
    ("new bindings without bind", wide("x", W, rule("create update patch", "clusterrolebindings rolebindings", API))),
    ("bind of a role that is harmless", wide("x", W, rule("bind", "clusterroles", API, ["view"]), rule("create", "clusterrolebindings", API)) + [role("view", rule("get", "pods"))]),
    ("groups without somebody", wide("x", W, rule("impersonate", "groups"))),
    ("impersonation of another user", wide("x", W, rule("impersonate", "users", names=["guest"])) + [bind("y", "cluster-admin", "user:boss"), *wide("z", "user:guest", rule("get", "pods"))]),
    ("approval without the signer", wide("x", W, rule("create get", "certificatesigningrequests", CSR), rule("update", "certificatesigningrequests/approval", CSR)) + [bind("y", "cluster-admin", "group:admins")]),
    ("approval of another signer", wide("x", W, rule("create get", "certificatesigningrequests", CSR), rule("update", "certificatesigningrequests/approval", CSR),
                                        rule("approve", "signers", CSR, ["example.com/web"])) + [bind("y", "cluster-admin", "group:admins")]),
    ("certificates when only system:masters is worth it", wide("x", W, rule("* ", "certificatesigningrequests certificatesigningrequests/approval", CSR), rule("approve", "signers", CSR)) + [bind("y", "cluster-admin", "group:system:masters")]),
    ("a binding of another namespace", local("x", "other/web", "ops", rule("create", "pods"))),
    ("a binding to a role that is not there", [bind("x", "gone", W)]),
    ("tokens of another account", local("x", W, "ops", rule("create", "serviceaccounts/token", names=["other"]))),
    ("a wildcard in another group", wide("x", W, rule("*", "*", "example.com"))),
    ("validating webhooks", wide("x", W, rule("*", "validatingwebhookconfigurations", "admissionregistration.k8s.io"))),
    ("a RoleBinding for what lives in no namespace", local("x", W, "ops", rule("get create", "nodes/proxy"), rule("*", "clusterrolebindings clusterroles", API))),
    ("pods/* is no wildcard", local("x", W, "ops", rule("create", "pods/*")) + [pod("ops", "p", "root")]),
    ("a group of another namespace", [bind("x", "cluster-admin", "group:system:serviceaccounts:other")]),
    ("an admin role without the administrator's namespace", [bind("x", "cluster-admin", W, ns="shop")]),
]

# name, objects, target, steps or None
OTHERS = [
    ("privileged pods where nothing forbids them", [namespace("lab")] + local("x", W, "lab", rule("create", "pods")), "node", ["privileged-pod"]),
    ("privileged pods where the namespace refuses them", local("x", W, "shop", rule("create", "pods")), "node", None),
    ("the label of the namespace", local("x", W, "shop", rule("create", "pods"), rule("patch", "namespaces")), "node", ["relabel-namespace"]),
    ("volumes of the node", local("x", W, "shop", rule("create", "pods persistentvolumeclaims")) + wide("y", W, rule("create", "persistentvolumes")), "node", ["host-volume"]),
    ("volumes, claims and pods by three", become("a", "b", "c") + local("x", "shop/a", "shop", rule("create", "pods")) + local("y", "shop/b", "shop", rule("create", "persistentvolumeclaims"))
     + wide("z", "shop/c", rule("create", "persistentvolumes")), "node", [MINT, MINT, MINT, "host-volume"]),
    ("a claim in another namespace", become("a", "b", "c") + local("x", "shop/a", "shop", rule("create", "pods")) + local("y", "shop/b", "ops", rule("create", "persistentvolumeclaims"))
     + wide("z", "shop/c", rule("create", "persistentvolumes")), "node", None),
    ("the label by one and pods by another", become("a", "b") + local("x", "shop/a", "shop", rule("create", "pods")) + wide("y", "shop/b", rule("patch", "namespaces", names=["shop"])), "node", [MINT, MINT, "relabel-namespace"]),
    ("the label of another namespace", become("a", "b") + local("x", "shop/a", "shop", rule("create", "pods")) + wide("y", "shop/b", rule("patch", "namespaces", names=["ops"])), "node", None),
    ("volumes without a claim", local("x", W, "shop", rule("create", "pods")) + wide("y", W, rule("create", "persistentvolumes")), "node", None),
    ("commands in a privileged pod", local("x", W, "ops", rule("create", "pods/exec")) + [pod("ops", "p", "default", hostPID=True)], "node", ["exec-privileged"]),
    ("all secrets", wide("x", W, rule("list", "secrets")), "secrets", ["read-secrets"]),
    ("the secrets of one namespace", local("x", W, "ops", rule("list", "secrets")), "secrets", None),
    ("all secrets by somebody else", local("x", W, "shop", rule("create", "pods")) + [account("shop", "backup"), *wide("y", "shop/backup", rule("get", "secrets"))], "secrets", ["create-pod", "read-secrets"]),
]


def paths(plimsoll, folder, objects):
    path = os.path.join(folder, "cluster.json")
    with open(path, "w") as f:
        json.dump({"apiVersion": "v1", "kind": "List", "items": ADMIN + objects}, f)
    out = subprocess.run([plimsoll, "rbac", "paths", W, "-q", "-f", "json", "-m", path], capture_output=True, text=True, timeout=60)
    if out.returncode != 0:
        return None, out.stderr
    return {p["to"]: p for p in json.loads(out.stdout)["paths"]}, out.stdout


def main():
    plimsoll, folder = sys.argv[1], sys.argv[2]
    cases = [("found: " + n, o, "cluster-admin", s) for n, o, s in PLANTED + UNION] + [("none: " + n, o, "cluster-admin", None) for n, o in CLEAN + NO_UNION] + OTHERS
    for name, objects, target, want in cases:
        got, text = paths(plimsoll, folder, objects)
        steps = [s["step"] for s in got[target]["steps"]] if got else None
        # Every step says what allows it.
        reasons = got and all(s["because"] and all("rule" in e or "binding" not in e for e in s["because"]) for s in got[target]["steps"])
        good = got is not None and steps == (want or []) and got[target]["found"] == (want is not None) and reasons
        print(("ok " if good else "not ok ") + name)
        if not good:
            print(f"# expected {want}, got {steps}; reasons {reasons}")


main()
