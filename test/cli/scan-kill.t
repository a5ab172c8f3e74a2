#!/bin/bash
# Workers that are killed cost a file, never the report; whoever kills us finds nothing left behind.
. "${TOP:?}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
cd "${tmp:?}" || exit 1
mkdir -p tree/etc tree/var/lib/dpkg temp
cp os tree/etc/os-release
cp status tree/var/lib/dpkg/status
# Long to read and quick to make: zeros, below the floor from which expansion counts, then what analyzers want.
truncate -s 500M tree/etc/zeros
tar -cf - -C tree etc/zeros etc/os-release var/lib/dpkg/status | tee >(sha256sum | cut -d' ' -f1 >diff_id) | zstd -q -1 >big.tar.zst
wait_for 10 test -s diff_id
image big <<<"layer plain tar=big.tar.zst diff_id=sha256:$(cat diff_id)"
tar -cf big.tar -C big .
begin() {
  TMPDIR=$tmp/temp env --default-signal=INT "$PLIMSOLL" scan --archives never --db db --format json --cache cache --temp-dir temp "$@" >.out 2>err <"${input:-/dev/null}" &
  pid=$!
}
worker() { pgrep -P "$pid" -x plimsoll-worker; }
# catch: waits for a worker (it lives for a moment only, so without rest): $victim
catch() { until victim=$(worker); do kill -0 "$pid" || return 1; done; }
children() { pgrep -P "$pid"; }

begin --allow-incomplete unreadable-file big
catch && kill -9 $victim
wait "$pid"
is "$?" 0 "a killed worker: accepted as an unreadable file"
is "$(found | grep -v MALFORMED)" "$expected" "the findings of the other files are there"
is "$(jq -r '.coverage.gaps[] | .kind + " " + .subject + " " + .reason' .out)" "unreadable-file etc/zeros a worker died on this file: it was left out" "the file is named"
begin big
catch && kill -9 $victim
wait "$pid"
is "$?" 3 "not accepted: exit code 3"
is "$(find cache -name 'facts-*' 2>/dev/null)" "" "what was not all seen is not kept"
for i in 1 2; do
  begin big
  sleep "0.0$((RANDOM % 90 + 10))"
  kill -9 $(worker) 2>/dev/null
  wait "$pid"
  code=$?
  is "$((code == 0 || code == 3)) $(found | grep -v MALFORMED)" "1 $expected" "killed at a random moment: the findings are there"
  [ "$code" = 3 ] || rm -rf cache
done

# Whoever ends us: the image comes from standard input, so that there is something to spool.
for signal in KILL INT TERM; do
  rm -rf cache
  input=big.tar begin -
  catch || fail "SIG$signal: a worker runs"
  family=$(children)
  kill -s $signal "$pid"
  wait "$pid" 2>/dev/null
  is "$?" "$((128 + $(kill -l $signal)))" "SIG$signal ends the scan"
  gone() { for p in $family; do ! kill -0 "$p" 2>/dev/null || return 1; done; }
  wait_for 5 gone
  is "$(for p in $family; do ps -o comm= -p "$p"; done)" "" "SIG$signal: no worker is left"
  is "$(find temp cache -type f 2>/dev/null)" "" "SIG$signal: no file is left"
done
done_testing
