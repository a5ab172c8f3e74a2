# SPDX-License-Identifier: Apache-2.0
# Fixtures that several tests share. `. "$TOP/test/fixtures.sh"` after lib.sh.

# fixture_bookworm DIR: DIR becomes a debootstrap bookworm root (minbase). It is made once, kept in
# ${PLIMSOLL_TEST_CACHE:-/var/tmp/plimsoll-test-cache} and copied by hard links where that works. Fails where debootstrap
# cannot reach its archive: the caller skips.
fixture_bookworm() {
  local cache=${PLIMSOLL_TEST_CACHE:-/var/tmp/plimsoll-test-cache}
  mkdir -p "$cache" || return 1
  (
    flock 9
    if [ ! -e "$cache/bookworm/.complete" ]; then
      rm -rf "$cache/bookworm" "$cache/bookworm.new"
      if ! debootstrap --variant=minbase bookworm "$cache/bookworm.new" >"$cache/bookworm.log" 2>&1; then
        rm -rf "$cache/bookworm.new"
        exit 1
      fi
      rm -rf "$cache/bookworm.new"/var/cache/apt/archives/*.deb
      mv "$cache/bookworm.new" "$cache/bookworm"
      : >"$cache/bookworm/.complete"
    fi
  ) 9>"$cache/bookworm.lock" || return 1
  mkdir -p "$1" && { cp -al "$cache/bookworm/." "$1/" 2>/dev/null || cp -a "$cache/bookworm/." "$1/"; } && rm -f "$1/.complete"
}

# fixture_languages DIR: DIR becomes a bookworm root with Python, Node, Ruby, PHP, a JRE, libraries of each, and programs of Go and Rust, by apt in a chroot.
# Made once and kept, as fixture_bookworm.
fixture_languages() {
  local cache=${PLIMSOLL_TEST_CACHE:-/var/tmp/plimsoll-test-cache} packages
  packages="python3-pip python3-venv python3-requests nodejs npm ruby ruby-rack ruby-nokogiri php-cli php-zip composer default-jre-headless libcommons-lang3-java
    libjackson2-databind-java libmaven3-core-java skopeo umoci ripgrep"
  mkdir -p "$cache" || return 1
  (
    flock 9
    local name
    name=$(sha256sum <<<"$packages" | cut -c1-8)
    if [ "$(cat "$cache/languages/.complete" 2>/dev/null)" != "$name" ]; then
      rm -rf "$cache/languages" "$cache/languages.new" "$cache/languages.base"
      # A copy without links to the other fixture, whose logs apt would write to. Java's packages look for /proc when they are configured.
      if ! { fixture_bookworm "$cache/languages.base" && cp -a "$cache/languages.base" "$cache/languages.new" && DEBIAN_FRONTEND=noninteractive unshare -m bash -c 'mount --bind /proc "$0/proc" && exec chroot "$0" bash -c "$1"' \
        "$cache/languages.new" "apt-get -qq update && apt-get install -qq -y --no-install-recommends $(echo $packages)"; } >"$cache/languages.log" 2>&1; then
        rm -rf "$cache/languages.new" "$cache/languages.base"
        exit 1
      fi
      rm -rf "$cache/languages.base" "$cache/languages.new"/var/cache/apt/{archives/*.deb,*.bin} "$cache/languages.new"/var/lib/apt/lists/*
      mv "$cache/languages.new" "$cache/languages"
      echo "$name" >"$cache/languages/.complete"
    fi
  ) 9>"$cache/languages.lock" || return 1
  mkdir -p "$1" && { cp -al "$cache/languages/." "$1/" 2>/dev/null || cp -a "$cache/languages/." "$1/"; } && rm -f "$1/.complete"
}

# fixture_small DIR: a root file system of a few files, with a link, a long name and a file of some size.
fixture_small() {
  mkdir -p "$1/etc" "$1/bin" "$1/usr/share/doc/$(printf 'n%.0s' {1..120})"
  printf 'ID=plimsoll-test\nVERSION_ID=1\n' >"$1/etc/os-release"
  cp /bin/true "$1/bin/true"
  ln -sf /etc/os-release "$1/usr/release"
  head -c 300000 /dev/zero | tr '\0' x >"$1/usr/share/doc/$(printf 'n%.0s' {1..120})/$(printf 'f%.0s' {1..120})"
}

# fixture_layout LAYOUT ROOT: an OCI layout of two images, "one" (a layer) and "two" (three layers: the root, a changed file, and
# one that takes files away).
fixture_layout() {
  local change
  change=$(mktemp -d "$tmp/change.XXXXXX")
  umoci init --layout "$1" && umoci new --image "$1:one" && umoci insert --image "$1:one" "$2" / >/dev/null &&
    echo changed >"$change/os-release" && umoci insert --image "$1:one" --tag two "$change/os-release" /etc/os-release &&
    umoci insert --image "$1:two" --whiteout /usr/release
}

# fixture_dockerd DIR [DOCKERD OPTION]…: starts a real dockerd whose data lies in DIR/data; the client is `$docker`.
fixture_dockerd() {
  local dir=$1 i
  shift
  mkdir -p "$dir"
  dockerd --bridge=none --iptables=false --ip6tables=false --ip-masq=false --data-root "$dir/data" --exec-root "$dir/exec" \
    -H "unix://$dir/sock" --pidfile "$dir/pid" "$@" >"$dir/log" 2>&1 </dev/null &
  dockerd_pid=$!
  docker="docker -H unix://$dir/sock"
  at_exit "kill $dockerd_pid 2>/dev/null; wait $dockerd_pid 2>/dev/null; umount -q '$dir'/data/* 2>/dev/null"
  for i in $(seq 150); do
    $docker version >/dev/null 2>&1 && return 0
    kill -0 "$dockerd_pid" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# fixture_containerd DIR: starts a real containerd whose data lies in DIR/root; the client is `$ctr`.
fixture_containerd() {
  local dir=$1 i
  mkdir -p "$dir"
  containerd --root "$dir/root" --state "$dir/state" -a "$dir/sock" >"$dir/log" 2>&1 </dev/null &
  containerd_pid=$!
  ctr="ctr -a $dir/sock"
  at_exit "kill $containerd_pid 2>/dev/null; wait $containerd_pid 2>/dev/null"
  for i in $(seq 150); do
    $ctr version >/dev/null 2>&1 && return 0
    kill -0 "$containerd_pid" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}
