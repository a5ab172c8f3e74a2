# SPDX-License-Identifier: Apache-2.0
# What tests with a real API server share; after lib.sh. The server is that of scripts/test-k8s.sh (PLIMSOLL_K8S_DIR).
. "$TOP/test/registry.sh"
[ -n "${PLIMSOLL_K8S_DIR:-}" ] || { echo "Bail out! make test-k8s starts the API server for this test"; exit 1; }
K8S=$PLIMSOLL_K8S_DIR
GET=$BUILD/test/unit/kube-get
export HOME=$tmp KUBECONFIG=$K8S/admin.conf
server=$(sed -n 's/.*server: "\([^"]*\)".*/\1/p' "$K8S/admin.conf")

# as USER COMMAND…: with that user's kubeconfig
as() { local user=$1; shift; KUBECONFIG=$K8S/$user.conf "$@"; }
# namespace NAME [LABEL…]: made anew, with its account, and removed at the end
namespace() {
  local name=$1
  shift
  kubectl create namespace "$name" >/dev/null || exit 1
  at_exit "kubectl delete namespace $name --wait=false >/dev/null 2>&1"
  [ $# -eq 0 ] || kubectl label namespace "$name" "$@" >/dev/null
  wait_for 20 kubectl -n "$name" get serviceaccount default
}
