#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check --cluster against servers that are not as they should be: what was not seen is said, the rest is judged, and it ends.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY KUBECONFIG KUBERNETES_SERVICE_HOST
export HOME=$tmp
port=$(free_port)
python3 "$TOP/test/server/odd-cluster.py" "$port" "$tmp/log" 2>"$tmp/server.err" &
at_exit "kill $! 2>/dev/null; wait $! 2>/dev/null"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$port" || { echo "Bail out! the server does not start"; exit 1; }

# look WHAT OPTION…: $out is the report of the cluster WHAT
look() {
  local what=$1
  shift
  printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s/%s"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$port" "$what" >"$tmp/$what.conf"
  run timeout 90 "$PLIMSOLL" check --quiet --cluster --kubeconfig "$tmp/$what.conf" --policy pss-baseline --format json "$@"
}
gaps() { jq -r '.coverage.gaps[] | .subject + ": " + .reason' <<<"$out"; }
judged() { jq -r '[.findings[] | select(.id == "Pod Security baseline: privileged container") | .policy.subject] | join(" ")' <<<"$out"; }
# odd WHAT REGEX NAME: config maps are a gap with this reason, and the pod is judged all the same
odd() {
  look "$1"
  is "$rc $(judged)" "3 Pod web, container a" "$3: the rest is judged, and the exit code says that something is missing"
  is "$(gaps | wc -l)" 1 "$3: one gap"
  like "$(gaps)" "^configmaps: GET:? http://127.0.0.1:$port/$1/api/v1/configmaps.*$2" "$3: which, and why"
}

look whole
is "$rc $(judged) $(gaps)" "1 Pod web, container a " "a cluster that is whole"
# Nothing asks for Secrets; rules about them are told that none were read.
cat >"$tmp/secret.yaml" <<'END'
- {rule: Old secret, desc: d, source: k8s_secret, condition: k8s_secret.type exists, output: o, priority: WARNING}
END
printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s/whole"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$port" >"$tmp/whole.conf"
exits 0 "rules about Secrets" timeout 90 "$PLIMSOLL" check --cluster --kubeconfig "$tmp/whole.conf" --rules "$tmp/secret.yaml"
like "$err" 'note: Secrets of the cluster were not read' "rules about Secrets: it is said that none were read"
run timeout 90 "$PLIMSOLL" check --cluster --kubeconfig "$tmp/whole.conf" --policy pss-baseline
unlike "$err" 'Secrets' "other rules: nothing is said"
is "$(grep -c 'secrets' "$tmp/log")" 0 "no Secret was asked for"
odd garbage 'cannot be read|no JSON' "bytes that are no JSON"
odd binary 'the answer is no JSON object' "another content type"
odd html 'the answer is no JSON object' "a page that wants a login"
odd paging '500 Internal Server Error: etcd is away' "a server that fails in the middle of a list"
odd endless 'the list does not end' "a list without end"
odd truncated 'end|broke|bytes' "an answer that is cut off"
odd forbidden '403 Forbidden: configmaps is forbidden; a role and a binding' "a kind that the account may not see"
odd circle 'more than [0-9]+ redirects' "redirects in a circle"
odd elsewhere 'redirected to something that is not an http or https URL' "a redirect to what is no web server"

begin=$SECONDS
look silent --kube-timeout 1
is "$rc $((SECONDS - begin < 80))" "3 1" "a server that falls silent: it ends"
like "$(gaps)" '^configmaps: .*no byte came for 1 s|^configmaps: .*bytes a second' "a server that falls silent: said"
like "$(gaps)" '^pods: it was not asked for: the server did not answer' "a server that falls silent: it is not asked for ever"
is "$(grep -c '^/silent/api/v1/pods' "$tmp/log")" 0 "a server that falls silent: nor asked at all"
exits 2 "a time that is none" "$PLIMSOLL" check --cluster --kube-timeout 0
like "$err" 'expected seconds, 1 to 3600' "is refused"

look no-cluster
is "$rc" 3 "what is no cluster at all"
like "$err" "GET http://127.0.0.1:$port/no-cluster/api/v1: the answer is no JSON object: is this an API server of Kubernetes" "is asked what it is"
printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$(free_port)" >"$tmp/nobody.conf"
exits 3 "nobody there" timeout 60 "$PLIMSOLL" check --cluster --kubeconfig "$tmp/nobody.conf"
like "$err" 'Connection refused|onnect' "and it says so"
done_testing
