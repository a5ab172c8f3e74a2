#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The search for secrets beside gitleaks of Debian sid, over the same trees: made-up secrets, a bare Debian, an application's npm packages. Seconds are of wall clock, both
# on two cores and with files in the page cache; ours is the whole of `plimsoll scan --analyzer secrets`. gitleaks takes minutes for the packages (187 of
# its findings lie in aws-sdk). docs/performance.md judges what it finds. `bench/gitleaks.sh [planted|debian|node]…`
set -euo pipefail
. "$(dirname "$0")/lib.sh"
[ $# -gt 0 ] || set -- planted debian node

# Its package, unpacked; the Debian mirror that this machine uses.
make_gitleaks() {
  local dir=$1 apt archive
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  apt="apt-get -qq -o Dir::Etc::sourcelist=$dir/list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$dir/lists -o Dir::Cache=$dir -o APT::Sandbox::User=root"
  archive=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -1)
  [ -n "$archive" ] || return 1
  echo "deb $archive sid main" >"$dir/list"
  (cd "$dir" && $apt update && $apt download gitleaks && dpkg-deb -x gitleaks_*.deb unpacked && rm -rf lists ./*.bin) >/dev/null 2>&1
}
make_planted() { mkdir -p "$1" && python3 "$bench/secrets-plant.py" "$top/rules/secret" "$1"; }
# gitleaks passes over node_modules: they get another name.
make_node_renamed() { cp -al "$cache/node-tree/node_modules" "$1" && find "$1" -depth -type d -name node_modules -execdir mv {} modules \; ; }

kept gitleaks make_gitleaks || { echo "bench/gitleaks: gitleaks cannot be had from Debian sid"; exit 0; }
gitleaks=$cache/gitleaks/unpacked/usr/bin/gitleaks
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
seconds() { local t=$EPOCHREALTIME; "$@" >/dev/null 2>&1 || true; echo "$t $EPOCHREALTIME" | awk '{ printf "%.2f", $2 - $1 }'; }
for name; do
  case $name in
  planted) rm -rf "$cache/planted" "$cache/planted.complete"; kept planted make_planted; dir=$cache/planted ;;
  debian) fixture_image; dir=$cache/root ;;
  node) fixture_node_tree && kept node-renamed make_node_renamed; dir=$cache/node-renamed ;;
  *) echo "bench/gitleaks: unknown tree '$name' (planted, debian, node)" >&2; exit 2 ;;
  esac
  title "$name: $dir"
  PLIMSOLL_BENCH_LIST=1 "$BUILD/bench/bench-secrets" "$dir" 1 >"$tmp/ours"
  ours=$(seconds taskset -c "$cores" "$PLIMSOLL" scan "${quiet[@]}" --analyzer secrets --output "$tmp/report" "dir:$dir")
  theirs=$(seconds taskset -c "$cores" "$gitleaks" dir --no-banner -l error -f json -r "$tmp/theirs.json" "$dir")
  check "5 x faster than gitleaks" "$theirs >= 5 * $ours" "$ours s beside $theirs s"
  python3 "$bench/secrets-compare.py" "$name" "$tmp/theirs.json" "$tmp/ours"
  grep -v '^XXH3' "$tmp/ours" | { [ "$name" = planted ] && tail -1 || cat; }
  # All bytes of the tree, what is no text included.
  found=$(grep -c "$(printf '\t')/" "$tmp/ours" || true) bytes=$(du -sb "$dir" | cut -f1)
  [ "$name" = planted ] || check "5 findings a GB" "$found <= 5 * $bytes / 1e9" "$found in $((bytes / 1000000)) MB"
done
