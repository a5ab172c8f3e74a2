#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Pod Security: what each level refuses at each version of Kubernetes.
. "$(dirname "$0")/../lib.sh"

pod() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {%s}\n' "$1" >"$tmp/pod.yaml"; }
good='securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]'
check() { exits "$1" "$2" "$PLIMSOLL" check --policy "$3" "$tmp/pod.yaml"; }

pod "$good"
check 0 "a good pod passes" pss-restricted
check 0 "latest is the newest version" pss-restricted@latest
check 0 "a version" pss-restricted@v1.25
check 2 "a version that is none" pss-restricted@x
check 2 "a version that nobody knows" pss-restricted@v1.99
like "$err" '1\.0 to 1\.36' "the message names those that are known"
pod 'containers: [{name: a, image: a}]'
check 0 "baseline lets a plain pod pass" pss-baseline@1.30
check 1 "restricted does not" pss-restricted@1.30
pod "hostPID: true, $good"
check 1 "host processes are refused" pss-baseline@v1.0
like "$out" 'pod.yaml:4:8' "with the place"
pod "hostUsers: false, securityContext: {seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]"
check 1 "root in a user namespace, 1.34" pss-restricted@v1.34
check 0 "root in a user namespace, 1.35" pss-restricted@v1.35
pod 'containers: nothing'
exits 3 "an object that the API server would refuse is not passed" "$PLIMSOLL" check --policy pss-restricted "$tmp/pod.yaml"
like "$out" 'pod.yaml:4:20.*|expected a list' "with the place"
pod 'hostPID: true, containers: nothing'
exits 3 "what is wrong somewhere" "$PLIMSOLL" check --policy pss-restricted "$tmp/pod.yaml"
like "$out" 'host namespaces  .deny' "is judged as far as it can be read"

run python3 "$TOP/test/cli/pss-matrix.py" "$PLIMSOLL" "" "$TOP/test/case/kube/pss" "$tmp/written"
is "$rc" 0 "pods written by hand: $(tail -1 <<<"$out")"
[ "$rc" = 0 ] || note "$out" "$err"
need_shared
run python3 "$TOP/test/cli/pss-matrix.py" "$PLIMSOLL" "$SHARED/controls/pod-security-standards.tsv" "$TOP/test/case/kube/pss" "$tmp/table"
is "$rc" 0 "control × value × container × version: $(tail -1 <<<"$out")"
[ "$rc" = 0 ] || note "$out" "$err"
done_testing
