#!/bin/bash
# Python, Ruby, PHP and Rust packages against what pip, gem, composer and cargo themselves list.
. "$TOP/test/lib.sh" || exit 1
# ours ANALYZER PATH [FILTER]: "name version", sorted
ours() { "$PLIMSOLL" facts --analyzer "$1" "$2" | jq -r "[.facts[] | select(.kind == \"package\") | ${3:-.}] | .[] | .name + \" \" + .version" | LC_ALL=C sort; }
mkdir -p "$tmp/image"
have() { command -v "$1" >/dev/null || { skip "no $1"; return 1; }; }

# ---- Python: Debian's, in Debian's directories; pip reads the same ones ----
if /usr/bin/python3 -m pip --version >/dev/null 2>&1; then
  site=$(/usr/bin/python3 -c 'import sys; print("\n".join(p for p in sys.path if p.endswith("-packages")))')
  /usr/bin/python3 -I -m pip list --format json 2>/dev/null |
    jq -r '.[] | (.name | ascii_downcase | gsub("[-_.]+"; "-")) + " " + .version' | LC_ALL=C sort >"$tmp/want"
  like "$(wc -l <"$tmp/want")" '^[0-9]+' "pip lists $(wc -l <"$tmp/want") packages"
  : >"$tmp/all"
  for dir in $site; do [ ! -d "$dir" ] || ours python-installed "$dir" 'select(.path | contains("_vendor/") | not)' >>"$tmp/all"; done
  # Some packages of Debian have an egg-info beside their dist-info: the inventory takes them for the one package that they are.
  LC_ALL=C sort -u "$tmp/all" >"$tmp/got"
  same "$tmp/got" "$tmp/want" "Python: those of pip list"
  cp "$tmp/want" "$tmp/want.pypi"
  for dir in $site; do
    [ ! -d "$dir" ] || (mkdir -p "$tmp/image/$dir" && cd "$dir" && find . -path '*/_vendor' -prune -o \( -path '*.dist-info/*' -o -path '*.egg-info*' \) -type f -print0 | tar -c --null -T - | tar -x -C "$tmp/image/$dir")
  done
  root=$(/usr/bin/python3 -I -c 'import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))')
  if [ -n "$(ls -d "$root"/pip-*.dist-info/RECORD 2>/dev/null)" ]; then
    mkdir -p "$tmp/root/usr/lib/python3/dist-packages"
    cp -r "$root"/pip-*.dist-info "$tmp/root/usr/lib/python3/dist-packages/"
    /usr/bin/python3 -I -m pip show -f pip 2>/dev/null | sed -n 's/^  //p' |
      python3 -c 'import os, sys; [print(os.path.normpath("usr/lib/python3/dist-packages/" + line.strip())) for line in sys.stdin]' | LC_ALL=C sort -u >"$tmp/want"
    "$PLIMSOLL" facts --analyzer python-installed "$tmp/root" | jq -r '.facts[] | select(.kind == "package-files" and .name == "pip") | .files[]' >"$tmp/files"
    python3 -c 'import os, sys; [print(os.path.normpath(line.strip())) for line in sys.stdin]' <"$tmp/files" | LC_ALL=C sort -u >"$tmp/got"
    same "$tmp/got" "$tmp/want" "and the $(wc -l <"$tmp/want") files of pip are those of pip show -f"
  fi
else
  skip "no pip of Debian's Python"
fi

# ---- Ruby ----
if have gem; then
  gem list --quiet 2>/dev/null | sed -n 's/^\([^ ]*\) (\(.*\))$/\1 \2/p' | sed 's/default: //g' |
    while read -r name versions; do tr ',' '\n' <<<"$versions" | while read -r v rest; do echo "$name $v"; done; done | LC_ALL=C sort -u >"$tmp/want"
  like "$(wc -l <"$tmp/want")" '^[0-9]{2,}' "gem lists $(wc -l <"$tmp/want") gems"
  : >"$tmp/all"
  for dir in $(gem env gempath | tr ':' ' '); do [ ! -d "$dir" ] || ours ruby "$dir" >>"$tmp/all"; done
  # A gem of Debian's may lie in two of the directories.
  LC_ALL=C sort -u "$tmp/all" >"$tmp/got"
  same "$tmp/got" "$tmp/want" "Ruby: those of gem list, default gems too"
  cp "$tmp/want" "$tmp/want.gem"
  for dir in $(gem env gempath | tr ':' ' '); do
    [ ! -d "$dir/specifications" ] || { mkdir -p "$tmp/image/$dir" && cp -rL "$dir/specifications" "$tmp/image/$dir/"; }
  done
fi

# ---- PHP: composer installs archives from a directory ----
if have composer && have php; then
  mkdir -p "$tmp/php/archives" "$tmp/php/app"
  pack() { # NAME VERSION [MORE JSON]
    printf '{"name": "%s", "version": "%s", "license": ["MIT"]%s}' "$1" "$2" "${3:-}" >"$tmp/composer.json"
    python3 -c 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "composer.json")' "$tmp/php/archives/${1//\//-}-$2.zip" "$tmp/composer.json"
  }
  pack acme/one v1.2.3 ', "require": {"acme/two": "^2"}'
  pack acme/two 2.0.0-RC1
  pack acme/two 1.0.0
  pack acme/dev-tool 3.1.0 ', "require": {"acme/three": "*"}'
  pack acme/three 0.0.1
  cat >"$tmp/php/app/composer.json" <<'JSON'
{"name": "acme/app", "minimum-stability": "RC", "repositories": [{"type": "artifact", "url": "../archives"}, {"packagist.org": false}],
 "require": {"acme/one": "^1"}, "require-dev": {"acme/dev-tool": "*"}}
JSON
  export COMPOSER_HOME=$tmp/php/home COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_NO_INTERACTION=1
  if (cd "$tmp/php/app" && composer update --no-progress -q) >"$tmp/composer.log" 2>&1; then
    (cd "$tmp/php/app" && composer show --format=json 2>/dev/null) | jq -r '.installed[] | .name + " " + .version' | LC_ALL=C sort >"$tmp/want"
    is "$(wc -l <"$tmp/want")" 4 "composer shows four packages"
    ours composer "$tmp/php/app/vendor/composer/installed.json" >"$tmp/got"
    same "$tmp/got" "$tmp/want" "PHP: what is installed is what composer show shows"
    ours composer "$tmp/php/app/composer.lock" >"$tmp/got"
    same "$tmp/got" "$tmp/want" "the lock file says the same"
    cp "$tmp/want" "$tmp/want.composer"
    mkdir -p "$tmp/image/srv" && cp -r "$tmp/php/app" "$tmp/image/srv/"
    (cd "$tmp/php/app" && composer show --no-dev --format=json 2>/dev/null) | jq -r '.installed[] | .name + " " + .version' | LC_ALL=C sort >"$tmp/want"
    ours composer "$tmp/php/app/composer.lock" 'select(.development | not)' >"$tmp/got"
    same "$tmp/got" "$tmp/want" "those not for development are those of composer show --no-dev"
  else
    fail "composer installs from archives" "$(tail -5 "$tmp/composer.log")"
  fi
fi

# ---- Rust: cargo resolves against Debian's crates, which lie on disk ----
registry=/usr/share/cargo/registry
if have cargo && crate=$(ls -d "$registry"/semver-* 2>/dev/null | head -1) && [ -n "$crate" ]; then
  mkdir -p "$tmp/rust/src" "$tmp/rust/.cargo"
  echo 'fn main() {}' >"$tmp/rust/src/main.rs"
  printf '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n' >"$tmp/rust/Cargo.toml"
  # All of the crates that are there; those whose own dependencies are not are left out by trial.
  printf '[source.crates-io]\nreplace-with = "debian"\n\n[source.debian]\ndirectory = "%s"\n' "$registry" >"$tmp/rust/.cargo/config.toml"
  n=0
  export CARGO_HOME=$tmp/cargo
  for crate in "$registry"/*; do
    name=$(basename "$crate")
    cp "$tmp/rust/Cargo.toml" "$tmp/Cargo.toml.before"
    echo "${name%-[0-9]*} = \"=${name##*-}\"" >>"$tmp/rust/Cargo.toml"
    if (cd "$tmp/rust" && cargo generate-lockfile --offline -q) >/dev/null 2>&1; then n=$((n + 1)); else cp "$tmp/Cargo.toml.before" "$tmp/rust/Cargo.toml"; fi
    [ $n -lt 20 ] || break
  done
  (cd "$tmp/rust" && cargo generate-lockfile --offline -q && cargo metadata --offline --format-version 1 2>/dev/null) | jq -r '.packages[] | select(.source) | .name + " " + .version' | LC_ALL=C sort >"$tmp/want"
  like "$(wc -l <"$tmp/want")" '^[1-9]' "cargo resolves $(wc -l <"$tmp/want") crates"
  ours cargo-lock "$tmp/rust/Cargo.lock" >"$tmp/got"
  same "$tmp/got" "$tmp/want" "Rust: Cargo.lock has those of cargo metadata"
  cp "$tmp/want" "$tmp/want.cargo"
  mkdir -p "$tmp/image/srv/rust" && cp "$tmp/rust/Cargo.lock" "$tmp/image/srv/rust/"
else
  skip "no crates of Debian"
fi

# ---- All of it in one root file system: none twice, none missing ----
mkdir -p "$tmp/image/etc"
run "$PLIMSOLL" sbom --no-cache --include-dev --format cyclonedx --output "$tmp/sbom.json" "dir:$tmp/image"
like "$rc" '^[03]$' "an SBOM of all of it" || note "$err"
for want in "$tmp"/want.*; do
  type=${want##*.}
  jq -r --arg t "pkg:$type/" '.components[] | select(.purl // "" | startswith($t)) | .purl | sub($t; "") | sub("@(?<v>[^@]*)$"; " " + .v)' "$tmp/sbom.json" |
    python3 -c 'import sys, urllib.parse; [print(urllib.parse.unquote(line.strip())) for line in sys.stdin]' | LC_ALL=C sort >"$tmp/got"
  same "$tmp/got" "$want" "in the inventory: $type"
done
done_testing
