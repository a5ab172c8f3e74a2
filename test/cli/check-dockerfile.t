#!/bin/bash
# plimsoll check on Dockerfiles: files found, findings with their places, formats, exit codes, bad input.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
export SOURCE_DATE_EPOCH=1760000000
mkdir "$tmp/w"
cd "$tmp/w" || exit 1

cat >rules.yaml <<'YAML'
- rule: Root at the end
  desc: The image runs as root
  source: instruction
  condition: instruction.name = USER and stage.root = true and instruction.overridden = false
  output: "%instruction.text of %stage.base"
  priority: WARNING
  why: It is root
  remediation: Name another user
  controls: [cis-docker-4.1]
- rule: No scratch
  desc: Nothing may begin from scratch
  source: stage
  condition: stage.base.kind = scratch
  output: stage %stage.index
  priority: NOTICE
  action: deny
YAML
mkdir -p app/.git app/node_modules/x app/sub
printf 'FROM debian:12\nUSER app\n\n  USER \\\n    root\n' >app/Dockerfile
cp app/Dockerfile app/.git/
cp app/Dockerfile app/node_modules/x/
printf 'FROM scratch\nUSER 1\n' >app/sub/web.dockerfile
echo text >app/README

exits 0 "a file" "$PLIMSOLL" check --rules rules.yaml app/Dockerfile
like "$out" '^  app/Dockerfile:4:3$' "the place is where the instruction begins"
like "$out" 'USER root of debian:12' "the output of the rule has its fields"
like "$out" '^1 finding: 1 medium; 0 denied' "the verdict is the last line"
exits 1 "a rule that denies" "$PLIMSOLL" check --rules rules.yaml app
like "$out" 'sub/web.dockerfile:1:1' "in a directory"
like "$out" 'No scratch  \[deny\]' "is said to deny"
unlike "$out" 'node_modules|\.git/' "node_modules and .git are left out"
like "$out" 'read +2 files' "both kinds of names are read"
exits 1 "named, node_modules is read" "$PLIMSOLL" check --rules rules.yaml --fail-on medium app/node_modules
exits 0 "--fail-on higher than what is there" "$PLIMSOLL" check --rules rules.yaml --fail-on high app/Dockerfile
exits 1 "--fail-on" "$PLIMSOLL" check --rules rules.yaml --fail-on medium app/Dockerfile
exits 1 "what denies cannot be filtered away" "$PLIMSOLL" check --rules rules.yaml --severity critical app
like "$out" '1 more left out by filters' "and what is filtered is counted"

exits 1 "json" "$PLIMSOLL" check --rules rules.yaml --format json app
json=$out
is "$(printf '%s' "$json" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    p = f["policy"]
    print(f["path"], f["line"], p["column"], p["end_line"], p["end_column"], p["action"], p["subject"], f["severity"], f["controls"])')" \
  "app/Dockerfile 4 3 5 9 warn USER MEDIUM ['cis-docker-4.1']
app/sub/web.dockerfile 1 1 1 13 deny stage 0 LOW []" "findings have their exact region"
printf '%s\n' "$json" >"$tmp/report.json"
exits 0 "a baseline takes findings out of the verdict" "$PLIMSOLL" check --rules rules.yaml --fail-on low --baseline "$tmp/report.json" app
"$PLIMSOLL" check --rules rules.yaml --format json app >"$tmp/again.json"
same "$tmp/report.json" "$tmp/again.json" "the same input gives the same bytes"

# Every format that can be asked for says file, line and column; SARIF counts characters.
printf 'FROM debian:12\nRUN echo \303\251 && curl https://h/x | sh\nUSER 1\n' >Dockerfile
exits 0 "sarif" "$PLIMSOLL" check --format sarif --rules "$TOP/rules/dockerfile/download.yaml" Dockerfile
is "$(printf '%s' "$out" | python3 -c '
import json, sys
run = json.load(sys.stdin)["runs"][0]
for r in run["results"]:
    p = r["locations"][0]["physicalLocation"]
    print(r["ruleId"], p["artifactLocation"]["uri"], p["artifactLocation"]["uriBaseId"], *p["region"].values())' | sed -n 1p)" \
  "Dockerfile runs a download unseen Dockerfile %SRCROOT% 2 15 2 31" "has the exact region, in code points"
for format in table json sarif junit gitlab html markdown; do
  exits 0 "$format" "$PLIMSOLL" check --format $format --rules "$TOP/rules/dockerfile/download.yaml" Dockerfile
  first=$out
  like "$out" 'Dockerfile runs a download unseen' "$format names the rule"
  like "$out" 'Dockerfile' "$format names the file"
  run "$PLIMSOLL" check --format $format --rules "$TOP/rules/dockerfile/download.yaml" Dockerfile
  is "$out" "$first" "$format: the same bytes again"
done
rm Dockerfile

printf 'FROM a\nRUNN b\nCOPY c\n' >Containerfile
exits 3 "a file that is wrong" "$PLIMSOLL" check --rules rules.yaml Containerfile
like "$out" 'unreadable-file  Containerfile:2:1' "each error is a gap with its place"
like "$out" 'unreadable-file  Containerfile:3:7' "all of them"
like "$out" 'expected an instruction, found "RUNN"' "and what was expected"
exits 0 "which can be allowed" "$PLIMSOLL" check --rules rules.yaml --allow-incomplete unreadable-file Containerfile
exits 3 "a path that is not there" "$PLIMSOLL" check nothing
like "$err" 'nothing: No such file' "is named"
mkdir empty
exits 3 "nothing to check is no success" "$PLIMSOLL" check empty
like "$out" 'no-input' "and said"
exits 3 "a file of no known kind" "$PLIMSOLL" check app/README
exits 2 "no path" "$PLIMSOLL" check
exits 2 "a format that cannot show places" "$PLIMSOLL" check --format spdx app
like "$err" "unknown value 'spdx'; there are: table, json, sarif" "the others are named"
printf -- '- rule: x\n' >bad.yaml
exits 2 "rules that are wrong" "$PLIMSOLL" check --rules bad.yaml app
like "$err" 'bad.yaml:1:9: error' "have their place"

printf 'FROM a\nRUN \377\n' >Dockerfile.latin1
exits 3 "no UTF-8" "$PLIMSOLL" check Dockerfile.latin1
like "$out" 'Dockerfile.latin1:2:5' "has its place"
{ echo FROM a; for i in $(seq 100000); do echo "CMD x"; done; } >Dockerfile.many
exits 3 "too many instructions" "$PLIMSOLL" check Dockerfile.many
like "$out" 'limit +Dockerfile.many' "are a limit"
like "$out" 'more than 100000 instructions' "which is named"
head -c 40000000 /dev/zero >Dockerfile.large
exits 3 "too large" "$PLIMSOLL" check Dockerfile.large
like "$out" 'larger than' "is said"
# Fixes.
mkdir fix
cat >fix/Dockerfile <<'DOCKER'
# the top comment
FROM debian:12
MAINTAINER Ada <ada@example.org>
ADD app.py /app/
ADD rootfs.tar.gz /
RUN apt-get update && \
    # tools
    apt-get install \
      curl git \
    && rm -rf /var/lib/apt/lists/*
RUN ["apt-get", "install", "x"]
RUN pip install -r r.txt   # trailing
RUN bash -c 'apt-get install y'
RUN apt install -y z
USER 1
DOCKER
chmod 640 fix/Dockerfile
cp -p fix/Dockerfile before
rules=("$PLIMSOLL" check --rules "$TOP/rules/dockerfile")
exits 0 "--diff" "${rules[@]}" --diff fix/Dockerfile
cmp -s before fix/Dockerfile && pass "leaves the file alone" || fail "leaves the file alone"
printf '%s\n' "$out" >fix.diff
cp -rp fix fixed
(cd fixed && patch -s -p2 <../fix.diff) && pass "is a diff that patch takes" || fail "is a diff that patch takes" "$(cat fix.diff)"
exits 0 "--fix" "${rules[@]}" --fix --format json fix/Dockerfile
is "$(printf '%s' "$out" | python3 -c '
import json, sys
print(sorted({f["id"] for f in json.load(sys.stdin)["findings"] if f["policy"]["fixable"]}))')" "[]" "leaves nothing that it can mend"
is "$(diff before fix/Dockerfile | grep '^[<>]')" "< MAINTAINER Ada <ada@example.org>
< ADD app.py /app/
> LABEL org.opencontainers.image.authors=\"Ada <ada@example.org>\"
> COPY app.py /app/
<     apt-get install \\
>     apt-get install --no-install-recommends -y \\
< RUN pip install -r r.txt   # trailing
> RUN pip install --no-cache-dir -r r.txt   # trailing
< RUN apt install -y z
> RUN apt-get install --no-install-recommends -y z" "and changes nothing else"
is "$(stat -c %a fix/Dockerfile)" 640 "the mode stays"
cp fix/Dockerfile after
exits 0 "--fix again" "${rules[@]}" --fix fix/Dockerfile
same after fix/Dockerfile "has nothing to do"
exits 2 "--fix and --diff" "$PLIMSOLL" check --fix --diff fix
ln -s Dockerfile fix/Containerfile
cp before fix/Dockerfile
exits 0 "--fix through a link" "${rules[@]}" --fix fix/Containerfile
[ -L fix/Containerfile ] && pass "keeps the link" || fail "keeps the link"

is "$(grep -rh '^- rule:' "$TOP"/rules/*/*.yaml | sort | uniq -d)" "" "no two shipped rules have one name"
printf 'FROM debian\nRUN curl https://h/x | sh\n' >Dockerfile
exits 0 "without --policy and --rules" "$PLIMSOLL" check Dockerfile
like "$out" 'Dockerfile runs a download unseen' "the rules that come with the program judge"
exits 2 "a set that is not there" "$PLIMSOLL" check --policy nosuch Dockerfile
exits 0 "all of the shipped rules" "$PLIMSOLL" policy test --require-examples 2 "$TOP/rules/dockerfile"

done_testing
