#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The client of Kubernetes against a real API server: credentials of every kind, lists, watches, discovery.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"

# Credentials
run "$GET" where
is "$out" "$server admin default" "where it goes"
run "$GET" quiet=1 list /api/v1/namespaces
like "$out" '^[4-9][0-9]* objects at [0-9]+' "a certificate from files beside the kubeconfig"
b64() { base64 -w0 <"$1"; }
printf 'clusters: [{name: c, cluster: {server: "%s", certificate-authority-data: %s}}]\nusers: [{name: u, user: {client-certificate-data: %s, client-key-data: %s}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' \
  "$server" "$(b64 "$K8S/ca.crt")" "$(b64 "$K8S/admin.crt")" "$(b64 "$K8S/admin.key")" >"$tmp/data.conf"
run "$GET" kubeconfig="$tmp/data.conf" quiet=1 list /api/v1/namespaces
is "$rc" 0 "a certificate in the kubeconfig"
run as alice "$GET" list /api/v1/secrets
like "$out" "^EPERM: GET $server/api/v1/secrets\?…: 403 Forbidden: secrets is forbidden: User \"alice\" cannot list resource \"secrets\"" "a token; and what it may not"
sed 's/alice-token/nobody/' "$K8S/alice.conf" >"$K8S/nobody.conf"
at_exit "rm -f $K8S/nobody.conf"
run as nobody "$GET" list /api/v1/secrets
like "$out" '^EACCES: .*401 Unauthorized' "a token that nobody knows"
unlike "$out" 'nobody' "is not repeated"
sed "s/user: {.*}}]/user: {as: bob, as-groups: [x, y], $(sed -n 's/.*user: {\(.*\)}}].*/\1/p' "$K8S/admin.conf")}}]/" "$K8S/admin.conf" >"$K8S/as.conf"
at_exit "rm -f $K8S/as.conf"
run as as "$GET" list /api/v1/secrets
like "$out" 'User "bob" cannot list' "impersonation"
run as as "$GET" request POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews '{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}'
is "$(jq .status.allowed <<<"$out")" false "and a request with a body"

# Programs that give credentials
cat >"$tmp/login" <<EOF
#!/bin/sh
case \$1 in
token) printf '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {"token": "alice-token", "expirationTimestamp": "2099-01-01T00:00:00Z"}}' ;;
certificate) jq -n --rawfile c "$K8S/admin.crt" --rawfile k "$K8S/admin.key" '{kind: "ExecCredential", apiVersion: "client.authentication.k8s.io/v1", status: {clientCertificateData: \$c, clientKeyData: \$k}}' ;;
esac
EOF
chmod +x "$tmp/login"
# exec_conf KIND VERSION: $tmp/KIND.conf
exec_conf() {
  printf 'clusters: [{name: c, cluster: {server: "%s", certificate-authority: %s}}]\nusers: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/%s, command: %s, args: [%s]}}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' \
    "$server" "$K8S/ca.crt" "$2" "$tmp/login" "$1" >"$tmp/$1.conf"
}
exec_conf token v1beta1
exec_conf certificate v1
run "$GET" kubeconfig="$tmp/token.conf" list /api/v1/secrets
like "$out" 'User "alice" cannot list' "a program that gives a token"
run "$GET" kubeconfig="$tmp/certificate.conf" quiet=1 list /api/v1/namespaces
is "$rc" 0 "a program that gives a certificate"

# TLS
sed "s/, certificate-authority: ca.crt//" "$K8S/alice.conf" >"$tmp/noca.conf"
run "$GET" kubeconfig="$tmp/noca.conf" list /api/v1/pods
like "$out" '^EPROTO: .*issued by nobody this machine trusts.*the kubeconfig names it as certificate-authority' "an authority that nobody knows"
sed "s/certificate-authority: ca.crt/insecure-skip-tls-verify: true/" "$K8S/alice.conf" >"$tmp/insecure.conf"
run "$GET" kubeconfig="$tmp/insecure.conf" list /api/v1/pods
like "$out" 'User "alice"' "insecure only where the file says so"
sed "s,127.0.0.1,127.1.2.3," "$K8S/alice.conf" >"$K8S/name.conf"
sed "s,certificate-authority: ca.crt,&\, tls-server-name: kubernetes.default.svc," "$K8S/alice.conf" >"$K8S/named.conf"
sed "s,certificate-authority: ca.crt,&\, tls-server-name: other.example," "$K8S/alice.conf" >"$K8S/misnamed.conf"
at_exit "rm -f $K8S/name.conf $K8S/named.conf $K8S/misnamed.conf"
run as named "$GET" list /api/v1/pods
like "$out" 'User "alice"' "tls-server-name that the certificate has"
run as misnamed "$GET" list /api/v1/pods
like "$out" 'certificate is for another host name' "and one that it has not"
sed "s,certificate-authority: ca.crt,&\, proxy-url: \"http://127.0.0.1:$(free_port)\"," "$K8S/alice.conf" >"$K8S/proxied.conf"
at_exit "rm -f $K8S/proxied.conf"
run as proxied "$GET" retries=1 backoff=10 list /api/v1/pods
like "$out" '^EHOSTUNREACH' "the proxy is asked, though it is not there"

# The account of a pod
namespace client
kubectl -n client create serviceaccount reader >/dev/null
secret=$(wait_for 20 kubectl -n client get serviceaccount reader -o jsonpath='{.secrets[0].name}' && kubectl -n client get serviceaccount reader -o jsonpath='{.secrets[0].name}')
wait_for 20 sh -c "[ -n \"\$(kubectl -n client get serviceaccount reader -o jsonpath='{.secrets[0].name}')\" ]"
secret=$(kubectl -n client get serviceaccount reader -o jsonpath='{.secrets[0].name}')
mkdir "$tmp/pod"
kubectl -n client get secret "$secret" -o jsonpath='{.data.token}' | base64 -d >"$tmp/pod/token"
printf client >"$tmp/pod/namespace"
cp "$K8S/ca.crt" "$tmp/pod/ca.crt"
port=${server##*:}
run env -u KUBECONFIG KUBERNETES_SERVICE_HOST=127.0.0.1 KUBERNETES_SERVICE_PORT="$port" "$GET" pod="$tmp/pod" list /api/v1/pods
like "$out" 'User "system:serviceaccount:client:reader" cannot list' "the account of a pod"

# Lists and watches
for i in $(seq 25); do printf '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c%02d", "namespace": "client"}}\n' "$i"; done | kubectl apply -f - >/dev/null
run "$GET" page=4 list /api/v1/namespaces/client/configmaps
is "$(sed -n 's,LISTED client/c,,p' <<<"$out" | tr '\n' ' ')" "$(seq -f %02g -s ' ' 25) " "a list in pages has everything, once"
run "$GET" list /api/v1/namespaces/client/nothing
like "$out" '^ENOENT: .*404 Not Found' "a resource that is not there"
timeout 60 "$GET" events=4 watch /api/v1/namespaces/client/secrets >"$tmp/watched" 2>&1 &
watch=$!
wait_for 20 grep -q SYNCED "$tmp/watched"
kubectl -n client create secret generic s1 >/dev/null
kubectl -n client label secret s1 a=b >/dev/null
kubectl -n client create secret generic s2 >/dev/null
kubectl -n client delete secret s1 >/dev/null
wait "$watch"
is "$? $(grep -v LISTED "$tmp/watched" | tr '\n' ' ')" "0 RESTART SYNCED ADDED client/s1 MODIFIED client/s1 ADDED client/s2 DELETED client/s1 " "a watch tells what happens"

# Discovery
run "$GET" resources
is "$rc" 0 "discovery"
is "$(grep -c '^Pod /api/v1/namespaces/ns/pods list watch$' <<<"$out")$(grep -c '^CronJob /apis/batch/v1beta1/' <<<"$out")$(grep -c '^Deployment /apis/apps/v1/' <<<"$out")" 111 "kinds, their paths and verbs, each once"
is "$(awk '{print $2}' <<<"$out" | sort | uniq -d)" "" "and none twice"
done_testing
