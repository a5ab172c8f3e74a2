#!/bin/bash
# plimsoll bloat: its numbers against an independent computation over the layer tars, and what it says of packages.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
cd "$tmp" || exit 1
bloat() { run "$PLIMSOLL" bloat --format json --no-cache "$@"; }

cat >validate.py <<'PY'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
bad = [e.message[:200] for path in sys.argv[2:] for e in jsonschema.Draft7Validator(schema).iter_errors(json.load(open(path)))]
print("\n".join(bad))
sys.exit(bool(bad))
PY
valid() { exits 0 "$1 is as the schema says" python3 validate.py "$TOP/docs/reference/bloat.schema.json" .report; cp .report .out; }

for seed in 1 2 3; do
  mkdir made
  python3 "$TOP/test/cli/bloat.py" make made "$seed" | image "seed$seed"
  bloat --top 1000 "seed$seed"
  cp .out .report
  exits 0 "image $seed: every number is as computed from its tars" python3 "$TOP/test/cli/bloat.py" "seed$seed" .report
  rm -r made
done
valid "the report"
sed 's/"deleted": [1-9]/&0/' .report >wrong
exits 1 "and the computation can fail" python3 "$TOP/test/cli/bloat.py" seed3 wrong
run "$PLIMSOLL" bloat --format json --top 1000 seed3
cp .out first
exits 0 "again, out of the cache" "$PLIMSOLL" bloat --format json --top 1000 seed3
same first .out "the same bytes"
same first .report "as without a cache"
bloat --top 2 seed3
is "$(jq -c '[(.hidden_files, .directories, .duplicates) | length]' .out)" "[2,2,2]" "--top bounds what is named"
is "$(jq -c '.wasted' .out)" "$(jq -c '.wasted' .report)" "and not what is counted"

# Packages. python3 is started (by a script's env); git and wget need libssl, git alone the others; mawk is needed under the name awk.
package() { printf 'Package: %s\nStatus: install ok installed\nVersion: 1.0-1\nArchitecture: all\nMaintainer: x\n%s\n\n' "$1" "${2:-Section: x}"; }
{
  package base-files 'Essential: yes
Pre-Depends: awk'
  package mawk 'Provides: awk (= 1), other'
  package python3 'Depends: libpy (>= 1) | other'
  package libpy
  package git 'Depends: libcurl:any (>= 3), perl'
  package perl
  package libcurl 'Depends: libssl'
  package libssl
  package wget 'Depends: libssl'
  package ring-a 'Depends: ring-b'
  package ring-b 'Depends: ring-a'
  package tzdata
} >status
printf 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' >os
head -c 3000 /dev/zero | tr '\0' g >git
head -c 5000 /dev/zero | tr '\0' p >perl
head -c 700 /dev/zero | tr '\0' l >lib
printf '#!/usr/bin/env -S python3 -u\nx\n' >script
for p in 'git usr/bin/git' 'perl usr/bin/perl' 'libcurl usr/lib/libcurl.so.4' 'libssl lib/libssl.so.3' 'python3 usr/bin/python3' 'python3 usr/bin/python3.11' 'wget usr/bin/wget'; do
  printf '/.\n/usr\n/%s\n' "${p#* }" >>"${p%% *}.list"
done
lists=$(for p in *.list; do echo "file var/lib/dpkg/info/$p $p"; done)
system="file etc/os-release os
file var/lib/dpkg/status status
$lists
suid usr/bin/git git
exec usr/bin/perl perl
exec usr/bin/wget git
exec usr/bin/python3.11 git
link usr/bin/python3 python3.11
link bin usr/bin
file usr/lib/libcurl.so.4 lib
file usr/lib/libssl.so.3 lib
exec opt/app/run script"
echo '{"config": {"Entrypoint": ["./run", "--flag"], "WorkingDir": "/opt/app", "Env": ["PATH=/opt/bin:/bin"]}}' >config
image app <<<"image config=config
layer
$system"
bloat app
is "$rc" 0 "a system with packages"
cp .out .report
valid "its report"
rows() { jq -r '.removals[] | "\(.name) \(.packages) \(.bytes) \(.setid_files) \(.frees | join(",")) \(.caution)"' .out; }
is "$(rows)" "git 3 8700 1 libcurl,perl libraries
wget 1 3000 0  null
ring-a 2 0 0 ring-b null
tzdata 1 0 0  data" "each removal with what only it needs"
is "$(jq -c '.unneeded' .out)" '{"packages":8,"bytes":12400,"setid_files":1,"vulnerabilities":null,"removals":4}' "and all of them together"
is "$(jq -r '.entry_point.programs[] | "\(.path) \(.package) \(.interpreter_of)"' .out)" "opt/app/run null null
usr/bin/python3.11 python3 opt/app/run" "what is started, through links and interpreters"
is "$(jq -r '.base.suggestion' .out)" "gcr.io/distroless/python3-debian12" "no shell is needed: distroless"
exits 0 "the table" "$PLIMSOLL" bloat --no-cache app
like "$out" '8\.7 kB +3 +- +1  git \(libraries\)' "names it"

# The shell form names its programs in a string, and needs the shell.
echo '{"config": {"Cmd": ["/bin/sh", "-c", "cd /x && exec wget -q http://x|perl"]}}' >config
image shell <<<"image config=config
layer
$system
exec usr/bin/sh git"
bloat shell
is "$(jq -r '.entry_point | [.shell, (.programs | map(.package) | join(","))] | @tsv' .out)" "true	,wget,perl" "words of sh -c are programs"
is "$(rows | cut -d' ' -f1-3)" "git 2 3700
python3 2 3000
ring-a 2 0
tzdata 1 0" "and needed; git no longer frees what they need"

# Vulnerabilities are counted where there is a database.
scan_fixture >/dev/null
image found <<<"$base"
bloat --db db found
is "$(jq -c '[.removals[] | [.name, .vulnerabilities]] | sort' .out)" '[["fixed",0],["openssl",2],["zlib1g",0]]' "vulnerabilities of what can go"
bloat --db missing found
is "$rc" 3 "a database that was named and is not there: incomplete"

# Other inputs.
mkdir -p dir/a && cp perl dir/a/1 && cp perl dir/a/2
bloat dir:dir
is "$rc $(jq -c '[.layers, .visible.bytes, .wasted.duplicated.bytes, .duplicates[0].places[1].path]' .out)" '0 [[],10000,5000,"a/2"]' "a directory"
"$PLIMSOLL" sbom --output app.cdx.json app
exits 2 "an SBOM has no files" "$PLIMSOLL" bloat app.cdx.json
like "$err" 'app.cdx.json is an SBOM' "said so"
exits 2 "--top 0" "$PLIMSOLL" bloat --top 0 app
image broken <<<"layer gzip damage=truncate
$system"
bloat broken
is "$rc $(jq -r '.gaps[] | select(.allowed | not) | .kind' .out)" "3 unreadable-layer" "a layer that cannot be read is a gap"
# Configurations that are no lists of strings, links in circles, hostile names.
echo '{"config": {"Entrypoint": "run", "Cmd": [1, null, "", "-c", "../../../x `$(", "/loop/x"], "Env": [3, "PATH"], "Healthcheck": {"Test": ["CMD-SHELL"]}}}' >config
image odd <<<"image config=config
layer
link loop loop
file a\x1b[31m perl
link b ../../../../etc/passwd"
bloat odd
is "$rc" 0 "odd configurations and links"
run "$PLIMSOLL" bloat --no-cache odd
unlike "$out" $'\x1b' "no escape sequence of the image reaches the terminal"
done_testing
