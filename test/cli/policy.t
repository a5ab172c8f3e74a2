#!/bin/bash
# plimsoll policy: lint, list, fields, explain, test; scan --policy.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
cd "$tmp"

cat >good.yaml <<'END'
- list: shells
  items: [bash, sh]
- rule: shell
  desc: A shell is there
  source: package
  condition: package.name in (shells)
  output: "%package.name in %image.reference"
  priority: warning
  action: deny
  tags: [T1059.004, mitre_execution]
  controls: [c-1]
  examples:
    fires: [{package.name: bash}]
    quiet: [{package.name: vim}]
END
sed 's/quiet: \[.*/quiet: [{package.name: sh}]/' good.yaml >failing.yaml
cat >bad.yaml <<'END'
- rule: shell
  desc: d
  source: pakage
  condition: package.nme = x
  output: o
  priority: warning
- rule: other
  desc: d
  source: package
  condition: package.nme = x and
  output: o
  priorty: warning
END

exits 0 "lint of a good file" "$PLIMSOLL" policy lint good.yaml
is "$out" "1 files: 1 rules, 0 macros, 1 lists; 0 definitions replaced by later ones; 0 errors, 0 warnings" "counts"
exits 2 "lint of a bad one" "$PLIMSOLL" policy lint bad.yaml
like "$out" 'bad.yaml:3:11: error: unknown source "pakage"; did you mean "package"\?' "the nearest source"
like "$out" 'bad.yaml:12:3: error: unknown key "priorty"; did you mean "priority"\?' "the nearest key"
like "$out" 'bad.yaml:10:33: error: expected a field' "a place inside of a condition"
is "$(grep -A2 'unknown key' <<<"$out" | tail -2)" $'      priorty: warning\n      ^' "the line and a caret"
exits 2 "the same as JSON" "$PLIMSOLL" policy lint --format json bad.yaml
is "$(jq -r '.errors > 2 and (.messages | length) == .errors' <<<"$out")" true "all messages"
printf '\xEF\xBB\xBF' | cat - good.yaml >mark.yaml
exits 0 "a rules file behind a byte order mark is no set" "$PLIMSOLL" policy lint mark.yaml
exits 2 "a file that is not there" "$PLIMSOLL" policy lint nothing.yaml
{ for i in $(seq 20); do echo "- {macro: m$i, condition: m$((i - 1)) or m$((i - 1))}"; done; echo "- {macro: m0, condition: evt.num=0}"; } >bomb.yaml
exits 2 "macros that multiply" timeout 10 "$PLIMSOLL" policy lint bomb.yaml
like "$out" 'has too many parts' "are bounded"
printf -- '- &a [x,x,x,x,x,x,x,x,x]\n' >alias.yaml
for i in b c d e f g h; do echo "- &$i [*$(echo "$i" | tr b-h a-g),*$(echo "$i" | tr b-h a-g),*$(echo "$i" | tr b-h a-g),*$(echo "$i" | tr b-h a-g),*$(echo "$i" | tr b-h a-g),*$(echo "$i" | tr b-h a-g)]" >>alias.yaml; done
exits 2 "aliases that multiply" timeout 10 "$PLIMSOLL" policy lint alias.yaml
printf -- '- rule: \xff\n' >utf8.yaml
exits 2 "what is no UTF-8" "$PLIMSOLL" policy lint utf8.yaml
like "$out" 'utf8.yaml:1:9: error' "with its place"
cat >set-bad.yaml <<'END'
name: mine
extends: starter
rules:
  - {rule: Secret in the image, action: warn}
  - {rule: untagged, action: deny}
END
echo '- {rule: untagged, desc: d, output: o, source: image, priority: info, condition: image.tag != "1"}' >untagged.yaml
exits 2 "lint of a set" "$PLIMSOLL" policy lint set-bad.yaml untagged.yaml
like "$out" 'set-bad.yaml:4:5: error: rule "Secret in the image" becomes weaker' "a set only tightens"
sed -i /Secret/d set-bad.yaml
exits 0 "lint of a set that denies what may be absent" "$PLIMSOLL" policy lint set-bad.yaml untagged.yaml
like "$out" 'set-bad.yaml:4:5: warning: rule "untagged" is made to deny here' "is warned of"
exits 0 "the sets that come with the program" "$PLIMSOLL" policy lint "$TOP/rules/sets"
# Rules on secrets are another kind of file, which its content tells.
exits 0 "lint of all that comes with the program" "$PLIMSOLL" policy lint --strict "$TOP/rules"
like "$out" '; [1-9][0-9]+ rules on secrets; .* 0 errors, 0 warnings$' "with the rules on secrets"
exits 0 "test of all that comes with the program" "$PLIMSOLL" policy test --require-examples 2 "$TOP/rules"
like "$out" '^[3-9][0-9][0-9] rules, .* 0 failed$' "all of them"
exits 0 "list of all that comes with the program" "$PLIMSOLL" policy list "$TOP/rules"
cat >secret.yaml <<'END'
rules:
  - id: acme-token
    title: Acme token
    keywords: ['acme_dt_']
    token: 'acme_dt_[0-9a-z]{8}'
    examples:
      match: ['x=acme_dt_{{lower 8}}']
      no_match: ['x=acme_dt_{{lower 7}}']
END
exits 0 "lint of rules on secrets" "$PLIMSOLL" policy lint secret.yaml good.yaml
is "$out" "2 files: 1 rules, 0 macros, 1 lists; 1 rules on secrets; 0 definitions replaced by later ones; 0 errors, 0 warnings" "beside others"
exits 0 "as JSON" "$PLIMSOLL" policy lint --format json secret.yaml
is "$(jq -c '[.files, .rules, .secret_rules]' <<<"$out")" "[1,0,1]" "counts"
exits 0 "test of rules on secrets" "$PLIMSOLL" policy test secret.yaml good.yaml
is "$out" "2 rules, 2 with examples; 4 examples, 0 failed" "counts them"
sed 's/{{lower 8}}/{{lower 5}}/; s/{{lower 7}}/{{lower 8}}/' secret.yaml >secret-failing.yaml
exits 1 "test of rules on secrets that fail" "$PLIMSOLL" policy test secret-failing.yaml
like "$out" 'secret-failing.yaml:2: error: rule acme-token must find something in the example "x=acme_dt_..lower 5' "what it must find"
like "$out" 'must find nothing in the example "x=acme_dt_..lower 8' "and must not"
like "$out" '2 examples, 2 failed' "counted"
sed -i 's/{{lower 5}}/{{lover 5}}/' secret-failing.yaml
exits 1 "test of an example that is no template" "$PLIMSOLL" policy test secret-failing.yaml
like "$out" 'is no template: ' "told"
sed 's/keywords/keyword/; s/acme-token/Acme/' secret.yaml >secret-bad.yaml
exits 2 "lint of bad rules on secrets" "$PLIMSOLL" policy lint secret-bad.yaml good.yaml
like "$out" 'secret-bad.yaml:4:5: error: .*"keyword"' "what is wrong"
like "$out" 'secret-bad.yaml:2:9: error: .*id of a-z' "and where"
printf 'off: [generic-assignment]\n' >secret-off.yaml
exits 0 "a file that only turns rules off" "$PLIMSOLL" policy lint secret-off.yaml
printf 'rules:\n- {rule: untagged, action: deny}\n' >secret-not.yaml
exits 2 "a set without a name is no such file" "$PLIMSOLL" policy lint secret-not.yaml
like "$out" 'expected the name of the set' "but a set"
echo 'FROM a:1' >Dockerfile
run "$PLIMSOLL" check --rules secret.yaml --rules good.yaml Dockerfile
like "$err" 'warning: secret.yaml: it says what secrets look like, which --secret-rules' "check does not judge by it, and says so"

# What hides what is told of the sources that somebody asks for.
echo '- {rule: mine, desc: d, output: o, source: syscall, priority: info, condition: evt.type = open and fd.name = /x}' >mine.yaml
exits 0 "rules that others hide" "$PLIMSOLL" policy lint --rule-matching first --rules-add mine.yaml
is "$out" "$(tail -1 <<<"$out")" "those of other sources are not told"
like "$out" ' 0 warnings$' "nor counted"
echo '- {rule: mine, desc: d, output: o, source: container, priority: info, condition: container.image = x}' >mine.yaml
exits 0 "and of its own source" "$PLIMSOLL" policy lint --rule-matching first --rules-add mine.yaml
like "$out" 'warning: rule "Pod Security baseline: host ports" can never fire' "are told"
unlike "$out" '"Default service account"' "with those of other sources left out"

printf 'rule: x\n' >hide.yaml
exits 2 "what is neither rules nor set" "$PLIMSOLL" policy lint hide.yaml

exits 0 "test of a good file" "$PLIMSOLL" policy test good.yaml
is "$out" "1 rules, 1 with examples; 2 examples, 0 failed" "counts"
exits 1 "test of one that fails" "$PLIMSOLL" policy test failing.yaml
like "$out" 'failing.yaml:14:13: error: rule "shell" must stay quiet on this example, and fires' "which example"
exits 1 "too few examples" "$PLIMSOLL" policy test --require-examples 2 good.yaml
mkdir -p cases && cp good.yaml cases/ && echo '- {rule: shell, fires: [{package.name: vim}], quiet: [{package.name: emacs}]}' >cases/a.test.yaml
exits 1 "a case that fails" "$PLIMSOLL" policy test cases
like "$out" 'a.test.yaml:1:25: error: rule "shell" must fire' "which case"
exits 2 "test of rules that do not load" "$PLIMSOLL" policy test bad.yaml
exits 0 "the rules that come with the program" "$PLIMSOLL" policy test --require-examples 2
like "$out" ' 0 failed$' "all hold"
exits 0 "and have everything else" "$PLIMSOLL" policy list --format json
is "$(jq -r '.[] | select(.phase != "run") | select((.why // "") == "" or (.remediation // "") == "" or (.tags | length) == 0) | .rule' <<<"$out")" "" "why, remediation, tags"
is "$(comm -23 <(sed -n 's/^  covered-by: \[\(.*\)\]$/\1/p' "$TOP"/rules/*/*.yaml | tr ',' '\n' | sed 's/^ *"\(.*\)"$/\1/' | sort -u) <(jq -r '.[].rule' <<<"$out" | sort -u))" "" "rules that cover others are there"
is "$(jq '[.[] | select(.source | IN("image", "package", "vulnerability", "secret", "certificate", "file", "finding"))] | length >= 40' <<<"$out")" true "at least 40 rules on images"

exits 0 "list by tactic" "$PLIMSOLL" policy list --by tactic good.yaml
is "$out" $'execution\n  shell  package       MEDIUM     deny' "groups"
exits 0 "coverage" "$PLIMSOLL" policy list --coverage kubernetes --format json
is "$(jq 'length > 40 and any(.technique == "MS-TA9018" and (.rules | length) > 0)' <<<"$out")" true "techniques with their rules"
exits 0 "fields" "$PLIMSOLL" policy fields image --format json
is "$(jq -r '.[0].fields[] | select(.name == "image.age") | .type + " " + .flags' <<<"$out")" "days optional" "a field"
exits 2 "fields of what is not there" "$PLIMSOLL" policy fields imge

echo '{package.name: bash, image.reference: app:1}' >object.yaml
"$PLIMSOLL" policy explain --rules good.yaml shell object.yaml >explained
like "$(cat explained)" 'package 1: the rule fires' "explain says what comes of it"
like "$(cat explained)" 'output: bash in app:1' "and the output"
exits 2 "a rule that is not there" "$PLIMSOLL" policy explain --rules good.yaml shel object.yaml
like "$err" 'did you mean "shell"' "the nearest"

for set in starter production regulated; do
  exits 0 "set $set" "$PLIMSOLL" policy list --policy $set --format json
  jq -r '.rules[] | select(.action == "deny") | .rule' <<<"$out" | sort >$set.deny
done
is "$(comm -23 starter.deny production.deny; comm -23 production.deny regulated.deny)" "" "each set denies what the one before denies"
exits 2 "a set that is not there" "$PLIMSOLL" policy list --policy produktion
like "$err" 'did you mean "production"' "the nearest set"

mkdir -p root/etc root/var/lib/dpkg
printf 'ID=debian\nVERSION_ID="12"\n' >root/etc/os-release
printf 'Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\n\nPackage: vim\nStatus: install ok installed\nVersion: 9\nArchitecture: amd64\n' >root/var/lib/dpkg/status
scan() { "$PLIMSOLL" scan --no-cache --db /nonexistent --allow-incomplete no-database --checks off --format json "$@" root; }
exits 1 "scan --policy" scan --policy good.yaml
is "$(jq -c '[.policy.verdict, .policy.denied, (.findings[] | select(.kind == "policy") | .id, .package.name, .policy.action)]' <<<"$out")" '["deny",1,"shell","bash","deny"]' "denies"
sed 's/action: deny/action: warn/' good.yaml >warn.yaml
exits 0 "warnings do not fail" scan --policy warn.yaml
is "$(jq -r '.policy.verdict' <<<"$out")" warn "the verdict is warn"
mkdir -p own && cp good.yaml own/
cat >own/set.yaml <<'END'
name: own
rules: [shell]
exceptions:
  - {name: e, rule: shell, scope: {environment: test}, condition: package.name = bash, reason: r, owner: o, until: 2027-01-01}
END
exits 1 "an exception out of its scope" scan --policy own --as-of 2026-12-01
exits 0 "an exception in its scope" scan --policy own --as-of 2026-12-01 --policy-scope environment=test
is "$(jq -c '[.policy.verdict, .policy.excepted]' <<<"$out")" '["allow",1]' "counts what it excepts"
exits 1 "an exception that has ended" scan --policy own --as-of 2027-01-01 --policy-scope environment=test
like "$err" 'exception "e" of set "own" ended on 2027-01-01' "and says so"
for format in $("$PLIMSOLL" list formats | cut -d' ' -f1 | grep -v prometheus); do # that one counts
  "$PLIMSOLL" scan --no-cache --db /nonexistent --allow-incomplete no-database --format "$format" --policy good.yaml root >"out.$format" 2>/dev/null
  is "$(grep -c shell "out.$format" | sed 's/[1-9].*/some/')" some "findings of a policy in format $format"
done
is "$(jq -c '.packages[] | select(.name == "bash") | .annotations[] | select(.annotationType == "REVIEW") | .comment | fromjson | .finding | [.kind, .id, .action, .severity]' out.spdx)" '["policy","shell","deny","MEDIUM"]' "SPDX: an annotation of the package"
exits 2 "a policy that does not load stops the scan" scan --policy bad.yaml

# Every source of an image: each rule prints what its fields hold.
cat >config.json <<'END'
{"created": "2026-01-01T00:00:00Z", "config": {"User": "app:app", "ExposedPorts": {"22/tcp": {}, "8000-8002/tcp": {}}, "Env": ["PATH=/usr/bin", "DB_PASSWORD=x"],
 "Labels": {"a.b": "c", "org.opencontainers.image.base.name": "debian:12"}, "Entrypoint": ["/app", "-v"], "Cmd": ["run"], "WorkingDir": "/srv", "Volumes": {"/data": {}},
 "Healthcheck": {"Test": ["CMD", "x"]}}, "history": [{"created_by": "RUN echo hello"}, {"created_by": "COPY . /"}]}
END
openssl req -x509 -newkey rsa:1024 -nodes -keyout k.pem -out c.pem -days 10 -set_serial 7 -subj /CN=shop 2>/dev/null
printf '#!/bin/sh\n' >sh
python3 "$TOP/test/mkimage.py" img <<'END' >/dev/null
image layout config=config.json
layer gzip
text etc/os-release ID=debian\nVERSION_ID="12"\n
text var/lib/dpkg/status Package: bash\nStatus: install ok installed\nVersion: 1:5.2-1\nArchitecture: amd64\nInstalled-Size: 10\n
file srv/c.pem c.pem
file srv/k.pem k.pem
suid usr/bin/tool sh
exec bin/bash sh
layer gzip
text app x
END
rule() { printf -- '- {rule: %s, desc: d, source: %s, priority: info, condition: "%s", output: '"'%s'"'}\n' "$1" "$2" "$3" "$4"; }
{
  rule image image 'image.layers > 0' '%image.kind %image.user %image.root %image.ports %image.label[a.b] %image.env[PATH] %image.envs %image.entrypoint %image.cmd %image.workdir %image.volumes %image.healthcheck %image.stopsignal %image.history %image.base %image.layers %image.age %image.distro %image.distro.version %image.packages %image.verified'
  rule package package 'package.os = true' '%package.name %package.version %package.type %package.arch %package.source %package.size %package.path %package.layer %image.user'
  rule newer package 'package.version_cmp[\"1:5.1\"] > 0 and package.version_cmp[\"1:5.2-2\"] < 0' newer
  rule certificate certificate 'certificate.ca = true' '%certificate.subject %certificate.algorithm %certificate.bits %certificate.hash %certificate.lifetime %certificate.path %certificate.trust_store'
  rule key secret 'secret.kind = private-key' '%secret.rule %secret.algorithm %secret.bits %secret.path %secret.encrypted %secret.deleted %secret.layer'
  rule suid file 'file.setuid = true' '%file.path %file.name %file.directory %file.mode %file.type %file.uid %file.world_writable'
  rule shell file 'file.tool = shell' '%file.path'
  rule finding finding 'finding.kind = key' '%finding.severity %finding.path'
  rule none image 'image.any[\"package: package.name = zsh\"] = true' never
  rule counts image 'image.count[\"package: package.name startswith ba\"] = 1 and image.all[\"package: package.os = true\"] = true' counted
} >all.yaml
detail() { jq -r --arg id "$1" '.findings[] | select(.kind == "policy" and .id == $id) | .detail' <<<"$out"; }
exits 0 "rules on everything in an image" "$PLIMSOLL" scan --no-cache --db /nonexistent --allow-incomplete no-database --format json --as-of 2026-01-11 --policy all.yaml --checks on img
is "$(detail image)" "image app:app false (22,8000,8001,8002) c /usr/bin (PATH,DB_PASSWORD) /app -v run /srv (/data) true SIGTERM (RUN echo hello,COPY . /) debian:12 2 10 debian 12 1 true" "the image"
is "$(detail package)" "bash 1:5.2-1 deb amd64 bash 10240 /var/lib/dpkg/status 0 app:app" "a package, and its image"
is "$(detail newer)" "newer" "versions by the rules of their type"
is "$(detail certificate)" "CN=shop RSA 1024 SHA-256 10 /srv/c.pem false" "a certificate"
is "$(detail key)" "PKCS#8 RSA 1024 /srv/k.pem false false 0" "a key"
is "$(detail suid)" "/usr/bin/tool tool /usr/bin 4755 file 0 false" "a file"
is "$(detail shell)" "/bin/bash" "a tool"
like "$(detail finding)" '^(HIGH|CRITICAL) /srv/k.pem$' "a finding"
is "$(detail none)$(detail counts)" "counted" "quantifiers over packages"

if [ -d "$SHARED/falco-rules" ]; then
  exits 0 "Falco's files load together" "$PLIMSOLL" policy lint "$SHARED/falco-rules"
  like "$out" '93 rules, 315 macros, 118 lists; .* 0 errors, 0 warnings' "without a word"
fi
done_testing
