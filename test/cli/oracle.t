#!/bin/bash
# `plimsoll scan` against expectations that test/oracle computes from the raw feed files, sharing no code with it: no difference.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/fixtures.sh"
need_shared
feeds=$SHARED/advisories

exits 0 "version orders of the oracle are those of dpkg and rpm" python3 "$TOP/test/oracle/check-versions.py"
note "$out"
exits 0 "the database is built" "$PLIMSOLL" db build --quiet --db "$tmp/advisories.db" "$feeds"

# oracle NAME SET [ROOT [IMAGE]]
oracle() {
  exits 0 "$1" python3 "$TOP/test/oracle/oracle.py" "$feeds" "$PLIMSOLL" "$tmp/advisories.db" "$tmp" "${@:2}"
  note "$out"
}
oracle "Debian 12: rows below, at and above the fix" debian:12
oracle "Debian 11: rows below, at and above the fix" debian:11
oracle "Ubuntu 22.04 with ESM" ubuntu:22.04
oracle "Alpine 3.20" alpine:3.20
oracle "AlmaLinux 8 with modules" almalinux:8
oracle "Red Hat Enterprise Linux 8 with modules and states" rhel:8
oracle "Rocky Linux 8 with modules" rocky:8
oracle "Amazon Linux 2 with extras" amazon:2
oracle "Amazon Linux 2023" amazon:2023

if fixture_bookworm "$tmp/bookworm"; then
  oracle "a debootstrap root" debian:12 "$tmp/bookworm"
  if umoci init --layout "$tmp/oci" && umoci new --image "$tmp/oci:bookworm" && umoci insert --image "$tmp/oci:bookworm" "$tmp/bookworm" / >/dev/null; then
    oracle "the same as an OCI image" debian:12 "$tmp/bookworm" "$tmp/oci:bookworm"
  else
    fail "umoci makes an image"
  fi
else
  skip "debootstrap cannot reach an archive"
fi

# An oracle that agrees with everything would prove nothing: one package of another name must be noticed.
cp -r "$tmp/debian-11" "$tmp/other"
sed -i '0,/^Package: /s//Package: other-/' "$tmp/other/var/lib/dpkg/status"
run python3 "$TOP/test/oracle/oracle.py" "$feeds" "$PLIMSOLL" "$tmp/advisories.db" "$tmp" debian:11 "$tmp/debian-11" "$tmp/other"
is "$rc" 1 "one renamed package is a difference"
like "$out" "other-.*: expected nothing, plimsoll says" "and is named"
done_testing
