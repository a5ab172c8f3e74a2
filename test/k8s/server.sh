#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An API server of one's own on loopback, with etcd and a controller manager: `server.sh start BIN DIR` puts certificates, logs, kubeconfigs and data below DIR and prints nothing;
# `server.sh stop DIR` ends exactly what was started. BIN holds kube-apiserver and kube-controller-manager (scripts/k8s-build.sh).
# DIR/admin.conf: kubeconfig of the administrator; DIR/audit.log: what was asked, and sent to /audit at the port in DIR/audit-port, too, where somebody listens; DIR/ca.crt; tokens of alice, bob and carol are "NAME-token".
set -euo pipefail
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# issue NAME SUBJECT [ALT_NAMES]: $dir/NAME.{crt,key} by the authority of the cluster
issue() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" ${3:+-addext "subjectAltName=$3"} -keyout "$dir/$1.key" -out "$dir/$1.csr" 2>/dev/null
  openssl x509 -req -days 30 -in "$dir/$1.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -copy_extensions copy -out "$dir/$1.crt" 2>/dev/null
}

kubeconfig() { kubeconfig_text "$@" >"$dir/$1.conf"; }
kubeconfig_text() {
  cat <<EOF
apiVersion: v1
kind: Config
clusters: [{name: test, cluster: {server: "https://127.0.0.1:$api", certificate-authority: ca.crt}}]
users: [{name: $1, user: {$2}}]
contexts: [{name: $1, context: {cluster: test, user: $1}}]
current-context: $1
EOF
}

run() {
  local name=$1
  shift
  "$@" >"$dir/$name.log" 2>&1 </dev/null &
  echo $! >>"$dir/pids"
}

# until_ready SECONDS NAME URL
until_ready() {
  local end=$((SECONDS + $1))
  until curl -fsS --cacert "$dir/ca.crt" --cert "$dir/admin.crt" --key "$dir/admin.key" "$3" >/dev/null 2>&1; do
    if [ $SECONDS -ge $end ]; then
      echo "server.sh: $2 is not ready after $1 s:" >&2
      tail -5 "$dir/$2.log" >&2
      return 1
    fi
    sleep 0.2
  done
}

start() {
  local bin=$1
  dir=$2
  mkdir -p "$dir"
  : >"$dir/pids"
  client=$(port) peer=$(port) api=$(port) audit=$(port)
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=test-cluster -keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
  issue server /CN=kube-apiserver IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc
  issue admin /O=system:masters/CN=admin
  openssl genrsa -out "$dir/accounts.key" 2048 2>/dev/null
  openssl rsa -in "$dir/accounts.key" -pubout -out "$dir/accounts.pub" 2>/dev/null
  printf 'alice-token,alice,1,"developers"\nbob-token,bob,2\ncarol-token,carol,3,"auditors,developers"\n' >"$dir/tokens.csv"
  printf 'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: None\n  users: ["system:apiserver"]\n- level: RequestResponse\n  verbs: [create, update, patch, delete]\n  resources: [{group: ""}, {group: apps}, {group: rbac.authorization.k8s.io}]\n- level: Metadata\n' >"$dir/audit-policy.yaml"
  chmod 0600 "$dir"/*.key "$dir/tokens.csv"
  sed "s,server: \"[^\"]*\",server: \"https://127.0.0.1:$audit/audit\"," <<<"$(kubeconfig_text admin 'client-certificate: admin.crt, client-key: admin.key')" >"$dir/audit-webhook.conf"
  echo "$audit" >"$dir/audit-port"
  kubeconfig admin 'client-certificate: admin.crt, client-key: admin.key'
  for u in alice bob carol; do kubeconfig $u "token: $u-token"; done

  run etcd etcd --name test --data-dir "$dir/etcd" --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "test=http://127.0.0.1:$peer" --quota-backend-bytes 4294967296
  until_ready 30 etcd "http://127.0.0.1:$client/health"
  run api "$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$client" --bind-address 127.0.0.1 --secure-port "$api" --insecure-port 0 --advertise-address 127.0.0.1 --endpoint-reconciler-type none \
    --service-cluster-ip-range 10.96.0.0/16 --authorization-mode RBAC --client-ca-file "$dir/ca.crt" --tls-cert-file "$dir/server.crt" --tls-private-key-file "$dir/server.key" \
    --service-account-key-file "$dir/accounts.pub" --service-account-signing-key-file "$dir/accounts.key" --service-account-issuer https://kubernetes.default.svc \
    --token-auth-file "$dir/tokens.csv" --audit-policy-file "$dir/audit-policy.yaml" --audit-log-path "$dir/audit.log" --audit-webhook-config-file "$dir/audit-webhook.conf" --audit-webhook-batch-max-wait 1s --audit-webhook-initial-backoff 500ms --feature-gates EphemeralContainers=true --allow-privileged \
    --enable-admission-plugins MutatingAdmissionWebhook,ValidatingAdmissionWebhook --max-requests-inflight 1000 --max-mutating-requests-inflight 500 --etcd-compaction-interval 0
  until_ready 60 api "https://127.0.0.1:$api/readyz"
  run controllers "$bin/kube-controller-manager" --kubeconfig "$dir/admin.conf" --service-account-private-key-file "$dir/accounts.key" --root-ca-file "$dir/ca.crt" --leader-elect=false \
    --port 0 --secure-port 0 --kube-api-qps 200 --kube-api-burst 400 \
    --controllers clusterrole-aggregation,serviceaccount,serviceaccount-token,root-ca-cert-publisher,namespace,garbagecollector,deployment,replicaset,cronjob,job
  # Pods cannot be made before their account is there.
  until_ready 30 controllers "https://127.0.0.1:$api/api/v1/namespaces/default/serviceaccounts/default"
}

stop() {
  dir=$1
  [ -f "$dir/pids" ] || return 0
  mapfile -t pids <"$dir/pids"
  # The last one first: who speaks to etcd ends before it.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill "${pids[i]}" 2>/dev/null || continue
    for _ in $(seq 50); do kill -0 "${pids[i]}" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "${pids[i]}" 2>/dev/null || true
  done
  rm -f "$dir/pids"
}

case "${1:-}" in
start) start "$2" "$3" ;;
stop) stop "$2" ;;
*) echo "usage: server.sh start BIN DIR | stop DIR" >&2; exit 2 ;;
esac
