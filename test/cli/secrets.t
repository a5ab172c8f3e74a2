#!/bin/bash
# Secrets in an image: in files, also those that a later layer deletes or overwrites, in environment, labels, history, entry point. Found, each at its
# place, and never repeated: no report, message or cache holds a value.
. "${TOP:?}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
cd "${tmp:?}" || exit 1

# Values are made here, so that nothing in this tree looks like one: name and value a line.
python3 - >values <<'PY'
import random, string, zlib
rng = random.Random(7)
digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
some = lambda n, of=digits: "".join(rng.choice(of) for _ in range(n))
def crc(prefix):
    body = some(30)
    n, out = zlib.crc32(body.encode()), ""
    for _ in range(6):
        n, out = n // 62, digits[n % 62] + out
    return prefix + body + out
for name in "deleted overwritten opaque alive env history label".split():
    print(name, crc("gh" + "p_"))
print("entrypoint", "glpat" + "-" + some(20))
print("awskey", some(40))
print("minified", crc("npm" + "_"))
print("wrong", "gh" + "p_" + some(36))
PY
value() { sed -n "s/^$1 //p" values; }
printf '{"config": {"Env": ["PATH=/bin", "DEPLOY=%s"], "Labels": {"org.example.build": "by %s"}, "Entrypoint": ["/app", "--token", "%s"]},
 "history": [{"created_by": "RUN |1 T=%s /bin/sh -c make"}, {"created_by": "COPY app /srv"}, {"created_by": "RUN rm"}]}' \
  "$(value env)" "$(value label)" "$(value entrypoint)" "$(value history)" >config.json
printf '[default]\naws_access_key_id = none\naws_secret_access_key = %s\n' "$(value awskey)" >credentials
python3 -c 'print("var a=1;" * 300000 + "t=\"" + open("values").read().split("minified ")[1].split()[0] + "\";" + "b();" * 100000, end="")' >bundle.js
printf 'x\0token %s\n' "$(value deleted)" >program
image image <<END
image config=config.json
$base
text srv/gone.env A=1\nTOKEN=$(value deleted)\n
text srv/changed.env TOKEN=$(value overwritten)\n
text srv/dir/inner.env TOKEN=$(value opaque)\n
layer zstd
text srv/alive.env \n\n  key: "$(value alive)"\n
file root/.aws/credentials credentials
file srv/bundle.js bundle.js
file srv/program program
text srv/wrong.env TOKEN=$(value wrong)\n
layer gzip
text srv/.wh.gone.env -
text srv/changed.env TOKEN=none\n
dir srv/dir
text srv/dir/.wh..wh..opq -
END
want='aws-secret-access-key root/.aws/credentials 1:3 null
github-personal-access-token config env DEPLOY null:1 null
github-personal-access-token config history 1 null:1 null
github-personal-access-token config label org.example.build null:1 null
github-personal-access-token srv/alive.env 1:3 null
github-personal-access-token srv/changed.env 0:1 2
github-personal-access-token srv/dir/inner.env 0:1 2
github-personal-access-token srv/gone.env 0:2 2
gitlab-personal-access-token config entrypoint null:1 null
npm-access-token srv/bundle.js 1:1 null'
secrets() { jq -r '.findings[] | select(.kind == "secret") | "\(.id) \(.path) \(.layer):\(.line) \(.secret.deleted_in_layer)"' .out | LC_ALL=C sort; }

scan --no-cache image
is "$(secrets)" "$want" "each is found at its place, and nothing else"
is "$rc" 0 "which is no failure without --fail-on"
exits 1 "but one with it" "$PLIMSOLL" scan --quiet --archives never --db db --no-cache --fail-on critical image
is "$(jq -r '.coverage.analyzers | index("secrets") != null' <(scan --no-cache image; cat .out))" true "the coverage says that secrets were looked for"
is "$(scan --no-cache image; jq -r '[.findings[] | select(.path == "srv/alive.env") | .secret.hint, .secret.length, .secret.hmac_sha256 // "none"] | join(" ")' .out)" \
  "ghp_ 40 none" "first characters and length, and no fingerprint without a key"
scan --no-cache --secrets off image
is "$(secrets)$(jq -r '.coverage.analyzers | index("secrets")' .out)" null "--secrets off"

note "fingerprints"
printf '0123456789abcdef' >key
scan --no-cache --secret-key-file key image
is "$(jq -r '.findings[] | select(.path == "srv/alive.env") | .secret.hmac_sha256' .out)" \
  "$(printf %s "$(value alive)" | openssl dgst -sha256 -hmac 0123456789abcdef | sed 's/.* //')" "HMAC-SHA-256 of the value, as openssl has it"
printf short >short
exits 2 "a key that can be guessed is refused" "$PLIMSOLL" scan --secret-key-file short image
like "$err" "it needs at least 16" "and it is said why"

note "a baseline knows each secret"
"$PLIMSOLL" scan --quiet --archives never --db db --no-cache --format json --output old.json image
scan --no-cache --baseline old.json image
is "$(jq '[.findings[] | select(.new)] | length' .out)" 0 "all are in it"

note "no value anywhere"
cut -d' ' -f2 values >patterns
: >everything
while read -r format; do
  for key in "" "--secret-key-file key"; do
    # shellcheck disable=SC2086
    "$PLIMSOLL" scan --archives never --db db --cache cache $key --format "$format" image >>everything 2>&1
  done
done < <("$PLIMSOLL" list formats --format json | jq -r '.[].name')
is "$(wc -c <everything | awk '{ print ($1 > 20000) }')" 1 "all formats were written"
is "$(grep -acFf patterns everything)" 0 "no report and no message holds one"
find cache -type f -exec cat {} + >cached
is "$(wc -c <cached | awk '{ print ($1 > 1000) }') $(grep -acFf patterns cached)" "1 0" "nor does the cache"
scan --cache cache image
is "$(secrets)" "$want" "and from the cache all are found again"
is "$(jq -r '.artifact.layers[0].created_by' .out)" "RUN |1 T=ghp_… /bin/sh -c make" "an instruction is repeated without it"
{
  "$PLIMSOLL" scan --archives never --db db --secrets off --format json image
  for command in "sbom --format cyclonedx" "sbom --format spdx" "sbom --format json" "bloat --format json" "bloat" "vex" "diff image"; do
    "$PLIMSOLL" $command image
  done
} >others 2>&1
is "$(grep -ac 'T=ghp_…' others | awk '{ print ($1 >= 4) }') $(grep -acFf patterns others)" "1 0" "commands that look for no secrets repeat none"

note "a directory"
mkdir -p tree/srv tree/etc
printf 'token: %s\n' "$(value alive)" >tree/srv/a.yaml
scan --allow-incomplete unsupported-os --no-cache tree
is "$(secrets)" "github-personal-access-token srv/a.yaml null:1 null" "is searched"
is "$("$PLIMSOLL" facts --analyzer secrets tree >facts.json; jq -c ".facts[] | [.rule, .path]" facts.json) $(grep -cFf patterns facts.json)" '["github-personal-access-token","srv/a.yaml"] 0' "facts hold no value either"

note "rules of the user"
cat >mine.yaml <<'YAML'
rules:
  - id: acme-token
    title: Acme token
    keywords: ['acme_']
    token: 'acme_[a-z]{12}'
off: [github-personal-access-token]
YAML
printf 'x acme_qwertzuiopas y\n' >>tree/srv/a.yaml
scan --allow-incomplete unsupported-os --no-cache --secret-rules mine.yaml tree
is "$(secrets)" "acme-token srv/a.yaml null:2 null" "a rule of one's own, and one that is off"
cat >leaks.toml <<'TOML'
title = "ours"
[extend]
useDefault = true
disabledRules = ["github-personal-access-token"]
[[rules]]
id = "acme"
description = "Acme"
regex = '''acme_([a-z]{12})'''
secretGroup = 1
keywords = ["acme_"]
  [[rules.allowlists]]
  regexes = ['''^yyy''']
TOML
printf 'acme_yyyqwertzuio\n' >>tree/srv/a.yaml
scan --allow-incomplete unsupported-os --no-cache --secret-rules leaks.toml tree
is "$(secrets)" "acme srv/a.yaml null:2 null" "a gitleaks configuration"
mkdir rules
cp mine.yaml leaks.toml rules
scan --allow-incomplete unsupported-os --no-cache --secret-rules rules tree
is "$(secrets | cut -d' ' -f1 | tr '\n' ' ')" "acme acme-token acme-token " "a directory of both"
printf 'rules:\n  - id: a\n    title: b\n    keywords: [x]\n    pattern: "x(("\n  - id: B\n    colour: red\n' >bad.yaml
exits 2 "a rule file with errors is refused" "$PLIMSOLL" scan --secret-rules bad.yaml tree
like "$err" "bad.yaml:5:14: the pattern does not compile" "with the place of the pattern"
like "$err" 'bad.yaml:7:5: unknown key "colour"; expected one of id, title' "and of every other error"
printf '[[rules]]\nid = "x"\nregex = "a("\n' >bad.toml
exits 2 "so is a gitleaks file" "$PLIMSOLL" scan --secret-rules bad.toml tree
like "$err" "bad.toml:3:9: the pattern does not compile: .*at its byte 3" "with its place"

note "traps"
printf "rules:\n  - id: trap\n    title: trap\n    keywords: ['trap']\n    pattern: 'trap(a+)+b'\n" >trap.yaml
python3 -c 'print("trap" + "a" * 30000)' >tree/srv/trap
scan --allow-incomplete unsupported-os --no-cache --secret-rules trap.yaml tree
is "$rc" 3 "a pattern that would never end is cut off, and the result is incomplete"
like "$(gaps)" "srv/trap 1 searches for secrets took more steps than are allowed and were cut off \(the first of rule trap\)" "which is said"
done_testing
