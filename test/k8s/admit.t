#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll admit behind a real API server: what users see when it refuses, warns, allows, is away, or gets a new certificate.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
. "$TOP/test/admit.sh"

mkdir "$tmp/policy"
cat >"$tmp/policy/rules.yaml" <<'EOF'
- rule: Debug image from elsewhere
  desc: A container is added to a running pod whose image is not one of ours
  source: container
  condition: container.kind = ephemeral and container.image.registry exists and container.image.registry != registry.example
  output: "%container.name uses %container.image"
  priority: ERROR
  action: deny
EOF
cat >"$tmp/policy/set.yaml" <<'EOF'
name: test
version: 1
extends: pss-baseline
rules:
  - {tag: pod-security-restricted, action: warn}
  - {rule: Command is run in a container, action: deny}
  - {rule: Port of a container is forwarded, action: deny}
  - Debug image from elsewhere
  - {rule: Role may do everything, action: deny}
EOF

# The configuration that `admit manifests` prints, for a webhook on this machine.
"$PLIMSOLL" admit manifests --image "registry.example/plimsoll@sha256:$(printf 'a%.0s' $(seq 64))" --kubernetes 1.20 --authority "$tmp/authority.pem" >"$tmp/manifests.yaml"
kubectl create --dry-run=client -o json -f "$tmp/manifests.yaml" >"$tmp/manifests.json" 2>"$tmp/client.err"
is "$(jq -rs 'map(.items // [.]) | flatten | map(.kind) | sort | unique | join(" ")' "$tmp/manifests.json")" \
  "Deployment LimitRange Namespace NetworkPolicy PodDisruptionBudget ResourceQuota Secret Service ServiceAccount ValidatingWebhookConfiguration" "the manifests are objects that kubectl knows"
run kubectl apply --dry-run=client -f "$tmp/manifests.yaml"
is "$rc" 0 "and takes"
# webhook NAME FAIL [jq]: configures the API server to ask 127.0.0.1:$port for objects in namespaces with the label guarded
webhook() {
  jq -s --arg name "$1" --arg url "https://127.0.0.1:$port/validate" --arg ca "$(base64 -w0 <"$tmp/ca.crt")" --arg fail "$2" \
    'map(.items // [.]) | flatten | map(select(.kind == "ValidatingWebhookConfiguration"))[0] | .metadata = {name: $name} |
     .webhooks[0] |= (.clientConfig = {url: $url, caBundle: $ca} | .failurePolicy = $fail | .namespaceSelector.matchExpressions += [{key: "guarded", operator: "Exists"}] | '"${3:-.}"')' "$tmp/manifests.json" |
    kubectl apply -f - >/dev/null || exit 1
  at_exit "kubectl delete validatingwebhookconfiguration $1 >/dev/null 2>&1"
}
# object NAME NAMESPACE [jq]: a pod that all levels accept
object() { pod "$1" ".metadata.namespace = \"$2\" | del(.spec.containers[0].securityContext.runAsNonRoot) | ${3:-.}"; }
bad='.spec.hostNetwork = true'
apply() { run kubectl apply -f - "$@"; }
# The API server takes up a configuration within a moment: until it asks.
guarded() { wait_for 20 sh -c "! kubectl -n guarded run probe --image=x --overrides='{\"spec\": {\"hostPID\": true}}' --dry-run=server"; }

namespace guarded guarded=yes
namespace unguarded
namespace excluded guarded=yes
object before guarded "$bad" | kubectl apply -f - >/dev/null
object running guarded | kubectl apply -f - >/dev/null

admit_start --policy "$tmp/policy" --exempt-namespace excluded --mode 'soft-*=warn' --break-glass-user alice --time-budget 1000
webhook test-admit Fail
guarded

# Refused, warned, allowed
apply < <(object bad guarded "$bad")
is "$rc" 1 "a pod that a rule denies is refused"
like "$err" 'admission webhook "validate.plimsoll.dev" denied the request: policy test@1: Pod Security baseline: host namespaces: .*Pod bad|admission webhook "validate.plimsoll.dev" denied the request: policy test@1.*host namespaces' "the user is told which rule, and why"
is "$(kubectl -n guarded get pod bad -o name 2>/dev/null)" "" "and it is not there"
apply < <(object warned guarded 'del(.spec.securityContext.seccompProfile)')
is "$rc" 0 "a pod that a rule warns of is let in"
like "$err" '^Warning: .*[Ss]eccomp' "with a warning that kubectl shows"
apply < <(object good guarded)
is "$rc $err" "0 " "a good one is let in without a word"
kubectl -n guarded create deployment web --image=x --dry-run=client -o json | jq '.spec.template.spec.hostIPC = true' >"$tmp/deployment.json"
apply <"$tmp/deployment.json"
is "$rc" 1 "a Deployment is judged by its template"
like "$err" 'Deployment' "which is named"
apply < <(object bad unguarded "$bad")
is "$rc $err" "0 " "a namespace without the label is not asked about"
apply < <(object bad excluded "$bad")
is "$rc $err" "0 " "an exempt namespace is not judged"
namespace soft-1 guarded=yes
apply < <(object bad soft-1 "$bad")
is "$rc" 0 "a namespace in mode warn lets it in"
like "$err" '^Warning: .*host namespaces' "with the reason as a warning"

# Dry run
apply --dry-run=server < <(object dry guarded "$bad")
is "$rc" 1 "a dry run is refused as the real one is"
apply --dry-run=server < <(object dry guarded)
is "$rc" 0 "or let in"
is "$(jq -s 'map(select(.name == "dry")) | map(.dryRun) | unique | tostring' -r "$tmp/decisions")" '[true]' "and is so in the log of decisions"

# What stood there before
kubectl -n guarded label pod before a=b >/dev/null 2>"$tmp/label.err"
is "$?" 0 "an old pod that would be refused may still be labelled"
run kubectl -n guarded delete pod before --wait=false
is "$rc" 0 "and deleted"

# Ephemeral containers: of 1.20, a subresource of its own kind
ephemeral() {
  jq -nc --arg n "$1" --arg i "$2" '{apiVersion: "v1", kind: "EphemeralContainers", metadata: {name: $n, namespace: "guarded"}, ephemeralContainers: [{name: "debug", image: $i, imagePullPolicy: "Always", terminationMessagePolicy: "File"}]}' |
    curl -s -X PUT --cacert "$K8S/ca.crt" --cert "$K8S/admin.crt" --key "$K8S/admin.key" -H 'Content-Type: application/json' --data-binary @- "$server/api/v1/namespaces/guarded/pods/$1/ephemeralcontainers"
}
out=$(ephemeral running busybox)
is "$(jq -r .code <<<"$out")" 403 "an ephemeral container is refused"
like "$out" 'validate.plimsoll.dev.*denied the request.*Debug image from elsewhere: debug uses busybox' "with the reason"
out=$(ephemeral running registry.example/debug)
is "$(jq -r .kind <<<"$out")" EphemeralContainers "another one is let in"

# Connections
run kubectl -n guarded exec running -- id
is "$rc" 1 "kubectl exec is refused"
like "$err" 'denied the request: .*Command is run in a container: .*admin runs' "with the reason, and who asked for what"
run kubectl -n unguarded exec bad -- id
unlike "$err" 'denied the request' "elsewhere only the missing node stops it"
out=$(curl -s -X POST --cacert "$K8S/ca.crt" --cert "$K8S/admin.crt" --key "$K8S/admin.key" "$server/api/v1/namespaces/guarded/pods/running/portforward?ports=80")
like "$out" 'denied the request.*Port of a container is forwarded' "so is a forwarded port"

# Who breaks the glass
kubectl create clusterrolebinding test-admit-alice --clusterrole=cluster-admin --user=alice >/dev/null
at_exit "kubectl delete clusterrolebinding test-admit-alice >/dev/null 2>&1"
object glass guarded "$bad | .metadata.annotations[\"plimsoll.dev/break-glass\"] = \"INC-7\"" >"$tmp/glass.json"
run kubectl apply -f "$tmp/glass.json"
is "$rc" 1 "the annotation opens nothing for others"
run as alice kubectl apply -f "$tmp/glass.json"
is "$rc" 0 "but for those who are named"
wait_for 10 grep -q 'validate.plimsoll.dev/break-glass' "$K8S/audit.log"
is "$(jq -r 'select(.objectRef.name == "glass" and .annotations["validate.plimsoll.dev/break-glass"]) | .user.username + " " + .annotations["validate.plimsoll.dev/break-glass"]' "$K8S/audit.log" | sort -u)" "alice INC-7" "and the API server's audit log has it"
is "$(jq -r 'select(.objectRef.name == "bad" and .objectRef.namespace == "guarded") | .annotations["validate.plimsoll.dev/verdict"] // empty' "$K8S/audit.log" | sort -u)" deny "as it has each verdict"

# Objects that live in no namespace, and other kinds
printf '{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "test-everything"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}' >"$tmp/role.json"
apply --dry-run=server <"$tmp/role.json"
is "$rc" 1 "a ClusterRole that may do everything"
like "$err" 'Role may do everything' "is refused"

# A new certificate, under load
: >"$tmp/load.failed"
object load guarded 'del(.metadata.name) | .metadata.generateName = "load-"' >"$tmp/load.json"
load() {
  local i=0 code
  while [ ! -e "$tmp/load.stop" ]; do
    i=$((i + 1))
    code=$(curl -s -o "$tmp/load.$1" -w '%{http_code}' --cacert "$K8S/ca.crt" --cert "$K8S/admin.crt" --key "$K8S/admin.key" -H 'Content-Type: application/json' --data-binary "@$tmp/load.json" \
      "$server/api/v1/namespaces/guarded/pods?dryRun=All")
    [ "$code" = 201 ] || cat "$tmp/load.$1" >>"$tmp/load.failed"
  done
  echo "$i" >>"$tmp/load.count"
}
serial() { openssl s_client -connect "127.0.0.1:$port" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
old=$(serial)
load 1 &
load 2 &
sleep 2
certificate renewed
cp "$tmp/renewed.key" "$tmp/server.key"
cp "$tmp/renewed.crt" "$tmp/server.crt"
wait_for 20 sh -c "[ \"\$(openssl s_client -connect 127.0.0.1:$port </dev/null 2>/dev/null | openssl x509 -noout -serial)\" != '$old' ]"
if [ "$(serial)" != "$old" ]; then pass "a new certificate is served"; else fail "a new certificate is served" "still $old" "$(cat "$tmp/messages")"; fi
sleep 2
: >"$tmp/load.stop"
wait %- 2>/dev/null
wait_for 20 sh -c "[ \"\$(wc -l <'$tmp/load.count')\" = 2 ]"
is "$(cat "$tmp/load.failed")" "" "and no request failed meanwhile ($(paste -sd+ "$tmp/load.count") requests)"

# Away
admit_stop
apply < <(object away guarded)
is "$rc" 1 "fail-closed: when nobody answers nothing gets in"
like "$err" 'failed calling webhook "validate.plimsoll.dev"' "and the user is told why"
kubectl -n kube-system create configmap test-away --from-literal=a=b >/dev/null 2>&1
is "$?" 0 "kube-system goes on"
at_exit "kubectl -n kube-system delete configmap test-away >/dev/null 2>&1"
webhook test-admit Ignore
wait_for 20 sh -c "kubectl -n guarded run open --image=x --dry-run=server"
apply < <(object away guarded "$bad")
is "$rc" 0 "fail-open: then anything does"
done_testing
