#!/bin/bash
# Builds Debian's API server and controller manager (Kubernetes 1.20) once, for `make test-k8s`; prints the directory that holds them.
# Outside the tree: ${XDG_CACHE_HOME:-~/.cache}/plimsoll-test, about 200 MB; the sources and Go's cache are removed again.
set -euo pipefail
say() { echo "k8s-build.sh: $*" >&2; }
cache=${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-test
bin=$cache/kubernetes-1.20
programs="kube-apiserver kube-controller-manager"

complete() { for p in $programs; do [ -x "$bin/$p" ] || return 1; done; }
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if complete; then echo "$bin"; exit 0; fi

work=$cache/build
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/bin"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
# deb-src is not in the sources of most machines: a list of our own, which leaves apt's state alone.
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
printf 'deb-src %s/debian bookworm main\ndeb-src %s/debian-security bookworm-security main\n' "$mirror" "$mirror" >"$work/sources.list"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
say "fetching Debian's source of Kubernetes"
(cd "$work" && "${apt[@]}" update && "${apt[@]}" --download-only source kubernetes) >&2 || { say "the source package could not be fetched from $mirror (DEBIAN_MIRROR names another)"; exit 1; }
dpkg-source --no-check -x "$work"/kubernetes_*.dsc "$work/src" >/dev/null 2>"$work/log" || { cat "$work/log" >&2; say "the source package could not be unpacked"; exit 1; }

say "building $programs with $(go version | cut -d' ' -f3); this takes a quarter of an hour of one processor, once"
# Debian's patches leave go.mod behind the sources: built as a GOPATH of old, where vendor/ is taken without asking it.
mkdir -p "$work/go/src/k8s.io"
mv "$work/src" "$work/go/src/k8s.io/kubernetes"
cd "$work/go/src/k8s.io/kubernetes"
export GOCACHE=$cache/go-cache GOPATH=$work/go GOFLAGS= GOPROXY=off GO111MODULE=off GOMAXPROCS=${GOMAXPROCS:-2} CGO_ENABLED=0
# The copy of this library that comes along fails on every map with Go 1.18 and later: Debian's own is newer.
rm -rf vendor/github.com/modern-go/reflect2
cp -rL /usr/share/gocode/src/github.com/modern-go/reflect2 vendor/github.com/modern-go/reflect2

# What upstream's make generates first: definitions of all types that are marked for it.
mapfile -t marked < <(grep -rl --include=*.go '+k8s:openapi-gen=' pkg cmd plugin vendor/k8s.io/*/ | xargs -n1 dirname | LC_ALL=C sort -u | grep -v -e code-generator -e sample-apiserver -e /testdata | sed 's,^,k8s.io/kubernetes/,')
nice -n 15 go build -p "$GOMAXPROCS" -o "$work/openapi-gen" k8s.io/kubernetes/vendor/k8s.io/kube-openapi/cmd/openapi-gen >&2
"$work/openapi-gen" -O zz_generated.openapi -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/violations" -p k8s.io/kubernetes/pkg/generated/openapi \
  -i "$(IFS=,; echo "${marked[*]}")" >&2 || { say "the definitions of the API could not be generated"; exit 1; }

flags="-s -w"
for package in component-base/version client-go/pkg/version; do
  for pair in gitMajor=1 gitMinor=20 gitVersion=v1.20.2; do flags+=" -X k8s.io/kubernetes/vendor/k8s.io/$package.$pair"; done
done
for p in $programs; do
  nice -n 15 go build -p "$GOMAXPROCS" -trimpath -ldflags "$flags" -o "$work/bin/$p" "k8s.io/kubernetes/cmd/$p" >&2 || { say "$p could not be built"; exit 1; }
done
chmod -R u+w "$cache/go-cache"
rm -rf "$cache/go-cache"
mkdir -p "$bin"
mv "$work"/bin/* "$bin/"
echo "$bin"
