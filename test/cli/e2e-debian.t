#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `plimsoll scan` of a debootstrap image of five layers, from every place an image can lie: the same packages, findings and layers.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
. "$TOP/test/e2e.sh"
cd "$tmp" || exit 1
[ "$(id -u)" = 0 ] || { skip "debootstrap and dpkg --root need root"; done_testing; }
fixture_bookworm root || { skip "debootstrap cannot reach an archive"; done_testing; }
e2e_database

# Layer 0: debootstrap. 1: two packages are installed, one is purged. 2: one of the two is upgraded, a third comes. 3: the third goes, with
# whiteouts as umoci finds them. 4: a directory is replaced, opaque.
want() { dpkg-query --admindir="$1/var/lib/dpkg" -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' | grep '^.i ' | cut -f2- | LC_ALL=C sort; }
dpkg_root() { dpkg --root="$tmp/bundle/rootfs" --force-depends "$@" >>"$tmp/dpkg.log" 2>&1 || note "$(tail -3 "$tmp/dpkg.log")"; }
repack() { umoci repack --refresh-bundle --history.created_by "$1" --image lay:app bundle >/dev/null && want bundle/rootfs >"want.$2"; }
{
  umoci init --layout lay && umoci new --image lay:app && umoci insert --image lay:app --history.created_by "FROM debootstrap" root / && want root >want.0
  umoci unpack --image lay:app bundle
} >umoci.log 2>&1 || { fail "umoci makes an image" "$(cat umoci.log)"; done_testing; }
make_deb . plim-app 1.0-1 plim-app opt/plim/app etc/plim/app.conf
make_deb . plim-lib 1:2.0-1 "plim-src (3.0-1)" opt/plim/lib/lib
dpkg_root -i plim-app.deb plim-lib.deb
dpkg_root --purge tzdata
repack "RUN dpkg -i plim-app plim-lib" 1
make_deb . plim-app 1.1-1 plim-app opt/plim/app opt/plim/app-more
make_deb . plim-gone 1.0-1 plim-gone opt/gone/a opt/gone/b
dpkg_root -i plim-app.deb plim-gone.deb
repack "RUN dpkg -i plim-app plim-gone" 2
dpkg_root --purge plim-gone
repack "RUN dpkg --purge plim-gone" 3
mkdir -p other/plim && echo other >other/plim/app
umoci insert --image lay:app --opaque --history.created_by "COPY other /opt" other /opt >/dev/null
is "$(umoci stat --image lay:app --json | jq '.history | length')" 5 "an image of five layers"

scan 0 "the OCI layout" lay:app
packages report.json >packages.want && findings report.json >findings.want && layers report.json >layers.want
same packages.want want.3 "its packages are those of dpkg-query"
is "$(gaps report.json)" "" "nothing was left out"
is "$(jq -c '[.coverage.verified, .os.release]' report.json)" '[true,"debian:12"]' "verified, Debian 12"

# What introduced a package: the last layer before which it was not there in this version.
for i in 1 2 3; do comm -13 "want.$((i - 1))" "want.$i" | cut -f1,2 | sed "s/\$/\t$i/"; done >introduced
awk -F'\t' 'FILENAME == "introduced" { layer[$1, $2] = $3; next } { print $1 "\t" (($1, $2) in layer ? layer[$1, $2] : 0) }' introduced want.3 | LC_ALL=C sort >introduced.want
same layers.want introduced.want "each package has the layer whose status added it"
is "$(grep -c $'\t0$' layers.want) $(grep plim layers.want | tr '\t\n' '  ')" "$(($(wc -l <want.0) - 1)) plim-app 2 plim-lib 1 " "most are of the first, our own of theirs"
is "$(jq -r '.findings[] | select(.package.name == "plim-app") | .id + " " + (.layer | tostring)' report.json)" "CVE-2026-91005 2" "as have findings"
is "$(jq -r '.artifact.layers[].created_by' report.json | tail -4 | tr '\n' ',')" "RUN dpkg -i plim-app plim-lib,RUN dpkg -i plim-app plim-gone,RUN dpkg --purge plim-gone,COPY other /opt," "layers have their instruction"
{
  v=$(awk -F'\t' '$1 == "bash" { print $2 }' want.3)
  echo "CVE-2026-91001 bash $v fixed 99:1-1 CRITICAL"
  awk -F'\t' '$4 == "util-linux" { print "CVE-2026-91003 " $1 " " $2 " affected - NEGLIGIBLE" }' want.3
  echo "CVE-2026-91005 plim-app 1.1-1 fixed 1.2-1 MEDIUM"
  echo "CVE-2026-91006 plim-lib 1:2.0-1 fixed 3.1-1 LOW"
} | LC_ALL=C sort >findings.hand
same findings.want findings.hand "the findings are those of the advisories"

# all NAME ARGUMENT…: the same packages, findings and layers, everything verified
all() {
  scan 0 "$@"
  same <(packages report.json; findings report.json; layers report.json) <(cat packages.want findings.want layers.want) "$1: the same packages, findings and layers"
  is "$(jq -c '[.coverage.verified, (.artifact.layers | length)]' report.json)" '[true,5]' "$1: verified"
}
all "the layout without a tag" lay
tar cf lay.tar -C lay .
all "the layout as tar" lay.tar
gzip -1 -k lay.tar && zstd -q -1 lay.tar -o lay.tar.zst
all "the tar, gzip" lay.tar.gz
all "the tar, zstd" lay.tar.zst
rm -f lay.tar.zst
all "the tar from a pipe" - < <(cat lay.tar.gz)
all "the tar from standard input" - <lay.tar
rm -f lay.tar lay.tar.gz
skopeo copy -q --dest-compress-format zstd --dest-compress --dest-compress-level 1 oci:lay:app oci:zlay:app
all "zstd layers" zlay
rm -rf zlay
skopeo copy -q oci:lay:app docker-archive:saved.tar:example.com/plim/app:5
all "docker-archive of skopeo" saved.tar
all "it from a pipe" - < <(cat saved.tar)

umoci unpack --image lay:app final >/dev/null
scan 0 "the unpacked root" final/rootfs
same <(packages report.json; findings report.json) <(cat packages.want findings.want) "a directory: the same packages and findings"
is "$(jq -c '[.coverage.verified, ([.packages[].layer] | unique)]' report.json)" '[false,[null]]' "a directory: not verified, no layers"
rm -rf final bundle

if command -v dockerd >/dev/null && fixture_dockerd "$tmp/dockerd"; then
  $docker load -qi saved.tar >/dev/null
  rm -f saved.tar
  export PLIMSOLL_DOCKER_ROOT=$tmp/dockerd/data
  all "Docker's store" docker:example.com/plim/app:5
  all "by itself" example.com/plim/app:5
  $docker save example.com/plim/app:5 -o dsave.tar
  all "docker save" dsave.tar
  all "docker save in a pipe" - < <($docker save example.com/plim/app:5)
  rm -f dsave.tar
  kill "$dockerd_pid" && wait "$dockerd_pid"
  all "Docker's store without its daemon" docker:example.com/plim/app:5
  export PLIMSOLL_DOCKER_ROOT=$tmp/none
  umount -q "$tmp"/dockerd/data/* 2>/dev/null
  rm -rf dockerd/data
else
  skip "dockerd does not start here"
fi

if skopeo copy -q oci:lay:app "containers-storage:[overlay@$tmp/store+$tmp/run]docker.io/library/stored:5" 2>err.txt; then
  PLIMSOLL_PODMAN_ROOT=$tmp/store all "Podman's store" podman:stored:5
  umount -q store/overlay 2>/dev/null
  rm -rf store
else
  skip "containers-storage: $(head -1 err.txt)"
fi

if command -v ctr >/dev/null && fixture_containerd "$tmp/ctd"; then
  tar c -C lay . | $ctr images import --no-unpack --base-name docker.io/library/plim - >/dev/null
  PLIMSOLL_CONTAINERD_ROOT=$tmp/ctd/root all "containerd's store" containerd:plim:app
else
  skip "containerd does not start here"
fi

# The cache: a second scan reads no layer again and says the same.
for i in 1 2; do "$PLIMSOLL" scan --quiet --archives never --cache "$tmp/facts" --format json lay >"cached.$i" 2>err.txt; done
same cached.1 cached.2 "the second scan, from the cache, is the first to the byte"
mkdir broken && cp -r lay broken/lay
blob=$(jq -r '.artifact.layers[1].digest' cached.1 | cut -d: -f2)
printf x | dd of="broken/lay/blobs/sha256/$blob" bs=1 seek=100 conv=notrunc 2>/dev/null
scan 3 "a changed byte in a layer" broken/lay
like "$(gaps report.json)" unreadable-layer "is a gap"
same <(layers report.json | grep -c $'\t0$') <(grep -c $'\t0$' layers.want) "and the other layers are still read"
done_testing
