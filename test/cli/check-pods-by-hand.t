#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# 207 pods and workloads as they are met in clusters, judged by hand at both levels of the Pod Security Standards and at the versions of Kubernetes that matter to each.
# The judgements were made from the published standard and from what Kubernetes' admission does, in two passes, before the rules were run or read. Of 1,089 four
# were wrong (a volume without a source: the API server makes it an emptyDir before admission) and were corrected; the others stand as they were made.
. "$(dirname "$0")/../lib.sh"
pods=$TOP/test/case/kube/pods-by-hand

run python3 "$TOP/test/cli/pods-by-hand.py" "$PLIMSOLL" "$pods"
is "$rc" 0 "$(tail -1 <<<"$out")"
[ "$rc" = 0 ] || note "$out" "$err"

# One file at a time: its exit code alone is the verdict.
while IFS=$'\t' read -r file level version verdict reason; do
    case $verdict in allow) want=0 ;; *) want=1 ;; esac
    exits $want "$file: pss-$level@$version: $verdict: $reason" "$PLIMSOLL" check --policy "pss-$level@$version" "$pods/$file"
done < <(sed 1d "$pods/judgement.tsv" | awk -F'\t' '$3 == "latest"')
done_testing
