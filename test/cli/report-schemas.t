#!/bin/bash
# The golden reports (the unit test report-test-formats compares the writers with them byte for byte) against the schemas: ours, and the
# official ones that npm packages carry. Installed once into the cache, as test/npm/package-lock.json pins them.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
cases=$TOP/test/case/report
cache=${PLIMSOLL_TEST_CACHE:-/var/tmp/plimsoll-test-cache}/npm-$(sha256sum "$TOP/test/npm/package-lock.json" | cut -c1-16)

cat >"$tmp/validate.py" <<'PY'
import json, os, sys, warnings
warnings.simplefilter("ignore")
import jsonschema
schema_path, files = sys.argv[1], sys.argv[2:]
schema = json.load(open(schema_path))
store = {}
for name in os.listdir(os.path.dirname(schema_path)):
    if name.endswith(".json"):
        other = json.load(open(os.path.join(os.path.dirname(schema_path), name)))
        if isinstance(other, dict) and "$id" in other:
            store[other["$id"]] = other
validator = jsonschema.Draft7Validator(schema, resolver=jsonschema.RefResolver(schema.get("$id", ""), schema, store))
bad = 0
for path in files:
    for error in validator.iter_errors(json.load(open(path))):
        print(f"{path}: {'/'.join(map(str, error.path))}: {error.message[:300]}")
        bad = 1
sys.exit(bad)
PY
ours=$TOP/docs/reference/report.schema.json
exits 0 "json: the schema in the tree holds" python3 "$tmp/validate.py" "$ours" "$cases"/json/expected.*.json "$TOP"/test/case/scan/sbom/*/expected.json
sed 's/"kind": "scan"/"kind": "other"/' "$cases/json/expected.full.json" >"$tmp/wrong.json"
exits 1 "json: and can fail" python3 "$tmp/validate.py" "$ours" "$tmp/wrong.json"

# Well-formedness and references inside the documents, whatever the schemas say.
cat >"$tmp/inside.py" <<'PY'
import glob, html.parser, json, re, sys, xml.parsers.expat
top = sys.argv[1]
def fail(path, why): sys.exit(f"{path}: {why}")
for path in glob.glob(top + "/junit/expected.*"):
    xml.parsers.expat.ParserCreate().Parse(open(path, "rb").read(), True)
for path in glob.glob(top + "/cyclonedx/expected.*"):
    d = json.load(open(path))
    refs = [d["metadata"]["component"]["bom-ref"]] + [c["bom-ref"] for c in d["components"]] + [v["bom-ref"] for v in d.get("vulnerabilities", [])]
    if len(set(refs)) != len(refs): fail(path, "bom-refs repeat")
    used = [a["ref"] for v in d.get("vulnerabilities", []) for a in v["affects"]] + [x for e in d["dependencies"] for x in [e["ref"], *e.get("dependsOn", [])]]
    if set(used) - set(refs): fail(path, f"unknown refs {set(used) - set(refs)}")
for path in glob.glob(top + "/spdx/expected.*"):
    d = json.load(open(path))
    ids = ["SPDXRef-DOCUMENT"] + [p["SPDXID"] for p in d["packages"]]
    if len(set(ids)) != len(ids): fail(path, "SPDXIDs repeat")
    for key in ("spdxVersion", "dataLicense", "name", "documentNamespace", "creationInfo", "relationships"):
        if key not in d: fail(path, f"no {key}")
    for p in d["packages"]:
        for key in ("name", "downloadLocation", "licenseConcluded", "licenseDeclared", "copyrightText"):
            if not p.get(key): fail(path, f"{p['SPDXID']}: no {key}")
        if not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", p["SPDXID"]): fail(path, "SPDXID")
    licenses = {l["licenseId"] for l in d.get("hasExtractedLicensingInfos", [])}
    declared = {x for p in d["packages"] for x in re.findall(r"LicenseRef-[A-Za-z0-9.-]+", p["licenseDeclared"])}
    if licenses != declared: fail(path, f"licences that are declared or explained only: {licenses ^ declared}")
    for r in d["relationships"]:
        if r["spdxElementId"] not in ids or r["relatedSpdxElement"] not in ids: fail(path, f"unknown {r}")
for path in glob.glob(top + "/gitlab/expected.*"):
    d = json.load(open(path))
    if len({v["id"] for v in d["vulnerabilities"]}) != len(d["vulnerabilities"]) and "hostile" not in path: fail(path, "ids repeat")
    for v in d["vulnerabilities"]:
        if not v["identifiers"] or not v["location"]["dependency"]["package"]["name"]: fail(path, "identifiers or location")
        if not re.fullmatch(r"(?s)[^:]+(:\d+[^:]*)?:[^:]+(:\d+[^:]*)?", v["location"]["image"]) and "hostile" not in path: fail(path, "image: " + v["location"]["image"])
for path in glob.glob(top + "/codequality/expected.*"):
    d = json.load(open(path))
    if len({i["fingerprint"] for i in d}) != len(d) and "hostile" not in path: fail(path, "fingerprints repeat")
    for i in d:
        if not i["description"] or not i["check_name"] or i["severity"] not in ("info", "minor", "major", "critical", "blocker"): fail(path, f"issue {i}")
        if not i["location"]["path"] or i["location"]["lines"]["begin"] < 1: fail(path, f"place of {i}")
class Page(html.parser.HTMLParser):
    def __init__(self): super().__init__(); self.scripts = 0
    def handle_starttag(self, tag, attributes):
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "link", "object") or any(k.startswith("on") or k == "src" for k, _ in attributes): raise ValueError(f"<{tag}> {attributes}")
        for k, v in attributes:
            if k == "href" and not v.startswith(("https://", "http://")): raise ValueError(v)
for path in glob.glob(top + "/html/expected.*"):
    page = Page()
    page.feed(open(path, encoding="utf-8").read())
    if page.scripts != 1: fail(path, f"{page.scripts} scripts")
PY
exits 0 "references, ids and markup hold inside every document" python3 "$tmp/inside.py" "$cases"

if [ ! -d "$cache/node_modules" ]; then
  if command -v npm >/dev/null; then
    mkdir -p "$cache.new.$$"
    cp "$TOP/test/npm/package.json" "$TOP/test/npm/package-lock.json" "$cache.new.$$/"
    (cd "$cache.new.$$" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund --omit=optional --omit=peer) >"$tmp/npm.log" 2>&1 &&
      mv -T "$cache.new.$$" "$cache" || note "$(tail -5 "$tmp/npm.log")"
    rm -rf "$cache.new.$$"
  fi
fi
if [ -d "$cache/node_modules" ]; then
  cyclonedx=$cache/node_modules/@cyclonedx/cyclonedx-library/res/schema/bom-1.6.SNAPSHOT.schema.json
  sarif=$cache/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json
  # The package stores the schemas that bom-1.6 refers to under other names than their references.
  mkdir "$tmp/cdx"
  for f in bom-1.6 spdx jsf-0.82; do cp "$(dirname "$cyclonedx")/$f.SNAPSHOT.schema.json" "$tmp/cdx/$f.schema.json"; done
  exits 0 "cyclonedx: the official 1.6 schema holds" python3 "$tmp/validate.py" "$tmp/cdx/bom-1.6.schema.json" "$cases"/cyclonedx/expected.*
  sed 's/"specVersion": "1.6"/"specVersion": 1.6/' "$cases/cyclonedx/expected.full.cdx.json" >"$tmp/wrong.json"
  exits 1 "cyclonedx: and can fail" python3 "$tmp/validate.py" "$tmp/cdx/bom-1.6.schema.json" "$tmp/wrong.json"
  mkdir "$tmp/sarif"
  cp "$sarif" "$tmp/sarif/sarif.json"
  exits 0 "sarif: the official 2.1.0 schema holds" python3 "$tmp/validate.py" "$tmp/sarif/sarif.json" "$cases"/sarif/expected.*
  mkdir "$tmp/check"
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: a\n    image: a\n' >"$tmp/check/pod.yaml"
  printf 'FROM debian:12\nADD a b\nRUN apt-get install x\n' >"$tmp/check/Dockerfile"
  "$PLIMSOLL" check --format sarif "$tmp/check" >"$tmp/sarif-check.json"
  like "$(cat "$tmp/sarif-check.json")" '"fixes"' "sarif: a log with fixes"
  exits 0 "sarif: the official 2.1.0 schema holds for it" python3 "$tmp/validate.py" "$tmp/sarif/sarif.json" "$tmp/sarif-check.json"
  sed 's/"deletedRegion"/"deleted"/' "$tmp/sarif-check.json" >"$tmp/wrong.json"
  exits 1 "sarif: and can fail" python3 "$tmp/validate.py" "$tmp/sarif/sarif.json" "$tmp/wrong.json"
  sed 's/"level": "error"/"level": "fatal"/' "$cases/sarif/expected.full.sarif" >"$tmp/wrong.json"
  exits 1 "sarif: and can fail" python3 "$tmp/validate.py" "$tmp/sarif/sarif.json" "$tmp/wrong.json"
else
  skip "the official schemas: npm or its registry is not there"
fi
done_testing
