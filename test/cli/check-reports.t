#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Reports of plimsoll check: SARIF with fixes that can be applied, JUnit with a case per file.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir "$tmp/w"
cd "$tmp/w" || exit 1
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: "\303\251", labels: {a: b}}\nspec:\n  containers:\n  - name: a\n    image: "r.example.org/\303\251:1"\n    securityContext: {allowPrivilegeEscalation: true}  # \303\251\n' >pod.yaml
printf 'FROM debian:12\nRUN echo \303\251 && apt-get install -y x\nADD a b\nUSER 1\n' >Dockerfile
printf 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: anchore/scan-action@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n        continue-on-error: true\n' >workflow.yml
printf 'FROM debian:12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nUSER 1\n' >Dockerfile.good
printf 'FROM a\nRUNN b\n' >Dockerfile.bad
cat >apply.py <<'PY'
"""Applies the fixes of a SARIF log as its columns, in code points, say; those at one place once."""
import json, sys
log = json.load(open(sys.argv[1]))
edits = {}
for r in log["runs"][0]["results"]:
    for fix in r.get("fixes", []):
        assert fix["description"]["text"]
        for change in fix["artifactChanges"]:
            for p in change["replacements"]:
                d = p["deletedRegion"]
                edits.setdefault(change["artifactLocation"]["uri"], {})[(d["startLine"], d["startColumn"], d["endLine"], d["endColumn"])] = p["insertedContent"]["text"]
for path, all in edits.items():
    text = open(path, encoding="utf-8", newline="").read()
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:i])) for i in range(len(lines) + 1)]
    for (a, b, c, d), new in sorted(all.items(), reverse=True):
        text = text[:starts[a - 1] + b - 1] + new + text[starts[c - 1] + d - 1:]
    open(path, "w", encoding="utf-8", newline="").write(text)
print(len(edits))
PY
rules=(--rules "$TOP/rules/dockerfile" --rules "$TOP/rules/kubernetes/containers.yaml" --rules "$TOP/rules/pipeline")
unlike "$(cat pod.yaml)" 'allowPrivilegeEscalation: false' "before"
cp -r . ../fixed
exits 0 "sarif" "$PLIMSOLL" check "${rules[@]}" --format sarif --output ../log.sarif pod.yaml Dockerfile workflow.yml
is "$(python3 apply.py ../log.sarif)" 3 "three files have fixes"
(cd ../fixed && "$PLIMSOLL" check --quiet "${rules[@]}" --fix pod.yaml Dockerfile workflow.yml >/dev/null 2>&1)
for f in pod.yaml Dockerfile workflow.yml; do
  "$PLIMSOLL" check --quiet "${rules[@]}" --fix "$f" >/dev/null
  same "$f" "../fixed/$f" "$f: what the log says, to the end, is what --fix does"
done

junit() { "$PLIMSOLL" check --quiet "${rules[@]}" --format junit "$@" | python3 -c '
import sys, xml.etree.ElementTree as T
root = T.parse(sys.stdin).getroot()
suite = root[0]
print(suite.get("name"), suite.get("tests"), suite.get("failures"), suite.get("skipped"))
for c in suite.findall("testcase"):
    print(c.get("classname"), c.get("name"), " ".join(e.tag for e in c) or "passed")
print(root[1].get("errors"), len(root[1].findall("testcase")))'; }
printf 'FROM a\nRUN curl https://h/x | sh\n' >Dockerfile
is "$(junit Dockerfile Dockerfile.good Dockerfile.bad)" "files 3 0 1
dockerfile Dockerfile system-out
dockerfile Dockerfile.bad skipped
dockerfile Dockerfile.good passed
1 1" "junit: a case per file; what only warns does not fail, what was not read did not pass"
is "$(junit --fail-on low Dockerfile Dockerfile.good)" "files 2 1 0
dockerfile Dockerfile failure
dockerfile Dockerfile.good passed
0 1" "junit: --fail-on"
done_testing
