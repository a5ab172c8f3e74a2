#!/bin/bash
# Archive indexes from a real HTTP server on loopback: a signed apt archive and a signed Alpine repository of our own making.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
driver=$BUILD/test/unit/unit-advisory-test-archive
export GNUPGHOME=$tmp/gnupg
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key 'Test Archive <archive@example.org>' rsa2048 sign never 2>/dev/null ||
  { fail "a signing key (gpg)"; done_testing; }
gpg --batch --quiet --passphrase '' --quick-generate-key 'Stranger <stranger@example.org>' rsa2048 sign never 2>/dev/null
at_exit 'gpgconf --kill gpg-agent'

# A root of this machine with the keyring, and a mirror.
root=$tmp/root web=$tmp/web
mkdir -p "$root/usr/share/keyrings" "$root/etc/apk/keys" "$root/var/lib/apt/lists" "$web"
gpg --export archive@example.org >"$root/usr/share/keyrings/debian-archive-keyring.gpg"
gpg --export stranger@example.org >"$root/usr/share/keyrings/stranger.gpg"
suite=$web/debian/dists/ship-security

# packages VERSION: writes the index and signs it (by KEY, valid until UNTIL)
publish() {
  local version=$1 key=${2:-archive@example.org} until=${3:-Thu, 01 Jan 2099 00:00:00 UTC}
  local dir=$suite/main/binary-amd64
  rm -rf "$suite"
  mkdir -p "$dir/by-hash/SHA256"
  printf 'Package: openssl\nSource: openssl (3)\nVersion: %s\nArchitecture: amd64\nDescription: x\n Version: 9\n\nPackage: tzdata\nVersion: 2026b\nArchitecture: all\n\nPackage: openssl\nVersion: 1:1\nArchitecture: amd64\nFilename: old\n' "$version" >"$dir/Packages"
  xz -k "$dir/Packages"
  cp "$dir/Packages.xz" "$dir/by-hash/SHA256/$(sha256sum <"$dir/Packages.xz" | cut -d' ' -f1)"
  {
    printf 'Origin: Test\nSuite: ship-security\nCodename: ship-security\nDate: Wed, 18 Nov 2026 22:17:41 UTC\nValid-Until: %s\nAcquire-By-Hash: yes\nSHA256:\n' "$until"
    for f in Packages Packages.xz; do
      printf ' %s %d main/binary-amd64/%s\n' "$(sha256sum <"$dir/$f" | cut -d' ' -f1)" "$(stat -c %s "$dir/$f")" $f
    done
  } >"$suite/Release"
  gpg --batch --yes --quiet --local-user "$key" --clearsign --output "$suite/InRelease" "$suite/Release"
}

port=$(free_port)
(cd "$web" && exec python3 -m http.server --bind 127.0.0.1 "$port") >"$tmp/http.log" 2>&1 &
server=$!
at_exit "kill $server 2>/dev/null"
wait_for 10 curl -fs "http://127.0.0.1:$port/"
uri=http://127.0.0.1:$port/debian
apt() { run "$driver" load root="$root" as-of=2026-11-21 uri="$uri/" suite=ship-security components=main "$@"; }
installed=(openssl=3.0.1-1 tzdata=2026a other=1)

publish 3.0.2-1~deb12u1
# 1:1 in the index is newer than 3.0.2: the newest of a suite counts.
apt own=1 network=1 cache="$tmp/cache" "${installed[@]}"
is "$out" "index ship-security/main amd64 from network of 2026-11-18: 3 packages
pending openssl 1:1: ship-security/main amd64 of 2026-11-18 has 1:1
pending tzdata 2026b: ship-security/main amd64 of 2026-11-18 has 2026b" "packages older than a signed security archive's are found"
apt own=1 network=1 cache="$tmp/cache" openssl=1:1 tzdata=2026b
is "$out" "index ship-security/main amd64 from cache of 2026-11-18: 3 packages" "what is up to date is not, and an unchanged index is not fetched again"
like "$(grep 'InRelease' "$tmp/http.log" | tail -1)" '" 304 ' "the server was asked only whether it has changed"
apt own=1 cache="$tmp/cache" "${installed[@]}"
like "$out" 'index .* from cache .*
pending openssl' "without a network the copy is used"
unlike "$out" '^gap' "which is no gap"
apt own=1 "${installed[@]}"
is "$out" "gap $uri ship-security: the network is refused, and neither an earlier run nor apt has left a copy" "without network and copy it is a gap"

apt network=1 "${installed[@]}"
like "$out" "^gap .* not one of the distributions' own hosts, and named by the image: not asked" "an image cannot have any host asked"
like "$out" "^gap" "and no finding comes of it"
apt network=1 hosts=127.0.0.1 "${installed[@]}"
like "$out" "pending openssl" "a host that the user allows is asked"
apt network=1 hosts=127.0.0.1 signed-by=/usr/share/keyrings/stranger.gpg "${installed[@]}"
like "$out" "pending openssl" "an image's Signed-By does not count"
apt own=1 network=1 signed-by=/usr/share/keyrings/stranger.gpg "${installed[@]}"
like "$out" "^gap .* signed by key [0-9A-F]+, which none of the keyrings has" "this machine's own does"
apt own=1 network=1 signed-by=/usr/share/keyrings/none.gpg "${installed[@]}"
like "$out" "^gap .* no keyring to check the signature with" "no keyring is a gap"

publish 3.0.2-1 stranger@example.org
apt own=1 network=1 "${installed[@]}"
like "$out" "^gap .* signed by key" "an index signed by a stranger is not taken"
unlike "$out" "pending|index" "not even a little"
publish 3.0.2-1
sed -i 's/^Origin: Test/Origin: Evil/' "$suite/InRelease"
apt own=1 network=1 "${installed[@]}"
is "$out" "gap $uri ship-security: InRelease: the signature is bad" "a changed InRelease is not taken"
cp "$suite/Release" "$suite/InRelease"
apt own=1 network=1 "${installed[@]}"
like "$out" "^gap .* InRelease: the signature is bad|no valid signature" "nor one without a signature"
publish 3.0.2-1
for f in "$suite"/main/binary-amd64/by-hash/SHA256/*; do printf 'x' | dd of="$f" bs=1 seek=30 conv=notrunc status=none; done
apt own=1 network=1 "${installed[@]}"
like "$out" "^gap .*Packages.xz does not have the SHA-256 that the Release file states" "a changed Packages file is not taken"
publish 3.0.2-1 archive@example.org 'Wed, 18 Nov 2026 23:00:00 UTC'
apt own=1 network=1 "${installed[@]}"
like "$out" "^gap .* was valid until 2026-11-18: newer updates may be missing" "an old index is said to be old"
like "$out" "pending" "and still used"

# A copy that somebody has tampered with heals.
publish 3.0.2-1
apt own=1 network=1 cache="$tmp/cache2" "${installed[@]}"
for f in "$tmp"/cache2/archives/*; do case $f in *.meta) ;; *) echo tampered >"$f" ;; esac; done
apt own=1 network=1 cache="$tmp/cache2" "${installed[@]}"
like "$out" "index .* from network" "a tampered copy is fetched anew"
unlike "$out" "^gap" "without a gap"

# apt's own lists.
cp "$suite/InRelease" "$root/var/lib/apt/lists/127.0.0.1:${port}_debian_dists_ship-security_InRelease"
cp "$suite/main/binary-amd64/Packages" "$root/var/lib/apt/lists/127.0.0.1:${port}_debian_dists_ship-security_main_binary-amd64_Packages"
apt own=1 "${installed[@]}"
like "$out" "index .* from apt of 2026-11-18: 3 packages" "apt's lists serve without a network"
echo >>"$root/var/lib/apt/lists/127.0.0.1:${port}_debian_dists_ship-security_main_binary-amd64_Packages"
apt own=1 "${installed[@]}"
like "$out" "^gap .* apt's list of .* does not have the SHA-256" "once they are what the Release file states"

# Alpine: a signature member, then the index.
apk=$web/alpine/v3.20/main/x86_64
mkdir -p "$apk" "$tmp/apk"
openssl genrsa -out "$tmp/apk.key" 2048 2>/dev/null
openssl rsa -in "$tmp/apk.key" -pubout -out "$root/etc/apk/keys/test.rsa.pub" 2>/dev/null
printf 'C:Q1x\nP:musl\nV:1.2.5-r1\nA:x86_64\n\nP:busybox\nV:1.36.1-r30\n\n' >"$tmp/apk/APKINDEX"
echo v3.20 >"$tmp/apk/DESCRIPTION"
sign_apk() { # DIGEST KIND
  (cd "$tmp/apk" && tar --format=ustar --owner=0 --group=0 -cf - DESCRIPTION APKINDEX | gzip -n >index.gz)
  openssl dgst "-$1" -sign "$tmp/apk.key" -out "$tmp/apk/.SIGN.$2.test.rsa.pub" "$tmp/apk/index.gz"
  (cd "$tmp/apk" && tar --format=ustar --owner=0 --group=0 -cf - ".SIGN.$2.test.rsa.pub" | head -c 1024 | gzip -n >sign.gz)
  cat "$tmp/apk/sign.gz" "$tmp/apk/index.gz" >"$apk/APKINDEX.tar.gz"
}
alpine() { run "$driver" load root="$root" type=apk arch=x86_64 uri="http://127.0.0.1:$port/alpine/v3.20/main" own=1 network=1 musl=1.2.5-r0 busybox=1.36.1-r30 "$@"; }
for kind in 'sha1 RSA' 'sha256 RSA256'; do
  sign_apk $kind
  alpine
  is "$out" "index v3.20/main x86_64 from network of -: 2 packages
pending musl 1.2.5-r1: v3.20/main x86_64 has 1.2.5-r1" "Alpine: an index signed with $kind"
done
cp "$tmp/apk/index.gz" "$apk/APKINDEX.tar.gz"
alpine
like "$out" "^gap .* is not signed" "Alpine: an unsigned index is a gap"
sign_apk sha256 RSA256
printf x >>"$apk/APKINDEX.tar.gz"
alpine
like "$out" "^gap .* the signature by test.rsa.pub is bad" "Alpine: so is a changed one"
sign_apk sha256 RSA256
mv "$root/etc/apk/keys/test.rsa.pub" "$tmp/"
alpine
like "$out" "^gap .* signed by key test.rsa.pub, which is not among the trusted ones" "Alpine: and one by an unknown key"

kill "$server"
wait "$server" 2>/dev/null
apt own=1 network=1 cache="$tmp/cache" "${installed[@]}"
like "$out" "^gap .*; the copy of an earlier run was used" "an archive that cannot be reached is a gap with its cause"
like "$out" "pending openssl" "and the copy of an earlier run is used"

# This machine's real lists, where it has some.
if ls /var/lib/apt/lists/*-security_InRelease >/dev/null 2>&1 && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ]; then
  list=$(ls /var/lib/apt/lists/*debian-security_dists_*-security_InRelease 2>/dev/null | head -1)
  name=$(basename "${list%_InRelease}")
  run "$driver" load own=1 "uri=http://$(echo "${name%%_dists_*}" | tr _ /)" "suite=${name##*_dists_}" components=main "arch=$(dpkg --print-architecture)" openssl=0.1
  like "$out" "^index .* from apt of 20[0-9-]+: [0-9]{3,} packages" "this machine's real lists are verified and read"
fi
done_testing
