#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `plimsoll check` beside `trivy config`, over the same some 200 files: manifests from the examples of our rules, Dockerfiles of Debian's golang-github-openshift-imagebuilder-dev.
# Each finding of Trivy's that we lack is listed with its reason (config-peers.tsv); one without a reason ends this with exit code 1.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
fixture_trivy
[ -n "$trivy" ] || { echo "bench/config-peers: Trivy cannot be had"; exit 0; }

make_imagebuilder() {
  mkdir -p "$1" && (cd "$1" && apt-get -qq -o APT::Sandbox::User=root download golang-github-openshift-imagebuilder-dev && dpkg-deb -x ./*.deb . && rm ./*.deb) >/dev/null 2>&1
}
kept imagebuilder make_imagebuilder || { echo "bench/config-peers: the Debian archive is not reached"; exit 0; }
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
python3 "$bench/config-peers-collect.py" "$top/rules/kubernetes" "$cache/imagebuilder" "$tmp/set"
title "plimsoll check beside trivy config"
theirs="$cache/trivy/trivy config --quiet --skip-check-update --skip-version-check --disable-telemetry --cache-dir $tmp/cache --format json --output $tmp/theirs.json $tmp/set"
ours="$PLIMSOLL check --quiet --rules $top/rules/kubernetes --rules $top/rules/dockerfile --format json --output $tmp/ours.json $tmp/set 2>/dev/null || [ \$? -ne 2 ]"
printf 'run\tplimsoll\t%s\nrun\ttrivy\t%s\n' "$ours" "$theirs" | python3 "$bench/measure.py" --rounds "${PLIMSOLL_BENCH_ROUNDS:-3}" --cpu "$cores"
python3 "$bench/config-peers.py" "$bench/config-peers.tsv" "$tmp/theirs.json" "$tmp/ours.json" "$tmp/set"
