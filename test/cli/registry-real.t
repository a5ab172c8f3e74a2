#!/bin/bash
# Pulling from Debian's docker-registry: HTTP on loopback, TLS with an own CA, user name and password.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/registry.sh"

python3 "$TOP/test/server/oci-layout.py" "$tmp/layout" 3000000
layer=$(jq -r '.manifests[0].digest' "$tmp/layout/index.json")
layer=$(jq -r '.layers[1].digest' "$tmp/layout/blobs/sha256/${layer#sha256:}")
push() { skopeo --insecure-policy copy -q --authfile "$tmp/none.json" --dest-tls-verify=false "${@:2}" "oci:$tmp/layout:1.0" "docker://$1" >"$tmp/push.log" 2>&1 || note "$(cat "$tmp/push.log")"; }

# All digests that were pulled are those of the bytes.
all_verified() { awk '$1 == "blob" { n++; if ($2 != "sha256:" $4) bad++ } END { exit !(n == 3 && !bad) }' <<<"$1"; }

port=$(free_port)
docker_registry "$port"
push "localhost:$port/team/app:1.0"
exits 0 "loopback without TLS is found by itself" "$GET" "localhost:$port/team/app:1.0"
like "$out" "^manifest sha256:[0-9a-f]{64} application/vnd.oci.image.manifest.v1.json [0-9]+" "the manifest has its digest and media type"
all_verified "$out" && pass "config and layers are whole" || fail "config and layers are whole" "$out"
want=$out
digest=$(awk '$1 == "manifest" { print $2 }' <<<"$out")
is "$digest" "$(jq -r '.manifests[0].digest' "$tmp/layout/index.json")" "the digest is the layout's"
exits 0 "by digest" "$GET" "localhost:$port/team/app@$digest"
is "$out" "$want" "the same by digest as by tag"
exits 0 "HTTP when asked" "$GET" plain "127.0.0.1:$port/team/app:1.0"
is "$out" "$want" "the same by HTTP"
exits 0 "a reader that takes little at once" "$GET" slow "localhost:$port/team/app:1.0"
is "$out" "$want" "the same bytes"

push "localhost:$port/team/docker:1.0" --format v2s2
exits 0 "Docker schema 2" "$GET" "localhost:$port/team/docker:1.0"
like "$out" "application/vnd.docker.distribution.manifest.v2.json" "its media type"

exits 1 "no such tag" "$GET" "localhost:$port/team/app:nope"
like "$err" "^ENOENT: registry localhost:$port, repository team/app: manifest nope: status 404 MANIFEST_UNKNOWN.*check the name and the tag" "the message of a missing tag"
exits 1 "no such repository" "$GET" "localhost:$port/team/none:1"
like "$err" "^ENOENT: .*repository team/none.*status 404" "the message of a missing repository"
exits 1 "no such blob" bash -c "rm -rf '$tmp/registry-$port/docker/registry/v2/repositories/team/app/_layers/sha256/${layer#sha256:}'; '$GET' 'localhost:$port/team/app:1.0'"
like "$err" "^ENOENT: .*blob $layer: status 404 BLOB_UNKNOWN" "the message of a missing blob"

certificate server -days 30
tls=$(free_port)
docker_registry "$tls" tls password
login=(--dest-creds 'alice:s3cret&word')
push "localhost:$tls/team/app:1.0" "${login[@]}"
exits 1 "an unknown CA" "$GET" "localhost:$tls/team/app:1.0"
like "$err" "^EPROTO: .*issued by nobody this machine trusts.*--ca-file" "the message of an unknown CA"
exits 1 "no credentials" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
like "$err" "^EACCES: .*status 401 UNAUTHORIZED.*docker login localhost:$tls" "the message of missing credentials"
exits 1 "a wrong password" "$GET" "ca=$tmp/ca.crt" user=alice password=hunter2 "localhost:$tls/team/app:1.0"
like "$err" "^EACCES: .*status 401.*user name or password is wrong" "the message of a wrong password"
unlike "$err" "hunter2" "which does not repeat it"
exits 0 "TLS with an own CA, user name and password" "$GET" "ca=$tmp/ca.crt" user=alice 'password=s3cret&word' "localhost:$tls/team/app:1.0"
is "$out" "$want" "the same with TLS and password"
exits 0 "insecure when asked" "$GET" insecure user=alice 'password=s3cret&word' "localhost:$tls/team/app:1.0"
exits 1 "HTTP to a TLS port" "$GET" plain "localhost:$tls/team/app:1.0"
like "$err" "status 400" "the message of HTTP to a TLS port"

mkdir -p "$DOCKER_CONFIG"
printf '{"auths": {"localhost:%s": {"auth": "%s"}}}' "$tls" "$(printf 'alice:s3cret&word' | base64)" >"$DOCKER_CONFIG/config.json"
exits 0 "credentials from the Docker configuration" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
is "$out" "$want" "the same with them"

mkdir -p "$tmp/bin"
cat >"$tmp/bin/docker-credential-shelf" <<END
#!/bin/sh
read -r key
echo "\$1 \$key" >>"$tmp/helper.log"
case \$key in
localhost:$tls) echo '{"ServerURL": "x", "Username": "alice", "Secret": "s3cret&word"}' ;;
*) echo "credentials not found in native keychain"; exit 1 ;;
esac
END
printf '#!/bin/sh\necho "the shelf is locked"; exit 3\n' >"$tmp/bin/docker-credential-locked"
chmod +x "$tmp"/bin/*
PATH=$tmp/bin:$PATH
printf '{"auths": {}, "credHelpers": {"localhost:%s": "shelf"}}' "$tls" >"$DOCKER_CONFIG/config.json"
exits 0 "credentials from a helper of this registry" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
is "$(cat "$tmp/helper.log")" "get localhost:$tls" "the helper was asked once, with the registry on its input"
printf '{"credsStore": "shelf"}' >"$DOCKER_CONFIG/config.json"
exits 0 "credentials from the general helper" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
rm "$tmp/helper.log"
exits 0 "a registry that wants none" "$GET" "localhost:$port/team/docker:1.0"
[ ! -e "$tmp/helper.log" ] && pass "asks no helper" || fail "asks no helper" "$(cat "$tmp/helper.log")"
printf '{"credsStore": "locked"}' >"$DOCKER_CONFIG/config.json"
exits 1 "a helper that fails" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
like "$err" "EACCES: .*status 401.*docker-credential-locked failed: the shelf is locked" "the message of a failing helper"
printf '{"credsStore": "absent"}' >"$DOCKER_CONFIG/config.json"
exits 1 "a helper that is not there" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
like "$err" "docker-credential-absent, which the Docker configuration names, is not in PATH" "the message of a missing helper"
printf '{"auths": oops' >"$DOCKER_CONFIG/config.json"
exits 1 "a broken configuration" "$GET" "ca=$tmp/ca.crt" "localhost:$tls/team/app:1.0"
like "$err" "config.json:1:[0-9]+: error: " "the message of a broken configuration names the place"
rm "$DOCKER_CONFIG/config.json"

push "localhost:$port/hub/library/app:1.0"
exits 0 "a mirror with a prefix, instead of Docker Hub" "$GET" "mirror=docker.io=http://localhost:$port/hub" app:1.0
is "$out" "$want" "the same from the mirror"
exits 0 "a mirror that does not answer is passed over" "$GET" retries=1 "mirror=localhost:$port=localhost:1" "localhost:$port/team/docker:1.0"
exits 1 "a mirror and a registry without it" "$GET" "mirror=localhost:$port=http://127.0.0.1:$port" "localhost:$port/team/none:1"
like "$err" "registry localhost:$port.*404.*before that, mirror 127.0.0.1:$port.*404" "the message names both"
exits 1 "a mirror without a registry" "$GET" "mirror=nonsense" "localhost:$port/team/none:1"
like "$err" "^EINVAL: mirror \"nonsense\": expected REGISTRY=MIRROR" "the message of a bad mirror"
exits 1 "nobody listens" "$GET" retries=1 "localhost:1/team/none:1"
like "$err" "^EHOSTUNREACH: registry localhost:1, repository team/none: manifest 1: .*not reached" "the message of an unreachable registry"
exits 1 "a CA file that is none" "$GET" "ca=/etc/passwd" "localhost:$port/team/none:1"
like "$err" "^EINVAL: CA file /etc/passwd: " "the message of a bad CA file"
done_testing
