#!/bin/bash
# Packages of languages judged by advisories, as users meet it: one finding for all names of a vulnerability, malicious packages, headers of the kernel,
# ecosystems without data.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
export SOURCE_DATE_EPOCH=1900000000 PLIMSOLL_DB=$tmp/advisories.db

mkdir -p "$tmp/feeds" "$tmp/root/etc" "$tmp/root/var/lib/dpkg" "$tmp/root/app/node_modules"/{ship,shlp,rope}
npm() { printf '{"package":{"ecosystem":"npm","name":"%s"},"ranges":[{"type":"SEMVER","events":[%s]}]}' "$1" "$2"; }
{
  echo '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2030-01-01T00:00:00Z","aliases":["CVE-2030-0001"],"summary":"Ship","affected":['"$(npm ship '{"introduced":"0"},{"fixed":"1.5.0"}')"']}'
  echo '{"id":"OTHER-1","modified":"2030-01-01T00:00:00Z","aliases":["GHSA-aaaa-bbbb-cccc"],"affected":['"$(npm ship '{"introduced":"1.0.0"},{"fixed":"1.4.0"}')"']}'
  echo '{"id":"GHSA-dddd-eeee-ffff","modified":"2030-01-01T00:00:00Z","summary":"Two branches","affected":['"$(npm ship '{"introduced":"0"},{"fixed":"0.9.1"},{"introduced":"1.0.0"},{"fixed":"1.3.0"}')"']}'
  echo '{"id":"GHSA-gggg-hhhh-iiii","modified":"2030-01-01T00:00:00Z","withdrawn":"2030-01-02T00:00:00Z","affected":['"$(npm ship '{"introduced":"0"}')"']}'
  echo '{"id":"MAL-2030-1","modified":"2030-01-01T00:00:00Z","summary":"Malicious code in shlp","affected":['"$(npm shlp '{"introduced":"0"}')"']}'
} >"$tmp/feeds/osv.jsonl"
echo '{"id":"CVE-2030-0009","modified":"2030-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"linux"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"6.1.9-1"}]}]}]}' >"$tmp/feeds/debian.jsonl"
printf 'ID=debian\nVERSION_ID="12"\n' >"$tmp/root/etc/os-release"
printf 'Package: linux-libc-dev\nSource: linux\nStatus: install ok installed\nVersion: 6.1.1-1\nArchitecture: amd64\n' >"$tmp/root/var/lib/dpkg/status"
for p in ship:1.2.0 shlp:0.0.1 rope:3.0.0; do printf '{"name":"%s","version":"%s"}' "${p%:*}" "${p#*:}" >"$tmp/root/app/node_modules/${p%:*}/package.json"; done
scan() { "$PLIMSOLL" scan --quiet --archives never --no-cache --format json "$@" "$tmp/root"; }
found() { jq -r '.findings[] | "\(.kind) \(.id) \(.severity) \(.package.name) \(.fixed_version // "-") \((.advisories // []) | join(" "))"' <<<"$out" | sort; }

exits 0 "the database is built" "$PLIMSOLL" db build --quiet "$tmp/feeds"
exits 0 "a scan" scan
is "$(found)" "malicious-package MAL-2030-1 CRITICAL shlp - 
vulnerability CVE-2030-0001 UNKNOWN ship 1.5.0 GHSA-aaaa-bbbb-cccc OTHER-1
vulnerability GHSA-dddd-eeee-ffff UNKNOWN ship 1.3.0 " "has one finding for all names, the fix that mends all, malicious packages, and nothing withdrawn"
is "$(jq -c '[.summary.kernel_headers, .summary.kinds["malicious-package"]]' <<<"$out")" "[1,1]" "the kernel's flaw is counted for its headers"
exits 0 "a scan with --kernel-headers" scan --kernel-headers
like "$(found)" 'vulnerability CVE-2030-0009 UNKNOWN linux-libc-dev 6.1.9-1' "reports it"

exits 0 "explain by another name" "$PLIMSOLL" explain --no-cache GHSA-aaaa-bbbb-cccc "$tmp/root"
like "$out" 'installed 1.2.0 is below the fixed version 1.5.0' "says why"
exits 0 "explain of the kernel's flaw" "$PLIMSOLL" explain --no-cache CVE-2030-0009 "$tmp/root"
like "$out" 'linux-libc-dev 6.1.1-1 .amd64.: not reported' "says that it is not reported"
like "$out" 'but +it holds only headers of the kernel' "... and why"
exits 0 "db get by another name" "$PLIMSOLL" db get OTHER-1
like "$out" 'CVE-2030-0001' "shows the vulnerability"

rm "$tmp/feeds/osv.jsonl"
exits 0 "a database without npm" "$PLIMSOLL" db build --quiet "$tmp/feeds"
exits 3 "a scan with it" scan
is "$(jq -r '.coverage.gaps[] | select(.kind == "no-advisories") | .subject' <<<"$out")" npm "names the ecosystem"
done_testing
