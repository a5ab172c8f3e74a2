#!/bin/bash
# Files of packages that were changed or deleted: made-up packages with every oddity, and real ones of dpkg and rpm against what `dpkg --verify` and `rpm --verify` say.
. "$TOP/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
cd "$tmp" || exit 1
scanned() { run "$PLIMSOLL" scan --archives never --db none --secrets off --format json --allow-incomplete no-database "$@"; }
broken() { printf %s "$out" | jq -r '.findings[] | select(.kind == "integrity") | "\(.severity) \(.id) \(.layer) \(.path) \(.title) (\(.detail))"' | LC_ALL=C sort; }
gaps() { printf %s "$out" | jq -r '.coverage.gaps[] | select(.allowed | not) | .kind + " " + .subject + " " + .reason'; }
md5() { md5sum "$1" | cut -c1-32; }
for f in honest packed second third manual conf dropper gone; do echo "$f" >$f; done
: >empty
printf 'ID=debian\nVERSION_ID="12"\n' >os
printf 'Package: tool\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nMaintainer: x\n\n' >status
printf '/.\n/usr/bin/tool\n' >list

# What packages state of their files: an image whose upper layer changes, deletes and links.
mkdir info
{
    echo "$(md5 honest)  bin/tool"
    echo "$(md5 honest)  usr/bin/hard"
    echo "$(md5 second)  usr/bin/second"
    echo "$(md5 third)  usr/share/kept"
    echo "$(md5 third)  usr/share/linked"
    echo "$(md5 third)  usr/share/diverted"
    echo "$(md5 manual)  usr/share/man/man1/tool.1"
    echo "$(md5 empty)  usr/share/empty"
    echo "$(md5 conf)  etc/tool.conf"
    echo "$(md5 gone)  usr/lib/gone"
} >info/sums
echo /etc/tool.conf >info/conffiles
printf '/usr/share/diverted\n/usr/share/diverted.tool\nother\n' >info/diversions
package() {
    cat <<EOF
image
layer gzip
file etc/os-release os
file var/lib/dpkg/info/tool.list list
file var/lib/dpkg/status status
file var/lib/dpkg/info/tool.md5sums info/sums
file var/lib/dpkg/info/tool.conffiles info/conffiles
file var/lib/dpkg/diversions info/diversions
exec usr/bin/tool honest
hard usr/bin/hard usr/bin/tool
exec usr/bin/second second
file usr/share/kept third
file usr/share/linked third
file usr/share/diverted dropper
file usr/share/man/man1/tool.1 manual
file usr/share/empty empty
file etc/tool.conf conf
file usr/lib/gone gone
EOF
}
package | python3 "$TOP/test/mkimage.py" whole >/dev/null
{
    package
    cat <<EOF
layer zstd
file opt/evil dropper
exec usr/bin/tool packed
file etc/tool.conf dropper
hard usr/bin/second opt/evil
link usr/share/linked /opt/evil
file usr/share/man/man1/.wh.tool.1 empty
file usr/lib/.wh.gone empty
EOF
} | python3 "$TOP/test/mkimage.py" changed >/dev/null
scanned --integrity whole
is "$rc $(broken)" "0 " "what the packages brought"
scanned changed
is "$(broken)" "" "not asked for"
scanned --integrity changed
is "$(jq -r '[.findings[] | select(.kind == "integrity" and .id != "PACKAGE-DOCUMENTATION-MISSING") | "\(.package.name) \(.package.ref | length > 0)"] | unique | join(",")' <<<"$out")" "tool true" "each file has its package"
want="HIGH PACKAGE-FILE-CHANGED 1 usr/bin/tool A file of package tool is not what the package brought (the package states md5:$(md5 honest), the file has md5:$(md5 packed))
LOW PACKAGE-DOCUMENTATION-MISSING null usr/share/man/man1/tool.1 Documentation of packages is gone (1 file of 1 package: manuals, translations, licences)
MEDIUM PACKAGE-FILE-CHANGED 1 usr/bin/second A file of package tool is not what the package brought (the package states md5:$(md5 second), the file has md5:$(md5 dropper))
MEDIUM PACKAGE-FILE-CHANGED 1 usr/share/linked A file of package tool is not what the package brought (the package states md5:$(md5 third), it is a symbolic link to /opt/evil)
MEDIUM PACKAGE-FILE-MISSING 1 usr/lib/gone A file of package tool is gone (the package states md5:$(md5 gone), the layer deletes it)"
is "$(broken)" "$want" "changed, linked and deleted; no configuration, nothing diverted"
scanned --integrity changed
is "$(broken)" "$want" "the same from the cache"
exits 1 "they count for --fail-on" "$PLIMSOLL" scan --archives never --db none --allow-incomplete no-database --integrity --fail-on high changed
scanned --hash-list <(sha256sum dropper) --integrity changed
is "$(broken | wc -l) $(printf %s "$out" | jq -r '.findings[] | select(.kind == "malware") | .path' | sort | tr '\n' ' ')" "5 etc/tool.conf opt/evil usr/share/diverted " "beside a list of malware"

# Digests are computed where packages put their files, and elsewhere once one states a file there, or a link leads there.
mkdir info/places
for kind in stated linked; do
  [ $kind = stated ] && path=app/tool || path=usr/bin/link
  { cat info/sums; echo "$(md5 honest)  $path"; } >info/places/$kind
  {
    package | sed "s!info/sums!info/places/$kind!"
    echo "file app/tool packed"
    [ $kind = stated ] || echo "hard usr/bin/link app/tool"
  } | python3 "$TOP/test/mkimage.py" $kind >/dev/null
  scanned --integrity $kind
  is "$(broken) $(gaps)" "MEDIUM PACKAGE-FILE-CHANGED 0 $path A file of package tool is not what the package brought (the package states md5:$(md5 honest), the file has md5:$(md5 packed)) " "$kind: a file where packages put none"
done

# A package that states nothing, and a database above that states another digest than the one below it: layers are read again for it.
sed '/tool.md5sums/d' <(package) | python3 "$TOP/test/mkimage.py" silent >/dev/null
scanned --integrity silent
is "$rc $(broken) $(gaps)" "3  no-digests tool 1 of 1 packages state no digests of their files: whether these were changed is not known" "what cannot be compared is said"
sha1() { printf 'Q1%s' "$(openssl dgst -sha1 -binary "$1" | base64)"; }
cat >installed <<EOF
P:tool
V:1-r0
A:x86_64
F:bin
R:tool
Z:$(sha1 honest)
R:link
Z:$(sha1 <(printf tool))
F:etc
R:tool.conf
Z:$(sha1 conf)
F:usr/lib
R:gone
Z:$(sha1 gone)

EOF
python3 "$TOP/test/mkimage.py" mixed >/dev/null <<EOF
image
layer gzip
file etc/os-release os
file var/lib/dpkg/status status
file var/lib/dpkg/info/tool.md5sums info/sums
exec usr/bin/tool honest
hard usr/bin/hard usr/bin/tool
exec usr/bin/second second
layer gzip
exec bin/tool packed
file usr/lib/gone gone
layer gzip
file lib/apk/db/installed installed
link bin/link tool
file etc/tool.conf dropper
EOF
scanned --integrity --cache none mixed
is "$(broken | grep -v 'MISSING')" "HIGH PACKAGE-FILE-CHANGED 1 bin/tool A file of package tool is not what the package brought (the package states md5:$(md5 honest), the file has md5:$(md5 packed))" "a digest that only an upper layer's database states is there for the lower layers' files, too"
python3 "$TOP/test/mkimage.py" alpine >/dev/null <<EOF
image
layer gzip
text etc/os-release ID=alpine\nVERSION_ID=3.20.1\n
file lib/apk/db/installed installed
exec bin/tool honest
link bin/link tool
file etc/tool.conf dropper
file usr/lib/gone gone
layer gzip
exec bin/tool packed
link bin/link other
EOF
scanned --integrity alpine
is "$(broken)" "HIGH PACKAGE-FILE-CHANGED 1 bin/tool A file of package tool is not what the package brought (the package states sha1:$(sha1sum honest | cut -c1-40), the file has sha1:$(sha1sum packed | cut -c1-40))
MEDIUM PACKAGE-FILE-CHANGED 1 bin/link A file of package tool is not what the package brought (the package states sha1:$(printf tool | sha1sum | cut -c1-40), it is a symbolic link to other)" "Alpine: files and links"

# Real packages of rpm: two are changed, one loses a file, documentation was left out.
mkdir -p top/SPECS
cat >top/SPECS/tool.spec <<'EOF'
Name: tool
Version: 1.0
Release: 1
Summary: x
License: MIT
BuildArch: noarch
%description
x
%files
/usr/bin/*
%config(noreplace) /etc/tool.conf
%ghost /var/log/tool.log
%doc /usr/share/doc/tool/README
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc %{buildroot}/var/log %{buildroot}/usr/share/doc/tool
for f in kept changed gone; do echo $f >%{buildroot}/usr/bin/$f; chmod 755 %{buildroot}/usr/bin/$f; done
: >%{buildroot}/usr/bin/empty
ln -s kept %{buildroot}/usr/bin/link
echo conf >%{buildroot}/etc/tool.conf
: >%{buildroot}/var/log/tool.log
echo doc >%{buildroot}/usr/share/doc/tool/README
EOF
if rpmbuild --quiet --dbpath "$tmp/builddb" --define "_topdir $tmp/top" --define "__os_install_post %{nil}" -bb top/SPECS/tool.spec >rpm.log 2>&1 &&
  rpm --root "$tmp/rpmroot" --dbpath /var/lib/rpm --define '_db_backend sqlite' --nodeps --excludedocs -i top/RPMS/noarch/*.rpm >>rpm.log 2>&1; then
  # The write-ahead log would stay beside the database.
  python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("pragma journal_mode = delete")' rpmroot/var/lib/rpm/rpmdb.sqlite
  printf 'ID=fedora\nVERSION_ID=40\n' >rpmroot/etc/os-release
  scanned --integrity dir:rpmroot
  is "$rc $(broken) $(gaps)" "0  " "rpm: what the package brought, without its documentation"
  echo other >rpmroot/usr/bin/changed && echo other >rpmroot/etc/tool.conf && echo x >rpmroot/usr/bin/empty && rm rpmroot/usr/bin/gone
  scanned --integrity dir:rpmroot
  rpm --root "$tmp/rpmroot" --dbpath /var/lib/rpm --define '_db_backend sqlite' -V --nouser --nogroup --nomtime --nodeps tool >verify 2>/dev/null
  is "$(printf %s "$out" | jq -r '.findings[] | select(.kind == "integrity") | .path' | sort)" "$(grep -v ' [cgd] ' verify | sed 's,.* /,,' | sort)" "rpm: the files that rpm --verify names"
  is "$(broken | cut -d' ' -f1-4)" "HIGH PACKAGE-FILE-CHANGED null usr/bin/changed
MEDIUM PACKAGE-FILE-CHANGED null usr/bin/empty
MEDIUM PACKAGE-FILE-MISSING null usr/bin/gone" "rpm: changed and gone"
else
  fail "rpm makes a root" "$(cat rpm.log)"
fi

# Debian: a whole debootstrap is as its packages brought it; then one file each is changed, deleted, replaced by a link and made empty.
if [ "$(id -u)" != 0 ]; then
  skip "debootstrap and dpkg --root need root"
elif fixture_bookworm root; then
  scanned --integrity dir:root
  is "$(broken) $(gaps)" " " "debootstrap: what the packages brought, of $(printf %s "$out" | jq '.packages | length') packages"
  dpkg --root="$tmp/root" --verify >verify 2>&1
  is "$(grep -v '^??5?????? c ' verify)" "" "debootstrap: dpkg --verify agrees"
  for f in usr/bin/find usr/share/perl5/Debconf/Config.pm; do cp root/$f copy && echo >>copy && rm root/$f && cp -p copy root/$f; done
  rm root/usr/bin/xargs root/usr/share/doc/bash/copyright && ln -sf /bin/true root/usr/bin/diff
  cp root/etc/debconf.conf copy && rm root/etc/debconf.conf && { cat copy; echo; } >root/etc/debconf.conf
  scanned --integrity dir:root
  dpkg --root="$tmp/root" --verify >verify 2>&1
  # dpkg follows links, which may lead out of its root; it counts documentation with the rest.
  is "$(printf %s "$out" | jq -r '.findings[] | select(.kind == "integrity") | .path' | sort)" "$({ grep -v ' c ' verify | sed 's,.* /,,'; echo usr/bin/diff; } | sort -u)" "debootstrap: the files that dpkg --verify names"
  is "$(printf %s "$out" | jq '[.findings[] | select(.kind == "integrity")] | length')" 5 "debootstrap: five"
else
  skip "debootstrap cannot reach an archive"
fi
done_testing
