#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The client of Kubernetes against a server that does what a real one cannot be made to do; test/k8s/ has the real one.
. "$(dirname "$0")/../lib.sh"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY KUBECONFIG KUBERNETES_SERVICE_HOST
export HOME=$tmp
GET=$BUILD/test/unit/kube-get
port=$(free_port)
python3 "$TOP/test/server/odd-kube.py" "$port" "$tmp/log" 2>"$tmp/server.err" &
at_exit "kill $! 2>/dev/null; wait $! 2>/dev/null"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port" || { echo "Bail out! the server does not start"; exit 1; }

# config NAME USER: $tmp/NAME.conf
config() {
  printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s"}}]\nusers: [{name: u, user: %s}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$port" "$2" >"$tmp/$1.conf"
}
config plain '{}'
patience=60
if sanitized; then patience=400; fi
get() { run timeout "$patience" "$GET" kubeconfig="$tmp/plain.conf" backoff=20 "$@"; }

# below KIB LIMIT NAME
below() {
  if sanitized; then
    not_told "$3" "memory is not measured under a sanitizer"
  elif [ "${1:-0}" -gt 0 ] && [ "$1" -lt "$2" ]; then
    pass "$3 ($1 KiB)"
  else
    fail "$3" "${1:-no number of} KiB"
  fi
}

# Lists
get list /api/v1/expired
is "$out" "$(printf 'LISTED n/p0\nLISTED n/p1\nLISTED n/p2\n3 objects at 200')" "a page that was forgotten: the list goes on with the token of the refusal"
get events=1 list /api/v1/forgetful
is "$rc" 1 "a server that forgets each time"
like "$out" 'ESTALE: the list was begun 5 times' "is given up, and it says so"
is "$(grep -c RESTART <<<"$out")" 5 "what was told is void each time"
get list /api/v1/broken
is "$out" "$(printf 'LISTED n/p0\nLISTED n/p1\nLISTED n/p2\nLISTED n/p3\n4 objects at 100')" "a list that breaks off: nothing is told twice"
like "$(tail -1 "$tmp/log")" 'resourceVersion=100&resourceVersionMatch=Exact' "and it is the same list that is asked for again"
begin=$SECONDS
get list /api/v1/busy
is "$out" "$(printf 'LISTED n/p0\n1 objects at 100')" "429 is asked again"
is "$((SECONDS - begin >= 2))" 1 "after the time that the server names"
get retries=2 list /api/v1/down
is "$out" "EREMOTEIO: GET http://127.0.0.1:$port/api/v1/down?…: 503 Service Unavailable: etcd is away; try again later" "what stays away is said: server, verb, path, cause"
is "$(grep -c '/down' "$tmp/log")" 3 "after so many attempts as are asked for"
get list /api/v1/html
like "$out" "^EBADMSG: GET http://127.0.0.1:$port/api/v1/html: the answer is no JSON object" "a page that wants a login"
get retries=1 timeout=1 list /api/v1/stall
like "$out" '^(ETIMEDOUT: .*no byte came for 1 s|ETIME: .*less than 1024 bytes a second)' "a list that stands still"
get list /api/v1/huge
like "$out" '^E2BIG: .*an object of the answer is larger than 16 MiB' "an object beyond all limits"
get quiet=1 objects=1000 list /api/v1/endless
like "$out" '^E2BIG: .*/api/v1/endless: the list has more than 1000 objects' "a list without end"
get list /api/v1/circle
like "$out" '^EBADMSG: .*/api/v1/circle: the list does not end: a page says that it goes on where it began' "a page that goes on with itself"
get quiet=1 list /api/v1/hollow
like "$out" '^EBADMSG: .*/api/v1/hollow: the list does not end: page after page is empty' "pages with nothing on them"
get quiet=1 list /api/v1/many
like "$out" '^100000 objects at 5' "100,000 pods"
kib=$(sed -n 's/ KiB//p' <<<"$out")
below "$kib" 32768 "in less than 32 MiB"

# Watches
get events=3 watch /api/v1/halves
is "$out" "$(printf 'RESTART\nLISTED n/p0\nSYNCED\nADDED n/p1\nMODIFIED n/p1\nDELETED n/p1')" "events in halves, and one that breaks off: the watch goes on from the bookmark"
get events=1 watch /api/v1/gone
is "$out" "$(printf 'RESTART\nLISTED n/p0\nSYNCED\nRESTART\nLISTED n/p0\nLISTED n/p1\nSYNCED\nRESTART\nLISTED n/p0\nLISTED n/p1\nLISTED n/p2\nSYNCED\nADDED n/p9')" "history that was forgotten, said either way, is listed anew"
begin=$SECONDS
get events=1 silence=2 watch /api/v1/silent
is "$out" "$(printf 'RESTART\nSYNCED\nADDED n/p0')" "a silent watch is asked for anew"
is "$((SECONDS - begin < 10))" 1 "before the server gives up"
get events=1 watch /api/v1/flapping
is "$(sed 's/in [0-9]* ms/in N ms/' <<<"$out")" "$(printf 'RESTART\nSYNCED\n'; for i in 1 2 3; do echo "FAILED GET http://127.0.0.1:$port/api/v1/flapping?…: 500 Internal Server Error: leader changed, again in N ms"; done; echo ADDED n/p0)" \
  "a server that fails is asked again"
waits=$(sed -n 's/.*again in \([0-9]*\) ms/\1/p' <<<"$out" | tr '\n' ' ')
read -r a b c <<<"$waits"
is "$((a >= 10 && a <= 20 && b >= 20 && b <= 40 && c >= 40 && c <= 80))" 1 "after waits that double, scattered ($waits)"
get events=1 watch /api/v1/odd
like "$out" 'FAILED GET .*an event of the unknown type "RENAMED"' "an event of an unknown type"
like "$out" 'FAILED GET .*no JSON object' "bytes that are no event"
like "$out" 'ADDED n/p0$' "and it goes on"
(sleep 1; : >"$tmp/stop") &
begin=$SECONDS
get events=1 stop="$tmp/stop" watch /api/v1/many
is "$rc $((SECONDS - begin <= 4))" "0 1" "it ends when it is told to"

# Tokens
printf 'first\n' >"$tmp/token"
config file "{tokenFile: token}"
(sleep 1; printf 'second\n' >"$tmp/token") &
run timeout 20 "$GET" kubeconfig="$tmp/file.conf" list /api/v1/token
like "$out" '^EACCES: GET .*401 Unauthorized.*log in again' "a token that is refused"
wait %+ 2>/dev/null || sleep 1
run timeout 20 "$GET" kubeconfig="$tmp/file.conf" list /api/v1/token
like "$out" '1 objects' "and the one that takes its place"
unlike "$out$err" 'first|second' "tokens are in no message"
cat >"$tmp/login" <<'EOF'
#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" >>"$OUT/info"
n=$(wc -l <"$OUT/info")
t=first; [ "$n" -lt 2 ] || t=second
printf '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "%s"}}' "$t"
EOF
chmod +x "$tmp/login"
config exec "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, env: [{name: OUT, value: $tmp}], interactiveMode: Never, provideClusterInfo: true}}"
run timeout 20 "$GET" kubeconfig="$tmp/exec.conf" list /api/v1/token
like "$out" '1 objects' "a program that gives tokens is asked again when the first is refused"
is "$(jq -c '[.kind, .apiVersion, .spec.interactive, .spec.cluster.server]' "$tmp/info" | sort -u)" "[\"ExecCredential\",\"client.authentication.k8s.io/v1\",false,\"http://127.0.0.1:$port\"]" "and told of its task"
# exec_says NAME REGEX SCRIPT
exec_says() {
  printf '#!/bin/sh\n%s\n' "$3" >"$tmp/login"
  run timeout 20 "$GET" kubeconfig="$tmp/exec.conf" list /api/v1/token
  like "$out" "$2" "$1"
}
exec_says "a program that fails" '^EINVAL: .*login failed: no card in the reader' 'echo "no card in the reader" >&2; exit 1'
exec_says "an answer that is none" 'its answer is no ExecCredential' 'echo hello'
exec_says "an answer of another version" 'its answer is "client.authentication.k8s.io/v1beta1 ExecCredential", expected' 'echo "{\"kind\": \"ExecCredential\", \"apiVersion\": \"client.authentication.k8s.io/v1beta1\"}"'
exec_says "an answer without credentials" 'neither a token nor a certificate' 'echo "{\"kind\": \"ExecCredential\", \"apiVersion\": \"client.authentication.k8s.io/v1\", \"status\": {}}"'
exec_says "half a certificate" 'only one of clientCertificateData and clientKeyData' 'echo "{\"kind\": \"ExecCredential\", \"apiVersion\": \"client.authentication.k8s.io/v1\", \"status\": {\"clientCertificateData\": \"x\"}}"'
exec_says "a token with a blank in it" 'characters that no token has' 'echo "{\"kind\": \"ExecCredential\", \"apiVersion\": \"client.authentication.k8s.io/v1\", \"status\": {\"token\": \"a b\"}}"'
exec_says "too large an answer" 'EFBIG: .*larger than 1 MiB' 'head -c 3000000 /dev/zero'
config none '{exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-login, installHint: get it from the intranet}}'
run timeout 20 "$GET" kubeconfig="$tmp/none.conf" list /api/v1/token
like "$out" '^ENOENT: there is no program no-such-login, .*: get it from the intranet' "a program that is not there"

# Which kubeconfig
run "$GET" where
like "$out" '^ENOENT: there is no kubeconfig' "none at all"
mkdir -p "$tmp/.kube"
sed 's/name: k,/name: home,/; s/current-context: k/current-context: home/' "$tmp/plain.conf" >"$tmp/.kube/config"
run "$GET" where
is "$out" "http://127.0.0.1:$port home default" "the one of the home directory"
printf 'current-context: k\n' >"$tmp/first.conf"
run env KUBECONFIG="$tmp/none-there:$tmp/first.conf:$tmp/plain.conf:$tmp/.kube/config" "$GET" where
is "$out" "http://127.0.0.1:$port k default" "KUBECONFIG: several as one"
run env KUBECONFIG="$tmp/first.conf:$tmp/plain.conf:$tmp/.kube/config" "$GET" context=home where
is "$out" "http://127.0.0.1:$port home default" "another context of them"
run "$GET" kubeconfig="$tmp/none-there" where
like "$out" '^ENOENT: kubeconfig: .*none-there' "one that is named must be there"
mkdir "$tmp/pod"
printf 'pod-token\n' >"$tmp/pod/token"
printf 'shop\n' >"$tmp/pod/namespace"
rm "$tmp/.kube/config"
run env KUBERNETES_SERVICE_HOST=::1 KUBERNETES_SERVICE_PORT=443 "$GET" pod="$tmp/pod" where
like "$out" "^ENOENT: certificate-authority of the kubeconfig: $tmp/pod/ca.crt" "a pod without its authority"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca -keyout "$tmp/pod/ca.key" -out "$tmp/pod/ca.crt" 2>/dev/null
run env KUBERNETES_SERVICE_HOST=::1 KUBERNETES_SERVICE_PORT=443 "$GET" pod="$tmp/pod" where
is "$out" "https://[::1]:443  shop" "the account of a pod"

# The command
exits 2 "a wrong kubeconfig is wrong use" "$PLIMSOLL" check --cluster --kubeconfig "$tmp/log"
exits 2 "--cluster and a path" "$PLIMSOLL" check --cluster .
exits 2 "--cluster and --fix" "$PLIMSOLL" check --cluster --fix
exits 2 "neither" "$PLIMSOLL" check
sed "s,127.0.0.1:$port,&/none," "$tmp/plain.conf" >"$tmp/none.conf"
exits 3 "a server that is none" "$PLIMSOLL" check --cluster --kubeconfig "$tmp/none.conf"
like "$err" "GET http://127.0.0.1:$port/none/api/v1: 404" "and it says so"
exits 3 "a group that does not answer is a gap" python3 -c 'import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], timeout=600).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, "KiB", file=sys.stderr)
sys.exit(code)' "$PLIMSOLL" check --cluster --kubeconfig "$tmp/plain.conf" --policy pss-baseline
like "$out" 'apps/v9: GET http://.*404 Not Found' "which is said"
like "$out" '100,000 objects' "100,000 pods are judged all the same"
kib=$(sed -n 's/ KiB.*//p' <<<"$err")
below "$kib" 262144 "in less than 256 MiB"
done_testing
