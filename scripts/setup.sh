#!/bin/bash
# Installs the Debian packages that a purpose needs, only those that are missing. `setup.sh build|test|k8s|vm|bench|fuzz|lint|deb`
set -euo pipefail

build="gcc make meson ninja-build pkg-config python3 libisal-dev libarchive-dev libzstd-dev liblzma-dev libbz2-dev
  libcurl4-openssl-dev libsqlite3-dev libyaml-dev libexpat1-dev libxxhash-dev libssl-dev libseccomp-dev libvectorscan-dev libpcre2-dev libyara-dev
  libmicrohttpd-dev libgnutls28-dev libbpf-dev bpftool clang llvm ca-certificates gpgv"
test="$build gpg gpg-agent curl perl jq zsh fish mandoc zstd xz-utils containerd libarchive-tools bzip2 debootstrap skopeo umoci docker-registry docker.io rpm yara db5.3-util apache2-utils openssl openssh-client patch
  python3-jsonschema python3-yaml sqlite3 binutils git
  python3-pip python3-requests composer php-zip cargo librust-rand-dev
  python3-packaging ruby php-cli php-composer-semver golang-go golang-golang-x-mod-dev rustc librust-semver-dev elixir libmaven3-core-java default-jre-headless"
k8s="$build dpkg-dev golang-go golang-github-modern-go-reflect2-dev etcd-server curl openssl jq perl docker-registry skopeo sqlite3"
vm="$test qemu-system-x86 seabios busybox-static cpio kmod iproute2"
bench="$test isal libarchive-tools time runc redis-server nginx-light wrk"
fuzz="$build clang llvm libclang-rt-14-dev"
lint="$build clang-tidy cppcheck"
deb="$build dpkg-dev binutils"

case "${1:-build}" in
build) want=$build ;;
test) want=$test ;;
k8s) want=$k8s ;;
vm) want=$vm ;;
bench) want=$bench ;;
fuzz) want=$fuzz ;;
lint) want=$lint ;;
deb) want=$deb ;;
*) echo "setup.sh: unknown purpose '$1' (build, test, k8s, vm, bench, fuzz, lint, deb)" >&2; exit 2 ;;
esac

# Some machines have npm from elsewhere, whose packages refuse Debian's.
if [ "${1:-build}" = test ] && ! command -v npm >/dev/null; then want="$want npm nodejs"; fi
# So do those that have kubectl from elsewhere.
if [ "${1:-build}" = k8s ] && ! command -v kubectl >/dev/null; then want="$want kubernetes-client"; fi

missing=()
for p in $want; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "setup.sh: need root or sudo to install: ${missing[*]}" >&2; exit 1; }
  sudo=sudo
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Services are started by the tests that want them, never by installing a package.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
  $sudo chmod +x $policy
  made_policy=1
fi
trap '[ -z "$made_policy" ] || $sudo rm -f $policy' EXIT
$sudo apt-get update -qq || echo "setup.sh: apt-get update did not reach every archive; going on with the lists at hand" >&2
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
