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

# With a worker that scans
exits 2 "a worker without networks to reach" manifests --worker
like "$err" '--worker needs --api-server and --registry' "and it says so"
exits 2 "digests that nobody looks up" manifests --mutate pin
exits 2 "registries without a worker" manifests --registry 192.0.2.0/24
rm "$tmp/ca.pem"
exits 0 "a worker" manifests --worker --api-server 10.0.0.0/28 --registry 192.0.2.0/24 --registry 198.51.100.7/32 --advisories oci://registry.example/plimsoll/advisories:1 --registry-secret pull --mutate pin \
  --defaults secure-defaults --output "$tmp/w.yaml"
for policy in production regulated pss-restricted; do
  exits 0 "with a worker, too, they pass the set $policy" "$PLIMSOLL" check --policy "$policy" --format json --output "$tmp/report.json" "$tmp/w.yaml"
  is "$(jq -r '[.findings[].id] | unique - ["No liveness probe", "Secret in a manifest"] | join(" ")' "$tmp/report.json")" "" "with nothing to say of them ($policy)"
done
python3 - "$tmp/w.yaml" >"$tmp/said" <<'PY'
import sys, yaml
all = [d for d in yaml.safe_load_all(open(sys.argv[1]))]
one = lambda kind: next(d for d in all if d["kind"] == kind and d["metadata"]["name"].startswith("plimsoll-admit"))
pod = one("Deployment")["spec"]["template"]["spec"]
admit, worker = pod["containers"]
mounts = lambda c: " ".join(m["name"] for m in c["volumeMounts"])
print(admit["args"][0], mounts(admit), "/", " ".join(worker["args"][:2]), mounts(worker))
print(one("ClusterRole")["rules"])
print("--mutate=pin" in admit["args"], "--mutate=defaults" in admit["args"], "--queue-unknown" in admit["args"], one("MutatingWebhookConfiguration")["webhooks"][0]["clientConfig"]["service"]["path"])
print(len(one("NetworkPolicy")["spec"]["egress"]), one("NetworkPolicy")["spec"]["egress"][2]["to"])
PY
is "$(cat "$tmp/said")" "admit tls facts / admit worker facts scratch account registry
[{'apiGroups': [''], 'resources': ['pods'], 'verbs': ['list', 'watch']}]
True True True /mutate
3 [{'ipBlock': {'cidr': '192.0.2.0/24'}}, {'ipBlock': {'cidr': '198.51.100.7/32'}}]" "only the worker has a token, rights to see pods, and somewhere to go"

# With a worker that judges the cluster
exits 2 "a cluster that nobody judges" manifests --check-cluster
exits 0 "a worker that judges the cluster" manifests --worker --check-cluster --api-server 10.0.0.0/28 --registry 192.0.2.0/24 --output "$tmp/c.yaml"
for policy in production regulated pss-restricted; do
  exits 0 "it, too, passes the set $policy" "$PLIMSOLL" check --policy "$policy" --format json --output "$tmp/report.json" "$tmp/c.yaml"
  is "$(jq -r '[.findings[].id] | unique - ["No liveness probe", "Secret in a manifest"] | join(" ")' "$tmp/report.json")" "" "with nothing to say of it ($policy)"
done
python3 - "$tmp/c.yaml" "$TOP/src/kube/cluster-kind.list.h" >"$tmp/said" <<'PY'
import re, sys, yaml
all = [d for d in yaml.safe_load_all(open(sys.argv[1]))]
one = lambda kind: next(d for d in all if d["kind"] == kind and d["metadata"]["name"].startswith("plimsoll-admit"))
admit, worker = one("Deployment")["spec"]["template"]["spec"]["containers"]
mount = lambda c: [m for m in c["volumeMounts"] if m["name"] == "check"]
print("--metrics-add=/check/metrics.prom" in admit["args"], mount(admit), "--check=/check" in worker["args"], mount(worker))
granted = {(g, r, v) for rule in one("ClusterRole")["rules"] for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}
asked = {(g, r, "list") for g, r in re.findall(r'^CLUSTER_KIND\("([^"]*)", "([^"]*)"', open(sys.argv[2]).read(), re.M)}
print(sorted(granted - asked), sorted(asked - granted), len(asked) > 25, any(r in ("secrets", "*") for g, r, v in granted))
PY
is "$(cat "$tmp/said")" "True [{'name': 'check', 'mountPath': '/check', 'readOnly': True}] True [{'name': 'check', 'mountPath': '/check'}]
[('', 'pods', 'watch')] [] True False" "it may list what it judges and nothing else, and the webhook tells what it found"
echo nothing >"$tmp/ca.pem"
exits 3 "an authority that is none" manifests
like "$err" 'ca.pem: there is no certificate' "and it says so"
done_testing
