#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Images behind a real API server: tags are pinned to the digest that was judged, defaults are put in, and what a scan said of an image counts.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
. "$TOP/test/admit.sh"
export PLIMSOLL_ALLOW_INCOMPLETE=no-packages,no-database,unsupported-os,no-advisories PLIMSOLL_DB=$tmp/none.db
facts=$tmp/store/facts.db
mkdir "$tmp/store"
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Image of another team
  desc: It runs as a user that is not ours
  source: image
  condition: image.user = mallory
  output: "it runs as %image.user"
  priority: CRITICAL
  action: deny
EOF
reg=$(free_port)
docker_registry "$reg"
# image NAME USER: pushed as localhost:$reg/NAME:1
image() {
  echo "{\"config\": {\"User\": \"$2\"}}" >"$tmp/config.json"
  printf 'image layout config=%s\nlayer gzip\ntext hello %s\n' "$tmp/config.json" "$1" | python3 "$TOP/test/mkimage.py" "$tmp/$1" >/dev/null
  skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$tmp/$1" "docker://localhost:$reg/$1:1" 2>"$tmp/push.log" || note "$(cat "$tmp/push.log")"
}
image good 1000
image bad mallory
digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://localhost:$reg/good:1")
for i in good bad; do "$PLIMSOLL" --quiet scan --policy "$tmp/rules.yaml" --facts "$facts" --plain-http "localhost:$reg/$i:1" >/dev/null 2>"$tmp/scan.err" || :; done
is "$(sqlite3 "$facts" "SELECT verdict FROM image ORDER BY 1" | tr '\n' ' ')" "allow deny " "two images were scanned"

namespace images guarded=images
admit_start --policy "$tmp/rules.yaml" --facts "$facts" --mutate pin --mutate defaults --unknown-image warn
"$PLIMSOLL" admit manifests --image "registry.example/plimsoll@sha256:$(printf 'a%.0s' $(seq 64))" --defaults secure-defaults --kubernetes 1.20 --authority "$tmp/authority.pem" >"$tmp/manifests.yaml"
kubectl create --dry-run=client -o json -f "$tmp/manifests.yaml" |
  jq -s --arg url "https://127.0.0.1:$port" --arg ca "$(base64 -w0 <"$tmp/ca.crt")" 'map(.items // [.]) | flatten | map(select(.kind | endswith("WebhookConfiguration")) | .metadata = {name: "test-images"} |
    .webhooks[0] |= (.clientConfig = {url: ($url + .clientConfig.service.path), caBundle: $ca} | .namespaceSelector = {matchLabels: {guarded: "images"}})) | {apiVersion: "v1", kind: "List", items: .}' >"$tmp/hooks.json"
is "$(jq '.items | length' "$tmp/hooks.json")" 2 "a configuration that judges, and one that changes"
kubectl apply -f "$tmp/hooks.json" >/dev/null
at_exit "kubectl delete validatingwebhookconfiguration,mutatingwebhookconfiguration test-images >/dev/null 2>&1"
object() { pod "$1" ".metadata.namespace = \"images\" | .spec.containers[0].image = \"$2\" | del(.spec.containers[0].securityContext.runAsNonRoot)"; }
wait_for 20 sh -c "! kubectl -n images run probe --image=localhost:$reg/bad:1 --dry-run=server"

run kubectl apply -f - < <(object good "localhost:$reg/good:1")
is "$rc" 0 "an image that was let through"
is "$(kubectl -n images get pod good -o jsonpath='{.spec.containers[0].image}')" "localhost:$reg/good:1@$digest" "runs by the digest that was judged"
run kubectl apply -f - < <(object bad "localhost:$reg/bad:1")
is "$rc" 1 "one that its scan denied"
like "$err" 'denied the request: .*Image is denied.*Image of another team: it runs as mallory' "is refused, with what the scan said"
run kubectl apply -f - < <(object unknown "localhost:$reg/never:2")
is "$rc" 0 "one that nobody scanned"
like "$err" '^Warning: .*never' "gets a warning, as was asked for"
is "$(kubectl -n images get pod unknown -o jsonpath='{.spec.containers[0].image}')" "localhost:$reg/never:2" "and stays as it is"
run kubectl apply --dry-run=server -o jsonpath='{.spec.containers[0].image}' -f - < <(object dry "localhost:$reg/good:1")
is "$out" "localhost:$reg/good:1@$digest" "a dry run shows what would be changed"
run kubectl -n images run bare --image="localhost:$reg/good:1"
is "$(kubectl -n images get pod bare -o jsonpath='{.spec.containers[0].securityContext.allowPrivilegeEscalation} {.spec.containers[0].image}')" "false localhost:$reg/good:1@$digest" "defaults are put in where a pod says nothing"
# The image moves on: what was judged goes on to run.
image good 2000
run kubectl apply -f - < <(object later "localhost:$reg/good:1")
is "$(kubectl -n images get pod later -o jsonpath='{.spec.containers[0].image}')" "localhost:$reg/good:1@$digest" "a tag that was pushed anew still gives what was judged"
run kubectl -n images set image pod/later app="localhost:$reg/good:1"
is "$rc" 0 "a change of the image is judged as well"

# The worker watches the pods of the server: what starts is scanned, and then known to the webhook.
image started 1000
image later 1000
"$PLIMSOLL" --quiet admit worker --cluster --facts "$facts" --policy "$tmp/rules.yaml" 2>"$tmp/worker.log" &
worker=$!
at_exit "kill $worker 2>/dev/null; wait $worker 2>/dev/null"
scanned() { [ "$(sqlite3 "$facts" "SELECT count(*) FROM tag WHERE tag = 'localhost:$reg/$1:1'")" = 1 ]; }
kubectl -n images run started --image="localhost:$reg/started:1" >/dev/null 2>&1
wait_for 60 scanned started && pass "the worker sees a pod that starts" || fail "the worker sees a pod that starts" "$(cat "$tmp/worker.log")"
kubectl -n images run later-still --image="localhost:$reg/later:1" >/dev/null 2>&1
wait_for 60 scanned later && pass "and the next one" || fail "and the next one" "$(cat "$tmp/worker.log")"
kill "$worker"
wait "$worker"
admit_stop
done_testing
