#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Secrets in clear in what plimsoll check reads: found at their place in every kind of file, and never printed.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir -p "$tmp/w/.github/workflows" "$tmp/bin"
cd "$tmp/w" || exit 1
# Made here, so that no text of this tree looks like a live one.
token() { python3 - "$1" <<'PY'
import random, string, sys, zlib
alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
r = random.Random(int(sys.argv[1]))
body = "".join(r.choice(alphabet) for _ in range(30))
n, check = zlib.crc32(body.encode()), ""
for _ in range(6):
    n, d = divmod(n, 62)
    check = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[d] + check
print("gh" + "p_" + body + check)
PY
}
secrets=()
for i in 1 2 3 4 5 6 7 8 9; do secrets+=("$(token $i)"); done
printf 'FROM debian:12\nARG T=%s\nENV A=b \\\n    T=%s\nRUN curl -H "X: %s" https://h/x | sh\nUSER 1\n' "${secrets[0]}" "${secrets[0]}" "${secrets[0]}" >Dockerfile
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: "\303\251 %s"\n  b: |\n    x\n    y=%s\n' "${secrets[1]}" "${secrets[1]}" >manifest.yaml
printf '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a", "image": "r/a:1", "args": ["--t=%s"]}]}}' "${secrets[2]}" >pod.json
printf 'services:\n  a:\n    image: r/a:1\n    environment: ["T=%s"]\n    command: x %s\n' "${secrets[3]}" "${secrets[3]}" >compose.yaml
printf 'on: push\nenv: {T: %s}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          eval "$CI_COMMIT_MESSAGE %s"\n          curl https://%s@h/x | sh\n      - uses: a/b@v1\n        with: {k: %s}\n        name: %s\n' "${secrets[4]}" "${secrets[4]}" "${secrets[4]}" "${secrets[4]}" "${secrets[4]}" >.github/workflows/ci.yml
printf 'a:\n  variables: {T: %s}\n  script: ["curl https://%s@h/x | sh"]\n' "${secrets[5]}" "${secrets[5]}" >.gitlab-ci.yml
mkdir chart
printf 'apiVersion: v2\nname: c\nversion: 1.0.0\n' >chart/Chart.yaml
printf '#!/bin/sh\nprintf -- "apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: c}\\ndata: {a: %s}\\n"\n' "${secrets[6]}" >"$tmp/bin/helm"
chmod +x "$tmp/bin/helm"
PATH=$tmp/bin:$PATH
# A file that is wrong is searched all the same, and messages do not repeat it.
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: "%s"}\n' "${secrets[7]}" >wrong.yaml
printf 'FROM a\n%s x\n' "${secrets[8]}" >Containerfile

places() { python3 -c 'import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["id"] == "Secret written in the file":
        p = f["policy"]
        print(f["path"], f["line"], p["column"], p.get("end_line"), p.get("end_column"), p["action"])' | LC_ALL=C sort; }
run "$PLIMSOLL" check --format json .
is "$rc" 3 "files that are wrong are a gap"
is "$(places <<<"$out")" ".github/workflows/ci.yml 11 19 11 59 deny
.github/workflows/ci.yml 12 15 12 55 deny
.github/workflows/ci.yml 2 10 2 50 deny
.github/workflows/ci.yml 8 36 8 76 deny
.github/workflows/ci.yml 9 24 9 64 deny
.gitlab-ci.yml 2 18 2 58 deny
.gitlab-ci.yml 3 26 3 66 deny
Containerfile 2 1 2 41 deny
Dockerfile 2 7 2 47 deny
Dockerfile 4 7 4 47 deny
Dockerfile 5 17 5 57 deny
chart/Chart.yaml 1 1 None None deny
compose.yaml 4 22 4 62 deny
compose.yaml 5 16 5 56 deny
manifest.yaml 5 10 5 50 deny
manifest.yaml 8 7 8 47 deny
pod.json 1 134 1 174 deny
wrong.yaml 4 21 4 61 deny" "each at its place, by the rules of rules/secret"
like "$out" 'GitHub personal access token' "what it is is said"

# No output has the value of one, nor a half of it.
shows() { local s; for s in "${secrets[@]}"; do grep -qF -- "${s:0:20}" "$1" || grep -qF -- "${s:20}" "$1" && return 0; done; return 1; }
printf 'x %s\n' "${secrets[3]}" >.probe
shows .probe && pass "the search finds what is there" || fail "the search finds what is there"
formats=$("$PLIMSOLL" check --format nosuch . 2>&1 | sed -n "s/.*there are: //p" | tr -d ,)
like "$formats" 'sarif .*junit' "formats to try: $formats"
for policy in starter production regulated; do
  for format in $formats; do
    run "$PLIMSOLL" check --policy "$policy" --format "$format" .
    [ -s "$tmp/.out" ] || fail "$policy, $format: nothing was printed"
    shows "$tmp/.out" && fail "$policy, $format: a secret is printed" "$(grep -nE 'ghp_' "$tmp/.out" | head -5)" || pass "$policy, $format: no secret is printed"
    shows "$tmp/.err" && fail "$policy, $format: a secret is in a message" "$err" || pass "$policy, $format: nor in a message"
  done
done
run "$PLIMSOLL" check --rules "$TOP/rules/kubernetes/secrets.yaml" --format json manifest.yaml
unlike "$out" 'Secret written in the file' "a policy without the rule does not search"
exits 0 "the rules' own examples" "$PLIMSOLL" policy test --require-examples 2 "$TOP/rules/file"
done_testing
