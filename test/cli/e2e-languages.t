#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An image made of real packages of Debian, npm, pip, gem, composer, Go, Rust and Java: its packages are those that dpkg-query, npm ls, pip list, gem list, composer show and
# go version -m list in the same root, none twice and none missing, and each has the version that they tell.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
cd "$tmp" || exit 1
[ "$(id -u)" = 0 ] || { skip "debootstrap and chroot need root"; done_testing; }
fixture_languages root || { skip "no Debian archive is reached"; done_testing; }
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1 COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1 COMPOSER_HOME=/tmp/composer GOTOOLCHAIN=local
inside() { chroot root "$@" 2>>"$tmp/log" </dev/null; }
# layer PATH…: these and what is below them, as a tar beside the others
tars=()
layer() { tars+=("$tmp/${#tars[@]}.tar") && tar -c --numeric-owner -C root -f "${tars[-1]}" "$@"; }
rmdir root/proc root/sys 2>/dev/null
rm -rf root/var/cache/apt root/tmp/* && layer .

note "what the languages' own tools install"
mkdir -p root/app root/srv/php/archives root/opt/lib root/tmp
cp "$TOP"/test/packages/npm/*.json root/app/
npm=
if (cd root/app && timeout 120 npm ci --ignore-scripts --no-audit --no-fund) >npm.log 2>&1; then npm=1; else skip "the npm registry is not reached: $(tail -1 npm.log)"; fi
(cd root/opt && npm pack --silent @esbuild/linux-x64@0.21.5 && tar -xzf ./*.tgz && rm ./*.tgz && mv package esbuild) >>npm.log 2>&1 || skip "no program of Go from npm"
inside python3 -m venv /opt/venv || fail "a virtual environment" "$(tail -3 log)"
mkdir root/tmp/gem && cat >root/tmp/gem/plim.gemspec <<'RB'
Gem::Specification.new { |s| s.name = "plim-gem"; s.version = "1.2.3.pre1"; s.summary = "of a test"; s.authors = ["Test"]; s.add_dependency "rack", ">= 2" }
RB
inside sh -c 'cd /tmp/gem && gem build -q plim.gemspec && gem install -q --local --no-document plim-gem-*.gem' >/dev/null || fail "gem installs" "$(tail -3 log)"
# composer installs what Debian has of these libraries, from archives that hold their files.
while read -r name version dir; do
  python3 - "$tmp/root/srv/php/archives/${name//\//-}.zip" "$name" "$version" "$tmp/root/usr/share/php/$dir" <<'PY'
import json, os, sys, zipfile
out, name, version, top = sys.argv[1:]
with zipfile.ZipFile(out, "w") as z:
    z.writestr("composer.json", json.dumps({"name": name, "version": version, "license": "MIT"}))
    for d, _, files in os.walk(top):
        for f in files:
            z.write(os.path.join(d, f), "src/" + os.path.relpath(os.path.join(d, f), top))
PY
done <<'LIST'
composer/semver 3.3.2 Composer/Semver
composer/pcre v3.1.0 Composer/Pcre
psr/log 3.0.0 Psr/Log
seld/phar-utils 1.2.1 Seld/PharUtils
LIST
echo '{"name": "plim/app", "repositories": [{"type": "artifact", "url": "archives"}, {"packagist.org": false}],
  "require": {"composer/semver": "*", "psr/log": "^3"}, "require-dev": {"composer/pcre": "*", "seld/phar-utils": "*"}}' >root/srv/php/composer.json
inside sh -c 'cd /srv/php && composer update --no-progress -q' || fail "composer installs" "$(tail -3 log)"
rm -rf root/srv/php/archives root/tmp/* root/root/.cache root/root/.npm
cp -rL root/usr/lib/jvm/default-java root/opt/jre 2>/dev/null
cp root/usr/share/java/commons-lang3.jar root/opt/lib/
cp root/usr/bin/skopeo root/usr/local/bin/copied
# Debian's programs of Rust are built without cargo-auditable: a program with its list, which names the crates of Debian's that cargo resolves.
mkdir -p rust/src rust/.cargo && echo 'fn main() {}' >rust/src/main.rs
printf '[package]\nname = "plim"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nrand = "*"\n' >rust/Cargo.toml
printf '[source.crates-io]\nreplace-with = "debian"\n\n[source.debian]\ndirectory = "/usr/share/cargo/registry"\n' >rust/.cargo/config.toml
: >want.cargo
if (cd rust && cargo generate-lockfile --offline -q && cargo metadata --offline --format-version 1) >metadata.json 2>>log; then
  jq -r '.packages[] | .name + " " + .version' metadata.json | sort >want.cargo
  python3 -c 'import json, sys, zlib
packages = [{"name": p["name"], "version": p["version"], "source": "crates.io" if p["source"] else "local"} | ({} if p["source"] else {"root": True}) for p in json.load(sys.stdin)["packages"]]
sys.stdout.buffer.write(zlib.compress(json.dumps({"packages": packages}).encode()))' <metadata.json >crates
  objcopy --add-section .dep-v0=crates root/usr/bin/rg root/usr/local/bin/with-crates
else
  skip "cargo does not resolve: $(tail -1 log)"
fi
layer app opt srv/php usr/local/bin var/lib/gems

note "a layer above changes and deletes"
gone=()
touch stamp
if [ -n "$npm" ]; then
  (cd root && find app | sort) >before
  (cd root/app && timeout 120 npm uninstall --ignore-scripts --no-audit --no-fund express && timeout 120 npm install --save-dev --ignore-scripts --no-audit --no-fund supports-color@8.1.0) >>npm.log 2>&1 ||
    fail "npm changes the application" "$(tail -3 npm.log)"
  mapfile -t gone < <(cd root && find app | sort | comm -23 ../before -)
fi
inside dpkg -L ruby-nokogiri | sed -n 's|^/||p' >nokogiri
inside dpkg --purge --force-depends ruby-nokogiri >/dev/null || fail "dpkg purges" "$(tail -3 log)"
while read -r path; do [ -e "root/$path" ] || [ -L "root/$path" ] || gone+=("$path"); done <nokogiri
(cd root && find app -cnewer ../stamp -type f -print0 | tar -c --numeric-owner -f "$tmp/2.tar" --null -T - -- var/lib/dpkg/status)
tars+=("$tmp/2.tar")
for path in "${gone[@]}"; do
  mkdir -p "whiteouts/$(dirname "$path")" && : >"whiteouts/$(dirname "$path")/.wh.$(basename "$path")"
done
tar -c --numeric-owner -C whiteouts -f 3.tar .
tars+=("$tmp/3.tar")
for t in "${tars[@]}"; do echo "layer plain tar=$t"; done | python3 "$TOP/test/mkimage.py" image >/dev/null
rm -f ./*.tar

run "$PLIMSOLL" scan --quiet --no-cache --archives never --include-dev --db "$tmp/none" --format json --output report.json image
like "$rc" '^[013]$' "the image is scanned" || note "$err"
is "$(jq -r '.coverage.gaps[] | .kind + " " + .subject' report.json)" "no-database advisory database" "nothing was left out"
# ours TYPE [FILTER]: name, version, with repetitions
ours() { jq -r --arg t "$1" ".packages[] | select(.type == \$t) | ${2:-.} | .name + \" \" + (.version // \"\")" report.json | sort; }

inside dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version} ${Architecture}\n' | sed -n 's/^.i  *//p' | sort >want
jq -r '.packages[] | select(.type == "deb") | .name + " " + .version + " " + .architecture' report.json | sort >got
same got want "dpkg-query: $(wc -l <want) packages"

# What pip lists, of the system and of a virtual environment.
python_names() { jq -r '.[] | (.name | ascii_downcase | gsub("[-_.]+"; "-")) + " " + .version'; }
{ inside pip list --format json | python_names; inside /opt/venv/bin/pip list --format json | python_names; } | sort -u >want
ours pypi >got
same got want "pip list: $(wc -l <want) packages"

inside gem list --quiet | sed -n 's/^\([^ ]*\) (\(.*\))$/\1 \2/p' | sed 's/default: //g' |
  while read -r name versions; do tr ',' '\n' <<<"$versions" | while read -r v _; do echo "$name $v"; done; done | sort >want
ours gem >got
same got want "gem list: $(wc -l <want) gems"

inside composer show --working-dir /srv/php --format json | jq -r '.installed[] | .name + " " + .version' | sort >want
is "$(wc -l <want)" 4 "composer shows four packages"
ours composer >got
same got want "composer show: the same"

# An installed tree and its lock file. fsevents is for macOS only: locked everywhere, installed nowhere here.
if [ -n "$npm" ]; then
  (cd root/app && npm ls --all --json 2>/dev/null) | python3 "$TOP/test/npm-list.py" | sed 's/^aliased@/ms@/; s/\(.\)@/\1 /' | grep -v '^fsevents ' | sort -u >want
  # What packages carry besides, npm does not list: test/cli/packages-npm.t looks at that.
  ours npm 'select([.locations[].path | test("^app/((node_modules/(@[^/]+/)?[^/]+/)+package\\.json|package-lock\\.json)$")] | any)' | grep -v '^fsevents ' >got
  same got want "npm ls: $(wc -l <want) packages"
  unlike "$(cat got)" '^(express|accepts) ' "without what the upper layer deletes"
  like "$(cat got)" '^supports-color 8\.1\.0$' "and with what it changes"
fi
# No tool lists Debian's: every package.json that stands where a package of Node's does.
(cd root && find usr -path '*/nodejs/*/package.json' | grep -E '(^usr/share/nodejs|/node_modules)/(@[^/]+/)?[^/]+/package\.json$' | tr '\n' '\0' | xargs -0 jq -r 'select(.name and .version) | .name + " " + .version') | sort -u >want
ours npm 'select([.locations[].path | test("^usr/.*nodejs/.*package\\.json$") and test("(^usr/share/nodejs|/node_modules)/(@[^/]+/)?[^/]+/package\\.json$")] | any)' >got
same got want "Debian's packages of Node: $(wc -l <want)"

go version -m root 2>/dev/null | python3 -c '
import sys
for line in sys.stdin:
    f = line.rstrip("\n").split("\t")
    if f[0]:
        version = f[0].rsplit(": go", 1)[1].split()[0]
        print("stdlib", version if version.count(".") == 2 else version + ".0")
    elif f[1] in ("mod", "dep"):
        print(f[2], "" if f[3] == "(devel)" else f[3])' | sort -u >want
ours golang >got
like "$(wc -l <want)" '^[1-9]' "go version lists $(wc -l <want) modules, of $(go version root 2>/dev/null | wc -l) programs"
same got want "go version -m: the same"
is "$(jq -r '[.packages[] | select(.name == "stdlib") | .locations[].path] | sort[]' report.json)" "$(go version root 2>/dev/null | sed 's|^root/\(.*\): go.*|\1|' | sort)" "and the same programs"

ours cargo >got
same got want.cargo "cargo metadata: $(wc -l <want.cargo) crates"

# Archives of Java tell what they are in pom.properties; those without are named by manifest and file.
python3 "$TOP/test/jar-list.py" root >want
ours maven >got
same <(comm -13 got want) /dev/null "pom.properties: all of $(wc -l <want) are listed"
is "$(comm -23 got want | wc -l) $(comm -23 got want | grep -cE '^(jrt-fs 17|aopalliance 1\.0$|com\.google\.inject[.:]|geronimo-interceptor |javax\.inject:|jsr305 |maven3-slf4j-provider )')" "17 17" "and 17 without it"
is "$(ours generic)" "java $(root/opt/jre/bin/java --version | sed -n '1s/^[^ ]* \([^ ]*\) .*/\1/p')" "the JRE that no package brought, as it tells itself"

is "$(jq -r '.packages[] | .type + " " + .name + " " + (.version // "") + " " + (.architecture // "")' report.json | sort | uniq -d)" "" "nothing is listed twice"
is "$(jq -r '.packages[].ref' report.json | sort | uniq -d)" "" "nor is a package URL"
# What the distribution brought is its own; what lies beside it is not.
is "$(jq -r '.packages[] | select(.type != "deb" and .owner == null and ([.locations[].path | startswith("usr/") and (startswith("usr/local/") | not)] | all)) | .name' report.json)" "" "everything below /usr is a Debian package's"
is "$(jq -r '.packages[] | select(.owner and ([.locations[].path | test("^(app|opt|srv|usr/local)/")] | any)) | .name' report.json)" "" "nothing of an application is"

"$PLIMSOLL" sbom --quiet --no-cache --include-dev --format cyclonedx --output sbom.json image
jq -r '.packages[].ref' report.json | sort >want
jq -r '.components[] | select(.purl) | .purl' sbom.json | sort >got
same got want "the SBOM has the same $(wc -l <want) packages"
done_testing
