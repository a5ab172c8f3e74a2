#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `plimsoll scan` of images that skopeo pushed to a real docker-registry, with and without TLS and password, and of registries that misbehave:
# findings, exit codes and what the user reads.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/registry.sh"
. "$TOP/test/e2e.sh"
cd "$tmp" || exit 1
e2e_database

# Two images: the one of Alpine 3.22, for this machine; the one of an unknown distribution, for another.
for name in here there; do
  mkdir -p $name/etc $name/lib/apk/db
  printf 'P:plim-ship\nV:1.2.3-r1\nA:x86_64\no:plim-ship\n\n' >$name/lib/apk/db/installed
done
printf 'ID=alpine\nVERSION_ID=3.22.1\n' >here/etc/os-release
printf 'ID=plimos\nVERSION_ID=1\n' >there/etc/os-release
umoci init --layout lay
other=$([ "$(uname -m)" = x86_64 ] && echo arm64 || echo amd64)
here=$([ "$other" = arm64 ] && echo amd64 || echo arm64)
for name in here there; do umoci new --image lay:$name && umoci insert --image lay:$name $name / >/dev/null; done
umoci config --image lay:there --architecture "$other"
digest() { jq -r --arg r "$1" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $r) | .digest' lay/index.json; }
finding="CVE-2026-92001 plim-ship 1.2.3-r1 fixed 1.2.3-r2 CRITICAL"
copy() { skopeo --insecure-policy copy -q --authfile "$tmp/none.json" --dest-tls-verify=false "${@:3}" "oci:lay:$1" "docker://$2" >push.log 2>&1 || note "$(cat push.log)"; }

# pulled NAME ARGUMENT…: the finding, from verified bytes
pulled() {
  scan 0 "$@"
  is "$(findings report.json) $(jq -c '[.coverage.verified, .os.release]' report.json)" "$finding [true,\"alpine:3.22\"]" "$1: the finding"
}
# refused NAME REGEX ARGUMENT…: exit code 3, one message, no report
refused() {
  local name=$1 words=$2
  shift 2
  exits 3 "$name: fails" "$PLIMSOLL" scan --quiet --no-cache --archives never --format json --output "$tmp/report.refused" "$@"
  like "$err" "^plimsoll: error: .*$words" "$name: the message"
  is "$(wc -l <"$tmp/.err") $(ls "$tmp/report.refused" 2>/dev/null)" "1 " "$name: one line, and no report"
}

note "HTTP on loopback"
port=$(free_port)
docker_registry "$port"
at=localhost:$port
copy here "$at/team/app:1"
pulled "by tag" "$at/team/app:1"
is "$(jq -r '.artifact.digest' report.json)" "$(digest here)" "the digest is that of the layout"
pulled "by digest" "$at/team/app@$(digest here)"
pulled "with --source" --source registry "$at/team/app:1"
pulled "HTTP when asked" --plain-http "127.0.0.1:$port/team/app:1"
copy here "$at/team/docker:1" --format v2s2
pulled "a Docker schema 2 manifest" "$at/team/docker:1"
copy here "$at/team/zstd:1" --dest-compress-format zstd --dest-compress
pulled "zstd layers" "$at/team/zstd:1"
pulled "through a mirror" --mirror "registry.invalid=$at" registry.invalid/team/app:1
refused "a tag that is not there" "registry $at, repository team/app: manifest nope: status 404 MANIFEST_UNKNOWN.*check the name and the tag" "$at/team/app:nope"
refused "a repository that is not there" "repository team/none.*status 404" "$at/team/none:1"
refused "a digest that is not there" "status 404" "$at/team/app@sha256:$(printf 0%.0s {1..64})"
refused "a registry that is not there" "localhost:1" localhost:1/app:1

note "platforms"
manifest() { printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%s,"platform":{"os":"linux","architecture":"%s"}}' "$1" "$(stat -c %s "lay/blobs/sha256/${1#sha256:}")" "$2"; }
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s,%s]}' "$(manifest "$(digest there)" "$other")" "$(manifest "$(digest here)" "$here")" >index
hex=$(sha256sum <index | cut -d' ' -f1)
cp index "lay/blobs/sha256/$hex"
jq -c --arg d "sha256:$hex" --argjson s "$(stat -c %s index)" '.manifests += [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $d, size: $s, annotations: {"org.opencontainers.image.ref.name": "all"}}]' lay/index.json >index.new
cp index.new lay/index.json
copy all "$at/team/multi:1" --all
pulled "this machine's of an index" "$at/team/multi:1"
pulled "said" --platform "linux/$here" "$at/team/multi:1"
pulled "the index by digest" "$at/team/multi@sha256:$hex"
scan 3 "another platform" --platform "linux/$other" "$at/team/multi:1"
is "$(gaps report.json)$(jq -r '.artifact.platform.architecture' report.json)" "unsupported-os $other" "is the other image"
refused "a platform that is not there" "no image for linux/s390x; there are linux/$other, linux/$here" --platform linux/s390x "$at/team/multi:1"

note "TLS and password"
certificate server -days 30
tls=$(free_port)
docker_registry "$tls" tls password
at=localhost:$tls
copy here "$at/team/app:1" --dest-creds 'alice:s3cret&word'
refused "an unknown CA" "issued by nobody this machine trusts.*--ca-file" "$at/team/app:1"
refused "no credentials" "status 401 UNAUTHORIZED.*docker login $at" --ca-file ca.crt "$at/team/app:1"
export PLIMSOLL_REGISTRY_USERNAME=alice PLIMSOLL_REGISTRY_PASSWORD='s3cret&word'
pulled "user name and password of the environment" --ca-file ca.crt "$at/team/app:1"
pulled "any certificate, when asked" --insecure-skip-tls-verify "$at/team/app:1"
PLIMSOLL_CA_FILE=$tmp/ca.crt pulled "the CA of the environment" "$at/team/app:1"
PLIMSOLL_REGISTRY_PASSWORD=hunter2 refused "a wrong password" "status 401.*user name or password is wrong" --ca-file ca.crt "$at/team/app:1"
unlike "$err" hunter2 "which is not repeated"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=wrong-ca -keyout wrong.key -out wrong.crt 2>/dev/null
refused "another CA" "issued by nobody this machine trusts" --ca-file wrong.crt "$at/team/app:1"
refused "a CA file that is not there" "none.crt" --ca-file none.crt "$at/team/app:1"
unset PLIMSOLL_REGISTRY_USERNAME PLIMSOLL_REGISTRY_PASSWORD
mkdir -p "$DOCKER_CONFIG"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$at" "$(printf 'alice:s3cret&word' | base64)" >"$DOCKER_CONFIG/config.json"
pulled "the password of the Docker configuration" --ca-file ca.crt "$at/team/app:1"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$at" "$(printf 'alice:hunter2' | base64)" >"$DOCKER_CONFIG/config.json"
refused "a wrong password there" "status 401.*user name or password is wrong" --ca-file ca.crt "$at/team/app:1"
rm -f "$DOCKER_CONFIG/config.json"

note "registries that misbehave"
# A layer large enough to break.
head -c 3000000 /dev/urandom >here/noise
umoci init --layout odd && umoci new --image odd:1.0 && umoci insert --image odd:1.0 here / >/dev/null
port=$(free_port) store=$(free_port) log=$tmp/requests.log
serve python3 "$TOP/test/server/odd-registry.py" "$tmp/odd" "$port" "$store" "$log"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port && echo >/dev/tcp/127.0.0.1/$store" || { fail "the server does not start"; done_testing; }
at=localhost:$port
: >"$log"
pulled "connections that break" "$at/break/app:1.0"
[ "$(grep -c 'bytes=[0-9]' "$log")" -ge 3 ] && pass "resumed by Range" || fail "resumed by Range" "$(cat "$log")"
pulled "a server that ignores Range" "$at/no-range/app:1.0"
: >"$log"
pulled "a bearer token" "$at/token/app:1.0"
is "$(grep -c ' /token' "$log") $(awk '$3 ~ /blobs/ { print $4 }' "$log" | sort -u)" "1 Bearer" "one token for all"
PLIMSOLL_REGISTRY_USERNAME=alice PLIMSOLL_REGISTRY_PASSWORD='s3cret&word' pulled "a bearer token for a user" "$at/member/app:1.0"
refused "no token without a user" "token service .*refused the anonymous request .status 401" "$at/member/app:1.0"
pulled "tokens that run out" "$at/expiring/app:1.0"
pulled "status 503 twice" "$at/failing/app:1.0"
refused "forbidden" "status 403 DENIED" "$at/forbidden/app:1.0"
refused "an hour is not waited for" "status 429 TOOMANYREQUESTS.*try again in 3600 s" "$at/patience/app:1.0"
refused "503 for ever" "status 503 UNAVAILABLE" "$at/dead/app:1.0"
refused "an HTML page" "an HTML page, not a manifest" "$at/html/app:1.0"
refused "another manifest than its digest" "digest" "$at/lying/app:1.0"
for odd in stuck longer; do
  run "$PLIMSOLL" scan --quiet --no-cache --archives never --format json "$at/$odd/app:1.0"
  is "$rc" 3 "blobs that never come whole: $odd: fails"
  like "$out$err" "no more in [0-9]+ attempts|server sends [0-9]+ bytes, [0-9]+ were expected" "$odd: says why"
done
done_testing
