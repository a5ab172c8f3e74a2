#!/bin/bash
# Builds dist/plimsoll_VERSION_ARCH.deb with dpkg-deb: program, man pages, completion, documentation. `deb.sh`
set -euo pipefail
cd "$(dirname "$0")/.."
build=build-deb
# The same optimisation as the build that the tests ran on.
scripts/build.sh $build --prefix=/usr
version=$($build/plimsoll --version | cut -d' ' -f2)
arch=$(dpkg --print-architecture)
work=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-deb.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/debian/plimsoll
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
DESTDIR=$root meson install -C $build --no-rebuild --quiet
strip --strip-unneeded "$root/usr/bin/plimsoll"
# Where Debian's zsh looks.
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_plimsoll" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9n "$root"/usr/share/man/man1/*.1
doc=$root/usr/share/doc/plimsoll
mkdir -p "$doc" "$root/DEBIAN"
cat >"$doc/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: plimsoll

Files: *
Copyright: The Plimsoll authors
License: Apache-2.0
 On Debian systems, the full text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0.
END
printf 'plimsoll (%s) unstable; urgency=medium\n\n  * Package of this version.\n\n -- The Plimsoll authors <plimsoll@localhost>  %s\n' \
  "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
# Depends as the libraries say: dpkg-shlibdeps wants a source tree's debian/control.
cat >"$work/debian/control" <<END
Source: plimsoll

Package: plimsoll
Architecture: any
END
depends=$(cd "$work" && dpkg-shlibdeps -O -e debian/plimsoll/usr/bin/plimsoll 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
[ -n "$depends" ] || { echo "deb.sh: dpkg-shlibdeps found no dependencies" >&2; exit 1; }
cat >"$root/DEBIAN/control" <<END
Package: plimsoll
Version: $version
Architecture: $arch
Maintainer: The Plimsoll authors <plimsoll@localhost>
Installed-Size: $(du -k -s --apparent-size "$root/usr" | cut -f1)
Depends: $depends, libcurl4 (>= 7.88), libmicrohttpd12 (>= 0.9.75), libgnutls30 (>= 3.7), ca-certificates
Recommends: gpgv, libvectorscan5
Suggests: libyara9
Section: admin
Priority: optional
Description: finds the vulnerabilities of container images
 Plimsoll reads a container image, a root file system or a bill of materials and
 tells what is in it, which known vulnerabilities it has by the word of its
 distribution, and what could not be seen. It writes reports for people and
 machines: table, JSON, SARIF, CycloneDX, SPDX and more.
END
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -type d -exec chmod 755 {} +
mkdir -p dist
dpkg-deb --root-owner-group --build "$root" "dist/plimsoll_${version}_$arch.deb"
