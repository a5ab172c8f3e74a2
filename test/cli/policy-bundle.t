#!/bin/bash
# Policy bundles: push to a real docker-registry, use from there, from a layout on disk, from the cache; what is wrong with them is said.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/registry.sh"
cd "$tmp"
export SOURCE_DATE_EPOCH=1795000000

mkdir -p policies/sets policies/rules
cat >policies/rules/team.yaml <<'END'
- rule: Owner is missing
  desc: The image says who owns it
  source: dockerfile
  condition: |
    dockerfile.any["stage: stage.any['instruction: instruction.name = LABEL'] = true"] = false
  output: "no label"
  priority: warning
  action: deny
END
cat >policies/sets/team.yaml <<'END'
name: team
version: 3
rules: [Owner is missing]
END
echo '- {rule: Owner is missing, fires: ["FROM a\n"], quiet: ["FROM a\nLABEL x=y\n"]}' >policies/rules/team.test.yaml
printf 'FROM a\n' >Dockerfile
check() { "$PLIMSOLL" check --quiet --format json "$@" Dockerfile; }
exits 1 "the files themselves" check --policy policies
want=$(jq -c '[.policy.name // .policy, .findings[].id]' <<<"$out")

port=$(free_port)
docker_registry "$port"
ref=localhost:$port/team/policies
exits 0 "push" "$PLIMSOLL" policy push "$ref:1" policies
like "$out" "^$ref:1: 3 files, 3 of them new there, sha256:[0-9a-f]{64}$" "says what it sent, and the digest"
digest=${out##* }
exits 0 "push again" "$PLIMSOLL" policy push --format json "oci://$ref:2" policies/sets/.. # another way to the same directory
is "$(jq -c '[.digest, .files, .sent]' <<<"$out")" "[\"$digest\",3,0]" "the same files: the same digest, and nothing sent twice"
run skopeo inspect --raw --tls-verify=false "docker://$ref:1"
is "$(jq -c '[.artifactType, .config.mediaType, (.layers[] | .mediaType, .annotations["org.opencontainers.image.title"])]' <<<"$out")" \
  '["application/vnd.plimsoll.policy.bundle.v1","application/vnd.oci.empty.v1+json","application/vnd.plimsoll.policy.file.v1+yaml","rules/team.test.yaml","application/vnd.plimsoll.policy.file.v1+yaml","rules/team.yaml","application/vnd.plimsoll.policy.file.v1+yaml","sets/team.yaml"]' "the manifest is an OCI artifact"

exits 1 "check by tag" check --policy "oci://$ref:1"
is "$(jq -c '[.policy.name // .policy, .findings[].id]' <<<"$out")" "$want" "as with the files"
exits 1 "check by digest" check --policy "oci://$ref@$digest"
exits 1 "--rules takes one, too" check --rules "oci://$ref:1" --policy team@3
exits 1 "and --rules-add" check --rules-add "oci://$ref:1" --policy starter
is "$(jq -r '[.findings[].id] | index("Owner is missing") != null' <<<"$out")" true "its rules hold besides"
mkdir -p root/etc root/var/lib/dpkg none
printf 'Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\n' >root/var/lib/dpkg/status
printf 'ID=debian\nVERSION_ID="12"\n' >root/etc/os-release
exits 0 "scan" "$PLIMSOLL" scan --no-cache --db /nonexistent --allow-incomplete no-database --format json --policy "oci://$ref:1" root
is "$(jq -r '.policy.name' <<<"$out")" "team@3" "judges by its set"
exits 0 "policy list" "$PLIMSOLL" policy list --policy "oci://$ref:1"
like "$out" "Owner is missing .* oci://$ref:1/sets/team.yaml:3" "says where rules come from"
like "$out" "bundle oci://$ref:1 $digest" "and which bytes these are"
exits 0 "policy test runs its cases" "$PLIMSOLL" policy test "oci://$ref:1"
like "$out" "^1 rules, .* 2 examples, 0 failed" "all of them"
exits 0 "policy lint" "$PLIMSOLL" policy lint "oci://$ref:1"
exits 0 "policy explain" "$PLIMSOLL" policy explain --rules "oci://$ref:1" "Owner is missing" Dockerfile

# The webhook takes up what a tag names later, and keeps what it has while the registry has something wrong, or does not answer.
. "$TOP/test/admit.sh"
cat >admit-1.yaml <<'END'
- rule: No host network
  desc: d
  source: workload
  condition: workload.host_network = true
  output: host network
  priority: ERROR
  action: deny
END
sed 's/No host network/No host PID/; s/host_network/host_pid/' admit-1.yaml >admit-2.yaml
registry_port=$port epoch=${SOURCE_DATE_EPOCH:-}
unset SOURCE_DATE_EPOCH
push_rules() { rm -rf pushed; mkdir pushed; cp "$1" pushed/rules.yaml; "$PLIMSOLL" policy push "$ref:live" pushed >/dev/null; }
push_rules admit-1.yaml
admit_start --policy "oci://$ref:live" --bundle-every 1 --decision-log none
pod net '.spec.hostNetwork = true' | review net.json CREATE
pod pid '.spec.hostPID = true' | review pid.json CREATE
allowed() { ask "$1.json"; [ "$(answer .allowed)" = "$2" ]; }
allowed net false && allowed pid true && pass "admit judges by a bundle" || fail "admit judges by a bundle" "$out"
push_rules admit-2.yaml
wait_for 20 allowed pid false && allowed net true && pass "and by what its tag names later" || fail "and by what its tag names later" "$(cat "$tmp/messages")"
asked() { request /metrics; sed -n 's/^plimsoll_admission_bundle_asked_seconds //p' <<<"$out"; }
first=$(asked)
later() { [ "$(asked)" -gt "$first" ]; }
wait_for 20 later && pass "the age of the answer is a metric" || fail "the age of the answer is a metric" "$first $(asked)"
printf 'image layout\nlayer gzip\ntext hello x\n' | python3 "$TOP/test/mkimage.py" none-such >/dev/null
skopeo --insecure-policy copy -q --dest-tls-verify=false oci:none-such "docker://$ref:live"
wait_for 20 grep -q 'what it was before stays in use' "$tmp/messages" && pass "what is no bundle is said" || fail "what is no bundle is said" "$(cat "$tmp/messages")"
allowed pid false && pass "and the last good one holds" || fail "and the last good one holds" "$out"
admit_stop
is $? 0 "it ends, and who asked for it"
exits 2 "bundles need the cache" "$PLIMSOLL" admit --policy "oci://$ref:live" --no-cache
port=$registry_port
[ -z "$epoch" ] || export SOURCE_DATE_EPOCH=$epoch
exits 0 "PLIMSOLL_POLICY" env PLIMSOLL_POLICY="oci://$ref:1" "$PLIMSOLL" policy list

skopeo copy -q --src-tls-verify=false "docker://$ref:1" oci:layout:1 && skopeo copy -q --src-tls-verify=false "docker://$ref:1" oci-archive:layout.tar:1 && gzip -k layout.tar
for place in layout layout:1 "layout@$digest" layout.tar layout.tar:1 layout.tar.gz; do
  exits 1 "a layout on disk: ${place%%@*}" check --policy "./$place"
  is "$(jq -c '[.policy.name // .policy, .findings[].id]' <<<"$out")" "$want" "as with the files"
done
exits 2 "a tag that the layout does not have" check --policy ./layout:9
like "$err" "no such artifact in it; there are: 1 $digest" "names what there is"

# Offline: what was fetched stays.
exits 2 "a tag that the registry does not have" check --policy "oci://$ref:9"
like "$err" "oci://$ref:9: registry localhost:$port, repository team/policies: manifest 9: status 404" "is an answer"
kill %% 2>/dev/null || kill "$(pgrep -f "registry-$port.yml" | head -1)"
wait_for 10 bash -c "! echo >/dev/tcp/127.0.0.1/$port"
exits 1 "by digest, without the registry" check --policy "oci://$ref@$digest"
is "$err" "" "is as good as with it"
exits 1 "by tag, without the registry" check --policy "oci://$ref:1"
like "$err" "warning: oci://$ref:1: .*not reached.*; what it was on 2026-11-18T.* is used, $digest" "says that it may be old"
exits 3 "a tag that was never fetched" check --policy "oci://$ref:7"
exits 3 "without the cache" check --no-cache --policy "oci://$ref:1"
chmod 777 "$XDG_CACHE_HOME/plimsoll/policies"
exits 3 "a cache that others may write to is not used" check --policy "oci://$ref:1"
like "$err" "no cache of policy bundles: .* can be written by others" "and it is said"
chmod 700 "$XDG_CACHE_HOME/plimsoll/policies"
blob=$XDG_CACHE_HOME/plimsoll/policies/blobs/sha256/$(sha256sum <policies/rules/team.yaml | cut -d' ' -f1)
sed -i 's/label/lable/' "$blob"
exits 3 "changed bytes in the cache are fetched anew" check --policy "oci://$ref@$digest"
[ ! -e "$blob" ] && pass "and thrown away" || fail "and thrown away"

# With TLS, a user and a password.
certificate server -days 30
tls=$(free_port)
docker_registry "$tls" tls password
export PLIMSOLL_CA_FILE=$tmp/ca.crt
exits 3 "push without credentials" "$PLIMSOLL" policy push "localhost:$tls/p:1" policies
like "$err" "registry localhost:$tls, repository p: blob sha256:[0-9a-f]+: status 401" "is refused"
export PLIMSOLL_REGISTRY_USERNAME=alice PLIMSOLL_REGISTRY_PASSWORD='wrong'
exits 3 "push with wrong ones" "$PLIMSOLL" policy push "localhost:$tls/p:1" policies
like "$err" "the user name or password is wrong, or may not write to this repository" "too"
unset PLIMSOLL_REGISTRY_USERNAME PLIMSOLL_REGISTRY_PASSWORD
mkdir -p "$DOCKER_CONFIG"
printf '{"auths": {"localhost:%s": {"auth": "%s"}}}' "$tls" "$(printf 'alice:s3cret&word' | base64)" >"$DOCKER_CONFIG/config.json"
exits 0 "push with those of the Docker configuration" "$PLIMSOLL" policy push "localhost:$tls/p:1" policies
exits 1 "and fetch" check --policy "oci://localhost:$tls/p:1"
exits 3 "a registry that is not there" "$PLIMSOLL" policy push localhost:1/p:1 policies

# Files that are not fit to be sent.
printf -- '- {rule: x, desc: d, source: image, condition: image.nope = 1, output: o, priority: info}\n' >bad.yaml
exits 2 "rules that do not load are not sent" "$PLIMSOLL" policy push "localhost:$tls/q:1" bad.yaml
like "$err" 'bad.yaml:1:[0-9]+: error: .*image.nope' "what is wrong"
exits 0 "but with --no-lint" "$PLIMSOLL" policy push --no-lint "localhost:$tls/q:1" bad.yaml
exits 2 "and do not load there either" check --policy "oci://localhost:$tls/q:1"
like "$err" "oci://localhost:$tls/q:1/bad.yaml:1:[0-9]+: error:" "which is said with their place"
exits 2 "a digest is no tag" "$PLIMSOLL" policy push "localhost:$tls/q@$digest" policies
exits 2 "no file at all" "$PLIMSOLL" policy push "localhost:$tls/q:1" none
exits 2 "the same name twice" "$PLIMSOLL" policy push --no-lint "localhost:$tls/q:1" policies policies/rules policies/rules/team.yaml
like "$err" "two files would be called team" "which one"
: >empty.yaml
exits 2 "an empty file" "$PLIMSOLL" policy push --no-lint "localhost:$tls/q:1" empty.yaml

# Artifacts that are none of ours: layouts made by hand.
# artifact DIR TITLE [jq on the manifest]: a layout with one file
artifact() {
  local dir=$1 title=$2 edit=${3:-.} file manifest
  rm -rf "$dir" && mkdir -p "$dir/blobs/sha256"
  echo '{"imageLayoutVersion": "1.0.0"}' >"$dir/oci-layout"
  file=$(sha256sum <policies/rules/team.yaml | cut -d' ' -f1)
  cp policies/rules/team.yaml "$dir/blobs/sha256/$file"
  jq -nc --arg d "sha256:$file" --arg t "$title" --argjson n "$(stat -c %s policies/rules/team.yaml)" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: "application/vnd.plimsoll.policy.bundle.v1", config: {mediaType: "application/vnd.oci.empty.v1+json", digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", size: 2},
    layers: [{mediaType: "application/vnd.plimsoll.policy.file.v1+yaml", digest: $d, size: $n, annotations: {"org.opencontainers.image.title": $t}}]}' | jq -c "$edit" >"$dir/manifest"
  manifest=$(sha256sum <"$dir/manifest" | cut -d' ' -f1)
  jq -nc --arg d "sha256:$manifest" --argjson n "$(stat -c %s "$dir/manifest")" '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $n}]}' >"$dir/index.json"
  mv "$dir/manifest" "$dir/blobs/sha256/$manifest"
}
# refused NAME MESSAGE
refused() { exits 2 "$1" check --policy ./odd; like "$err" "$2" "the message"; }
artifact odd ok.yaml
exits 1 "one made by hand is as good" check --policy ./odd
for title in ../out.yaml /etc/x.yaml a/../../x.yaml a//x.yaml ./x.yaml 'a\x.yaml' $'a\nb.yaml' x.sh ''; do
  artifact odd "$title"
  refused "a file called $(printf %q "$title")" './odd: layer 1 is called'
done
artifact odd ok.yaml '.artifactType = "application/vnd.example.other"'
refused "another artifact" 'not a policy bundle: its artifact type is "application/vnd.example.other", expected application/vnd.plimsoll.policy.bundle.v1'
artifact odd ok.yaml 'del(.artifactType) | .config.mediaType = "application/vnd.oci.image.config.v1+json"'
refused "an image" 'not a policy bundle: its artifact type is "application/vnd.oci.image.config.v1\+json"'
artifact odd ok.yaml '.layers[0].mediaType = "application/vnd.oci.image.layer.v1.tar+gzip"'
refused "a layer of another type" 'layer 1 has media type "application/vnd.oci.image.layer.v1.tar\+gzip", expected application/vnd.plimsoll.policy.file.v1\+yaml'
artifact odd ok.yaml '.layers[0].size = 100000000'
refused "a file that is too large" 'layer 1 has 100000000 bytes, a file of a policy bundle has at most 67108864'
artifact odd ok.yaml '.layers[0].size += 1'
refused "a file that is shorter than said" 'the bytes of ok.yaml are not those of its digest'
artifact odd ok.yaml '.layers = []'
refused "no file" 'a policy bundle without a file'
artifact odd ok.yaml '.layers += .layers'
refused "a name twice" 'two files are called ok.yaml'
artifact odd ok.yaml '.layers = [range(1001) as $i | .layers[0]]'
refused "too many files" '1001 files, a policy bundle has at most 1000'
artifact odd ok.yaml '.layers = [range(5) as $i | .layers[0] | .size = 67108864 | .annotations["org.opencontainers.image.title"] = "\($i).yaml"]'
refused "too many bytes" 'its files have 335544320 bytes, a policy bundle has at most 268435456'
artifact odd ok.yaml '.layers[0].digest = "sha256:xyz"'
refused "a digest that is none" 'layer 1 has no good digest and size'
artifact odd ok.yaml '"text"'
refused "a manifest that is no map" './odd'
artifact odd ok.yaml
for f in odd/blobs/sha256/*; do sed -i 's/warning/error/' "$f"; done
refused "changed bytes" 'the bytes of ok.yaml are not those of its digest sha256:'
artifact odd ok.yaml
rm "odd/blobs/sha256/$(sha256sum <policies/rules/team.yaml | cut -d' ' -f1)"
refused "a file that is missing" 'blobs/sha256/[0-9a-f]{64} is missing'
rm odd/index.json
refused "a layout without an index" 'index.json is missing'
printf '\x1f\x8bjunk' >odd.tar.gz
exits 2 "an archive that is none" check --policy ./odd.tar.gz
done_testing
