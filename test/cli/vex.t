#!/bin/bash
# What VEX documents and ignore rules suppress, as a user meets it: options, files, counts, warnings, exit codes.
. "$TOP/test/lib.sh"
. "$TOP/test/scan-lib.sh"
scan_fixture
printf '%s\n' "$base" | image app
mkdir vex
cat >vex/a.json <<'JSON'
{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "x", "timestamp": "2029-01-01T00:00:00Z", "version": 1, "statements": [
  {"vulnerability": {"name": "CVE-2030-0001"}, "products": [{"@id": "pkg:deb/debian/openssl"}], "status": "not_affected", "justification": "vulnerable_code_not_present"},
  {"vulnerability": {"name": "CVE-2030-0002"}, "products": [{"@id": "pkg:deb/debian/openssl@9"}], "status": "fixed"}]}
JSON
scan app
is "$(found)" "$expected" "without exceptions both are found"
is "$(jq -c '.summary.suppressed, .suppressed, .coverage.exceptions' .out | tr '\n' ' ')" "0 null [] " "and nothing is suppressed"
scan --vex vex/a.json app
is "$rc $(found)" "0 CVE-2030-0002 openssl" "a statement suppresses"
is "$(jq -c '.summary.suppressed, .suppressed' .out | tr '\n' ' ')" "1 null " "which is counted, but listed only on demand"
like "$err" 'vex/a.json: 1 of 2 VEX statements is about nothing here' "the statement that matches nothing is said"
is "$(jq -c '.coverage.exceptions[0] | [.format, .statements, .unmatched, .idle[0].ids[0]]' .out)" '["openvex",2,1,"CVE-2030-0002"]' "also in the coverage"
scan --vex vex --show-suppressed app
is "$(jq -r '.suppressed[] | .id + " " + .exception.status + " " + .exception.justification + " " + .exception.source + " " + (.exception.line | tostring)' .out)" \
  "CVE-2030-0001 not_affected vulnerable_code_not_present vex/a.json 2" "--show-suppressed says what, why and where; a directory is read"
exits 1 "--fail-on counts what is not suppressed" "$PLIMSOLL" scan --archives never --db db --fail-on high app
exits 0 "--fail-on does not count what is suppressed" "$PLIMSOLL" scan --archives never --db db --fail-on high --vex vex app
like "$out" '1 finding: 1 low; .*; 1 suppressed by VEX' "the verdict counts it"
"$PLIMSOLL" scan --archives never --db db --vex vex --show-suppressed --format sarif --output s.sarif app 2>/dev/null
is "$(jq -c '[.runs[0].results[] | [.ruleId, .suppressions[0].kind, .suppressions[0].status]]' s.sarif)" '[["CVE-2030-0002",null,null],["CVE-2030-0001","external","accepted"]]' "SARIF has it with its suppression"
sed 's/2029/2030/; s/not_affected/affected/' vex/a.json >later.json
scan --vex later.json --vex vex app
is "$(found)" "$expected" "a later statement wins, whatever the order of the files"
is "$(jq -r '.findings[] | select(.id == "CVE-2030-0001").exception.status' .out)" affected "and what it says stands beside the finding"

cat >.plimsollignore <<'YAML'
- id: CVE-2030-0002
  package: openssl
  reason: low, and only on demand
  expires: 2030-01-01
- id: CVE-2030-9999
  reason: long gone
YAML
scan --as-of 2029-12-31 app
is "$(found)" "CVE-2030-0001 openssl" ".plimsollignore of the working directory is read"
like "$err" '\.plimsollignore:5:3: the rule for CVE-2030-9999 is about nothing here' "the rule that matches nothing is said with its place"
scan --as-of 2030-01-01 app
is "$(found)" "$expected" "on the day it expires it works no longer"
like "$err" '\.plimsollignore:1:3: the rule for CVE-2030-0002 in openssl expired on 2030-01-01: 1 finding is counted again' "which is said"
run "$PLIMSOLL" scan --archives never --db db --as-of 2029-01-01 app
like "$out" '1 ignored by rules' "rules are counted in the table"
like "$out" 'exceptions +\.plimsollignore \(plimsoll\), 2 statements, 1 about nothing here' "and stand in what was looked at"
printf 'CVE-2030-0001\n' >.trivyignore
scan --as-of 2029-01-01 --ignore-file .trivyignore --show-suppressed app
is "$(found) $(jq -r '.suppressed[].exception.reason' .out)" "CVE-2030-0002 openssl imported from .trivyignore" "--ignore-file takes Trivy's, instead of ours"
rm .plimsollignore
printf 'ignores:\n  - id: CVE-2030-0001\n    reason: settled\nscan:\n  severity: [medium+]\n' >plimsoll.yaml
scan app
is "$(found)$(jq .summary.suppressed .out)" "1" "plimsoll.yaml has rules, too"
printf 'ignores:\n  - id: CVE-2030-0001\n' >plimsoll.yaml
exits 2 "which are checked" "$PLIMSOLL" scan --db db app
like "$err" 'plimsoll.yaml:2:5: .*reason' "with their place"
rm plimsoll.yaml
printf -- '- id: x\n- {id: y, reason: z, untill: q}\n' >bad
exits 2 "wrong rules are an error" "$PLIMSOLL" scan --db db --ignore-file bad app
like "$(tr '\n' ' ' <<<"$err")" 'bad:1:3: .*reason.*bad:2:22: .*"untill"' "all of them at once"
exits 2 "so is a file that is not there" "$PLIMSOLL" scan --db db --ignore-file nowhere app
exits 2 "and VEX that is not there" "$PLIMSOLL" scan --db db --vex nowhere.json app
printf '{"bomFormat": "CycloneDX", "specVersion": "1.6",\n "vulnerabilities": 1}' >bad.json
exits 2 "VEX that cannot be read" "$PLIMSOLL" scan --db db --vex bad.json app
like "$err" 'bad.json:2:21' "is refused with its place"
python3 -c 'print("[" * 100000)' >deep.json
exits 2 "nesting without end" "$PLIMSOLL" scan --db db --vex deep.json app
like "$err" 'deep.json:1:' "is refused with its place"
scan --vex vex app && cp .out one
scan --vex vex app
same .out one "the same exceptions give the same bytes"

# plimsoll vex: the rules that OpenVEX's own schema has, in our words.
cat >openvex.py <<'PY'
import json, re, sys, jsonschema
text = {"type": "string", "minLength": 1}
uri = {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:[^ ]+$"}
time = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"}
def closed(required, **properties):
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
part = closed(["@id"], **{"@id": uri, "identifiers": closed([], purl=text), "hashes": {"type": "object"}})
product = closed(["@id"], **part["properties"], subcomponents={"type": "array", "uniqueItems": True, "minItems": 1, "items": part})
statement = closed(["vulnerability", "status", "products"], vulnerability=closed(["name"], name=text), timestamp=time, status_notes=text, impact_statement=text,
    action_statement=text, products={"type": "array", "uniqueItems": True, "minItems": 1, "items": product},
    status={"enum": ["not_affected", "affected", "fixed", "under_investigation"]},
    justification={"enum": ["component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
                            "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"]})
document = closed(["@context", "@id", "author", "timestamp", "version", "statements"], **{"@context": {"const": "https://openvex.dev/ns/v0.2.0"}, "@id": uri},
    author=text, tooling=text, timestamp=time, version={"type": "integer", "minimum": 1}, statements={"type": "array", "uniqueItems": True, "minItems": 1, "items": statement})
d = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator(document).validate(d)
for s in d["statements"]:
    assert s["status"] != "not_affected" or ("justification" in s) != ("impact_statement" in s), s
    assert s["status"] != "affected" or "action_statement" in s, s
PY
vex() { run "$PLIMSOLL" vex --archives never --db db --allow-incomplete no-packages "$@"; }
rm -f .plimsollignore
vex app
cp .out plain.json
exits 0 "plimsoll vex writes OpenVEX" python3 openvex.py plain.json
vex app
same .out plain.json "the same again"
is "$(jq -r '.statements[] | .vulnerability.name + " " + .status + " " + (.status_notes // "")' plain.json)" "CVE-2030-0001 under_investigation fixed in 3.0.2-1
CVE-2030-0002 under_investigation no fix yet" "what nobody judged is under investigation"
like "$(jq -r '.statements[0].products[0]["@id"]' plain.json)" '^pkg:oci/app@sha256%3A[0-9a-f]{64}\?arch=amd64$' "in the image, by its digest"
is "$(jq -r '.statements[0].products[0].subcomponents[0]["@id"]' plain.json)" 'pkg:deb/debian/openssl@3.0.1-1?arch=amd64&distro=debian-12' "its package"
scan --vex plain.json app
is "$(found) $(jq -r '[.findings[].exception.status] | unique[]' .out)" "$expected under_investigation" "and is read again, suppressing nothing"
cat >.plimsollignore <<'YAML'
- {id: CVE-2030-0001, reason: the function is not linked, justification: vulnerable_code_not_present}
- {id: CVE-2030-0002, reason: internal only, expires: 2031-01-01}
YAML
vex app
cp .out judged.json
exits 0 "judged by rules it is valid, too" python3 openvex.py judged.json
is "$(jq -r '.statements[] | [.vulnerability.name, .status, .justification, .status_notes, .action_statement] | map(. // "-") | join("|")' judged.json)" \
  "CVE-2030-0001|not_affected|vulnerable_code_not_present|the function is not linked|-
CVE-2030-0002|affected|-|-|accepted until 2031-01-01: internal only" "a rule with a justification is a statement, one without it an acceptance"
rm .plimsollignore
scan --vex judged.json app
is "$(found) $rc" "CVE-2030-0002 openssl 0" "which scan takes"
is "$(grep -c 'about nothing' .err)" 0 "all of it"
printf 'layer gzip\nfile etc/os-release os\nfile var/lib/dpkg/status none\n' | image empty
vex empty
is "$rc $(wc -c <.out)" "0 0" "without a vulnerability there is no document"
like "$err" 'no vulnerabilities were found' "and it says so"
vex --db nowhere app
is "$rc" 3 "without a database it is incomplete"
mkdir -p root/etc root/var/lib/dpkg && cp os root/etc/os-release && cp status root/var/lib/dpkg/status
vex root
like "$(jq -r '.statements[0].products[0]["@id"]' .out)" '^pkg:deb/debian/openssl@' "of a directory the packages are the products"
done_testing
