#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes package databases of the same packages, in all forms, with Debian's rpm, Berkeley DB's tools and rpmdb.py:
#   make-rpmdb.sh DIR COUNT   ->  DIR/{sqlite,ndb,bdb,bdb-big}/… and DIR/rpms/*.rpm
# COUNT small packages, a modular one, one with an epoch, one with 4,000 files, and a gpg-pubkey pseudo package.
set -euo pipefail
dir=$(mkdir -p "$1" && cd "$1" && pwd)
count=${2:-320}
top=$dir/build
mkdir -p "$top"/{SPECS,BUILD,BUILDROOT,RPMS,SRPMS,SOURCES}
spec=$top/SPECS/bundle.spec
{
  cat <<'SPEC'
Name: bundle
Version: 1.0
Release: 3%{?dist}.el9_4
Summary: Test packages
License: MIT and GPLv2+
Vendor: Plimsoll Test Vendor
Packager: Build Host <build@example.org>
BuildArch: noarch
Requires: glibc >= 2.17
%description
Packages of a test.
%files
/usr/share/bundle
%package -n modular
Summary: A modular package
Version: 18.19.0
Epoch: 1
ModularityLabel: nodejs:18:9030020231213141412:rhel9
%description -n modular
x
%files -n modular
/usr/bin/modular
%package -n many-files
Summary: Many files
Version: 2.0~rc1
License: Apache-2.0
%description -n many-files
x
%files -n many-files
/opt/many
SPEC
  for ((i = 1; i <= count; i++)); do
    printf '%%package -n tiny%d\nSummary: Tiny %d\nVersion: %d.%d\nRequires: tiny%d\n%%description -n tiny%d\nx\n%%files -n tiny%d\n/usr/share/tiny/%d\n' \
      $i $i $((i % 7)) $i $((i % count + 1)) $i $i $i
  done
  cat <<SPEC
%prep
%build
%install
mkdir -p %{buildroot}/usr/share/bundle %{buildroot}/usr/bin %{buildroot}/usr/share/tiny %{buildroot}/opt/many
echo a >%{buildroot}/usr/share/bundle/a
echo m >%{buildroot}/usr/bin/modular
for i in \$(seq $count); do echo \$i >%{buildroot}/usr/share/tiny/\$i; done
for d in \$(seq 40); do mkdir %{buildroot}/opt/many/\$d; for f in \$(seq 100); do : >%{buildroot}/opt/many/\$d/file-with-a-long-name-\$f; done; done
SPEC
} >"$spec"
rpmbuild --quiet --dbpath "$top/db" --define "_topdir $top" --define "_build_id_links none" --define "__os_install_post %{nil}" \
  --define "_binary_payload w0.gzdio" --define "_duplicate_files_terminate_build 0" -bb "$spec" >"$dir/rpmbuild.log" 2>&1 || { cat "$dir/rpmbuild.log" >&2; exit 1; }
mv "$top/RPMS" "$dir/rpms"

# A key in the keyring: the pseudo package that is no package.
key=$dir/key
mkdir -m 700 -p "$key"
if command -v gpg >/dev/null; then
  gpg --homedir "$key" --batch --quiet --passphrase '' --quick-gen-key 'Test Key <key@example.org>' rsa2048 sign never 2>/dev/null
  gpg --homedir "$key" --armor --export >"$dir/key.asc" 2>/dev/null
  gpgconf --homedir "$key" --kill all 2>/dev/null || :
fi

mkdir -p "$dir"/{sqlite,ndb,bdb,bdb-big}
find "$dir/rpms" -name '*.rpm' -print0 | sort -z |
  xargs -0 rpm --dbpath "$dir/sqlite" --define '_db_backend sqlite' -i --justdb --nodeps --ignorearch --ignoreos --nosignature --noscripts --notriggers 2>"$dir/install.log" ||
  { cat "$dir/install.log" >&2; exit 1; }
[ ! -s "$dir/key.asc" ] || rpm --dbpath "$dir/sqlite" --define '_db_backend sqlite' --import "$dir/key.asc"

# rpm writes Berkeley DB no more, and Debian's has no ndb: both hold the same header blobs.
sqlite3 "$dir/sqlite/rpmdb.sqlite" 'select hnum, hex(blob) from Packages order by hnum' >"$dir/blobs"
here=$(dirname "${BASH_SOURCE[0]}")
python3 "$here/rpmdb.py" ndb "$dir/ndb/Packages.db" <"$dir/blobs"
python3 "$here/rpmdb.py" bdb "$dir/bdb/Packages" 1234 <"$dir/blobs"
python3 "$here/rpmdb.py" bdb "$dir/bdb-big/Packages" 4321 <"$dir/blobs"
