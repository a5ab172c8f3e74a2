#!/bin/bash
# Bad input: each kind has a message that names place and cause, its exit code, and what could be found all the same.
. "${TOP:?}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
cd "${tmp:?}" || exit 1

# gap NAME KIND REASON: image NAME (lines on standard input) has one gap, and the findings of its good layer are there.
gap() {
  image "$1" || { fail "$1: the image is made"; return; }
  scan --no-cache "$1"
  is "$rc" 3 "$1: exit code 3"
  is "$(gaps | cut -d' ' -f1)" "$2" "$1: one gap, $2"
  like "$(gaps)" "$3" "$1: names place and cause"
  is "$(found)" "$expected" "$1: what can be found is"
}
# refused NAME MESSAGE: nothing to look at.
refused() {
  scan --no-cache "$1"
  is "$rc" 3 "$1: exit code 3"
  like "$err" "^plimsoll: error: $2" "$1: the error names place and cause"
  is "$out" "" "$1: no report"
}
# whole NAME: image NAME is read without a gap.
whole() {
  image "$1" || { fail "$1: the image is made"; return; }
  scan --no-cache "$1"
  is "$rc $(gaps)" "0 " "$1: read without a gap"
  is "$(found)" "${2-$expected}" "$1: found"
}

note "damaged layers"
gap truncated unreadable-layer 'sha256:[0-9a-f]{64} truncated: layer 2 \(blobs/sha256/[0-9a-f]{64}\): [0-9]+ bytes, its descriptor says [0-9]+' <<<"$base
layer gzip damage=truncate
text data hello"
for kind in plain gzip zstd; do
  gap "flipped-$kind" unreadable-layer 'sha256:[0-9a-f]{64} digest is wrong: the stored bytes are sha256:[0-9a-f]{64}$' <<<"$base
layer $kind damage=flip
text data hello"
done
gap missing unreadable-layer 'missing: layer 2 \(blobs/sha256/[0-9a-f]{64}\) is missing$' <<<"$base
layer gzip damage=missing
text data hello"
gap unknown-type unreadable-layer "unknown-type: layer 2 is of an unknown kind \(media type 'application/vnd.example.blob'\)" <<<"$base
layer gzip media=application/vnd.example.blob
text data hello"
gap encrypted unreadable-layer 'encrypted: layer 2 is encrypted; decrypt the image first' <<<"$base
layer gzip media=application/vnd.oci.image.layer.v1.tar+gzip+encrypted
text data hello"
gap empty-layer unreadable-layer "claims diff_id sha256:[0-9a-f]{64}, but the layer's content is sha256:e3b0c442" <<<"$base
layer gzip damage=empty
text data hello"
gap cut-tar unreadable-layer 'not a valid tar after entry 2 ' <<<"$base
layer gzip cut=1536
text data hello
text more hello"
gap gzip-garbage unreadable-layer 'not a valid gzip stream at compressed byte [0-9]+' <<<"$base
layer gzip tail=garbage
text data hello"
gap zstd-garbage unreadable-layer 'not a valid zstd stream \(.*\) at compressed byte [0-9]+' <<<"$base
layer zstd tail=garbage
text data hello"
# The blob is whole for its digest, but its compression ends early.
gzip -nc1 status | head -c 60 >short.gz
gap short-stream unreadable-layer 'truncated: the compressed stream ends before its end mark at compressed byte 60' <<<"$base
layer plain tar=short.gz diff_id=sha256:$(sha256sum <status | cut -d' ' -f1)"

note "what is no image"
: >nothing
refused nothing 'nothing is empty: expected an image archive'
head -c 5000 /dev/urandom >noise
refused noise "noise: "
echo '{}' >some.json
refused some.json "some.json"
image no-index <<<"image damage=no-index
$base"
refused no-index 'no-index: an OCI image layout without index.json'
image text-config <<<"image damage=text-config
$base"
refused text-config "text-config: configuration sha256:[0-9a-f]{64}:1:1: error: expected a value, found 't'"
image artifact <<<"image damage=artifact
$base"
refused artifact "artifact: manifest sha256:[0-9a-f]{64}: an artifact of type 'application/vnd.example.thing', not a container image"
image whole-layout <<<"$base"
tar -cf whole.tar -C whole-layout .
head -c 1500 whole.tar >cut.tar
refused cut.tar 'cut.tar'
image saved.tar <<<"image saved
layer plain
file etc/os-release os
file var/lib/dpkg/status status"
head -c 9000 saved.tar >saved-cut.tar
refused saved-cut.tar 'saved-cut.tar'
refused "localhost:1/no/such:1" '.*localhost:1.*(refused|connect)'

note "what others refuse, and is in order"
whole zero-layers <<<"$base
layer plain cut=0
layer gzip cut=0
layer gzip"
whole padded <<<"$base
layer gzip tail=zeros pad=100000
text data hello"
whole members <<<"${base/gzip/members}"
whole frames <<<"${base/gzip/frames}"
# An os-release with a hole in a comment: what stands behind it must be at its place.
mkdir -p sparse/etc
printf 'ID=debian\nVERSION_ID=12\n#' >sparse/etc/os-release
truncate -s 3M sparse/etc/os-release && printf '\nPRETTY_NAME="Behind a hole"\n' >>sparse/etc/os-release
tar --format=gnu --sparse -cf sparse.tar -C sparse etc/os-release
long=$(printf 'n%.0s' {1..220})/$(printf 'f%.0s' {1..220})
whole odd-names <<<"layer gzip
text $long x
text bad\\xff\\xfe/name\\xe9 x
file etc/os-release os
file var/lib/dpkg/status status
text usr/share/\\xc3\\xa9t\\xc3\\xa9 x
layer plain tar=sparse.tar"
is "$(jq .coverage.entries .out) $(jq -r .os.pretty_name .out)" "6 Behind a hole" "odd-names: each entry was seen, a sparse file is whole"
is "$(stat -c '%s' sparse.tar | awk '{print ($1 < 100000)}')" 1 "odd-names: and was stored as one"

note "links and what hides"
whole usr-merged <<<"layer gzip
dir opt/dpkg
link var/lib/dpkg ../../opt/dpkg
file opt/dpkg/status status
link etc/os-release /usr/lib/other-release
file usr/lib/other-release os"
whole other-order <<<"layer gzip
file opt/dpkg/status status
file usr/lib/other-release os
layer gzip
link var/lib/dpkg /opt/dpkg
link etc/os-release ../../../usr/lib/other-release"
whole hard-links <<<"layer gzip
file a os
file b status
hard etc/os-release a
hard var/lib/dpkg/status b"
whole below-a-link "" <<<"layer gzip
file etc/os-release os
file opt/dpkg/status status
link var/lib/dpkg /opt/dpkg
layer gzip
file var/lib/dpkg/status none"
# What a later layer writes through a link lies below the analyzers' roots, whatever its path says.
for target in ../var/lib /var/lib/ ../../var/./lib; do
  whole "through-a-link-to-${target//\//_}" "" <<<"$base
link opt/lib $target
layer gzip
file opt/lib/dpkg/status none"
done
whole through-a-link-to-the-root "" <<<"$base
link opt/lib /
layer gzip
file opt/lib/var/lib/dpkg/status none"
whole through-two-links "" <<<"$base
link opt/lib /srv/lib
link srv/lib /var/lib
layer gzip
file srv/lib/dpkg/status none"
whole a-directory-behind-a-link "CVE-2030-0001 openssl
CVE-2030-0002 openssl" <<<"layer gzip
file etc/os-release os
link opt/lib ../var/lib
layer gzip
dir opt/lib/dpkg/status.d
file opt/lib/dpkg/status.d/openssl status"
whole a-directory-in-place-of-a-link <<<"$base
link opt/lib ../var/lib
layer gzip
dir opt/lib
file opt/lib/dpkg/status none"
whole loops <<<"$base
layer gzip
link var/lib/rpm var/lib/rpm
link usr/lib/sysimage/rpm ../sysimage2/rpm
link usr/lib/sysimage2 sysimage
link lib/apk/db ../../lib/apk/db"
whole whiteout "" <<<"$base
layer gzip
text var/lib/dpkg/.wh.status "
whole whiteout-of-a-directory "" <<<"$base
layer gzip
text var/.wh.lib "
whole opaque "" <<<"$base
layer gzip
file var/lib/dpkg/other status
text var/lib/dpkg/.wh..wh..opq "
whole opaque-keeps-its-own <<<"$base
layer gzip
file var/lib/dpkg/status status
text var/lib/.wh..wh..opq "
whole file-for-a-directory "" <<<"$base
layer gzip
text var/lib/dpkg hello"
whole back-again <<<"$base
layer gzip
text var/.wh.lib 
layer zstd
file var/lib/dpkg/status status"

note "hostile entries"
image escape <<<"$base
layer gzip
text ../../etc/os-release ID=evil
text /usr/share/absolute x
text a/../../../x y
hard var/lib/dpkg/status.d/x ../../../etc/shadow
link var/lib/dpkg/status.d/y ../../../../../../../../etc/shadow
fifo var/lib/dpkg/status.d/z"
scan --no-cache escape
is "$rc $(gaps)" "3 unreadable-file var/lib/dpkg/status.d/z cannot be read: not a regular file" "escape: only a pipe could not be read"
is "$(jq -r '.findings[] | select(.id == "MALFORMED") | .path + ": " + .detail' .out)" "../../etc/os-release: path leads out of the root: entry left out
a/../../../x: path leads out of the root: entry left out
var/lib/dpkg/status.d/x: hard link to a path outside of the root: entry left out" "escape: each is a finding"
is "$(found | grep -v MALFORMED)" "$expected" "escape: and changes nothing"
is "$(jq -r .os.id .out)" debian "escape: nor the system"

note "bombs"
# 1.1 GiB of zeros: over the floor of 1 GiB, and 1,000 times what is stored.
head -c 1200000000 /dev/zero | zstd -q -1 >bomb.zst
gap zstd-bomb limit 'expands more than the allowed ratio at compressed byte' <<<"$base
layer plain tar=bomb.zst"

gap many-links limit 'many-links more links on the way to package databases than are followed' <<<"$base
layer gzip
$(for i in $(seq 3000); do echo "link var/lib/dpkg/info/p$i.list /opt/x$i"; done)"

note "package databases"
bad_package() {
  image "$1"
  scan --no-cache --allow-incomplete no-packages --allow-incomplete no-advisories "$1"
  is "$rc" 3 "$1: exit code 3"
  like "$(gaps)" "unreadable-file $2" "$1: names place and cause"
}
{ cat status; printf 'Package\nno colon here\n\n'; cat status | sed 's/openssl/other/'; } >status-bad
bad_package dpkg 'var/lib/dpkg/status:[0-9]+' <<<"layer gzip
file etc/os-release os
file var/lib/dpkg/status status-bad"
like "$(found)" "CVE-2030-0001 openssl" "dpkg: the records before it count"
printf 'P:musl\nV:1.2-r0\nA:x86_64\n\nP:\nV:\nthis is no field\n\n' >installed
bad_package apk 'lib/apk/db/installed:[0-9]+' <<<"layer gzip
file etc/os-release os
file lib/apk/db/installed installed"
head -c 3000 /dev/urandom >noise
for name in rpmdb.sqlite Packages.db Packages; do
  bad_package "rpm-$name" "var/lib/rpm/$name " <<<"layer gzip
file etc/os-release os
file var/lib/rpm/$name noise"
done

note "advisory databases"
bad_db() {
  run "$PLIMSOLL" scan --archives never --db "$1" --format json --no-cache good
  cp .out report
  is "$rc" 3 "database $1: exit code 3"
  like "$(jq -r '.coverage.gaps[] | .kind + " " + .reason' report)" "^no-database .*$2" "database $1: names place and cause"
  is "$(jq '.packages | length' report)" 3 "database $1: the packages are listed"
}
image good <<<"$base"
: >db-empty
echo 'hello' >db-text
head -c 8192 db >db-cut
cp db db-flipped
size=$(stat -c %s db)
python3 - db-flipped "$size" <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    for at in range(4096 + 7, int(sys.argv[2]), 512):
        f.seek(at)
        f.write(bytes([0xa5] * 64))
PY
bad_db db-none 'no advisory database at db-none'
bad_db db-empty 'db-empty'
bad_db db-text 'db-text: not an advisory database'
bad_db db-cut 'db-cut'
bad_db db-flipped 'db-flipped'
mkdir db-dir
bad_db db-dir 'db-dir'

note "the cache"
cached() { scan --cache "$1" good; }
mkdir -m 777 open-cache
cached open-cache
is "$rc $(found)" "0 $expected" "a cache that others can write to is not used"
like "$err" 'warning: cache open-cache: must belong to the user that scans and be writable by nobody else' "and that is said"
is "$(ls open-cache)" "" "nothing is put there"
mkdir -m 700 closed
if [ "$(id -u)" = 0 ]; then
  chown 65534 closed
  cached closed
  is "$rc $(found)" "0 $expected" "a cache of somebody else is not used"
  like "$err" 'warning: cache closed: must belong to the user that scans' "and that is said"
  mkdir full && mount -t tmpfs -o size=8k,mode=700 none full 2>/dev/null && {
    at_exit "umount '$tmp/full' 2>/dev/null"
    head -c 8192 /dev/zero >full/filler 2>/dev/null
    cached full
    is "$rc $(found)" "0 $expected" "no space for the cache: the report is whole"
    like "$err" 'warning: cache full: .*No space left' "and that is said"
    is "$(ls full)" filler "nothing half written stays"
    umount full
  } || skip "no tmpfs can be mounted"
else
  skip "not root"
fi
: >a-file
cached a-file
is "$rc $(found)" "0 $expected" "a cache that is a file: the report is whole"
like "$err" 'warning: .*a-file' "and that is said"
cached mine
for f in mine/facts-*; do printf '\xff' | dd of="$f" bs=1 seek=60 conv=notrunc status=none; done
cached mine
is "$rc $(found)" "0 $expected" "altered facts in the cache are not taken"
for f in mine/facts-*; do truncate -s 30 "$f"; done
cached mine
is "$rc $(found)" "0 $expected" "nor cut ones"
for f in mine/facts-*; do is "$(head -c 7 "$f") $(($(stat -c %s "$f") > 60))" "plimfct 1" "the cache heals"; done
for f in mine/pair-*; do sed -i 's/ sha256:..../ sha256:0000/' "$f"; done
cached mine
is "$rc $(found)" "0 $expected" "an altered pair accuses no image"

note "poison: a configuration that claims another image's layer"
good_diff=$(cut -d' ' -f2 good.digests)
image evil <<<"layer gzip diff_id=$good_diff
text etc/os-release ID=debian\\nVERSION_ID=12\\n
text var/lib/dpkg/status Package: clean\\nStatus: install ok installed\\nVersion: 9\\nArchitecture: all\\nMaintainer: x\\n"
evil() {
  scan --cache mine evil
  is "$rc" 3 "$1: exit code 3"
  like "$(gaps)" "unreadable-layer sha256:[0-9a-f]{64} the configuration claims diff_id $good_diff, but the layer's content is sha256:" "$1: refused"
}
evil "claimed by one that is not known"
evil "again"
cached mine
is "$rc $(found)" "0 $expected" "the other image is as before"
# The same bytes, honest, so that the cache knows them; then the lie again.
image honest <<<"layer gzip
text etc/os-release ID=debian\\nVERSION_ID=12\\n
text var/lib/dpkg/status Package: clean\\nStatus: install ok installed\\nVersion: 9\\nArchitecture: all\\nMaintainer: x\\n"
scan --cache mine honest
is "$rc" 0 "an honest image of the same bytes"
evil "claimed by one that the cache knows"

note "permissions"
mkdir -p tree/etc tree/var/lib/dpkg
cp os tree/etc/os-release
cp status tree/var/lib/dpkg/status
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$tmp"
  chmod -R a+rX tree db os
  nobody() { run setpriv --reuid 65534 --regid 65534 --clear-groups "$PLIMSOLL" scan --archives never --db db --format json --no-cache "$1"; cp .out report; }
  if setpriv --reuid 65534 --regid 65534 --clear-groups "$PLIMSOLL" --version >/dev/null 2>&1; then
    nobody tree
    is "$rc" 0 "another user reads a directory"
    chmod 000 tree/var/lib/dpkg/status
    nobody tree
    is "$rc" 3 "a file that may not be read: exit code 3"
    like "$(jq -r '.coverage.gaps[] | .kind + " " + .subject + " " + .reason' report)" '^unreadable-file var/lib/dpkg/status cannot be read: Permission denied' "names place and cause"
    chmod 644 tree/var/lib/dpkg/status
    chmod 700 tree/var/lib/dpkg
    nobody tree
    like "$rc $(jq -r '.coverage.gaps[] | .kind + " " + .subject + " " + .reason' report)" '^(3 )?unreadable-file var/lib/dpkg[a-z/]* cannot be read: Permission denied' "a directory that may not be read"
    cp -r good locked && chmod 700 locked
    nobody locked
    is "$rc" 3 "an image that may not be read: exit code 3"
    like "$err" '^plimsoll: error: locked.*Permission denied' "names place and cause"
  else
    skip "nobody cannot run the program here"
  fi
else
  skip "not root"
fi
done_testing
