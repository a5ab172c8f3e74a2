#!/bin/bash
# What only reports and images tell: exceptions that end with a fact, since when something is known, when it was looked at.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/e2e.sh"
cd "$tmp"
unset SOURCE_DATE_EPOCH
e2e_database

# image CREATED: img, with a package that has a fix and one that has none
image() {
  printf '{"created": "%s", "config": {}}' "$1" >config.json
  rm -rf img
  python3 "$TOP/test/mkimage.py" img <<'END' >/dev/null
image layout config=config.json
layer gzip
text etc/os-release ID=debian\nVERSION_ID="12"\n
text var/lib/dpkg/status Package: bash\nStatus: install ok installed\nVersion: 5.2.15-2\nArchitecture: amd64\n\nPackage: mount\nSource: util-linux\nStatus: install ok installed\nVersion: 2.38.1-5\nArchitecture: amd64\n
END
}
image 2026-01-01T00:00:00Z
cat >rules.yaml <<'END'
- {rule: vulnerable, desc: d, source: vulnerability, condition: vuln.id exists, output: "%vuln.id", priority: warning, action: deny}
END
# judge POLICY ARGUMENT…: the vulnerabilities that are denied and, behind "/", those excepted
judge() {
  "$PLIMSOLL" scan --quiet --no-cache --archives never --format json --show-suppressed --as-of "${as_of:-2026-11-01}" "${@:2}" --policy "$1" img >report.json 2>err
  jq -r '[([.findings[] | select(.kind == "policy") | .detail] | sort | join(",")), ([.suppressed[]? | select(.kind == "policy") | .detail] | sort | join(","))] | join("/")' report.json
}
is "$(judge rules.yaml)" "CVE-2026-91001,CVE-2026-91003/" "both vulnerabilities are denied"

mkdir -p set && cp rules.yaml set/
# except UNTIL [KEYS]: a set with one exception
except() {
  cat >set/set.yaml <<END
name: own
rules: [vulnerable]
exceptions:
  - {name: e, rule: vulnerable, reason: r, owner: o, until: $1${2:+, $2}}
END
}
except fix
is "$(judge set)" "CVE-2026-91001/CVE-2026-91003" "until fix: it ends where a fix exists"
like "$(cat err)" 'set/set.yaml:4:5: warning: exception "e" of set "own" has ended for 1 finding, a fix exists: it works no more for it' "which is said, with how often"
except fix 'condition: vuln.id = CVE-2026-91001'
is "$(judge set)" "CVE-2026-91001,CVE-2026-91003/" "with a condition: for what has a fix it has ended"
except fix 'condition: vuln.id = CVE-2026-91003 or vuln.id = CVE-2026-91001'
is "$(judge set)" "CVE-2026-91001/CVE-2026-91003" "the condition is one whole"
except 'rebuilt since 2026-02-01'
is "$(judge set)" "/CVE-2026-91001,CVE-2026-91003" "until the image is rebuilt: it is not yet"
unlike "$(cat err)" 'warning' "nothing has ended"
image 2026-02-01T00:00:00Z
is "$(judge set)" "CVE-2026-91001,CVE-2026-91003/" "and then it is"
like "$(cat err)" 'exception "e" of set "own" has ended for 2 findings, the image was rebuilt since 2026-02-01: it works no more for them' "which is said once"
except 'rebuilt since 2026-02-01' 'condition: vuln.id = CVE-2026-91003'
is "$(judge set)" "CVE-2026-91001,CVE-2026-91003/" "with a condition"
like "$(cat err)" 'has ended for 1 finding, the image' "what it never excepted is not counted"
except 'rebuilt since 2026-02-01'
image 2026-01-31T23:59:59Z
is "$(judge set)" "/CVE-2026-91001,CVE-2026-91003" "a second before it is not"
except 2026-11-02
is "$(judge set)" "/CVE-2026-91001,CVE-2026-91003" "until a date: the day before"
is "$(as_of=2026-11-02 judge set)" "CVE-2026-91001,CVE-2026-91003/" "on that day it has ended"
like "$(cat err)" 'exception "e" of set "own" ended on 2026-11-02: it works no more' "which is said"
except 'rebuilt since soon'
"$PLIMSOLL" scan --policy set img >out 2>err
like "$(cat err)" 'set.yaml:4:[0-9]+: error: expected a date \(2027-01-31\), "fix" or "rebuilt since DATE"' "another fact is none"

# The same for exceptions of rules.
for until in fix 'rebuilt since 2026-02-01' 'rebuilt since 2026-01-01'; do
  cat >own.yaml <<END
- rule: vulnerable
  desc: d
  source: vulnerability
  condition: vuln.id exists
  output: "%vuln.id"
  priority: warning
  action: deny
  exceptions: [{name: e, fields: vuln.id, values: [CVE-2026-91001, CVE-2026-91003], reason: r, owner: o, until: $until}]
END
  judge own.yaml
  grep -c 'own.yaml:8:16: warning: exception "e" of rule "vulnerable" has ended for' err >>ended
done >got
is "$(tr '\n' ' ' <ended)" "1 0 1 " "and are said when a fact ended them"
is "$(tr '\n' ' ' <got)" "CVE-2026-91001/ / CVE-2026-91001,CVE-2026-91003/ " "exceptions of a rule end with facts, too"

# Since when: report after report.
cat >since.yaml <<'END'
- {rule: since, desc: d, source: vulnerability, condition: vuln.id exists, output: "%vuln.id %vuln.first_seen.age %vuln.fix.age %image.scan.age %image.age", priority: info}
- {rule: old fix, desc: d, source: vulnerability, condition: vuln.fix.age > 7, output: "%vuln.id", priority: info}
- {rule: unsigned, desc: d, source: image, condition: not image.signed exists, output: o, priority: info}
END
since() { jq -r '[.findings[] | select(.kind == "policy") | select(.id == "since") | .detail] | sort | join("; ")' report.json; }
image 2026-10-22T00:00:00Z
judge since.yaml >/dev/null && cp report.json first.json
is "$(since)" "CVE-2026-91001 <NA> <NA> 0 10; CVE-2026-91003 <NA> <NA> 0 10" "without a report before: not known"
is "$(jq '[.findings[] | select(.id == "old fix")] | length' report.json)" 0 "and no comparison holds"
is "$(jq '[.findings[] | select(.id == "unsigned")] | length' report.json)" 1 "signatures are absent, not false"
as_of=2026-11-05 judge since.yaml --baseline first.json >/dev/null && cp report.json second.json
is "$(since)" "CVE-2026-91001 4 4 0 14; CVE-2026-91003 4 <NA> 0 14" "since the first report, at the latest"
is "$(jq -r '.findings[] | select(.id == "CVE-2026-91001") | "\(.first_seen) \(.fix_first_seen) \(.new)"' second.json)" "2026-11-01T00:00:00Z 2026-11-01T00:00:00Z false" "the report says so"
as_of=2026-11-10 judge since.yaml --baseline second.json >/dev/null
is "$(since)" "CVE-2026-91001 9 9 0 19; CVE-2026-91003 9 <NA> 0 19" "and the next one takes it over"
is "$(jq -r '[.findings[] | select(.id == "old fix") | .detail] | join(",")' report.json)" "CVE-2026-91001" "a fix that is known for more than a week"
jq '.findings |= map(select(.id != "CVE-2026-91003") | if .id == "CVE-2026-91001" then .fixed_version = null | del(.fix_first_seen) else . end)' second.json >part.json
as_of=2026-11-10 judge since.yaml --baseline part.json >/dev/null
is "$(since)" "CVE-2026-91001 9 0 0 19; CVE-2026-91003 0 <NA> 0 19" "what is new is known since now"
jq '.findings[0].first_seen = "x" | .findings[0].fix_first_seen = 7' second.json >odd.json
as_of=2026-11-10 judge since.yaml --baseline odd.json >/dev/null
like "$(since)" "CVE-2026-91001 [59] [59] 0 19" "a time that is none counts as not there"

# When an SBOM was made it says itself.
printf -- '- {rule: scanned, desc: d, source: image, condition: image.kind exists, output: "%%image.scan.age", priority: info}\n' >scanned.yaml
scanned() { "$PLIMSOLL" scan --quiet --archives never --format json --as-of 2026-11-11T12:00:00Z --policy scanned.yaml "$1" | jq -r '.findings[] | select(.id == "scanned") | .detail'; }
printf '{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"timestamp": "2026-11-01T00:00:00Z"}, "components": []}' >cyclonedx.json
printf '{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "creationInfo": {"created": "2026-11-10T12:00:01Z", "creators": ["Tool: x"]}, "packages": []}' >spdx.json
printf '{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"timestamp": "some day"}, "components": []}' >undated.json
is "$(scanned cyclonedx.json) $(scanned spdx.json) $(scanned undated.json)" "10 0 <NA>" "days since an SBOM was made"
done_testing
