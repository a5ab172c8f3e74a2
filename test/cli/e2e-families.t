#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `plimsoll scan` of an image of each package family, as a directory and as an image of two layers (the operating system, its packages):
# exactly the findings of the made-up advisories. A distribution without advisories is a gap.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
. "$TOP/test/e2e.sh"
cd "$tmp" || exit 1
e2e_database

# root DIR ID VERSION_ID: a root file system of that os-release
root() {
  mkdir -p "$1/etc" "$1/usr/lib"
  printf 'ID="%s"\nVERSION_ID="%s"\nPRETTY_NAME="Test %s %s"\n' "$2" "$3" "$2" "$3" >"$1/usr/lib/os-release"
  ln -s ../usr/lib/os-release "$1/etc/os-release"
}
umoci init --layout lay
# both NAME RC ROOT: scans the directory and an image made of it; JSON in dir.json and image.json
both() {
  local name=$1 want=$2 root=$3 tag
  tag=$(basename "$root")
  scan "$want" "$name: as a directory" "$root"
  mv report.json dir.json
  umoci new --image "lay:$tag" && umoci insert --image "lay:$tag" --history.created_by "COPY os" "$root/usr/lib/os-release" /usr/lib/os-release &&
    umoci insert --image "lay:$tag" --history.created_by "COPY packages" "$root" / >/dev/null
  scan "$want" "$name: as an image" "lay:$tag"
  mv report.json image.json
  same <(packages image.json; findings image.json; gaps image.json) <(packages dir.json; findings dir.json; gaps dir.json) "$name: directory and image agree"
}
# finds NAME ROOT RELEASE LINE…: exactly these findings, all of the second layer
finds() {
  local name=$1 root=$2 release=$3
  shift 3
  both "$name" 0 "$root"
  is "$(findings dir.json)" "$(printf '%s\n' "$@")" "$name: the findings"
  is "$(jq -c '[.os.release, ([.findings[].layer] | unique)]' image.json)" "[\"$release\",[1]]" "$name: release and layer"
}
# misses NAME ROOT GAP: packages, no findings, exit code 3
misses() {
  both "$1" 3 "$2"
  is "$(jq '.findings | length' dir.json) $(gaps dir.json)" "0 $3 " "$1: no findings, and why"
  [ "$(jq '.packages | length' dir.json)" -gt 0 ] && pass "$1: packages are listed" || fail "$1: packages are listed"
}

note "rpm"
run "$TOP/test/make-rpmdb.sh" "$tmp/db" 3
is "$rc" 0 "databases are made" || note "$err"
# rpm_root FORM ID VERSION_ID PLACE: $root
rpm_root() {
  root=rpm-$2-$3-$1
  root "$root" "$2" "$3"
  mkdir -p "$root/$4"
  cp -r "db/$1/." "$root/$4/"
}
rhel=("CVE-2026-93001 tiny1 1.1-3.el9_4 fixed 2.0-1.el9 CRITICAL" "CVE-2026-93002 modular 1:18.19.0-3.el9_4 fixed 1:18.20.0-1.module+el9 CRITICAL"
  "CVE-2026-93004 many-files 2.0~rc1-3.el9_4 fixed 2.0-1.el9 CRITICAL")
rpm_root sqlite rhel 9.4 var/lib/rpm
finds "RHEL 9, sqlite" "$root" rhel:9 "${rhel[@]}"
rpm_root sqlite centos 9 usr/lib/sysimage/rpm
finds "CentOS Stream 9, sqlite below /usr/lib/sysimage" "$root" rhel:9 "${rhel[@]}"
for form in ndb bdb bdb-big; do
  rpm_root $form rhel 9.2 var/lib/rpm
  finds "RHEL 9, $form" "$root" rhel:9 "${rhel[@]}"
done
rpm_root sqlite almalinux 9.4 var/lib/rpm
finds "AlmaLinux 9" "$root" almalinux:9 "CVE-2026-94001 tiny1 1.1-3.el9_4 fixed 2.0-1.el9 HIGH"
rpm_root bdb rocky 9.4 var/lib/rpm
# Rocky's OSV records are about sources; a package of a module takes no record of none.
finds "Rocky 9, bdb" "$root" rocky:9 "CVE-2026-95001 bundle 1.0-3.el9_4 fixed 1.0-4.el9 MEDIUM" "CVE-2026-95001 many-files 2.0~rc1-3.el9_4 fixed 1.0-4.el9 MEDIUM" \
  "CVE-2026-95001 tiny1 1.1-3.el9_4 fixed 1.0-4.el9 MEDIUM" "CVE-2026-95001 tiny2 2.2-3.el9_4 fixed 1.0-4.el9 MEDIUM" "CVE-2026-95001 tiny3 3.3-3.el9_4 fixed 1.0-4.el9 MEDIUM"
rpm_root ndb amzn 2023 var/lib/rpm
finds "Amazon 2023, ndb" "$root" amazon:2023 "CVE-2026-96001 tiny1 1.1-3.el9_4 fixed 2.0-1.amzn2023 HIGH" \
  "CVE-2026-96002 tiny2 2.2-3.el9_4 fixed 99-1.amzn2023 HIGH"
rpm_root sqlite almalinux 10.0 var/lib/rpm
misses "a release without advisories" "$root" no-advisories
rpm_root sqlite plimos 1 var/lib/rpm
misses "a distribution that nobody knows" "$root" unsupported-os

note "apk"
# apk_database FILE: what `apk add` writes, of three packages of two sources
apk_database() {
  mkdir -p "$(dirname "$1")"
  local name version origin
  while read -r name version origin; do
    printf 'C:Q1%s=\nP:%s\nV:%s\nA:x86_64\nS:100\nI:300\nT:of a test\nU:https://example.org\nL:MIT\no:%s\nm:Test <test@example.org>\nt:1790000000\nF:usr\nF:usr/bin\nR:%s\na:0:0:755\nZ:Q1%s=\n\n' \
      "$(printf %s "$name" | openssl sha1 -binary | base64 | tr -d =)" "$name" "$version" "$origin" "$name" \
      "$(printf %s "$version" | openssl sha1 -binary | base64 | tr -d =)"
  done >"$1" <<'END'
plim-ship 1.2.3-r1 plim-ship
plim-ship-libs 1.2.3-r1 plim-ship
plim-mast 1.2.3-r1 plim-mast
END
}
alpine=("CVE-2026-92001 plim-ship 1.2.3-r1 fixed 1.2.3-r2 CRITICAL" "CVE-2026-92001 plim-ship-libs 1.2.3-r1 fixed 1.2.3-r2 CRITICAL")
root apk-2 alpine 3.22.1
apk_database apk-2/lib/apk/db/installed
finds "Alpine 3.22, where apk 2 has its database" apk-2 alpine:3.22 "${alpine[@]}"
root apk-3 alpine 3.22.1
apk_database apk-3/usr/lib/apk/db/installed
ln -s usr/lib apk-3/lib
finds "Alpine 3.22, where apk 3 has it" apk-3 alpine:3.22 "${alpine[@]}"
root apk-old alpine 3.20.0
apk_database apk-old/lib/apk/db/installed
misses "a release of Alpine without advisories" apk-old no-advisories
root apk-other plimpine 3.22
apk_database apk-other/lib/apk/db/installed
misses "a distribution with apk that nobody knows" apk-other unsupported-os

note "distroless"
# distroless ROOT VERSION_ID
distroless() {
  root "$1" debian "$2"
  mkdir -p "$1/var/lib/dpkg/status.d"
  printf 'Package: plim-distroless\nVersion: 1.9-1\nArchitecture: amd64\nMaintainer: Test <test@example.org>\nDescription: of a test\n' >"$1/var/lib/dpkg/status.d/plim-distroless"
  printf 'Package: plim-lib\nSource: plim-src (3.1-1)\nVersion: 1:2.1-1\nArchitecture: amd64\nDescription: at the fix\n' >"$1/var/lib/dpkg/status.d/plim-lib"
  printf '0123456789abcdef0123456789abcdef  usr/bin/plim\n' >"$1/var/lib/dpkg/status.d/plim-lib.md5sums"
}
distroless dist-12 12
finds "distroless of Debian 12" dist-12 debian:12 "CVE-2026-91010 plim-distroless 1.9-1 fixed 2.0-1 CRITICAL"
distroless dist-13 13
misses "distroless of a release without advisories" dist-13 no-advisories

note "what is no distribution"
mkdir -p scratch/app && echo x >scratch/app/x
scan 3 "an image of one program" dir:scratch
is "$(jq '.packages | length' report.json) $(gaps report.json)" "0 no-packages unsupported-os " "has no packages, and says so"
scan 3 "a known distribution without a database" --db "$tmp/none.db" apk-2
is "$(gaps report.json)" "no-database " "says so"
scan 0 "a named gap is accepted" --allow-incomplete no-advisories dist-13
is "$(jq -c '[.exit.incomplete, .coverage.gaps[0].allowed]' report.json)" '[false,true]' "and stays in the report"

note "layers that end early"
# cut.py LAYOUT: images of one layer whose last entry, dpkg's status of 700 bytes, ends at byte N of the layer
cat >cut.py <<'END'
import hashlib, io, json, os, sys, tarfile
out = io.BytesIO()
tar = tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT)
status = b"Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\nDescription: x\n"
status += b" " + b"y" * (700 - len(status) - 2) + b"\n"
for name, data in (("etc/os-release", b"ID=debian\nVERSION_ID=12\n"), ("var/lib/dpkg/status", status)):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
end = tar.offset - 1024 + len(status)
os.makedirs("cut/blobs/sha256")
def blob(data):
    digest = hashlib.sha256(data).hexdigest()
    open("cut/blobs/sha256/" + digest, "wb").write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}
images = []
for tag, size in (("whole", 10240), ("marked", end + 324 + 1024), ("filled", end + 324), ("half-filled", end + 100), ("bare", end), ("cut", end - 1), ("cut-more", end - 300),
                  ("header", 1024 + 300), ("half-mark", end + 324 + 100)):
    raw = (out.getvalue() + b"\0" * 10240)[:size]
    layer = blob(raw)
    config = blob(json.dumps({"os": "linux", "architecture": "amd64", "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}).encode())
    manifest = json.dumps({"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
                           "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **layer}]}).encode()
    images.append({"mediaType": "application/vnd.oci.image.manifest.v1+json", **blob(manifest), "annotations": {"org.opencontainers.image.ref.name": tag}})
open("cut/index.json", "w").write(json.dumps({"schemaVersion": 2, "manifests": images}))
open("cut/oci-layout", "w").write('{"imageLayoutVersion":"1.0.0"}')
END
python3 cut.py
for tag in whole marked filled half-filled bare; do
  scan 0 "a layer that ends well: $tag" "cut:$tag"
  is "$(findings report.json | cut -d' ' -f1-3)" "CVE-2026-91001 bash 5.2-1" "its package is found: $tag"
done
for tag in cut cut-more header half-mark; do
  scan 3 "a layer that is cut: $tag" "cut:$tag"
  like "$(gaps report.json)" "unreadable-layer" "is a gap: $tag"
done
done_testing
