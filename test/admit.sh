# SPDX-License-Identifier: Apache-2.0
# What tests of the webhook share; after lib.sh.
. "$TOP/test/registry.sh"

# admit_start [OPTION]…: a webhook with TLS on $port, its log of decisions in $tmp/decisions, messages in $tmp/messages; $admit is its process
admit_start() {
  [ -f "$tmp/server.crt" ] || certificate server
  port=$(free_port)
  : >"$tmp/decisions"
  "$PLIMSOLL" admit --listen "127.0.0.1:$port" --tls-certificate "$tmp/server.crt" --tls-key "$tmp/server.key" --drain 0 "$@" >"$tmp/decisions" 2>"$tmp/messages" &
  admit=$!
  at_exit "kill $admit 2>/dev/null; wait $admit 2>/dev/null"
  wait_for 30 curl -sf --cacert "$tmp/ca.crt" "https://127.0.0.1:$port/readyz" || { echo "Bail out! the webhook does not start"; note "$(cat "$tmp/messages")"; exit 1; }
}
admit_stop() { kill "$admit" 2>/dev/null; wait "$admit"; }

# request PATH [curl option]…: $status, $out
request() {
  local path=$1
  shift
  status=$(curl -s -o "$tmp/.answer" -w '%{http_code}' --max-time 20 --cacert "$tmp/ca.crt" "$@" "https://127.0.0.1:$port$path")
  out=$(cat "$tmp/.answer" 2>/dev/null)
}
# ask FILE: posts a review; $status, $out
ask() { request "/validate?timeout=5s" -H 'Content-Type: application/json' --data-binary "@$1"; }
# answer JQ: of the last answer
answer() { jq -r ".response$1" <<<"$out" 2>/dev/null; }
# review FILE OPERATION [jq expression on .request]: a review of the object on standard input (JSON)
review() {
  jq -c --arg op "$2" '{apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: {uid: "u-1", kind: {group: "", version: "v1", kind: .kind},
    resource: {group: "", version: "v1", resource: "pods"}, name: .metadata.name, namespace: (.metadata.namespace // "shop"), operation: $op,
    userInfo: {username: "jane", groups: ["dev", "system:authenticated"]}, object: ., oldObject: null, dryRun: false}} | .request |= ('"${3:-.}"')' >"$1"
}
# pod NAME [jq expression]: a good pod
pod() {
  jq -nc --arg n "$1" '{apiVersion: "v1", kind: "Pod", metadata: {name: $n, namespace: "shop"}, spec: {automountServiceAccountToken: false, securityContext: {runAsNonRoot: true,
    seccompProfile: {type: "RuntimeDefault"}}, containers: [{name: "app", image: "registry.example.org/app:1.2", securityContext: {allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true, runAsNonRoot: true, capabilities: {drop: ["ALL"]}}}]}} | '"${2:-.}"
}
