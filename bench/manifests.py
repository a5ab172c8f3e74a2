#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manifests to measure with: manifests.py DIR. Always the same ones."""
import json
import os
import random
import sys

out = sys.argv[1]
rnd = random.Random(7)


def container(i):
    c = {"name": f"c{i}", "image": f"registry.example.org/team/app{i}:{rnd.randint(1, 9)}.{rnd.randint(0, 30)}",
         "env": [{"name": f"KEY_{k}", "value": f"value {k}"} for k in range(rnd.randint(0, 6))],
         "ports": [{"containerPort": 8080}], "resources": {"limits": {"memory": "512Mi", "cpu": "500m"}},
         "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}
    if rnd.random() < 0.7:
        c["securityContext"] = {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]}, "privileged": rnd.random() < 0.02}
    return c


def deployment(i, n=2):
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"app{i}", "namespace": f"team{i % 40}", "labels": {"app": f"app{i}"}},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": f"app{i}"}}, "template": {"metadata": {"labels": {"app": f"app{i}"}},
                     "spec": {"serviceAccountName": "default", "volumes": [{"name": "tmp", "emptyDir": {}}], "containers": [container(k) for k in range(n)]}}}}


def block(v, indent=0):
    pad = "  " * indent
    if isinstance(v, dict) and v:
        return "".join(f"{pad}{k}:" + (f" {json.dumps(x)}\n" if not isinstance(x, (dict, list)) or not x else "\n" + block(x, indent + 1)) for k, x in v.items())
    return "".join(f"{pad}-" + (f" {json.dumps(x)}\n" if not isinstance(x, (dict, list)) or not x else " " + block(x, indent + 1).lstrip(" ")) for x in v)


def write(path, text):
    with open(os.path.join(out, path), "w") as f:
        f.write(text)


os.makedirs(os.path.join(out, "many"))
write("small.yaml", block({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container(0)]}}))
for i in range(10000):
    write(f"many/{i:05}.yaml", block(deployment(i)))
large = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "large"}, "spec": {"containers": []}}
size = 0
while size < 1 << 20:
    c = container(len(large["spec"]["containers"]))
    size += len(json.dumps(c)) + 2
    large["spec"]["containers"].append(c)
write("large.json", json.dumps(large))
large["spec"]["containers"] = large["spec"]["containers"][:1820]
write("large.yaml", block(large))
write("containers.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: many}\nspec:\n  containers:\n" + "".join(
    f"  - {{name: c{i}, image: \"a:1\", securityContext: {{privileged: false}}}}\n" for i in range(10000)))
