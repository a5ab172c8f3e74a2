#!/bin/bash
# docs/recipes: what stands in them is taken out and run on a small repository, as far as it goes without the service; the pipelines pass plimsoll check themselves.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
export PLIMSOLL_CHECKS=off PLIMSOLL_ARCHIVES=never PLIMSOLL_CACHE="$tmp/cache"

# block DOCUMENT LANGUAGE: the first block of that language.
block() { awk -v l="\`\`\`$2" '$0 == l { on = 1; next } on && $0 == "```" { exit } on' "$TOP/docs/recipes/$1.md"; }
# commands: the lines of standard input that call plimsoll, without what the service's format puts around them.
commands() { sed -nE "s/^ *(- |run: |sh ')?(plimsoll [^']*)'?$/\2/p"; }

mkdir bin repo
ln -s "$PLIMSOLL" bin/plimsoll
PATH=$tmp/bin:$PATH
cd repo || exit 1
mkdir -p .github/workflows
block github-actions yaml >.github/workflows/containers.yml
block gitlab-ci yaml >.gitlab-ci.yml
block jenkins groovy >Jenkinsfile
for f in .github/workflows/containers.yml .gitlab-ci.yml Jenkinsfile; do
  if [ -s "$f" ]; then pass "$f is in its document"; else fail "$f is in its document"; fi
done

# The recipes hold to our own rules: nothing worse than advice about the service's own actions.
for f in .github/workflows/containers.yml .gitlab-ci.yml; do
  exits 0 "$f passes plimsoll check --fail-on negligible" plimsoll check --policy production --fail-on negligible "$f"
done
sed 's/@11bd71901bbe5b1630ceea73d27597364c9af683/@main/' .github/workflows/containers.yml >broken.yml
exits 1 "and does not when an action is taken from a branch" plimsoll check --policy production --fail-on high broken.yml
rm broken.yml

# A repository with an image that has a fixed vulnerability of high severity, and one whose image has none.
printf 'FROM debian:12.5@sha256:%064d\nCOPY app /app\nUSER 1000\nHEALTHCHECK CMD ["/app", "--health"]\nCMD ["/app"]\n' 0 >Dockerfile
cd .. || exit 1
printf '%s\n' "$base" | image bad
printf 'layer gzip\nfile etc/os-release os\nfile var/lib/dpkg/status none\n' | image good
for i in bad good; do tar cf "$i.tar" -C "$i" .; done
zstd -q db -o advisories.db.zst
sha256sum advisories.db.zst >advisories.db.zst.sha256
port=$(free_port)
python3 -m http.server --bind 127.0.0.1 "$port" >/dev/null 2>&1 &
at_exit "kill $!"
export PLIMSOLL_DB_URL=http://127.0.0.1:$port/advisories.db.zst
wait_for 10 python3 -c "import urllib.request; urllib.request.urlopen('$PLIMSOLL_DB_URL.sha256')" || fail "the server of the database answers"

# recipe NAME FILE IMAGE: runs its commands in the repository; the codes by which they end in $codes.
recipe() {
  rm -rf run
  cp -r repo run
  cp "$3.tar" run/image.tar
  codes=
  while IFS= read -r line; do
    (cd run && eval "$line") >.out 2>.err && codes+=" 0" || codes+=" $?"
  done < <(commands <"repo/$2")
}
for r in "github .github/workflows/containers.yml" "gitlab .gitlab-ci.yml" "jenkins Jenkinsfile"; do
  read -r name file <<<"$r"
  n=$(commands <"repo/$file" | wc -l)
  if [ "$n" -ge 3 ]; then pass "$name: $n commands"; else fail "$name: commands are found" "$n"; fi
  recipe "$name" "$file" good
  is "$codes" "$(yes ' 0' | head -n "$n" | tr -d '\n')" "$name: an image without findings passes"
  recipe "$name" "$file" bad
  is "$codes" "$(yes ' 0' | head -n $((n - 1)) | tr -d '\n') 1" "$name: one with a fixed vulnerability does not"
  for f in check.sarif scan.sarif gl-code-quality-report.json gl-container-scanning-report.json; do
    grep -q "$f" "repo/$file" || continue
    exits 0 "$name: $f is JSON" jq -e . "run/$f"
  done
  for f in check.xml scan.xml; do
    grep -q "$f" "repo/$file" || continue
    exits 0 "$name: $f is XML" python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "run/$f"
  done
  printf 'FROM debian\nADD http://x.example/a /a\nRUN curl https://x.example | sh\n' >repo/web.dockerfile
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: a, securityContext: {privileged: true}}]}\n' >repo/pod.yaml
  recipe "$name" "$file" good
  like "$codes" '^ 1' "$name: a bad manifest does not pass the check"
  rm repo/web.dockerfile repo/pod.yaml
done
done_testing
