#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""admission-bodies.py OUT N [SAMPLES.jsonl…]: N reviews of pods, as API servers send them (recorded ones where there are some), and N of Deployments of 30 KB, no two alike:
OUT/pod-I.json, OUT/deployment-I.json."""
import copy, json, random, sys

out, n, samples = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
draw = random.Random(7)
digits = lambda k: "".join(draw.choice("0123456789abcdef") for i in range(k))
uid = lambda: f"{digits(8)}-{digits(4)}-4{digits(3)}-8{digits(3)}-{digits(12)}"
word = lambda: draw.choice("amber basil cedar delta ember fjord grove heron inlet juniper".split()) + "-" + digits(4)


def pod(name):
    return {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name, "namespace": "shop", "uid": uid(), "creationTimestamp": "2026-11-21T01:55:17Z"},
            "spec": {"containers": [{"name": "c", "image": "registry.example.org/lib/alpine:3.20", "securityContext": {"privileged": False}}], "serviceAccountName": "default"}}


def review(kind, resource, group, object):
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": uid(), "kind": {"group": group, "version": "v1", "kind": kind},
            "resource": {"group": group, "version": "v1", "resource": resource}, "name": object["metadata"]["name"], "namespace": "shop", "operation": "CREATE",
            "userInfo": {"username": "jane", "groups": ["dev", "system:authenticated"]}, "object": object, "oldObject": None, "dryRun": False}}


def container(i):
    return {"name": f"c{i}", "image": f"registry.example.org/team/{word()}:{draw.randrange(99)}.{draw.randrange(99)}", "ports": [{"name": "http", "containerPort": 8000 + i}],
            "env": [{"name": f"SETTING_{k}_{word().upper()}", "value": word() * draw.randrange(1, 5)} for k in range(24)],
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
            "volumeMounts": [{"name": f"v{k}", "mountPath": f"/data/{word()}"} for k in range(4)],
            "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
            "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}}}


def deployment():
    name = word()
    labels = {"app.kubernetes.io/name": name}
    d = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop", "labels": labels, "annotations": {}},
         "spec": {"replicas": 3, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {
             "containers": [container(i) for i in range(8)], "volumes": [{"name": f"v{k}", "configMap": {"name": word()}} for k in range(4)],
             "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}, "automountServiceAccountToken": False}}}}
    text = json.dumps(d)
    d["metadata"]["annotations"]["example.org/notes"] = "x" * max(0, 30000 - len(text))
    return d


recorded = [json.loads(l)["review"] for path in samples for l in open(path)]
for i in range(n):
    if recorded:
        r = copy.deepcopy(recorded[i % len(recorded)])
        r["request"]["uid"] = uid()
        o = r["request"]["object"]
        o["metadata"]["name"] = r["request"]["name"] = word()
        o["metadata"]["uid"] = uid()
    else:
        r = review("Pod", "pods", "", pod(word()))
    json.dump(r, open(f"{out}/pod-{i}.json", "w"), separators=(",", ":"))
    json.dump(review("Deployment", "deployments", "apps", deployment()), open(f"{out}/deployment-{i}.json", "w"), separators=(",", ":"))
