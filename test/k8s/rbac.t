#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll rbac beside the API server's own authoriser: 2,000 random questions, each put to both.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/k8s.sh"
namespace rbac-a
namespace rbac-b
python3 "$TOP/test/k8s/rbac.py" 42 2000 "$tmp" || exit 1
run kubectl apply -f "$tmp/objects.json"
is "$rc" 0 "roles and bindings"
at_exit "kubectl delete -f $tmp/objects.json --wait=false >/dev/null 2>&1"
# The controller manager fills roles that are sums of others.
wait_for 20 sh -c '[ "$(kubectl get clusterrole test-sum -o json | jq ".rules | length")" -gt 0 ]'

# The server's answers, over one connection.
n=0
while read -r line; do
  n=$((n + 1))
  printf '%s' "$line" >"$tmp/r$n"
  [ $n -eq 1 ] || echo next
  printf 'url = "%s"\nrequest = POST\nheader = "Content-Type: application/json"\ndata = "@%s"\ncacert = "%s/ca.crt"\ncert = "%s/admin.crt"\nkey = "%s/admin.key"\n' \
    "$server/apis/authorization.k8s.io/v1/subjectaccessreviews" "$tmp/r$n" "$K8S" "$K8S" "$K8S"
done <"$tmp/reviews" >"$tmp/curl"
curl -s -K "$tmp/curl" >"$tmp/answers.json"
jq -r 'if .status.allowed then "yes" else "no" end' "$tmp/answers.json" >"$tmp/want"
is "$(wc -l <"$tmp/want")" 2000 "2,000 answers of the API server"
yes=$(grep -c yes "$tmp/want")
if [ "$yes" -gt 200 ] && [ "$yes" -lt 1800 ]; then pass "$yes of them are yes"; else fail "$yes of 2,000 questions are yes: the test tells nothing"; fi

# differ FILE: the questions that were answered otherwise
differ() { paste "$tmp/want" "$1" "$tmp/questions" | awk -F'\t' '$1 != $2' | head -10; }
kubectl get clusterroles,roles,clusterrolebindings,rolebindings -A -o json >"$tmp/cluster.json"
"$PLIMSOLL" rbac can-i -q -m "$tmp/cluster.json" <"$tmp/questions" >"$tmp/got" 2>"$tmp/err"
is "$?" 0 "plimsoll rbac can-i, of the objects in a file"
is "$(differ "$tmp/got")" "" "gives the same 2,000 answers"
"$PLIMSOLL" rbac can-i -q --cluster <"$tmp/questions" >"$tmp/live" 2>"$tmp/err"
is "$?" 0 "plimsoll rbac can-i --cluster"
is "$(differ "$tmp/live")" "" "gives the same 2,000 answers"

# Before any controller ran: what a role that sums up others holds is known from their labels.
jq '(.items[] | select(.aggregationRule)) .rules = []' "$tmp/cluster.json" >"$tmp/empty.json"
"$PLIMSOLL" rbac can-i -q -m "$tmp/empty.json" <"$tmp/questions" >"$tmp/summed" 2>"$tmp/err"
is "$(differ "$tmp/summed")" "" "also where no controller has filled the roles that sum up others"

# kubectl auth can-i, which asks in its own way.
for q in 'ann get pods rbac-a' 'ben create deployments.apps rbac-b' 'system:serviceaccount:rbac-a:web get secrets rbac-a' 'cleo list nodes default' 'ann get pods/log rbac-a'; do
  read -r who verb what ns <<<"$q"
  groups=
  [[ $who != system:* ]] || groups="--as-group=system:serviceaccounts --as-group=system:serviceaccounts:rbac-a --as-group=system:authenticated"
  # shellcheck disable=SC2086
  want=$(kubectl auth can-i "$verb" "$what" -n "$ns" --as "$who" $groups 2>/dev/null)
  got=$(printf '%s\t%s\t%s\t%s\n' "$who" "$verb" "$what" "$ns" | "$PLIMSOLL" rbac can-i -q -m "$tmp/cluster.json")
  is "$got" "${want%% *}" "kubectl auth can-i $verb $what -n $ns --as $who"
done
done_testing
