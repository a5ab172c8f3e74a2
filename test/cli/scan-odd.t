#!/bin/bash
# What stands where an image, a package database or a text is expected, and is something else.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
# gap NAME REGEX: the image (lines on standard input) is read with exactly one gap
gap() {
  image "$1"
  scan --no-cache --allow-incomplete no-advisories --allow-incomplete unsupported-os "$1"
  is "$rc" 3 "$1: exit code 3"
  like "$(gaps)" "^unreadable-file $2\$" "$1: names place and cause, once"
}

note "no image at all"
exits 2 "an empty reference" "$PLIMSOLL" scan ''
like "$err" "an empty IMAGE: expected a path, a reference or -" "is wrong use"
exits 3 "a device without end" timeout 20 "$PLIMSOLL" scan --no-cache /dev/zero
like "$err" "/dev/zero is a device: expected an image archive" "is refused at once"
exits 3 "zeros without end on standard input" timeout 20 "$PLIMSOLL" scan --no-cache - < <(cat /dev/zero)
like "$err" "standard input: not an image archive: neither a tar nor compressed" "are refused at their first bytes"
image saved.tar <<<"image saved
${base/gzip/plain}"
mkfifo pipe
cat saved.tar >pipe &
scan --no-cache pipe
is "$rc $(found)" "0 $expected" "an archive from a pipe with a name"
# Between two readers the writer would die of SIGPIPE, seen only when the scan is slow: inotify(7) tells of a reader that left.
cat >left.py <<'PY'
import ctypes, os, time
libc = ctypes.CDLL(None)
fd = libc.inotify_init1(os.O_NONBLOCK)
libc.inotify_add_watch(fd, b"pipe", 0x10)  # IN_CLOSE_NOWRITE
open("ready", "w").close()
with open("pipe", "wb") as pipe:
    time.sleep(0.3)
    pipe.write(open("saved.tar", "rb").read())
    pipe.flush()
    try:
        print(len(os.read(fd, 4096)) // 16)
    except BlockingIOError:
        print(0)
PY
python3 left.py >left &
wait_for 10 test -e ready
sleep 0.2 # it waits in open(2) now
scan --no-cache pipe
wait $!
is "$rc $(cat left)" "0 0" "no reader opens it and leaves"
scan --no-cache <(cat saved.tar)
is "$rc $(found)" "0 $expected" "and from one without"
cat saved.tar | scan --no-cache -
gzip -c saved.tar | gzip -c >twice.tar.gz
scan --no-cache twice.tar.gz
is "$rc" 3 "an archive that is compressed twice: exit code 3"
like "$err" "twice.tar.gz: not a tar: it is compressed with gzip once more" "is told as that"

note "archives of docker save: no digest of a layer is stated, so the bytes are hashed; facts come from the cache"
written() { stat -c '%i' cache/facts-*; }
for kind in plain gzip; do
  rm -rf cache
  image "$kind.tar" <<<"image saved
${base/gzip/$kind}"
  scan --cache cache "$kind.tar"
  is "$rc $(found)" "0 $expected" "$kind: read"
  cp .out first.json
  before=$(written)
  scan --cache cache "$kind.tar"
  same .out first.json "$kind: the second report is the same"
  is "$(written)" "$before" "$kind: and its facts were not made again"
  # The layer of another image under this one's configuration.
  image evil.tar <<<"image saved
layer $kind diff_id=$(cut -d' ' -f2 "$kind.tar.digests")
text etc/os-release ID=debian\\nVERSION_ID=12\\n
file var/lib/dpkg/status none"
  scan --cache cache evil.tar
  is "$rc" 3 "$kind: a configuration that claims another image's layer"
  like "$(gaps)" 'unreadable-layer .*the configuration claims diff_id' "$kind: is found out, though the cache knows that layer"
done

note "no regular file where a database should be"
gap fifo 'var/lib/dpkg/status cannot be read: not a regular file' <<<"$base
layer gzip
fifo var/lib/dpkg/status"
is "$(found)" "" "fifo: what it hides is hidden"
mkdir -p root/etc root/var/lib/dpkg root/var/lib/dpkg/info
cp os root/etc/os-release
mkfifo root/var/lib/dpkg/status
scan --allow-incomplete no-advisories root
is "$rc $(gaps)" "3 unreadable-file var/lib/dpkg/status cannot be read: not a regular file" "a pipe in a directory"
rm root/var/lib/dpkg/status
cp status real-status
if [ "$(id -u)" = 0 ] && mknod root/var/lib/dpkg/status c 1 5 2>/dev/null; then
  scan --allow-incomplete no-advisories root
  is "$rc $(gaps)" "3 unreadable-file var/lib/dpkg/status cannot be read: not a regular file" "a device in a directory"
else
  skip "no devices can be made"
fi

note "texts without measure"
{ cat status; printf 'Package: openssl\nStatus: install ok installed\nVersion: 3.0.1-1\nArchitecture: arm64\nSource: '; head -c 50000000 /dev/zero | tr '\0' s; printf '\nMaintainer: x\n'; } >long-status
gap long-source 'var/lib/dpkg/status package openssl: its source package has 50000000 bytes, more than the 4096 that are read: left out' <<<"layer gzip
file etc/os-release os
file var/lib/dpkg/status long-status"
is "$(jq -r '[.findings[] | .id + " " + .package.architecture] | sort | join(",")' .out)" "CVE-2030-0001 amd64,CVE-2030-0001 arm64,CVE-2030-0002 amd64,CVE-2030-0002 arm64" "long-source: the package stays, with its findings"

note "large files, which go to a temporary file where one can be made"
{ head -c 12000000 /dev/zero | tr '\0' '\n'; printf 'Package: large\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n'; } >large-status
image large <<<"layer gzip
file etc/os-release os
file var/lib/dpkg/status large-status"
rm -rf root
mkdir -p root/etc root/var/lib/dpkg
cp os root/etc/os-release
cp large-status root/var/lib/dpkg/status
: >no-directory
for where in "$tmp" no-directory; do
  for what in large root; do
    run "$PLIMSOLL" sbom --quiet --no-cache --temp-dir "$where" --allow-incomplete unreadable-file --format cyclonedx $what
    cp .out "$what-${where##*/}.sbom"
    is "$rc $(jq -r '.components[] | select(.type == "library") | .name' .out)" "0 large" "$what: with --temp-dir ${where##*/}"
  done
done
same() { jq 'del(.serialNumber)' "$1" >same.a && jq 'del(.serialNumber)' "$2" >same.b && cmp same.a same.b && pass "$1 and $2 are the same" || fail "$1 and $2 are the same"; }
same "large-${tmp##*/}.sbom" large-no-directory.sbom
same "root-${tmp##*/}.sbom" root-no-directory.sbom

note "rpm databases that are whole and hold nothing, or too little"
bundled() { cat "$TOP/test/case/analyze/$1/root/var/lib/rpm/$2"; }
rpm_gap() {
  gap "$1" "var/lib/rpm/$2 $3" <<<"layer gzip
file etc/os-release os
file var/lib/rpm/$2 $1.db"
}
: >rpm-empty.db
rpm_gap rpm-empty rpmdb.sqlite 'an empty file, expected a package database'
python3 - "$TOP" <<'PY'
import struct, sys
top = sys.argv[1] + "/test/case/analyze/"
bdb = bytearray(open(top + "rpm-bdb/root/var/lib/rpm/Packages", "rb").read())
page = struct.unpack_from("<I", bdb, 20)[0]
pages = range(1, len(bdb) // page)
open("rpm-bdb-zeros.db", "wb").write(bdb[:page] + bytes(len(bdb) - page))
loop = bytearray(bdb)
at = next(n for n in pages if loop[n * page + 25] == 7 and struct.unpack_from("<I", loop, n * page + 16)[0])
struct.pack_into("<I", loop, at * page + 16, at)
open("rpm-bdb-loop.db", "wb").write(loop)
ndb = bytearray(open(top + "rpm-ndb/root/usr/lib/sysimage/rpm/Packages.db", "rb").read())
struct.pack_into("<I", ndb, 12, 0)
open("rpm-ndb-zeros.db", "wb").write(ndb)
PY
rpm_gap rpm-bdb-zeros Packages '[0-9]+ entries are announced, 0 are there'
rpm_gap rpm-bdb-loop Packages "page [0-9]+: a package's pages go from page ([0-9]+) to \\1, which belongs behind page [0-9]+"
rpm_gap rpm-ndb-zeros Packages.db 'no slot pages: a database of packages has at least one'
done_testing
