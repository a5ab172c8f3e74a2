#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Images as real tools write them: umoci, skopeo, dockerd, containerd, containers-storage. The inspector reads every layer to its end
# and compares both digests.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
inspect=$BUILD/test/unit/image-inspect
export PLIMSOLL_DOCKER_ROOT=$tmp/none PLIMSOLL_CONTAINERD_ROOT=$tmp/none PLIMSOLL_PODMAN_ROOT=$tmp/none TMPDIR=$tmp
cd "$tmp" || exit 1

fixture_small root
fixture_layout lay root >/dev/null 2>&1
id=$("$inspect" lay:two | sed -n 's/^id //p')

# whole NAME ARGUMENT…: the image "two" with all layers verified
whole() {
  local name=$1
  shift
  run "$inspect" "$@"
  is "$rc $(printf '%s\n' "$out" | grep -c '^verified . yes') $(printf '%s\n' "$out" | sed -n 's/^id //p')" "0 3 $id" "$name"
}
# refused NAME REGEX ARGUMENT…
refused() {
  local name=$1 words=$2
  shift 2
  run "$inspect" "$@"
  if [ "$rc" = 1 ]; then like "$err" "$words" "$name"; else fail "$name" "exit code $rc, expected 1" "$out" "$err"; fi
}

note "OCI layouts"
whole "a layout by tag" lay:two
whole "with --source" --source oci lay:two
whole "with a prefix" oci:lay:two
whole "by number" lay@1
digest=$("$inspect" lay:two | sed -n 's/^digest //p')
whole "by digest" "lay@$digest"
refused "several images: the choices are listed" 'several images; choose one.*0: one .*1: two ' lay
refused "an unknown tag" 'no such image in it; there are 0: one' lay:three
like "$("$inspect" lay:two)" '^created_by 2 umoci insert' "layers know their instruction"

tar cf lay.tar -C lay .
whole "a layout as tar" lay.tar:two
for z in gzip zstd xz bzip2; do
  $z -c <lay.tar >"lay.$z"
  whole "the tar, $z" "lay.$z:two"
  "$inspect" -:two <"lay.$z" >out.txt 2>&1
  is "$(grep -c '^verified . yes' out.txt)" 3 "the tar, $z, from a file on standard input"
  head -c 1000000000 "lay.$z" | "$inspect" -:two >out.txt 2>&1
  is "$(grep -c '^verified . yes' out.txt)" 3 "the tar, $z, through a pipe"
  size=$(stat -c %s "lay.$z")
  head -c $((size / 2)) "lay.$z" >"cut.$z"
  refused "the tar, $z, cut in the middle" "cut.$z.*$z" "cut.$z"
done
cat lay.tar | "$inspect" -:two >out.txt 2>&1
is "$(grep -c '^verified . yes' out.txt)" 3 "the plain tar through a pipe"
tar -cf gnu.tar --format=gnu -C lay . && tar -cf pax.tar --format=pax -C lay . && bsdtar -cf bsd.tar --format=ustar -C lay . 2>/dev/null
whole "GNU format" gnu.tar:two
whole "pax format" pax.tar:two
skopeo copy -q --dest-compress-format zstd --dest-compress oci:lay:two oci:zlay:two
like "$("$inspect" zlay)" '^layer . zstd' "zstd layers"
whole "zstd layers are verified" zlay

note "saved archives"
skopeo copy -q oci:lay:two docker-archive:saved.tar:example.com/app:2
whole "skopeo's docker-archive" saved.tar
whole "by name" saved.tar:example.com/app:2
whole "by --source" --source docker-archive saved.tar
mkdir saved && tar xf saved.tar -C saved
whole "unpacked" docker-archive:saved
gzip -kf saved.tar
whole "compressed" saved.tar.gz
head -c 200000 saved.tar >cut.tar
refused "truncated" 'cut.tar: truncated: the member at byte' cut.tar
config=$(ls saved | grep '\.json$' | grep -v manifest)
cp -r saved wrong && chmod u+w "wrong/$config" && sed -i 's/umoci/UMOCI/' "wrong/$config"
refused "a configuration of another digest" 'do not have the digest' docker-archive:wrong
cp -r saved nolayer && rm -f nolayer/*.tar
run "$inspect" docker-archive:nolayer
is "$rc" 3 "missing layers are the layers' fault"
like "$out" '^error 0 .*is missing' "and say so"

note "what is no image"
: >empty
refused "an empty file" 'empty is empty' empty
echo text >text
refused "a text" 'truncated|no tar' text
tar cf rootfs.tar -C root .
refused "a root file system's tar" "without 'oci-layout' or 'manifest.json'" rootfs.tar
mkdir nothing
refused "a directory of nothing" 'neither an OCI layout' nothing
like "$("$inspect" root)" '^kind directory' "a root file system"
like "$("$inspect" dir:nothing)" '^kind directory' "any directory, when it is said"
refused "nothing there" 'No such file' ./absent.tar
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  cp lay.tar secret.tar && chmod 0 secret.tar && chmod 755 "$tmp"
  refused_as() { run setpriv --reuid 65534 --clear-groups "$inspect" "$@"; }
  refused_as "$tmp/secret.tar"
  like "$err" 'secret.tar: Permission denied' "permission denied: a file"
  mkdir -m 700 closed
  refused_as "$tmp/closed"
  like "$err" 'closed: Permission denied' "permission denied: a directory"
else
  skip "permissions need root and setpriv"
fi
mkdir full
if mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
  at_exit "umount '$tmp/full'"
  TMPDIR=$tmp/full refused "no space for the temporary copy" 'temporary copy.*No space left' saved.tar.gz
else
  skip "cannot mount a small file system"
fi

note "containers-storage"
stored=
for driver in overlay vfs; do
  if skopeo copy -q oci:lay:two "containers-storage:[$driver@$tmp/store-$driver+$tmp/run-$driver]docker.io/library/stored:1" 2>err.txt; then
    export PLIMSOLL_PODMAN_ROOT=$tmp/store-$driver
    whole "podman ($driver): by short name" podman:stored:1
    whole "by itself" stored:1
    whole "by id" "podman:${id:7:12}"
    refused "an unknown name" "no image other in Podman's store" podman:other
    split=$(ls "$tmp/store-$driver/$driver-layers/"*.tar-split.gz | head -1)
    mv "$split" split.keep
    run "$inspect" podman:stored:1
    is "$rc" 3 "a layer without its tar-split is not read"
    like "$out" 'error . .*tar-split' "and says so"
    mv split.keep "$split"
    stored=$driver
  else
    skip "containers-storage with $driver: $(head -1 err.txt)"
  fi
done
# Only vfs keeps the files where a plain write reaches them.
if [ "${stored:-}" = vfs ]; then
  find store-vfs/vfs -name true -exec sh -c 'echo x | dd of="$1" bs=1 seek=100 conv=notrunc 2>/dev/null' - {} \;
  run "$inspect" podman:stored:1
  is "$rc" 3 "a changed file in the store is found out"
  like "$out" '^verified . no' "by its layer's digest"
fi
[ ! -d store-overlay/overlay ] || umount -q store-overlay/overlay 2>/dev/null
PLIMSOLL_PODMAN_ROOT=$tmp/none

note "platforms"
# An index of both images, one for each platform, and what a build says about them.
cp -r lay multi
item() { jq -c --arg p "$2" --arg r "$1" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $r) | {mediaType, digest, size, platform: ($p | split("/") | {os: .[0], architecture: .[1]})}' lay/index.json; }
other=$([ "$(uname -m)" = x86_64 ] && echo arm64 || echo amd64)
here=$([ "$other" = arm64 ] && echo amd64 || echo arm64)
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,%s,%s]}' \
  "$(item two "linux/$here")" "$(item one "linux/s390x")" "$(item one "unknown/unknown")" >index
hex=$(sha256sum <index | cut -d' ' -f1)
cp index "multi/blobs/sha256/$hex"
printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"all"}}]}' \
  "$hex" "$(stat -c %s index)" >multi/index.json
whole "this machine's platform" multi
refused "a platform that is not there" "no image for linux/$other; there are linux/$here, linux/s390x" --platform "linux/$other" multi

note "registry"
. "$TOP/test/registry.sh"
port=$(free_port)
docker_registry "$port"
skopeo --insecure-policy copy -q --dest-tls-verify=false oci:lay:two "docker://localhost:$port/team/app:2"
skopeo --insecure-policy copy -q --dest-tls-verify=false --format v2s2 oci:lay:two "docker://localhost:$port/team/app:docker"
skopeo --insecure-policy copy -q --all --dest-tls-verify=false oci:multi:all "docker://localhost:$port/team/app:all"
whole "by tag" "localhost:$port/team/app:2"
whole "with a prefix" "registry:localhost:$port/team/app:2"
whole "by digest" "localhost:$port/team/app@$digest"
whole "a Docker schema 2 manifest" "localhost:$port/team/app:docker"
whole "an index" "localhost:$port/team/app:all"
refused "an index without the platform" "no image for linux/$other" --platform "linux/$other" "localhost:$port/team/app:all"
refused "a repository that is not there" 'team/other.*404' "localhost:$port/team/other:1"
refused "a registry that is not there" 'localhost:1' localhost:1/app

note "dockerd"
if command -v dockerd >/dev/null && [ "$(id -u)" = 0 ] && fixture_dockerd "$tmp/dockerd"; then
  export PLIMSOLL_DOCKER_ROOT=$tmp/dockerd/data
  $docker load -qi saved.tar >/dev/null
  tar c -C root . | $docker import - flat:1 >/dev/null
  whole "docker: by name" docker:example.com/app:2
  whole "by itself" example.com/app:2
  whole "by id" "docker:${id:7:10}"
  like "$("$inspect" docker:flat:1)" '^verified 0 yes' "an imported image"
  refused "an unknown name" "no image other in Docker's store" docker:other
  $docker save example.com/app:2 -o dsave.tar
  whole "docker save" dsave.tar
  $docker save example.com/app:2 flat:1 -o multi.tar
  refused "docker save of two images: the choices" 'several images.*example.com/app:2' multi.tar
  whole "one of two" multi.tar:example.com/app:2
  like "$("$inspect" multi.tar:flat:1)" '^tag flat:1' "the other of two"
  is "$("$inspect" multi.tar:flat:1 | grep '^id')" "$("$inspect" docker:flat:1 | grep '^id')" "archive and store agree"
else
  skip "no dockerd here"
fi
PLIMSOLL_DOCKER_ROOT=$tmp/none

note "containerd"
if command -v containerd >/dev/null && command -v ctr >/dev/null && [ "$(id -u)" = 0 ] && fixture_containerd "$tmp/ctd"; then
  export PLIMSOLL_CONTAINERD_ROOT=$tmp/ctd/root
  $ctr images import --no-unpack --base-name docker.io/library/app lay.tar >/dev/null
  $ctr -n k8s.io images import --no-unpack saved.tar >/dev/null
  whole "containerd: by short name" containerd:app:two
  whole "by itself" app:two
  whole "of another namespace" containerd:example.com/app:2
  refused "an unknown name" "no image other in containerd's store" containerd:other
  # The database while it is written to.
  (for i in 1 2 3 4 5 6 7 8; do $ctr images tag docker.io/library/app:two "docker.io/library/app:t$i"; done) >/dev/null 2>&1 &
  tagger=$!
  bad=0
  for i in 1 2 3 4 5 6 7 8; do "$inspect" containerd:app:two >/dev/null 2>&1 || bad=$((bad + 1)); done
  wait $tagger
  is "$bad" 0 "while containerd writes"
  db=$tmp/ctd/root/io.containerd.metadata.v1.bolt/meta.db
  mkdir -p bad/io.containerd.metadata.v1.bolt bad/io.containerd.content.v1.content
  head -c 9000 "$db" >bad/io.containerd.metadata.v1.bolt/meta.db
  PLIMSOLL_CONTAINERD_ROOT=$tmp/bad refused "a damaged database" 'meta.db: ' containerd:app:two
else
  skip "no containerd here"
fi
done_testing
