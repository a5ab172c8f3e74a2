#!/bin/bash
# Programs known by their own version strings: those of Debian's packages, against the versions of the packages.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
# PACKAGE NAME FILE
rows='apache2-bin apache usr/sbin/apache2
bash bash bin/bash
busybox-static busybox bin/busybox
haproxy haproxy usr/sbin/haproxy
libc6 glibc lib/x86_64-linux-gnu/libc.so.6
libcurl4 curl usr/lib/x86_64-linux-gnu/libcurl.so.4.*
libnode108 node usr/lib/x86_64-linux-gnu/libnode.so.108
libpython3.11 python usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0
libruby3.1 ruby usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.*
libssl3 openssl usr/lib/x86_64-linux-gnu/libcrypto.so.3
lighttpd lighttpd usr/sbin/lighttpd
mariadb-server-core mariadb usr/sbin/mariadbd
memcached memcached usr/bin/memcached
nginx nginx usr/sbin/nginx
openssl openssl usr/bin/openssl
perl-base perl usr/bin/perl
php8.2-cli php usr/bin/php8.2
postgresql-15 postgresql usr/lib/postgresql/15/bin/postgres
python3.11-minimal python usr/bin/python3.11
redis-tools redis usr/bin/redis-check-rdb
zlib1g zlib lib/x86_64-linux-gnu/libz.so.1.*'
mkdir "$tmp/debs"
if ! (cd "$tmp/debs" && apt-get download -qq -o APT::Sandbox::User=root $(cut -d ' ' -f 1 <<<"$rows")) 2>"$tmp/log"; then
  skip "Debian's archive does not give the packages: $(tail -2 "$tmp/log")"
  done_testing
fi
while read -r package name file; do
  deb=$(ls "$tmp/debs/${package}"_*.deb)
  mkdir -p "$tmp/root/$package"
  dpkg-deb -x "$deb" "$tmp/root/$package"
  # The upstream version: without epoch, revision and what Debian appends to it.
  version=$(dpkg-deb -f "$deb" Version | sed 's/^[0-9]*://; s/-[^-]*$//; s/[+~].*//; s/\.dfsg.*//')
  file=$(cd "$tmp/root/$package" && find $file -type f | head -1)
  got=$("$PLIMSOLL" facts "$tmp/root/$package/$file" | jq -r '.facts[] | select(.analyzer == "known-binary") | .name + " " + .version')
  is "$got" "$name $version" "$file of $package"
done <<<"$rows"

# Nothing else in all of these packages is taken for something that it is not.
for package in "$tmp/root/"*; do
  "$PLIMSOLL" facts --analyzer known-binary "$package" | jq -r '.facts[] | select(.kind == "package") | .name + " " + .version'
done | LC_ALL=C sort -u >"$tmp/all"
is "$(cut -d ' ' -f 1 "$tmp/all" | sort | uniq -d)" "" "each program has one version in all of its files"
is "$(wc -l <"$tmp/all")" "$(cut -d ' ' -f 2 <<<"$rows" | sort -u | wc -l)" "and no others are seen"

for release in /usr/lib/jvm/java-*/release; do
  if [ -e "$release" ]; then
    want=$("${release%/release}/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p')
    is "$("$PLIMSOLL" facts "$release" | jq -r '.facts[] | .name + " " + .version')" "java $want" "$(basename "${release%/release}"): as java -version"
    break
  fi
done
done_testing
