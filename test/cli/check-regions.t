#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Where findings of plimsoll check stand: at the key that the condition is about, with its exact region, in every kind of file.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir -p "$tmp/w/.github/workflows"
cd "$tmp/w" || exit 1
# shown FILE RULE: what the regions of the rule's findings cover, told from the file.
cat >shown.py <<'PY'
import json, subprocess, sys
program, path, *rules = sys.argv[1:]
report = json.loads(subprocess.run([program, "check", "--quiet", "--format", "sarif", "--rules", *rules, path], stdout=subprocess.PIPE).stdout)
lines = open(path, encoding="utf-8").read().split("\n")
for r in report["runs"][0]["results"]:
    p = r["locations"][0]["physicalLocation"]["region"]
    assert p["startLine"] == p["endLine"], r
    print(r["ruleId"] + ": " + lines[p["startLine"] - 1][p["startColumn"] - 1:p["endColumn"] - 1])
PY
shown() { python3 shown.py "$PLIMSOLL" "$1" "$2" | sort; }

cat >rules.yaml <<'YAML'
- {rule: value, desc: d, source: container, output: o, priority: WARNING, condition: container.privileged = true}
- {rule: filter before it, desc: d, source: container, output: o, priority: WARNING, condition: k8s.minor >= 8 and container.kind = regular and container.privileged = true}
- {rule: absent, desc: d, source: container, output: o, priority: WARNING, condition: not container.memory_limit exists}
- {rule: nothing on the way, desc: d, source: container, output: o, priority: WARNING, condition: container.liveness_probe = false and container.ports exists}
- {rule: item, desc: d, source: container, output: o, priority: WARNING, condition: "container.ports intersects (22, 23)"}
- {rule: item that is not in, desc: d, source: container, output: o, priority: WARNING, condition: "container.capabilities_add exists and not container.capabilities_add in (NET_BIND_SERVICE)"}
- {rule: other way, desc: d, source: container, output: o, priority: WARNING, condition: "not container.capabilities_drop exists or not container.capabilities_drop intersects (ALL) or (container.tty = true)"}
- {rule: inherited, desc: d, source: container, output: o, priority: WARNING, condition: container.run_as_user = 0}
- {rule: above, desc: d, source: container, output: o, priority: WARNING, condition: workload.host_pid = true}
- {rule: above first, desc: d, source: container, output: o, priority: WARNING, condition: workload.host_pid = true and container.name = app}
- {rule: own first, desc: d, source: container, output: o, priority: WARNING, condition: container.name = app and workload.host_pid = true}
- {rule: below, desc: d, source: workload, output: o, priority: WARNING, condition: 'workload.any["container: container.privileged = true"] = true'}
- {rule: path, desc: d, source: k8s, output: o, priority: WARNING, condition: 'k8s.kind = Deployment and k8s.obj["spec.template.spec.containers[*].image"] contains é'}
- {rule: key, desc: d, source: k8s, output: o, priority: WARNING, condition: 'k8s.annotation["a.b/c"] = x'}
- {rule: transformed, desc: d, source: container, output: o, priority: WARNING, condition: 'tolower(container.image) contains REG'}
- {rule: volume, desc: d, source: volume, output: o, priority: WARNING, condition: volume.type = hostPath}
- {rule: variable, desc: d, source: env, output: o, priority: WARNING, condition: env.name contains PASS and env.value exists}
YAML
sed -i 's/contains REG/contains reg/' rules.yaml
cat >deployment.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {"a.b/c": x}}
spec:
  template:
    spec:
      hostPID: true
      securityContext: {runAsUser: 0}
      containers:
      - name: app
        image: "REG/é:1"  # é
        securityContext:
          privileged: true   # é, why
          capabilities: {add: [NET_BIND_SERVICE, SYS_TIME], drop: [KILL]}
        resources: {limits: {cpu: 1}}
        ports:
        - containerPort: 8080
        - {containerPort: 22}
        env:
        - {name: PASS, value: 'a, b'}
      volumes:
      - name: s
        hostPath: {path: /x}
YAML
want="above first: hostPID: true
above: hostPID: true
absent: limits
below: privileged: true
filter before it: privileged: true
inherited: runAsUser: 0
item that is not in: SYS_TIME
item: containerPort: 22
key: \"a.b/c\": x
nothing on the way: name: app
other way: KILL
own first: name: app
path: image: \"REG/é:1\"
transformed: image: \"REG/é:1\"
value: privileged: true
variable: value: 'a, b'
volume: hostPath"
is "$(shown deployment.yaml rules.yaml)" "$want" "a manifest in YAML"
python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(open("deployment.yaml")), open("deployment.json", "w"), indent=2, ensure_ascii=False)'
is "$(shown deployment.json rules.yaml | sed -n 's/^\(value\|path\|absent\|item\): //p')" '"limits"
"containerPort": 22
"image": "REG/é:1"
"privileged": true' "the same in JSON"
python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(open("deployment.yaml")), open("line.json", "w"), ensure_ascii=False)'
is "$(shown line.json rules.yaml | sed -n 's/^\(value\|path\|absent\|item\): //p')" '"limits"
"containerPort": 22
"image": "REG/é:1"
"privileged": true' "and in one line"

cat >compose.yaml <<'YAML'
services:
  web:
    image: reg/x
    privileged: true # why
    pid: host
    ports: ["22:22"]
    cap_add: [NET_BIND_SERVICE, SYS_TIME]
    environment: {PASS: abc}
    volumes: ["/x:/s", "a:/b"]
  db: {image: y}
YAML
is "$(shown compose.yaml rules.yaml)" "above: pid: host
absent: db
absent: web
below: privileged: true
filter before it: privileged: true
item that is not in: SYS_TIME
item: \"22:22\"
nothing on the way: web
other way: cap_add
other way: db
transformed: image: reg/x
value: privileged: true
variable: PASS: abc
volume: \"/x:/s\"" "Compose"

cat >pipeline.yaml <<'YAML'
- {rule: own, desc: d, source: job, output: o, priority: WARNING, condition: job.self_hosted = true}
- {rule: above, desc: d, source: job, output: o, priority: WARNING, condition: pipeline.permissions.set = write-all and not job.permissions.set exists}
- {rule: own first, desc: d, source: job, output: o, priority: WARNING, condition: job.name exists and pipeline.permissions.set = write-all}
- {rule: with, desc: d, source: step, output: o, priority: WARNING, condition: 'step.with["ref"] exists'}
- {rule: use, desc: d, source: step, output: o, priority: WARNING, condition: step.uses.pinned = false}
- {rule: command, desc: d, source: step_command, output: o, priority: WARNING, condition: command.program = curl}
- {rule: expression, desc: d, source: expression, output: o, priority: WARNING, condition: expression.code = true}
- {rule: variable, desc: d, source: pipeline_variable, output: o, priority: WARNING, condition: variable.name = X}
YAML
cat >.github/workflows/ci.yml <<'YAML'
on: push
permissions: write-all  # é
jobs:
  a:
    name: A
    runs-on: [self-hosted, linux]
    steps:
      - uses: actions/checkout@v4  # co
        with: {ref: "${{ github.event.x }}", fetch-depth: 1}
      - env: {X: abc, Y: d}
        run: |
          set -e
          curl https://h/{a,b}, x  # y
          echo é "${{ inputs.x }}"
YAML
is "$(shown .github/workflows/ci.yml pipeline.yaml)" 'above: permissions: write-all
command: curl https://h/{a,b}, x
expression: ${{ inputs.x }}
own first: a:
own: runs-on
use: uses: actions/checkout@v4
variable: abc
with: ref: "${{ github.event.x }}"' "a workflow"
printf 'a:\n  tags: [x]\n  variables: {X: "1"}\n  script:\n    - curl x\n' >.gitlab-ci.yml
is "$(shown .gitlab-ci.yml pipeline.yaml)" 'command: curl x
variable: "1"' "a pipeline of GitLab"

# With what the program brings along each finding has a region that ends behind its beginning.
"$PLIMSOLL" check --format json --policy regulated . >"$tmp/report.json"
is "$(python3 - "$tmp/report.json" <<'PY'
import json, sys
findings = json.load(open(sys.argv[1]))["findings"]
print(len(findings) > 50, [f["id"] for f in findings if not (f["line"], f["policy"]["column"]) < (f["policy"].get("end_line", 0), f["policy"].get("end_column", 0))])
PY
)" "True []" "shipped rules: all regions are whole"
done_testing
