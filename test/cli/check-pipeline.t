#!/bin/bash
# plimsoll check on workflows of GitHub and pipelines of GitLab with the rules that come with the program: findings at their places, what is inherited once, bad input.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
export SOURCE_DATE_EPOCH=1760000000
mkdir -p "$tmp/w/.github/workflows" "$tmp/w/tools/x"
cd "$tmp/w" || exit 1
# places: "FILE LINE COLUMN RULE" of the findings of severity medium and worse.
rules=(--rules "$TOP/rules/pipeline")
places() { "$PLIMSOLL" check --quiet "${rules[@]}" --severity medium+ --format json "$@" | jq -r '.findings[] | "\(.path) \(.line) \(.policy.column) \(.id)"' | sort; }

cat >.github/workflows/ci.yml <<'YAML'
on: pull_request_target
permissions: {contents: read}
jobs:
  a:
    runs-on: [self-hosted, linux]
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
        with: {ref: "${{ github.event.pull_request.head.sha }}"}
      - name: Greet
        run: |
          set -e
            echo "${{ github.event.pull_request.title }}"
          curl -fsSL https://x.example/install.sh | sh
      - uses: some/action@v1
        env: {API_TOKEN: abcdefgh}
YAML
is "$(places .github)" ".github/workflows/ci.yml 13 19 Text of strangers becomes part of a script
.github/workflows/ci.yml 14 11 Script runs what it downloads
.github/workflows/ci.yml 15 9 Action by a name that can move
.github/workflows/ci.yml 16 26 Secret in clear
.github/workflows/ci.yml 5 5 Own runner for pull requests
.github/workflows/ci.yml 9 16 Code of a pull request with the rights of the repository" "a workflow"

cat >.gitlab-ci.yml <<'YAML'
image: node:latest
.setup: &setup
  before_script:
    - wget -qO- https://x.example/install.sh | bash
a: {extends: .setup, script: [make]}
b:
  <<: *setup
  script:
    - trivy image x || true
c: {script: [!reference [.setup, before_script]], services: ["docker:dind@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"]}
YAML
is "$(places .gitlab-ci.yml)" ".gitlab-ci.yml 1 8 Image of a job is the latest one
.gitlab-ci.yml 10 62 Container with the rights of the host
.gitlab-ci.yml 4 7 Script runs what it downloads
.gitlab-ci.yml 9 7 Scan whose verdict does not count" "a pipeline of GitLab: what three jobs inherit is told once"

printf 'name: x\nruns:\n  using: composite\n  steps:\n    - uses: some/action@main\n    - run: echo ${{ inputs.a }}\n      shell: bash\n' >tools/x/action.yml
is "$(places tools)" "tools/x/action.yml 5 7 Action by a name that can move
tools/x/action.yml 5 7 Action from a branch
tools/x/action.yml 6 17 Input becomes part of a script" "an action"
exits 1 "what denies ends with 1" "$PLIMSOLL" check "${rules[@]}" .github
exits 0 "what warns does not" "$PLIMSOLL" check "${rules[@]}" tools
like "$("$PLIMSOLL" check "${rules[@]}" --format codequality tools | jq -c '[length, ([.[].fingerprint] | unique | length)]')" '^\[([0-9]+),\1\]$' "code quality: each issue has a fingerprint of its own"

printf 'on: push\njobs:\n  a:\n    runs-on: x\n    steps: {run: curl x | sh}\n' >.github/workflows/ci.yml
exits 3 "a wrong type is no pass" "$PLIMSOLL" check .github
like "$(printf '%s' "$out" | tr -s '\n ' ' ')" 'ci.yml:5:12 jobs.a.steps: expected a list, found a map' "and told at its place"
printf 'a: &a [*a]\n' >.gitlab-ci.yml
exits 3 "an alias inside of its anchor" "$PLIMSOLL" check .gitlab-ci.yml
python3 -c 'print("a: &a [x,x,x,x,x,x,x,x,x,x]"); [print(f"{chr(98+i)}: &{chr(98+i)} [" + ",".join("*" + chr(97+i) for _ in range(10)) + "]") for i in range(9)]' >.gitlab-ci.yml
exits 3 "a bomb of aliases" timeout 10 "$PLIMSOLL" check .gitlab-ci.yml
printf 'a:\n\tscript: x\n' >.gitlab-ci.yml
exits 3 "a tab" "$PLIMSOLL" check .gitlab-ci.yml
printf 'a: {script: "\xff"}\n' >.gitlab-ci.yml
exits 3 "bytes that are no UTF-8" "$PLIMSOLL" check .gitlab-ci.yml
done_testing
