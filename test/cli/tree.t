#!/bin/bash
# Directories as a whole: what is mounted below them, links, and files that cannot be read.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
mkdir -p tree/{etc,proc,mnt,var/lib,opt/node_modules/a} data/dpkg
cp os tree/etc/os-release
mkdir tree/data && cp -r data/dpkg tree/data/ && cp status tree/data/dpkg/status
ln -s /data/dpkg tree/var/lib/dpkg
echo '{"name": "a", "version": "1.0.0"}' >tree/opt/node_modules/a/package.json
ln -s a tree/opt/node_modules/link
names() { jq -r '.packages[] | .type + " " + .name' .out | sort | paste -sd,; }
scan tree
is "$(names)" "deb fixed,deb openssl,deb zlib1g,npm a" "a database behind a link is read; a package behind one is seen once"
is "$(jq -r '.packages[] | select(.type == "npm") | .places' .out)" 1 "where it lies"
if [ "$(id -u)" = 0 ] && mount -t proc proc tree/proc 2>/dev/null; then
  at_exit "umount '$tmp/tree/proc' 2>/dev/null"
  mount -t tmpfs tmpfs tree/mnt && at_exit "umount '$tmp/tree/mnt' 2>/dev/null"
  mkdir -p tree/mnt/node_modules/b
  echo '{"name": "b", "version": "1.0.0"}' >tree/mnt/node_modules/b/package.json
  scan tree
  is "$(names)" "deb fixed,deb openssl,deb zlib1g,npm a,npm b" "what is mounted is looked at"
  is "$(jq -r '.coverage.mounts, .coverage.mounts_left_out' .out | paste -sd' ')" "1 1" "and counted; proc is left out"
  umount tree/mnt tree/proc # what comes changes modes
else
  note "mounting is not allowed here"
fi
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --regid 65534 --clear-groups "$PLIMSOLL" --version >/dev/null 2>&1; then
  chmod 755 "$tmp" && chmod -R a+rX tree db
  mkdir tree/secret{1,2,3} && chmod 700 tree/secret?
  run setpriv --reuid 65534 --regid 65534 --clear-groups "$PLIMSOLL" scan --archives never --db db --format json --no-cache tree
  like "$(gaps)" '^unreadable-file (proc/[0-9a-z/]*|secret1) cannot be read: Permission denied \(and [0-9]+ more files or directories\)$' "files that may not be read are one gap for each reason"
  is "$(gaps | grep -c unreadable-file)" 1 "and no more"
else
  note "nobody cannot run the program here"
fi
done_testing
