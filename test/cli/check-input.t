#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check on what has no name: standard input, pipes, files whose names say nothing; --input.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir "$tmp/w"
cd "$tmp/w" || exit 1
pod='apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}'
json='{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {	"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": true}}]}}'
compose='services:
  a: {image: "a:1", privileged: true}'
workflow='on: push
jobs:
  a:
    runs-on: x
    steps:
      - run: curl https://h/x | sh'
action='name: x
runs:
  using: composite
  steps:
    - run: echo ${{ inputs.a }}
      shell: bash'
gitlab='stages: [a]
b:
  script: [curl https://h/x | sh]'
dockerfile='# a comment

FROM debian:12
RUN curl https://h/x | sh'
check() { run timeout 60 "$PLIMSOLL" check "$@"; }
# told TEXT KIND RULE: standard input and a pipe with this text are taken for that kind.
told() {
  run bash -c 'printf "%s\n" "$1" | timeout 60 "$0" check -' "$PLIMSOLL" "$1"
  like "$out" "inputs +$2" "$2: standard input is known by its text"
  like "$out" "standard input:[0-9]+:[0-9]+" "$2: and named in findings"
  like "$out" "$3" "$2: and judged"
  check <(printf '%s\n' "$1")
  like "$out" "$3" "$2: so is a pipe"
}
told "$pod" kubernetes '[Pp]rivileged container'
told "$json" kubernetes '[Pp]rivileged container'
told "$compose" compose 'Privileged container'
told "$workflow" github-actions 'Script runs what it downloads'
told "$action" github-actions 'Input becomes part of a script'
told "$gitlab" gitlab-ci 'Script runs what it downloads'
told "$dockerfile" dockerfile 'Dockerfile runs a download unseen'

# Below a directory as well: whatever kubectl would take.
found() {
  rm -rf dir && mkdir dir && printf -- "$1" >dir/a.yaml
  check dir
  like "$out" '[Pp]rivileged container' "$2"
}
spec='metadata: {name: p}@spec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}@'
found "\xEF\xBB\xBFapiVersion: v1\nkind: Pod\n${spec//@/'\n'}" "a manifest behind a byte order mark"
found "\xEF\xBB\xBF{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"a\", \"securityContext\": {\"privileged\": true}}]}}" "JSON behind one"
found "kind: Pod\rapiVersion: v1\r${spec//@/'\r'}" "with CR as line break"
found "# c\n  apiVersion: v1\n  kind: Pod\n  ${spec//@/'\n  '}" "all of it indented"
found "'apiVersion' : v1\nkind : Pod\n${spec//@/'\n'}" "with blanks before the colons"
found "a: 1\n---\n   apiVersion: v1\n   kind: Pod\n   ${spec//@/'\n   '}" "in a second document"
found "--- {apiVersion: v1, kind: Pod, spec: {containers: [{name: a, securityContext: {privileged: true}}]}}" "in braces behind ---"
printf 'a:\n  apiVersion: v1\n  kind: Pod\n' >dir/a.yaml
check dir
like "$out" 'read +0 files' "keys further in make no manifest"
printf '\xFF\xFEa\0p\0i\0' >dir/a.yaml
check dir
is "$rc" 3 "UTF-16 is not left out in silence"
like "$out" 'a.yaml' "but named"
like "$out" 'it is UTF-16: write it as UTF-8' "with what to do"
run bash -c "printf 'apiVersion: v1\nkind: Pod\n' | iconv -t UTF-16 | '$PLIMSOLL' check --input kubernetes -"
is "$rc" 3 "UTF-16 on standard input"
like "$out" 'it is UTF-16: write it as UTF-8' "is told, too"
mkdir named && printf '%s\n' "$pod" >named/a.yaml
check named named/a.yaml
like "$out" 'read +1 file,' "a file below two paths is one file"

printf '%s\n' "$pod" >pod.txt
check pod.txt
like "$out" 'pod.txt:4' "a file whose name says nothing is known by its text"
mkfifo pipe
printf '%s\n' "$pod" >pipe &
check pipe
like "$out" 'pipe:4' "a pipe with a name"
wait
printf 'FROM debian:12\nRUN curl https://h/x | sh\n' >pod.yaml
check --input dockerfile pod.yaml
like "$out" 'Dockerfile runs a download unseen' "--input goes before the name"
check --input kubernetes - <<<"kind: Pod"
is "$rc" 3 "--input on standard input: what it lacks is told"
like "$out" 'standard input:1:1' "with its place"
check - </dev/null
is "$rc" 3 "an empty standard input is no pass"
like "$out" 'of no kind that check reads' "and said"
check --input kubernetes - </dev/null
is "$rc" 0 "unless the kind is given: a file without objects"
check - <<<"some text"
is "$rc" 3 "text of no kind"
check --input helm - <<<"apiVersion: v2"
is "$rc" 3 "a chart has a folder"
like "$out" 'rendered is read from its folder' "which is said"
check - - <<<"$pod"
is "$rc" 3 "standard input twice"
like "$err" 'named twice' "is said"
check - pod.txt <<<"$pod"
like "$out" 'read +2 files' "standard input beside a file"
head -c 40000000 /dev/zero >large
check --input dockerfile - <large
is "$rc" 3 "too large"
like "$out" 'larger than' "is said"
check --input nosuch pod.txt
is "$rc" 2 "an unknown kind"
like "$err" 'kubernetes' "the others are named"

# A pipe is shown, not edited.
fixable='apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: a
    image: a'
run bash -c 'printf "%s\n" "$1" | "$0" check --diff -' "$PLIMSOLL" "$fixable"
like "$out" '^\+.*securityContext:' "--diff of standard input"
check --fix - <<<"$fixable"
is "$rc" 2 "--fix of standard input"
check --fix <(printf '%s\n' "$fixable")
is "$rc" 3 "--fix of a pipe"
like "$err" 'a pipe cannot be edited' "is said"
done_testing
