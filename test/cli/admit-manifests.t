#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What installs the webhook: our own rules find nothing to deny in it, and its certificate is one that an API server takes.
. "$(dirname "$0")/../lib.sh"
image=registry.example.org/plimsoll@sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881
manifests() { "$PLIMSOLL" admit manifests --authority "$tmp/ca.pem" --image "$image" "$@"; }

exits 2 "the image is named by its digest" "$PLIMSOLL" admit manifests --authority "$tmp/ca.pem" --image registry.example.org/plimsoll:1
exits 2 "a namespace that is none" manifests --namespace 'a: b'
exits 2 "a network that is none" manifests --api-server '10.0.0.0/8"}}'
exits 0 "manifests" manifests --defaults secure-defaults --api-server 10.0.0.0/24 --output "$tmp/m.yaml"
is "$(stat -c %a "$tmp/ca.pem")" 600 "the authority's key is for its owner only"
for policy in regulated pss-restricted; do
  exits 0 "they pass the set $policy" "$PLIMSOLL" check --policy "$policy" --format json --output "$tmp/report.json" "$tmp/m.yaml"
done
"$PLIMSOLL" check --policy regulated --format json --output "$tmp/report.json" "$tmp/m.yaml"
is "$(jq -r '[.findings[].id] | unique | join(" ")' "$tmp/report.json")" "Secret in a manifest" "nothing else is said of them than that the key is in them"
python3 - "$tmp" <<'PY'
import base64, sys, yaml
all = {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(open(sys.argv[1] + "/m.yaml"))}
get = lambda kind: all[kind, "plimsoll-admit"]
write = lambda name, text: open(f"{sys.argv[1]}/{name}", "wb").write(base64.b64decode(text))
write("tls.crt", get("Secret")["data"]["tls.crt"])
write("tls.key", get("Secret")["data"]["tls.key"])
write("bundle.pem", get("ValidatingWebhookConfiguration")["webhooks"][0]["clientConfig"]["caBundle"])
hook = get("MutatingWebhookConfiguration")["webhooks"][0]
open(sys.argv[1] + "/said", "w").write(f'{len(all)} {get("Deployment")["spec"]["replicas"]} {hook["failurePolicy"]} {hook["sideEffects"]} {len(hook["matchConditions"])}')
PY
is "$(cat "$tmp/said")" "12 2 Fail NoneOnDryRun 2" "objects, replicas, webhooks"
exits 0 "the certificate is the service's" openssl verify -CAfile "$tmp/bundle.pem" -purpose sslserver -verify_hostname plimsoll-admit.plimsoll-system.svc "$tmp/tls.crt"
exits 2 "and nobody else's" openssl verify -CAfile "$tmp/bundle.pem" -purpose sslserver -verify_hostname kubernetes.default.svc "$tmp/tls.crt"
is "$(openssl pkey -in "$tmp/tls.key" -pubout)" "$(openssl x509 -in "$tmp/tls.crt" -noout -pubkey)" "the key is the certificate's"
unlike "$(cat "$tmp/bundle.pem")" "PRIVATE KEY" "the authority's key stays at home"
cp "$tmp/bundle.pem" "$tmp/first.pem"
manifests --kubernetes 1.20 >"$tmp/again.yaml"
unlike "$(cat "$tmp/again.yaml")" matchConditions "an old server gets no conditions"
is "$(grep -m1 caBundle "$tmp/again.yaml")" "$(grep -m1 caBundle "$tmp/m.yaml")" "the same authority signs again"
mv "$tmp/ca.pem" "$tmp/old.pem"
manifests --old-authority "$tmp/old.pem" | sed -n 's/.*caBundle: //p' | base64 -d >"$tmp/both.pem"
is "$(grep -c 'BEGIN CERTIFICATE' "$tmp/both.pem")" 2 "a new authority beside the old one"
exits 0 "with which the old certificate is still good" openssl verify -CAfile "$tmp/both.pem" "$tmp/tls.crt"
echo nothing >"$tmp/ca.pem"
exits 3 "an authority that is none" manifests
like "$err" 'ca.pem: there is no certificate' "and it says so"
done_testing
