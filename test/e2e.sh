# SPDX-License-Identifier: Apache-2.0
# What the tests of whole scans share; after lib.sh and fixtures.sh. The advisories of test/case/e2e/feeds are made up, in the real
# formats, for the packages that the tests make themselves and some of Debian 12.
export PLIMSOLL_DOCKER_ROOT=$tmp/none PLIMSOLL_CONTAINERD_ROOT=$tmp/none PLIMSOLL_PODMAN_ROOT=$tmp/none TMPDIR=$tmp
export PLIMSOLL_DB=$tmp/advisories.db SOURCE_DATE_EPOCH=1795000000
FEEDS=$TOP/test/case/e2e/feeds

# e2e_database: builds it, or ends the test
e2e_database() {
  exits 0 "the database is built" "$PLIMSOLL" db build --quiet "$FEEDS"
  [ "$rc" = 0 ] || done_testing
}

# packages REPORT: name, version, architecture, source and its version, sorted
packages() { jq -r '.packages[] | [.name, .version, .architecture, .source.name, .source.version] | @tsv' "$1" | LC_ALL=C sort; }
# findings REPORT: id, package, version, status, fixed version, severity, sorted
findings() { jq -r '.findings[] | [.id, .package.name, .package.version, .status, .fixed_version // "-", .severity] | map(tostring) | join(" ")' "$1" | LC_ALL=C sort; }
# layers REPORT: the layer of each package
layers() { jq -r '.packages[] | [.name, .layer] | @tsv' "$1" | LC_ALL=C sort; }
gaps() { jq -r '.coverage.gaps[] | .kind' "$1" | sort -u | tr '\n' ' '; }

# scan RC NAME ARGUMENT…: a scan without a cache whose JSON is in $tmp/report.json
scan() {
  local want=$1 name=$2
  shift 2
  rm -f "$tmp/report.json"
  exits "$want" "$name" "$PLIMSOLL" scan --quiet --no-cache --archives never --format json --output "$tmp/report.json" "$@"
}

# make_deb DIR NAME VERSION SOURCE FILE…: DIR/NAME.deb, whose files hold its name and version. SOURCE is the Source field.
make_deb() {
  local dir=$1 name=$2 version=$3 source=$4 f
  shift 4
  rm -rf "$dir/deb" && mkdir -p "$dir/deb/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Test <test@example.org>\nSource: %s\nDescription: of a test\n' "$name" "$version" "$source" \
    >"$dir/deb/DEBIAN/control"
  for f; do
    mkdir -p "$dir/deb/$(dirname "$f")"
    echo "$name $version" >"$dir/deb/$f"
  done
  dpkg-deb --root-owner-group --build "$dir/deb" "$dir/$name.deb" >/dev/null
}
