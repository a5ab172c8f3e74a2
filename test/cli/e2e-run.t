#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `make run IMAGE=…` as a newcomer types it: the database from the feeds at hand, a readable report, exit code 0 whatever it says.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/e2e.sh"
cd "$TOP" || exit 1
export PLIMSOLL_FEEDS=$tmp/feeds BUILD PLIMSOLL
unset MAKEFLAGS MAKELEVEL
cp -r "$FEEDS" "$PLIMSOLL_FEEDS"
mkdir -p "$tmp/root/etc" "$tmp/root/lib/apk/db"
printf 'P:plim-ship\nV:1.2.3-r1\nA:x86_64\no:plim-ship\n\n' >"$tmp/root/lib/apk/db/installed"
printf 'ID=alpine\nVERSION_ID=3.22.1\n' >"$tmp/root/etc/os-release"
umoci init --layout "$tmp/lay" && umoci new --image "$tmp/lay:1" && umoci insert --image "$tmp/lay:1" "$tmp/root" / >/dev/null

# It builds where it must: nothing here, with what the tests run with.
make_run() { exits 0 "$1" make --no-print-directory run IMAGE="$2"; }
make_run "the first run makes the database" "$tmp/lay:1"
like "$err" "making the advisory database" "and says so"
like "$out" "CVE-2026-92001" "the finding is in the report"
like "$out" "1[.]2[.]3-r2" "with the version that mends it"
first=$out
make_run "the second run" "$tmp/lay:1"
unlike "$err" "making the advisory database" "does not make it anew"
is "$out" "$first" "and prints the same"
like "$(head -1 <<<"$out")" "^Image " "whose first line is the report's"
echo '{"schema_version":"1.6.0","id":"ALPINE-CVE-2026-92009","modified":"2026-11-01T10:00:00Z","upstream":["CVE-2026-92009"],"affected":[{"package":{"ecosystem":"Alpine:v3.22","name":"plim-ship"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}' \
  >>"$PLIMSOLL_FEEDS/alpine.jsonl"
make_run "after the feeds changed" "$tmp/lay:1"
like "$out" "CVE-2026-92009" "the new record is found"
printf 'ID=plimos\nVERSION_ID=1\n' >"$tmp/root/etc/os-release"
make_run "a report with gaps is a report" "$tmp/root"
like "$out" "plimos" "which names the distribution"
exits 2 "no image, no report" make --no-print-directory run IMAGE="$tmp/none.tar"
like "$err" "none[.]tar" "is named"
PLIMSOLL_FEEDS=$tmp/nowhere exits 2 "feeds that are not there" make --no-print-directory run IMAGE="$tmp/root"
like "$err" "PLIMSOLL_FEEDS: .*nowhere is no directory" "are named"
done_testing
