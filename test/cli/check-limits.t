#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check on what is too much, and on values of wrong types everywhere: an answer in time, never a dead worker.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir "$tmp/w"
cd "$tmp/w" || exit 1
# answers NAME CODES FILE…: ends in time with one of these exit codes, and no worker died.
answers() {
  local name=$1 codes=$2
  shift 2
  run timeout 120 "$PLIMSOLL" check --quiet --policy regulated --format json "$@"
  [[ " $codes " == *" $rc "* ]] && pass "$name: ends in time" || fail "$name: ends in time" "exit code $rc" "$err" "${out:0:500}"
  unlike "$out" 'signal|worker|took too long|ended before' "$name: no worker died"
}
cat >make.py <<'PY'
import json, sys
N = 1000 * 1000
pod = lambda **spec: {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
def put(name, value):
    json.dump(value, open(name, "w"))
put("args.json", pod(containers=[{"name": "a", "image": "a", "args": ["x"] * N}]))
put("ports.json", pod(containers=[{"name": "a", "image": "a", "ports": [{"containerPort": i % 65535 + 1} for i in range(N // 4)]}]))
put("env.json", pod(containers=[{"name": "a", "image": "a", "env": [{"name": "V%d" % i, "value": "x"} for i in range(N // 10)]}]))
put("capabilities.json", pod(containers=[{"name": "a", "image": "a", "securityContext": {"capabilities": {"add": ["NET_RAW"] * N, "drop": ["ALL"] * N}}}]))
put("volumes.json", pod(containers=[{"name": "a", "image": "a"}], volumes=[{"name": "v%d" % i, "hostPath": {"path": "/x"}} for i in range(20000)]))
put("subjects.json", {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [{"kind": "Group", "name": "g%d" % i} for i in range(N // 4)]})
put("documents.json", {"apiVersion": "v1", "kind": "List", "items": [pod(containers=[{"name": "a", "image": "a"}]) for i in range(5000)]})
open("compose.yaml", "w").write("services:\n" + "".join("  s%d: {image: a, ports: ['1:1']}\n" % i for i in range(10000)))
open("jobs.gitlab-ci.yml", "w").write("stages: [a]\n" + "".join("j%d: {script: [make]}\n" % i for i in range(5000)))
open("script.gitlab-ci.yml", "w").write("a:\n  script:\n" + "    - make\n" * 100000)
open("Dockerfile.instructions", "w").write("FROM a\n" + "ENV A=b\n" * 100000)
open("Dockerfile.stages", "w").write("".join("FROM a AS s%d\nCOPY --from=s%d a b\n" % (i, i - 1 if i else 0) for i in range(4000)))
open("Dockerfile.commands", "w").write("FROM a\nRUN " + "a && " * 200000 + "b\n")
open("Dockerfile.lines", "w").write("FROM a\n" + "RUN pip install x\n" * 99000)
open("Dockerfile.chain", "w").write("FROM a\nRUN " + "pip install x && apt-get install x && " * 49000 + "b\n")
open("Dockerfile.line", "w").write("FROM a\nRUN echo " + "x" * (5 << 20) + "\n")
PY
python3 make.py
for f in args ports env capabilities volumes subjects documents; do answers "$f" "0 1 3" "$f.json"; done
answers "10,000 services" "0 1 3" compose.yaml
answers "5,000 jobs" "3" jobs.gitlab-ci.yml
like "$out" '"kind": "(limit|unreadable-file)"' "5,000 jobs: the limit is said"
answers "a script of 100,000 lines" "3" script.gitlab-ci.yml
for f in instructions commands; do
  answers "Dockerfile of many $f" "3" "Dockerfile.$f"
  like "$out" '"kind": "limit"' "Dockerfile of many $f: the limit is said"
done
# Rules that ask of each command what is around it: the time may not grow with the square.
for f in lines chain; do
  answers "Dockerfile of 99,000 findings, $f" "0" "Dockerfile.$f"
  run timeout 60 "$PLIMSOLL" check --quiet --policy regulated --diff "Dockerfile.$f"
  is "$rc" 0 "Dockerfile of 99,000 findings, $f: and so does --diff"
done
answers "Dockerfile of many stages" "1 3" Dockerfile.stages
answers "a line of 5 MiB" "0 1 3" Dockerfile.line

# Each value of an object in turn becomes one of each other type.
cat >types.py <<'PY'
import copy, json, os, sys
base = json.load(open(sys.argv[1]))
out = sys.argv[2]
os.makedirs(out)
values = [None, True, 7, -1, 1.5, "", "x", "é", [], {}, [None], [[]], [{}], ["x"], {"x": None}, {"x": {"y": []}}, 10 ** 30]
def paths(x, at=()):
    yield at
    for k, v in x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ():
        yield from paths(v, at + (k,))
n = 0
for p in list(paths(base)):
    if not p or p[-1] in ("apiVersion", "kind"):
        continue
    docs = []
    for v in values:
        o = copy.deepcopy(base)
        x = o
        for k in p[:-1]:
            x = x[k]
        x[p[-1]] = v
        docs.append(json.dumps(o))
    n += 1
    open("%s/%04d.%s" % (out, n, sys.argv[3]), "w").write("\n---\n".join(docs) if sys.argv[3] == "yaml" else docs[n % len(docs)])
print(n)
PY
cat >pod.json <<'JSON'
{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "n", "labels": {"a": "b"}, "annotations": {"a": "b"}}, "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}},
 "template": {"metadata": {"labels": {"a": "b"}, "annotations": {"seccomp.security.alpha.kubernetes.io/pod": "x"}}, "spec": {"hostNetwork": true, "hostPID": false, "os": {"name": "linux"}, "serviceAccountName": "s",
 "securityContext": {"runAsUser": 1, "fsGroup": 1, "supplementalGroups": [1], "seccompProfile": {"type": "x"}, "seLinuxOptions": {"type": "x"}, "sysctls": [{"name": "a", "value": "b"}]},
 "tolerations": [{"key": "a", "operator": "Exists"}], "volumes": [{"name": "v", "hostPath": {"path": "/x"}}, {"name": "p", "projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": 9}}]}}],
 "initContainers": [{"name": "i", "image": "a"}], "containers": [{"name": "a", "image": "r/a:1", "command": ["a"], "args": ["b"], "ports": [{"containerPort": 1, "hostPort": 2}],
 "env": [{"name": "A", "value": "b"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}], "envFrom": [{"secretRef": {"name": "s"}}],
 "securityContext": {"privileged": true, "runAsUser": 0, "capabilities": {"add": ["A"], "drop": ["B"]}, "procMount": "Default"}, "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": 1}},
 "livenessProbe": {"httpGet": {"host": "h", "port": 1}}, "lifecycle": {"preStop": {"exec": {"command": ["x"]}}}, "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": true}]}]}}}}
JSON
cat >compose.json <<'JSON'
{"services": {"a": {"image": "a", "command": ["x"], "entrypoint": "y", "environment": {"A": "b"}, "ports": ["1:1", {"target": 1, "published": "2"}], "volumes": ["/a:/b", {"type": "bind", "source": "/x", "target": "/y"}],
 "privileged": true, "cap_add": ["X"], "cap_drop": ["ALL"], "security_opt": ["seccomp:unconfined"], "user": "0:0", "network_mode": "host", "deploy": {"replicas": 2, "resources": {"limits": {"cpus": "1", "memory": "1g"}}},
 "sysctls": {"a": 1}, "extra_hosts": ["a:b"], "healthcheck": {"test": ["x"]}, "tmpfs": ["/t"], "devices": ["/d:/d"], "secrets": ["s"], "read_only": true, "group_add": [1]}}, "volumes": {"v": {}}}
JSON
cat >workflow.json <<'JSON'
{"on": {"push": {"branches": ["a"]}}, "permissions": {"contents": "read"}, "env": {"A": "b"}, "jobs": {"a": {"runs-on": ["x"], "needs": ["b"], "permissions": {"contents": "write"}, "timeout-minutes": 5, "environment": {"name": "p"},
 "container": {"image": "a", "options": "--privileged", "volumes": ["/a:/b"]}, "services": {"s": {"image": "b", "ports": [1]}}, "strategy": {"matrix": {"v": [1, 2]}}, "if": "x", "continue-on-error": true,
 "steps": [{"uses": "a/b@v1", "with": {"k": "v"}, "env": {"X": "y"}, "if": "z"}, {"run": "echo ${{ github.event.x }}", "shell": "bash", "name": "n"}]}, "b": {"uses": "./x.yml", "secrets": "inherit"}}}
JSON
cat >gitlab.json <<'JSON'
{"stages": ["a"], "include": [{"project": "p", "ref": "r", "file": "f"}], "variables": {"A": "b", "C": {"value": "d"}}, "default": {"image": {"name": "i"}}, ".t": {"script": ["a"]},
 "a": {"extends": [".t"], "image": "x", "services": [{"name": "s", "command": ["c"]}], "script": ["a", ["b"]], "before_script": ["c"], "rules": [{"if": "x", "when": "never"}], "needs": [{"job": "b"}], "artifacts": {"paths": ["."]},
 "allow_failure": true, "environment": {"name": "p"}, "cache": {"key": "k", "paths": ["a"]}, "id_tokens": {"T": {"aud": "x"}}, "parallel": {"matrix": [{"A": ["b"]}]}, "timeout": "1h", "tags": ["t"]}, "b": {"trigger": {"project": "p"}}}
JSON
for kind in kubernetes:pod compose:compose github-actions:workflow gitlab-ci:gitlab; do
  n=$(python3 types.py "${kind#*:}.json" "types-${kind#*:}" "$([ "$kind" = kubernetes:pod ] && echo yaml || echo yml)")
  answers "$n places of ${kind%:*} with wrong types" "1 3" --input "${kind%:*}" "types-${kind#*:}"/*
  run timeout 120 "$PLIMSOLL" check --quiet --input "${kind%:*}" --fix "types-${kind#*:}"/*
  unlike "$err$out" 'signal|worker|took too long|ended before' "${kind%:*}: nor under --fix"
done
done_testing
