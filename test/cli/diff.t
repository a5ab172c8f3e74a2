#!/bin/bash
# plimsoll diff: packages, files, configuration and findings of two images, against what was put into them and a computation over unpacked trees.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
compare() { run "$PLIMSOLL" diff --format json --no-cache "$@"; }
package() { printf 'Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: all\nMaintainer: x\n\n' "$1" "$2"; }
{ package same 1; package up 1.9-1; package down '1:1'; package gone 2; package openssl 3.0.1-1; } >status-a
{ package same 1; package up 1.10-1; package down 9; package new 3; package openssl 3.0.2-1; } >status-b
head -c 300 /dev/zero >zeros
head -c 300 /dev/zero | tr '\0' x >xes
secret=hunter2
echo '{"config": {"Env": ["A=1", "B=1", "DB_PASSWORD='$secret'1"], "Cmd": ["x"], "User": "0", "ExposedPorts": {"80/tcp": {}}, "Labels": {"l": "1"}}}' >config-a
echo '{"config": {"Env": ["A=2", "C=1", "DB_PASSWORD='$secret'2", "URL=http://u:'$secret'@h/"], "Cmd": ["x", "y"], "ExposedPorts": {"81/tcp": {}}, "Labels": {"l": "1"}}}' >config-b
image a <<E
image config=config-a
layer gzip
file etc/os-release os
file var/lib/dpkg/status status-a
file same zeros
file content zeros
file mode zeros
file deleted zeros
link link same
dir d
E
image b <<E
image config=config-b
layer gzip
file etc/os-release os
file var/lib/dpkg/status status-b
file same xes
file deleted zeros
dir d
layer
file same zeros
file content xes
exec mode zeros
link link mode
dir d
file d/added zeros
text .wh.deleted 
E
compare --db db a b
is "$rc" 0 "two images"
cat >validate.py <<'PY'
import json, sys, jsonschema
bad = [e.message[:200] for e in jsonschema.Draft7Validator(json.load(open(sys.argv[1]))).iter_errors(json.load(open(sys.argv[2])))]
print("\n".join(bad))
sys.exit(bool(bad))
PY
cp .out report
exits 0 "the JSON is as its schema says" python3 validate.py "$TOP/docs/reference/diff.schema.json" report
cp report .out
is "$(jq -r '.packages[] | "\(.how) \(.name) \(.a) \(.b)"' .out)" "downgraded down 1:1 9
removed gone 2 null
added new null 3
upgraded openssl 3.0.1-1 3.0.2-1
upgraded up 1.9-1 1.10-1" "packages, by the order of their scheme"
is "$(jq -r '.files.listed[] | "\(.how) \(.path) \(.a) \(.b)"' .out | grep -v var/lib)" "changed content 300 300
added d/added null 300
removed deleted 300 null
changed link 0 0
changed mode 300 300" "files of the merged views"
is "$(jq -r '.configuration[] | "\(.how) \(.name) \(.a) \(.b)"' .out)" 'changed cmd ["x"] ["x","y"]
changed env A 1 2
removed env B 1 null
added env C null 1
changed env DB_PASSWORD (looks secret: 8 characters) (looks secret: 8 characters)
added env URL null (looks secret: 19 characters)
removed port 80/tcp  null
added port 81/tcp null 
removed user 0 null' "the configuration, secrets masked"
unlike "$(cat .out)" "$secret" "no secret in the JSON"
is "$(jq -r '.findings[] | "\(.how) \(.id)"' .out)" "removed CVE-2030-0001" "findings"
run "$PLIMSOLL" diff --no-cache a b
unlike "$out" "$secret" "nor in the table"
like "$out" '~ up +1\.9-1 -> 1\.10-1' "the table"
compare a a
is "$rc $(jq -c '[.different, .packages, .findings]' .out)" '0 [false,[],null]' "an image and itself; no database, no findings"
exits 1 "--exit-code" "$PLIMSOLL" diff --exit-code a b
exits 0 "--exit-code of no difference" "$PLIMSOLL" diff --exit-code a a
"$PLIMSOLL" sbom --output a.cdx.json a
compare a.cdx.json b
is "$rc $(jq -c '[(.packages | length), .files, .configuration]' .out)" '0 [5,null,null]' "an SBOM has packages only"
for seed in 1 2; do mkdir m; python3 "$TOP/test/cli/bloat.py" make m 1$seed | image s$seed; rm -r m; done
compare --files s1 s2
is "$(jq -r '.files.listed[] | "\(.how) \(.path)"' .out)" "$(python3 "$TOP/test/cli/bloat.py" diff s1 s2)" "--files of two made images, as computed from their tars"
like "$(jq '.files.listed | length' .out)" '^[1-9][0-9]' "of which there are many"
exits 2 "one image is no pair" "$PLIMSOLL" diff a
done_testing
