#!/bin/bash
# Licences: what sources write as SPDX expressions, and lists of those allowed and denied. Held against what npm's own reader of SPDX says.
. "$TOP/test/lib.sh" || exit 1
cd "$tmp" || exit 1
mkdir -p root/etc root/var/lib/dpkg root/app/node_modules
printf 'ID=debian\nVERSION_ID="12"\n' >root/etc/os-release
# Debian packages that are installed here, with their own copyright files.
for p in $(dpkg-query -W -f '${Package}\n' | sort -u); do
    [ -f "/usr/share/doc/$p/copyright" ] || continue
    head -1 "/usr/share/doc/$p/copyright" | grep -q '^Format:' || continue
    mkdir -p "root/usr/share/doc/$p"
    cp -L "/usr/share/doc/$p/copyright" "root/usr/share/doc/$p/copyright"
    printf 'Package: %s\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n' "$p"
done >root/var/lib/dpkg/status
npm=$(dirname "$(readlink -f "$(command -v npm)")")/..
cp -rL "$npm/node_modules/." root/app/node_modules/
own() { mkdir -p "root/app/node_modules/$1" && printf '{"name": "%s", "version": "1.0.0"%s}' "$1" "$2" >"root/app/node_modules/$1/package.json"; }
own denied ', "license": "AGPL-3.0"'
own choice ', "license": "(MIT OR AGPL-3.0-only)"'
own both ', "license": "MIT AND AGPL-3.0-only"'
own old ', "licenses": [{"type": "MIT"}, {"type": "Apache 2.0"}]'
own object ', "license": {"type": "GPLv2+", "url": "x"}'
own unknown ', "license": "Our own terms"'
own silent ''
scan() { run "$PLIMSOLL" scan --archives never --db none --secrets off --format json --allow-incomplete no-database "$@" root; }
found() { printf %s "$out" | jq -r '.findings[] | select(.kind == "license") | .severity + " " + .id + " " + .package.name' | sort; }

scan
is "$rc" 0 "all was looked at"
is "$(found)" "" "without lists licences are inventory"
is "$(printf %s "$out" | jq -r '.packages[] | select(.version == "1.0.0" and (.name | IN("denied", "choice", "both", "old", "object", "unknown", "silent"))) | .name + ": " + (.license_expression // "-")' | sort)" \
    "both: MIT AND AGPL-3.0-only
choice: MIT OR AGPL-3.0-only
denied: AGPL-3.0-only
object: GPL-2.0-or-later
old: MIT OR Apache-2.0
silent: -
unknown: LicenseRef-Our-own-terms" "strings, objects and lists of npm"
is "$(printf %s "$out" | jq '[.packages[] | select((.license == null) != (.license_expression == null))] | length')" 0 "every stated licence has an expression"
printf %s "$out" | jq -r '.packages[].license_expression // empty' | sort -u >expressions
[ "$(wc -l <expressions)" -ge 20 ] && pass "many expressions: $(wc -l <expressions)" || fail "too few expressions" "$(cat expressions)"
cat >parse.js <<'JS'
// The list behind npm's parser is as old as the npm that is installed: an id that it lacks, but the edition of the list that we have knows, is no fault of the expression.
const parse = require("spdx-expression-parse"), fs = require("fs"), lines = fs.readFileSync("expressions", "utf8").trim().split("\n");
const ids = new Set([...fs.readFileSync(process.argv[2], "utf8").matchAll(/^LICENSE_ID\("(.*)"\)/gm)].map(m => m[1]));
const known = id => { try { parse(id); return true; } catch { return false; } };
for (const line of lines)
    try { parse(line.replace(/[\w.-]+/g, id => ids.has(id) && !known(id) ? "MIT" : id)); } catch (e) { console.log(line + ": " + e.message); }
JS
is "$(NODE_PATH=root/app/node_modules node parse.js "$TOP/src/model/license-id.list.h" 2>&1)" "" "npm's spdx-expression-parse takes every expression"
known=$(printf %s "$out" | jq '[.packages[] | select(.type == "npm" and .license_expression != null) | .license_expression | select(contains("LicenseRef-"))] | length')
is "$known" 1 "of npm's own tree every licence is known; ours is the one that is not"
note "of $(printf %s "$out" | jq '[.packages[] | select(.type == "deb")] | length') Debian packages $(printf %s "$out" | jq '[.packages[] | select(.type == "deb" and (.license_expression | contains("LicenseRef-") | not))] | length') have known licences only"
[ "$(printf %s "$out" | jq '[.packages[] | select(.type == "deb" and .license_expression != null)] | length')" -ge 20 ] && pass "Debian's copyright files" || fail "too few Debian packages with licences"

mine() { found | grep -E ' (denied|choice|both|old|object|unknown|silent)$'; }
scan --license-deny 'AGPL-*'
is "$(mine)" "HIGH LICENSE-DENIED both
HIGH LICENSE-DENIED denied" "denied: not where another one may be chosen"
like "$(printf %s "$out" | jq -r '.findings[] | select(.package.name == "both") | .title')" "^Licence AGPL-3.0-only is on the list" "the title names it"
scan --license-allow 'MIT,ISC' --license-allow Apache-2.0 --license-deny 'AGPL-*'
is "$(mine)" "HIGH LICENSE-DENIED both
HIGH LICENSE-DENIED denied
LOW LICENSE-UNKNOWN silent
LOW LICENSE-UNKNOWN unknown
MEDIUM LICENSE-NOT-ALLOWED object" "allowed: what is not on the list, and what is not known"
scan --license-allow '*'
is "$(mine)" "LOW LICENSE-UNKNOWN silent" "a package that states none is visible even then"
exits 1 "they count for --fail-on" "$PLIMSOLL" scan --archives never --db none --secrets off --allow-incomplete no-database --license-deny 'AGPL-*' --fail-on high root
like "$out" "LICENSE-DENIED" "the table has them"
printf 'scan:\n  license-deny: ["AGPL-*"]\n' >p.yaml
scan --config p.yaml
like "$(mine)" "HIGH LICENSE-DENIED denied" "lists in the configuration"
exits 2 "a name that would never match" "$PLIMSOLL" scan --license-deny GPL-9 root
like "$err" "'GPL-9' is no licence of SPDX" "it says which"
exits 2 "a name of yesterday" "$PLIMSOLL" scan --license-deny MIT,GPL-2.0 root
like "$err" "expected GPL-2.0-only" "it says what is meant"
exits 2 "an empty name" "$PLIMSOLL" scan --license-deny MIT,, root

run "$PLIMSOLL" sbom --format cyclonedx root
is "$(printf %s "$out" | jq -c '.components[] | select(.name == "object") | .licenses')" '[{"expression":"GPL-2.0-or-later"}]' "CycloneDX: the expression"
is "$(printf %s "$out" | jq -r '.components[] | select(.name == "object") | .properties[] | select(.name == "plimsoll:license") | .value')" "GPLv2+" "beside what the source writes"
run "$PLIMSOLL" sbom --format spdx root
is "$(printf %s "$out" | jq -r '.packages[] | select(.name == "both") | .licenseDeclared')" "MIT AND AGPL-3.0-only" "SPDX: the expression"
is "$(printf %s "$out" | jq -r '([.packages[].licenseDeclared | scan("LicenseRef-[A-Za-z0-9.-]+")] | unique) - [.hasExtractedLicensingInfos[].licenseId] | length')" 0 "SPDX: every reference is explained"
is "$(printf %s "$out" | jq -r '.hasExtractedLicensingInfos[] | select(.licenseId == "LicenseRef-Our-own-terms") | .extractedText')" "Our own terms" "by what the source writes"
done_testing
