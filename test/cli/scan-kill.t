#!/bin/bash
# Workers that are killed cost a file, never the report; whoever kills us finds nothing left behind.
. "${TOP:?}/test/lib.sh" || exit 1
. "$TOP/test/scan-lib.sh"
scan_fixture
cd "${tmp:?}" || exit 1
mkdir -p tree/etc tree/var/lib/dpkg temp
cp os tree/etc/os-release
cp status tree/var/lib/dpkg/status
# Long to inflate and quick to make: noise in letters, the same member of a gzip stream eight times; then what analyzers want.
head -c 30000000 /dev/urandom | base64 -w 0 >noise
for i in 1 2 3 4 5 6 7 8; do cat noise; done >tree/etc/noise
tar -cf big.plain -C tree etc/noise etc/os-release var/lib/dpkg/status
sha256sum <big.plain | cut -d' ' -f1 >diff_id
gzip -1 <noise >noise.gz
{
  head -c 512 big.plain | gzip
  for i in 1 2 3 4 5 6 7 8; do cat noise.gz; done
  tail -c "+$((512 + 8 * $(stat -c %s noise) + 1))" big.plain | gzip
} >big.tar.gz
rm -f big.plain noise noise.gz tree/etc/noise
image big <<<"layer plain tar=big.tar.gz diff_id=sha256:$(cat diff_id)"
tar -cf big.tar -C big .
begin() {
  TMPDIR=$tmp/temp env --default-signal=INT "$PLIMSOLL" scan --archives never --db db --format json --cache cache --temp-dir temp "$@" >.out 2>err <"${input:-/dev/null}" &
  pid=$!
}
# $victim: its workers. Read without another process: they live for a moment only, and on a busy machine pgrep takes longer than that.
worker() {
  local list name child
  local -a children
  victim=
  for list in /proc/"$pid"/task/*/children; do
    read -ra children <"$list"
    for child in "${children[@]}"; do
      read -r name </proc/"$child"/comm && [ "$name" = plimsoll-worker ] && victim+=" $child"
    done
  done 2>/dev/null
  [ -n "$victim" ]
}
# catch: waits for a worker that has worked for 50 ms: one that dies before its first file costs nothing and leaves no trace
catch() {
  local -a stat
  until worker && read -ra stat </proc/"${victim# }"/stat && ((stat[13] + stat[14] >= 5)); do kill -0 "$pid" || return 1; done 2>/dev/null
}
children() { pgrep -P "$pid"; }

begin --allow-incomplete unreadable-file big
catch && kill -9 $victim
wait "$pid"
is "$?" 0 "a killed worker: accepted as an unreadable file"
is "$(found | grep -v MALFORMED)" "$expected" "the findings of the other files are there"
is "$(jq -r '.coverage.gaps[] | .kind + " " + .subject + " " + .reason' .out)" "unreadable-file etc/noise a worker died on this file: it was left out" "the file is named"
begin big
catch && kill -9 $victim
wait "$pid"
is "$?" 3 "not accepted: exit code 3"
is "$(find cache -name 'facts-*' 2>/dev/null)" "" "what was not all seen is not kept"
for i in 1 2; do
  begin big
  sleep "0.0$((RANDOM % 90 + 10))"
  worker && kill -9 $victim 2>/dev/null
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
