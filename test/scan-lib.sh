# SPDX-License-Identifier: Apache-2.0
# What the tests of `plimsoll scan` share: a small system, an advisory database of our own records about it, images by mkimage.py.
# `. "$TOP/test/scan-lib.sh"` after lib.sh; works in $tmp.

# scan_fixture: the files os, status, none, feeds/ and the database db; `base` (lines of mkimage.py: the layer that holds the system)
# and `expected` (what is found in it).
scan_fixture() {
  export SOURCE_DATE_EPOCH=1893456000
  cd "${tmp:?}" || exit 1
  printf 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian 12"\n' >os
  printf 'Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: amd64\nMaintainer: x\n\n' \
    openssl 3.0.1-1 zlib1g 1:1.2-1 fixed 2.0-1 >status
  printf 'Package: none\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n' >none
  mkdir feeds
  cat >feeds/debian.json <<'JSON'
{"openssl": {
  "CVE-2030-0001": {"description": "A flaw in openssl", "scope": "remote", "releases": {
    "bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.2-1"}, "fixed_version": "3.0.2-1", "urgency": "high"}}},
  "CVE-2030-0002": {"releases": {"bookworm": {"status": "open", "repositories": {"bookworm": "3.0.1-1"}, "urgency": "low"}}}},
 "zlib1g": {"CVE-2030-0003": {"releases": {
    "bookworm": {"status": "resolved", "repositories": {"bookworm": "1:1.1-1"}, "fixed_version": "1:1.1-1", "urgency": "medium"}}}},
 "fixed": {"CVE-2030-0004": {"releases": {
    "bookworm": {"status": "resolved", "repositories": {"bookworm": "2.0-1"}, "fixed_version": "2.0-1", "urgency": "high"}}}}}
JSON
  "$PLIMSOLL" db build --quiet --db db feeds >/dev/null 2>&1 || fail "the database is built"
  base="layer gzip
file etc/os-release os
file var/lib/dpkg/status status"
  expected="CVE-2030-0001 openssl
CVE-2030-0002 openssl"
}
# image NAME: from lines on standard input; NAME.digests has "BLOB DIFF_ID" of its layers.
image() { rm -rf "$1"; python3 "$TOP/test/mkimage.py" "$1" >"$1.digests"; }
# scan OPTION… IMAGE: $rc, $err, and the report in .out
scan() { run "$PLIMSOLL" scan --archives never --db db --format json --allow-incomplete no-packages "$@"; }
# found: "ID PACKAGE" of the last report; gaps: "KIND SUBJECT REASON" of its gaps that are not allowed.
found() { jq -r '.findings[] | .id + " " + (.package.name // "")' .out | sort; }
gaps() { jq -r '.coverage.gaps[] | select(.allowed | not) | .kind + " " + .subject + " " + .reason' .out; }
