#!/bin/bash
# Language packages: what is one, whose they are, what is left out, source repositories, and all of it through SBOMs.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
packages() { jq -r '.packages[] | [.type, .name, .version, ([select(.declared) | "declared"] + [select(.development) | "dev"] + [select(.optional) | "optional"] | join(",")), ([.locations[] | "\(.path):\(.line)"] | join(" "))] | join(" ")' .out; }

note "a source repository"
mkdir -p repo/.git repo/app/node_modules/left repo/build
cat >repo/app/package-lock.json <<'JSON'
{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
  "": {"name": "app", "version": "1.0.0", "dependencies": {"left": "1.0.0", "right": "2.0.0"}, "devDependencies": {"tool": "3.0.0"}},
  "node_modules/left": {"version": "1.0.0"},
  "node_modules/right": {"version": "2.0.0"},
  "node_modules/tool": {"version": "3.0.0", "dev": true}
}}
JSON
cp repo/app/package-lock.json repo/.git/package-lock.json
sed 's/right/ignored/g' repo/app/package-lock.json >repo/build/package-lock.json
echo build/ >repo/.gitignore
echo '{"name": "left", "version": "1.0.0"}' >repo/app/node_modules/left/package.json
scan --repo repo
want='npm ignored 2.0.0 declared build/package-lock.json:4
npm left 1.0.0  app/node_modules/left/package.json:1 app/package-lock.json:3 build/package-lock.json:3
npm right 2.0.0 declared app/package-lock.json:4'
is "$(packages)" "$want" "lock files and what is installed are one; .git is left out, what .gitignore names is not"
is "$(jq -r '.artifact.kind, .summary.left_out' .out | paste -sd' ')" "repository 1" "it is a repository, and what is for development is counted"
is "$(gaps)" "no-advisories npm the advisory database has no data for this ecosystem: no package of it could be matched (plimsoll db status shows what it has)" \
  "without a distribution nothing is missed"
like "$("$PLIMSOLL" scan --db db --repo repo 2>&1 | head -2)" $'^Repository repo\n  contents ' "people are told so, and nothing of a system"
scan --repo --include-dev repo
is "$(packages | tail -1)" "npm tool 3.0.0 declared,dev app/package-lock.json:5 build/package-lock.json:5" "--include-dev keeps it, and it is marked"
scan --source repo --include-dev repo
is "$(packages | wc -l)" 4 "--source repo is the same"
exits 3 "a directory that looks like no root" "$PLIMSOLL" scan --db db repo
like "$err" '\-\-repo as a source repository' "names --repo"

note "through SBOMs"
scan --repo --include-dev repo
jq -S '[.packages[] | del(.source)]' .out >want
for format in cyclonedx spdx; do
  "$PLIMSOLL" sbom --repo --include-dev --format $format --output "sbom.$format" repo
  scan --include-dev "sbom.$format"
  jq -S '[.packages[] | del(.source)]' .out >got
  same got want "$format: the same packages, flags, lines and places"
  scan "sbom.$format"
  is "$(jq .summary.left_out .out)" 1 "$format: what is for development is left out"
done

note "a system without packages of its own"
mkdir -p bare/etc && cp os bare/etc/os-release && cp -r repo/app bare/
scan bare
like "$(jq -r '.coverage.gaps[] | .kind + " " + .subject + " " + .reason' .out)" 'no-packages debian it says that it is Debian 12, but has no package database' "that names its distribution is told"

note "packages of the distribution"
debs=(python3-requests node-semver ruby-rack)
mkdir debs
if (cd debs && apt-get download -q "${debs[@]}") >/dev/null 2>&1 && [ "$(ls debs/*.deb | wc -l)" = ${#debs[@]} ]; then
  mkdir -p root/etc root/var/lib/dpkg/{info,updates} root/usr/{bin,lib}
  ln -s usr/lib root/lib
  cp os root/etc/os-release
  touch root/var/lib/dpkg/{status,available}
  dpkg --root="$tmp/root" --force-all --unpack debs/*.deb >/dev/null 2>&1
  scan root
  owners() { jq -r '(.packages | map({(.ref): .name}) | add) as $names | .packages[] | select(.type == "'"$1"'") | .name + " " + (if .owner then $names[.owner] else "-" end)' .out; }
  is "$(owners pypi)" "requests python3-requests" "python3-requests owns requests"
  is "$(owners npm | grep -x 'semver .*')" "semver node-semver" "node-semver owns semver"
  is "$(owners gem | grep -x 'rack .*')" "rack ruby-rack" "ruby-rack owns rack"
  unlike "$(gaps)" 'no-advisories (npm|pypi|rubygems)' "no language's advisories are missed for them"
  "$PLIMSOLL" sbom --format cyclonedx --output root.cdx root
  scan root.cdx
  is "$(owners pypi)" "requests python3-requests" "the SBOM tells the owner"
  mkdir -p root/usr/local/lib/python3.11/dist-packages/other-1.0.dist-info
  printf 'Metadata-Version: 2.1\nName: other\nVersion: 1.0\n' >root/usr/local/lib/python3.11/dist-packages/other-1.0.dist-info/METADATA
  scan root
  is "$(owners pypi | sort)" "other -
requests python3-requests" "what pip put beside it is its own"
  like "$(gaps)" 'no-advisories pypi' "and would be matched with the language's advisories"
else
  skip "no Debian archive is reached"
fi
done_testing
