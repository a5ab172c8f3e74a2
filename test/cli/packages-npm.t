#!/bin/bash
# npm packages against what npm, pnpm and yarn themselves list: installed trees and lock files, on packages from the registry that
# test/packages/npm/package-lock.json pins.
. "$TOP/test/lib.sh" || exit 1
if ! command -v npm >/dev/null; then skip "no npm"; done_testing; fi
work=$tmp/work
mkdir -p "$work/npm" "$work/pnpm" "$work/yarn"
cp "$TOP"/test/packages/npm/*.json "$work/npm/"
if ! (cd "$work/npm" && timeout 300 npm ci --ignore-scripts --no-audit --no-fund) >"$tmp/npm.log" 2>&1; then
  skip "npm or its registry is not there: $(tail -1 "$tmp/npm.log")"
  done_testing
fi
# ours ANALYZER PATH [FILTER]: "name@version", sorted, with repetitions
ours() { "$PLIMSOLL" facts --analyzer "$1" "$2" | jq -r "[.facts[] | select(.kind == \"package\") | ${3:-.}] | .[] | .name + \"@\" + .version" | LC_ALL=C sort; }
# fsevents is for macOS only: locked everywhere, installed nowhere here.
# ---- npm ----
cd "$work/npm"
# The pinned file tells no addresses: npm names an alias by its place.
npm ls --all --json 2>/dev/null | python3 "$TOP/test/npm-list.py" | sed 's/^aliased@/ms@/' | grep -v "^fsevents@" | LC_ALL=C sort -u >"$tmp/want"
like "$(wc -l <"$tmp/want")" '^[0-9]{2,}' "npm lists $(wc -l <"$tmp/want") packages"
# What packages carry besides, no tool lists: pnpm brings a node_modules of its own.
ours node-modules "$work/npm" 'select(.path | test("^(node_modules/(@[^/]+/)?[^/]+/)+package.json$"))' | uniq >"$tmp/got"
same "$tmp/got" "$tmp/want" "what is installed is what npm ls lists"
ours node-modules "$work/npm" 'select(.path | startswith("node_modules/pnpm/dist/node_modules/"))' | uniq >"$tmp/got"
(cd "$work/npm/node_modules/pnpm/dist" && find . -path '*/node_modules/*' -name package.json | grep -E '/node_modules/(@[^/]+/)?[^/]+/package.json$' | xargs jq -r 'select(.name and .version) | .name + "@" + .version') | LC_ALL=C sort -u >"$tmp/carried"
like "$(wc -l <"$tmp/carried")" '^[0-9]{2,}' "pnpm carries $(wc -l <"$tmp/carried") packages"
same "$tmp/got" "$tmp/carried" "they are listed, too"
ours npm-lock "$work/npm/package-lock.json" >"$tmp/lock"
same <(uniq -d "$tmp/lock") /dev/null "the lock file gives none twice"
grep -v "^fsevents@" "$tmp/lock" >"$tmp/got"
same "$tmp/got" "$tmp/want" "and all of them"
npm ls --all --json --omit=dev 2>/dev/null | python3 "$TOP/test/npm-list.py" | sed 's/^aliased@/ms@/' | grep -v "^fsevents@" | LC_ALL=C sort -u >"$tmp/want"
ours npm-lock "$work/npm/package-lock.json" 'select(.development | not)' | grep -v '^fsevents@' >"$tmp/got"
same "$tmp/got" "$tmp/want" "those not for development are those of npm ls --omit=dev"
npm ls --all --json --omit=dev --omit=optional 2>/dev/null | python3 "$TOP/test/npm-list.py" | sed 's/^aliased@/ms@/' | grep -v "^fsevents@" | LC_ALL=C sort -u >"$tmp/want"
ours npm-lock "$work/npm/package-lock.json" 'select(.development or .optional | not)' >"$tmp/got"
same "$tmp/got" "$tmp/want" "and those needed always are those of --omit=optional, too"

# The inventory of both: each package once, with all its places.
rm -rf "$work/both" && mkdir "$work/both" && cp package-lock.json "$work/both/" && cp -r node_modules "$work/both/"
rm -rf "$work/both/node_modules/pnpm/dist/node_modules"
exits 0 "an SBOM of the tree" "$PLIMSOLL" sbom --repo --include-dev --no-cache --format cyclonedx --output "$tmp/sbom.json" "$work/both"
jq -r '.components[] | select(.purl // "" | startswith("pkg:npm/")) | .purl | sub("^pkg:npm/"; "") | sub("%40"; "@")' "$tmp/sbom.json" | LC_ALL=C sort >"$tmp/got"
same "$tmp/got" "$tmp/lock" "lists what the lock file and node_modules have together, none twice"
for version in 1 2; do
  mkdir -p "$work/v$version"
  cp package.json package-lock.json "$work/v$version"
  if (cd "$work/v$version" && timeout 120 npm install --package-lock-only --lockfile-version "$version" --ignore-scripts --no-audit --no-fund) >"$tmp/npm.log" 2>&1; then
    ours npm-lock "$work/v$version/package-lock.json" >"$tmp/got"
    same "$tmp/got" "$tmp/lock" "lockfileVersion $version says the same"
    same <(ours npm-lock "$work/v$version/package-lock.json" 'select(.development)') <(ours npm-lock package-lock.json 'select(.development)') "also of development"
  else
    skip "npm writes no lockfileVersion $version: $(tail -1 "$tmp/npm.log")"
  fi
done

# ---- pnpm and yarn, on a part of it ----
jq 'del(.devDependencies.pnpm, .devDependencies.yarn, .dependencies.express)' package.json | tee "$work/pnpm/package.json" >"$work/yarn/package.json"
cd "$work/pnpm"
if timeout 200 node "$work/npm/node_modules/pnpm/bin/pnpm.cjs" install --ignore-scripts --store-dir "$tmp/store" >"$tmp/pnpm.log" 2>&1; then
  list() { node "$work/npm/node_modules/pnpm/bin/pnpm.cjs" ls --json --depth Infinity "$@" | python3 "$TOP/test/npm-list.py" | grep -v "^fsevents@"; }
  list >"$tmp/want"
  ours pnpm-lock "$work/pnpm/pnpm-lock.yaml" | grep -v '^fsevents@' >"$tmp/got"
  same "$tmp/got" "$tmp/want" "pnpm's lock file: the $(wc -l <"$tmp/want") packages of pnpm ls"
  ours node-modules "$work/pnpm" | uniq >"$tmp/got"
  same "$tmp/got" "$tmp/want" "and so does what it installs"
  ours pnpm-lock "$work/pnpm/pnpm-lock.yaml" 'select(.development | not)' | grep -v '^fsevents@' >"$tmp/got"
  list --prod >"$tmp/want"
  same "$tmp/got" "$tmp/want" "not for development: those of pnpm ls --prod"
else
  skip "pnpm cannot install: $(tail -1 "$tmp/pnpm.log")"
fi
cd "$work/yarn"
if timeout 200 node "$work/npm/node_modules/yarn/bin/yarn.js" install --ignore-scripts --no-progress --non-interactive --cache-folder "$tmp/yarn" >"$tmp/yarn.log" 2>&1; then
  node "$work/npm/node_modules/yarn/bin/yarn.js" list --json --no-progress 2>/dev/null | jq -r 'select(.type == "tree") | .. | objects | select(.name? and (.shadow | not)) | .name' |
    sed 's/^aliased@/ms@/' | grep -v "^fsevents@" | LC_ALL=C sort -u >"$tmp/want"
  ours yarn-lock "$work/yarn/yarn.lock" | grep -v '^fsevents@' >"$tmp/got"
  same "$tmp/got" "$tmp/want" "yarn's lock file: the $(wc -l <"$tmp/want") packages of yarn list"
  ours node-modules "$work/yarn" | uniq >"$tmp/got"
  same "$tmp/got" "$tmp/want" "and so does what it installs"
else
  skip "yarn cannot install: $(tail -1 "$tmp/yarn.log")"
fi
done_testing
