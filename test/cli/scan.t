#!/bin/bash
# The whole of `plimsoll scan` on a small image and our own advisory records: the same from every source, twice, with and without cache.
. "${TOP:?}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
cd "${tmp:?}" || exit 1

layers="$base
layer zstd
text usr/share/doc/hello hello"
image layout <<<"$layers"
image saved.tar <<<"image saved
${layers//gzip/plain}"
mkdir -p tree/etc tree/var/lib/dpkg tree/usr/share/doc
cp os tree/etc/os-release
cp status tree/var/lib/dpkg/status
printf hello >tree/usr/share/doc/hello

note "findings"
scan --no-cache layout
cp .out first.json
is "$rc" 0 "a whole image: exit code 0"
is "$(jq -r '.findings[] | [.id, .package.name, .package.version, .fixed_version, .status, .severity] | map(. // "-") | join(" ")' .out)" \
  "$(printf 'CVE-2030-0001 openssl 3.0.1-1 3.0.2-1 fixed HIGH\nCVE-2030-0002 openssl 3.0.1-1 - affected LOW')" "findings, and nothing that is fixed or newer"
is "$(jq -r '.packages | map(.name) | join(" ")' .out)" "fixed openssl zlib1g" "packages"
is "$(jq -r '.coverage | [.complete, .vulnerabilities_looked_up, .verified, .as_of] | join(" ")' .out)" "true true true 2030-01-01T00:00:00Z" "coverage"
is "$(jq -r '.artifact.layers[0].created_by' .out)" "RUN step-1" "the build instruction"

note "the same bytes, twice and with a cache"
scan --no-cache layout
same .out first.json "twice"
scan --cache cache layout
same .out first.json "writing the cache"
scan --cache cache layout
same .out first.json "from the cache"
for f in layout/blobs/sha256/*; do case "$(cut -d' ' -f1 layout.digests)" in *"${f##*/}"*) mv "$f" "$f.gone" ;; esac; done
is "$(ls layout/blobs/sha256/*.gone | wc -l)" 2 "without the layers' blobs"
scan --cache cache layout
is "$rc" 0 "no layer is read again"
same .out first.json "the report is the same"
scan --no-cache layout
is "$rc $(gaps | grep -c unreadable-layer)" "3 2" "which without the cache it is not"
for f in layout/blobs/sha256/*.gone; do mv "$f" "${f%.gone}"; done
image other <<<"$layers
layer gzip
text opt/app x"
base_blob=$(head -1 layout.digests | cut -d' ' -f1)
mv "other/blobs/sha256/${base_blob#sha256:}" away
scan --cache cache other
is "$rc $(found)" "0 $expected" "another image does not read a shared layer"
mv away "other/blobs/sha256/${base_blob#sha256:}"
scan --cache cache --analyzer dpkg --allow-incomplete unsupported-os --allow-incomplete no-advisories other
is "$rc $(jq -r '.packages | length' .out)" "0 3" "other analyzers are another entry of the cache"
for i in 1 2; do
  "$PLIMSOLL" scan --archives never --db db --format json --cache both layout >both.$i 2>both.err.$i &
  pids[i]=$!
done
wait "${pids[1]}"
one=$?
wait "${pids[2]}"
is "$one $?" "0 0" "two processes with one cache at once"
same both.1 first.json "the first is right"
same both.2 first.json "the second is right"

note "sources"
facts() { jq -S '{packages: [.packages[] | del(.layer, .locations, .origin)], os, findings: [.findings[] | del(.layer, .created_by, .origin)]}' "$1"; }
facts first.json >facts.want
tar -cf layout.tar -C layout .
gzip -c layout.tar >layout.tar.gz
zstd -q -c saved.tar >saved.tar.zst
for source in tree layout.tar layout.tar.gz saved.tar saved.tar.zst; do
  scan --no-cache "$source"
  is "$rc" 0 "$source: exit code 0"
  facts .out >facts.got
  same facts.got facts.want "$source: the same facts"
  cp .out "$source.json"
  scan --no-cache "$source"
  same .out "$source.json" "$source: twice the same"
done
is "$(jq .coverage.verified tree.json)" false "a directory is not verified"
is "$(jq .coverage.verified saved.tar.json)" true "a saved archive is"
for source in layout.tar.gz saved.tar; do
  run "$PLIMSOLL" scan --archives never --db db --format json --no-cache - <$source
  facts .out >facts.got
  same facts.got facts.want "$source from standard input: the same facts"
done

note "time"
scan --no-cache --as-of 2029-05-06 layout
is "$(jq -r .coverage.as_of .out)" 2029-05-06T00:00:00Z "--as-of"
SOURCE_DATE_EPOCH=1800000000 run "$PLIMSOLL" scan --archives never --db db --format json --no-cache layout
is "$(jq -r .coverage.as_of .out)" 2027-01-15T08:00:00Z "SOURCE_DATE_EPOCH"

note "choice of findings, exit codes"
scan --no-cache --severity high layout
is "$rc $(found)" "0 CVE-2030-0001 openssl" "--severity"
scan --no-cache --ignore-unfixed layout
is "$(found)" "CVE-2030-0001 openssl" "--ignore-unfixed"
code() { local want=$1 name=$2; shift 2; scan --no-cache "$@"; is "$rc" "$want" "$name"; }
code 0 "no --fail-on: 0 with findings" layout
code 1 "--fail-on at the worst finding: 1" --fail-on high layout
code 0 "--fail-on over the worst finding: 0" --fail-on critical layout
code 0 "--fail-on counts what is shown" --fail-on low --severity critical layout
image broken <<<"$base
layer gzip damage=flip
text data hello"
code 3 "something not seen: 3 goes before 1" --fail-on low broken
is "$(found)" "$expected" "and the findings are printed"
code 1 "unless that is accepted" --fail-on low --allow-incomplete unreadable-layer broken
is "$(jq -c '[.coverage.gaps[] | [.kind, .allowed]]' .out)" '[["unreadable-layer",true]]' "and said"
code 0 "then nothing fails" --allow-incomplete unreadable-layer broken
code 3 "accepting something else changes nothing" --allow-incomplete limit broken
code 2 "2 goes before 3" --fail-on nothing broken
code 3 "no image at all" --fail-on low none

note "a baseline"
code 0 "nothing is new" --fail-on low --baseline first.json layout
sed 's/CVE-2030-0001/CVE-2029-9999/' first.json >older.json
code 1 "one is" --fail-on high --baseline older.json layout
code 0 "but is not as grave" --fail-on critical --baseline older.json layout
sed 's/CVE-2030-0002/CVE-2029-9999/' first.json >older.json
code 0 "a low one is" --fail-on high --baseline older.json layout
code 2 "a baseline that is none" --baseline os layout
code 2 "a baseline that is not there" --baseline none.json layout

note "a new database: only matching is done anew"
sed 's/3.0.2-1/3.0.1-1/g' feeds/debian.json >feeds2.json
mkdir feeds2 && mv feeds2.json feeds2/debian.json
"$PLIMSOLL" db build --quiet --db db2 feeds2 >/dev/null 2>&1
mkdir blobs-away && for d in $(cut -d' ' -f1 layout.digests); do mv "layout/blobs/sha256/${d#sha256:}" blobs-away/; done
run "$PLIMSOLL" scan --archives never --db db2 --format json --cache cache layout
is "$rc $(found)" "0 CVE-2030-0002 openssl" "without the layers, other findings"
mv blobs-away/* layout/blobs/sha256/

note "bills of materials"
for format in cyclonedx spdx; do
  exits 0 "$format is written" "$PLIMSOLL" sbom --no-cache --format $format --output bill.$format layout
  scan --no-cache bill.$format
  is "$rc $(found)" "0 $expected" "$format: the same is found in it"
done

note "explain"
explain() { run "$PLIMSOLL" explain --db db --no-cache "$@"; }
explain CVE-2030-0001 layout
is "$rc" 0 "explain: affected"
like "$out" 'openssl 3.0.1-1 \(amd64\): AFFECTED' "explain: the package"
like "$out" 'installed 3\.0\.1-1 is below the fixed version 3\.0\.2-1' "explain: the versions compared"
like "$out" 'record \* debian-tracker says fixed' "explain: the record's feed"
printf 'Package: openssl\nStatus: install ok installed\nVersion: 1\033[2J\302\2333\nArchitecture: amd64\nMaintainer: x\n\n' >hostile
image hostile-layout <<<"${base/status status/status hostile}"
explain CVE-2030-0001 hostile-layout
like "$out" 'openssl 1\\x1b\[2J\\u\{9b\}3 \(amd64\)' "explain: what a terminal would obey is shown as an escape"
explain CVE-2030-0004 layout
is "$rc" 0 "explain: not affected"
like "$out" 'fixed 2.0-1 \(amd64\): not affected' "explain: says so"
like "$out" 'installed 2\.0-1 is at or above the fixed version 2\.0-1' "explain: by the version"
explain CVE-1999-0001 layout
like "$out" 'No record of CVE-1999-0001' "explain: one that no record speaks of"
done_testing
