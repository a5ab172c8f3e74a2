#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The webhook: what it answers to reviews, to what is none, and to clients that mean no good.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
privileged='.spec.containers[0].securityContext.privileged = true | del(.spec.containers[0].securityContext.allowPrivilegeEscalation)'

exits 2 "beyond loopback only with TLS" "$PLIMSOLL" admit --listen 0.0.0.0:18080
like "$err" 'only loopback is served without TLS' "and it says so"
exits 2 "an address that is none" "$PLIMSOLL" admit --listen nowhere
exits 2 "a certificate without its key" "$PLIMSOLL" admit --tls-certificate x
exits 2 "a mode that is none" "$PLIMSOLL" admit --mode prod=maybe
exits 2 "a policy that is none" "$PLIMSOLL" admit --policy nosuch
certificate server
certificate other
exits 3 "a key of another certificate" "$PLIMSOLL" admit --listen 127.0.0.1:0 --tls-certificate "$tmp/server.crt" --tls-key "$tmp/other.key"
like "$err" 'server.crt and .*other.key: ' "and both are named"

admit_start --mode 'test-*=warn' --mode 'quiet=audit' --break-glass-group oncall
pod good | review "$tmp/good.json" CREATE
ask "$tmp/good.json"
is "$status $(answer .allowed) $(answer .uid)" "200 true u-1" "a good pod is let in"
pod bad "$privileged" | review "$tmp/bad.json" CREATE
ask "$tmp/bad.json"
is "$status $(answer .allowed) $(answer .status.code) $(answer .status.reason)" "200 false 403 Forbidden" "a privileged one is refused"
like "$(answer .status.message)" '^policy production@1: .*Privileged container: container app of bad is privileged' "with the reason"
is "$(jq '[.response.warnings[] | length] | max <= 120' <<<"$out")" true "warnings are no longer than kubectl shows"
is "$(answer '.auditAnnotations.verdict')" deny "the audit log hears the verdict"
pod bad "$privileged"' | .metadata.namespace = "test-1"' | review "$tmp/warned.json" CREATE
ask "$tmp/warned.json"
is "$(answer .allowed) $(jq '.response.warnings | map(select(startswith("Privileged container"))) | length' <<<"$out")" "true 1" "mode warn lets it in with a warning"
pod bad "$privileged"' | .metadata.namespace = "quiet"' | review "$tmp/audited.json" CREATE
ask "$tmp/audited.json"
is "$(answer .allowed) $(answer .warnings) $(answer .auditAnnotations.verdict)" "true null deny" "mode audit lets it in without one"
pod bad "$privileged"' | .metadata.namespace = "kube-system"' | review "$tmp/system.json" CREATE
ask "$tmp/system.json"
is "$(answer .allowed) $(answer .auditAnnotations)" "true null" "kube-system is not judged"
pod bad "$privileged"' | .metadata.annotations = {"plimsoll.dev/break-glass": "INC-7"}' | review "$tmp/glass.json" CREATE
ask "$tmp/glass.json"
is "$(answer .allowed)" false "the glass is not for everybody"
review "$tmp/glass.json" CREATE '.userInfo.groups += ["oncall"]' < <(pod bad "$privileged"' | .metadata.annotations = {"plimsoll.dev/break-glass": "INC-7"}')
ask "$tmp/glass.json"
is "$(answer .allowed) $(answer '.auditAnnotations["break-glass"]')" "true INC-7" "who may break it is let in, on record"
review "$tmp/deleted.json" DELETE '.oldObject = .object | .object = null' < <(pod bad "$privileged")
ask "$tmp/deleted.json"
is "$(answer .allowed)" true "what is deleted may go"
review "$tmp/finalizer.json" UPDATE < <(pod bad "$privileged"' | .metadata.deletionTimestamp = "2026-01-01T00:00:00Z"')
ask "$tmp/finalizer.json"
is "$(answer .allowed)" true "finalizers come off what is on its way out"

# Updates are denied for what they bring
review "$tmp/update.json" UPDATE '.oldObject = .object | .object.metadata.labels = {a: "b"}' < <(pod bad "$privileged")
ask "$tmp/update.json"
is "$(answer .allowed) $(answer '.warnings[]' | grep -c 'Privileged container')" "true 1" "an update of an object that was bad before is let in with warnings"
review "$tmp/update.json" UPDATE '.oldObject = .object | .object.spec.containers[0].securityContext.privileged = true | .object.spec.containers[0].securityContext |= del(.allowPrivilegeEscalation)' < <(pod bad)
ask "$tmp/update.json"
is "$(answer .allowed)" false "an update that makes it bad is not"
review "$tmp/update.json" UPDATE '.subResource = "ephemeralcontainers" | .oldObject = .object | .object.spec.ephemeralContainers = [{name: "debug", image: "registry.example.org/d:1", securityContext: {privileged: true}}]' < <(pod bad)
ask "$tmp/update.json"
is "$(answer .allowed)" false "a privileged ephemeral container is refused"
like "$(answer .status.message)" 'container debug of bad is privileged' "by its name"
review "$tmp/old-style.json" UPDATE '.subResource = "ephemeralcontainers" | .kind.kind = "EphemeralContainers" | .object = {kind: "EphemeralContainers", apiVersion: "v1", metadata: .object.metadata, ephemeralContainers: [{name: "debug", image: "x:1", securityContext: {privileged: true}}]}' < <(pod bad)
ask "$tmp/old-style.json"
is "$(answer .allowed) $(answer .status.message | grep -c 'container debug of bad is privileged')" "false 1" "so it is as Kubernetes 1.20 sends it"

# Requests themselves
options() { jq -nc --arg k "$1" '{apiVersion: "v1", kind: $k, metadata: {name: "web-1"}} + '"$2"; }
review "$tmp/exec.json" CONNECT '.subResource = "exec" | .name = "web-1"' < <(options PodExecOptions '{stdin: true, tty: true, container: "app", command: ["sh", "-i"]}')
ask "$tmp/exec.json"
is "$(answer .allowed) $(answer '.warnings[0]')" "true Command is run in a container: jane runs (sh,-i) in pod web-1" "exec is warned of"
review "$tmp/forward.json" CONNECT '.subResource = "portforward" | .name = "web-1"' < <(options PodPortForwardOptions '{ports: [5432]}')
ask "$tmp/forward.json"
like "$(answer '.warnings[0]')" '^Port of a container is forwarded' "so is a forwarded port"
review "$tmp/nobody.json" CREATE '.userInfo = {username: "system:anonymous", groups: ["system:unauthenticated"]}' < <(pod good)
ask "$tmp/nobody.json"
is "$(answer .allowed)" false "what comes from nobody in particular is refused"
review "$tmp/config.json" CREATE '.resource.resource = "configmaps"' <<<'{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "shop"}, "data": {"password": "hunter2-secret"}}'
ask "$tmp/config.json"
like "$(answer '.warnings[]')" 'ConfigMap c holds a secret' "a secret in a ConfigMap is seen"
review "$tmp/role.json" CREATE '.resource.resource = "clusterroles" | .namespace = ""' <<<'{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}'
ask "$tmp/role.json"
like "$(answer .auditAnnotations.rules)" "[Rr]ole" "rights on everything are seen"
review "$tmp/unknown.json" CREATE '.resource.resource = "things"' <<<'{"apiVersion": "example.org/v1", "kind": "Thing", "metadata": {"name": "t", "namespace": "shop"}, "spec": {"x": 1}}'
ask "$tmp/unknown.json"
is "$(answer .allowed)" true "a kind that nobody knows is let in"

# What is no review
request /validate -H 'Content-Type: application/json' -d '{'
is "$status" 400 "JSON that is none"
like "$out" '^review:1:2: ' "with its place"
request /validate -H 'Content-Type: application/json' -d '{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1beta1", "request": {"uid": "x"}}'
is "$status" 400 "a version that nobody speaks"
request /validate -H 'Content-Type: application/json' -d '{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "x", "operation": "CREATE", "object": []}}'
is "$status $(answer .uid) $(answer .allowed)" "200 x false" "a review that is wrong behind its uid is refused: closed is the default"
review "$tmp/wrong.json" CREATE < <(pod bad '.spec.containers = "none"')
ask "$tmp/wrong.json"
is "$(answer .allowed)" false "an object of wrong types is refused"
like "$(answer .status.message)" 'could not be judged: .*expected a list' "with the reason"
request /validate -d '{}' -H 'Content-Type: text/plain'
is "$status" 415 "another type of content"
request /nowhere
is "$status" 404 "a path that is none"
request /validate
is "$status" 405 "another method"
head -c 3200000 /dev/zero | tr '\0' ' ' >"$tmp/large"
request /validate -H 'Content-Type: application/json' --data-binary "@$tmp/large"
is "$status" 413 "more than 3 MB"
request /validate -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary "@$tmp/large"
is "$status" 413 "more than 3 MB in chunks"
jq -c '.request.object.metadata.annotations = {big: ("x" * 2900000)}' "$tmp/bad.json" >"$tmp/nearly.json"
ask "$tmp/nearly.json"
is "$status $(answer .allowed)" "200 false" "just under 3 MB is judged"
request /metrics
like "$out" '^plimsoll_admission_decisions_total\{verdict="deny",mode="enforce"\} [1-9]' "metrics count decisions"
like "$out" '^plimsoll_admission_break_glass_total 1$' "and broken glass"
admit_stop
is "$?" 0 "it ends on SIGTERM"
is "$(jq -s 'map(select(.name == "bad" and .namespace == "shop" and .operation == "CREATE"))[0] | [.allowed, .verdict, .user, (.reasons | length > 0)] | tostring' -r "$tmp/decisions")" '[false,"deny","jane",true]' \
  "decisions are lines of JSON"
is "$(jq -s 'map(select(.breakGlass)) | length' "$tmp/decisions")" 1 "the broken glass is in the log"

unlike "$(cat "$tmp/decisions")" 'hunter2-secret' "no secret is in the log"

admit_start --policy regulated --all-updates --fail closed
ask "$tmp/exec.json"
is "$(answer .allowed)" false "the set regulated refuses exec"
review "$tmp/update.json" UPDATE '.oldObject = .object' < <(pod bad "$privileged")
ask "$tmp/update.json"
is "$(answer .allowed)" false "--all-updates denies what was there before"
admit_stop

admit_start --fail open --judge-all --decision-log none
ask "$tmp/wrong.json"
is "$(answer .allowed)" true "--fail open lets in what cannot be judged"
like "$(answer '.warnings[0]')" '^not judged: ' "with a warning"
ask "$tmp/system.json"
is "$(answer .allowed)" false "--judge-all judges kube-system"
admit_stop

# A budget that the reading alone uses up: each rule's on-error decides
jq -c '.request.object.spec.many = [range(300000)]' "$tmp/good.json" >"$tmp/many.json"
for action in deny warn allow; do
  printf -- '- {rule: Slow, desc: d, source: workload, condition: workload.kind = Pod and k8s.name = nobody, output: o, priority: ERROR, action: deny, on-error: %s}\n' $action >"$tmp/slow.yaml"
  admit_start --policy "$tmp/slow.yaml" --time-budget 1
  ask "$tmp/many.json"
  is "$(answer .allowed) $(answer '.warnings | length')" "$([ $action = deny ] && echo false || echo true) $([ $action = warn ] && echo 1 || echo 0)" "what is not decided in time: on-error $action"
  ask "$tmp/good.json"
  is "$(answer .allowed)" true "what is decided in time is not held up"
  admit_stop
done

# Requests of real API servers
need_shared
admit_start --policy pss-baseline
n=0 wrong=
while read -r line; do
  n=$((n + 1))
  jq -c .review <<<"$line" >"$tmp/recorded.json"
  ask "$tmp/recorded.json"
  want=$(jq -r '.request | if .namespace == "kube-system" then true else [.object.spec.containers[].securityContext.privileged] | any | not end' "$tmp/recorded.json")
  [ "$(answer .uid) $(answer .allowed)" = "$(jq -r .request.uid "$tmp/recorded.json") $want" ] || wrong+="$line"$'\n'
done < <(cat "$SHARED"/samples/admission-reviews-*.jsonl)
is "$wrong" "" "$n recorded requests are answered as their pods are"
admit_stop
done_testing
