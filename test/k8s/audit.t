#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The audit webhook of a real API server against `plimsoll admit --audit`: the alerts of its events as they happen are those of its log.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
. "$TOP/test/admit.sh"
cp "$K8S/ca.crt" "$tmp/ca.crt"
cp "$K8S/server.crt" "$tmp/server.crt"
cp "$K8S/server.key" "$tmp/server.key"
port=$(cat "$K8S/audit-port")
free_port() { echo "$port"; }
before=$(wc -l <"$K8S/audit.log")
admit_start --audit --client-ca "$K8S/ca.crt" --client-name admin --decision-log none --alert-log "$tmp/alerts"
received() { request /metrics; n=$(sed -n 's/^plimsoll_audit_events_total //p' <<<"$out"); [ "${n:-0}" -gt "$1" ]; }
namespace prod
wait_for 60 received 0 && pass "the API server sends its events" || fail "the API server sends its events" "$(cat "$tmp/messages")"

kubectl create clusterrolebinding test-audit --clusterrole cluster-admin --user mallory >/dev/null
at_exit "kubectl delete clusterrolebinding test-audit >/dev/null 2>&1"
kubectl -n prod run web --image=nginx --overrides='{"spec": {"hostNetwork": true, "containers": [{"name": "web", "image": "nginx", "securityContext": {"privileged": true}}]}}' >/dev/null
for i in $(seq 12); do kubectl -n prod create secret generic "s$i" --from-literal=a=b >/dev/null; done
kubectl create clusterrolebinding test-audit-secrets --clusterrole view --user alice >/dev/null
kubectl create clusterrole test-audit-secrets --verb get --resource secrets >/dev/null
kubectl create clusterrolebinding test-audit-reader --clusterrole test-audit-secrets --user alice >/dev/null
at_exit "kubectl delete clusterrolebinding test-audit-secrets test-audit-reader >/dev/null 2>&1; kubectl delete clusterrole test-audit-secrets >/dev/null 2>&1"
wait_for 20 as alice kubectl -n prod get secret s1
for i in $(seq 12); do as alice kubectl -n prod get secret "s$i" >/dev/null; done
as bob kubectl get secrets -A >/dev/null 2>&1
alerted() { grep -q "\"alert\":\"$1\"" "$tmp/alerts"; }
for alert in "Secret reading spree" "New binding to cluster-admin"; do
  wait_for 30 alerted "$alert" && pass "alert: $alert" || fail "alert: $alert" "$(cat "$tmp/alerts")"
done
is "$(jq -r 'select(.alert == "Secret reading spree") | .user' "$tmp/alerts" | sort -u)" alice "by whom"

# The last event is a mark: when it has come, all before it have.
kubectl -n prod create configmap mark >/dev/null
settled() { a=$(wc -l <"$tmp/alerts"); sleep 3; [ "$a" = "$(wc -l <"$tmp/alerts")" ]; }
wait_for 30 settled
tail -n +"$((before + 1))" "$K8S/audit.log" >"$tmp/audit.log"
# Events come in batches beside each other, so that counts over several of them may differ by their order; what a single event says may not.
"$PLIMSOLL" audit-log -q -f json "$tmp/audit.log" | jq -r '.findings[] | select(.id != "Secret reading spree" and .id != "Many requests are refused") | .id + " " + .detail' | sort >"$tmp/of-file"
# The API server sends what it could not send before, too.
jq -s 'map({(.auditID): true}) | add' "$tmp/audit.log" >"$tmp/ids.json"
jq -r --slurpfile ids "$tmp/ids.json" 'select(.alert and $ids[0][.auditID] and .alert != "Secret reading spree" and .alert != "Many requests are refused") | .alert + " " + .message' "$tmp/alerts" | sort >"$tmp/of-events"
is "$(comm -13 "$tmp/of-file" "$tmp/of-events")" "" "no alert that the log has not"
is "$(comm -23 "$tmp/of-file" "$tmp/of-events")" "" "and none is missing ($(wc -l <"$tmp/of-events") alerts)"
request /metrics
is "$(sed -n 's/^plimsoll_audit_bad_[a-z]*_total //p' <<<"$out" | xargs)" "0 0" "everything could be read"
admit_stop
done_testing
