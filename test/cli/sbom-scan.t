#!/bin/bash
# An SBOM of ours is scanned as what it was made from.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir -p "$tmp/root/etc" "$tmp/root/var/lib/dpkg"
printf 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n' >"$tmp/root/etc/os-release"
printf 'Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl (3.0.11-1~deb12u1)\nVersion: 3.0.11-1~deb12u2\n\nPackage: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nSource: zlib\nVersion: 1:1.2.13.dfsg-1\n' >"$tmp/root/var/lib/dpkg/status"
export SOURCE_DATE_EPOCH=1767225600
what='{os, packages, findings, release: .os.release}'
exits 3 "without a database the result is incomplete" "$PLIMSOLL" scan --format json --db "$tmp/none" "$tmp/root"
want=$(jq -S "$what" "$tmp/.out")
is "$(printf '%s' "$want" | jq '.packages | length')" 2 "two packages"
for format in cyclonedx spdx; do
  exits 0 "$format: is written" "$PLIMSOLL" sbom --format $format --output "$tmp/$format" "$tmp/root"
  exits 3 "$format: is scanned, and is incomplete for the same reason" "$PLIMSOLL" scan --format json --db "$tmp/none" "$tmp/$format"
  is "$(jq -S "$what" "$tmp/.out")" "$want" "$format: the same system, packages and findings"
done
printf '{"bomFormat": "CycloneDX", "specVersion": "9.9"}' >"$tmp/bad.json"
exits 3 "an SBOM that cannot be read" "$PLIMSOLL" scan "$tmp/bad.json"
like "$err" 'bad.json:1:43.*CycloneDX version "9.9"' "is refused with its place"
done_testing
