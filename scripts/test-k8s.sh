#!/bin/bash
# Tests against a real API server: `test-k8s.sh [BUILD_DIR [FILE…]]`; files are test/k8s/*.t. The server is built once (scripts/k8s-build.sh) and started once for all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
shift || true
bin=$(scripts/k8s-build.sh)
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-k8s.XXXXXX")
trap 'test/k8s/server.sh stop "$dir"; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
test/k8s/server.sh start "$bin" "$dir"
export PLIMSOLL_K8S_DIR=$dir PLIMSOLL_K8S_BIN=$bin
unset KUBECONFIG http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
if [ $# -eq 0 ]; then set -- test/k8s/*.t; fi
export BUILD=$PWD/$build PLIMSOLL=${PLIMSOLL:-$PWD/$build/plimsoll} TOP=$PWD LC_ALL=C.UTF-8
prove --timer --exec '' "$@"
