#!/bin/bash
# The spool of an output when its file is not what it left there: broken, cut off, somebody else's, held, read only. It starts and delivers all the same or says why not, and what the file held is
# kept or counted.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
lines=$BUILD/test/unit/deliver-lines
got=$tmp/got spool=$tmp/spool file=$tmp/spool/hook.spool
away="webhook:http://127.0.0.1:1/ name=hook"
port=$(free_port)
python3 "$TOP/test/cli/receiver.py" http "$port" "$got" >"$tmp/ready" 2>/dev/null &
at_exit "kill $! 2>/dev/null"
wait_for 10 grep -q ready "$tmp/ready"
there="webhook:http://127.0.0.1:$port/ name=hook"
feed() { seq -f "$1 %.0f" "$2" >"$tmp/alerts"; run "$lines" "$spool" "$3" <"$tmp/alerts"; }
arrived() { grep -o "$1 [0-9]*" "$got" 2>/dev/null | sort -u | wc -l; }
afresh() { rm -rf "$spool" "$got"; mkdir -p "$spool"; }
# goes_on NAME REGEX: three new alerts arrive, and what was there is set aside with a word
goes_on() {
  feed new 3 "$there"
  is "$rc $(arrived new)" "0 3" "$1: new alerts arrive"
  like "$err" "bad: output hook: .*$2.*hook.spool.broken now, with what was in it" "$1: which is said"
}

afresh
head -c 100000 /dev/urandom >"$file"
cp "$file" "$tmp/copy"
goes_on "bytes without sense" 'not a database'
same "$tmp/copy" "$file.broken" "and the file is kept"
afresh
: >"$file"
feed new 3 "$there"
is "$rc $(arrived new) $(grep -c bad: <<<"$err")" "0 3 0" "an empty file is a new spool"
python='import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.execute("INSERT INTO message VALUES (1)") if "message" in sys.argv[2] else 0; c.commit()'
afresh
python3 -c "$python" "$file" 'CREATE TABLE message(a)'
goes_on "a table of the same name with other columns" 'no such table'
afresh
python3 -c "$python" "$file" 'CREATE TABLE theirs(a)'
goes_on "somebody else's database" 'not the file of a spool'
for what in trigger view check index last-number negative-number other-types; do
  afresh
  cp "$TOP/test/corpus/alert-spool/$what" "$file"
  goes_on "one with our table and $what" 'not the file of a spool|no such table|prohibited'
done

# A spool with 300 alerts, cut off and overwritten in many places.
afresh
feed old 300 "$away"
is "$(sed -n 's/.* waiting=//p' <<<"$err")" 300 "300 alerts wait"
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA wal_checkpoint(TRUNCATE)"); c.close()' "$file"
cp "$file" "$tmp/whole"
size=$(stat -c %s "$tmp/whole")
wrong=
for i in $(seq 24); do
  afresh
  cp "$tmp/whole" "$file"
  case $((i % 3)) in
  0) truncate -s $((size * i / 25)) "$file" ;;
  1) python3 -c 'import random, sys
random.seed(int(sys.argv[2]))
with open(sys.argv[1], "r+b") as f:
    for _ in range(40):
        f.seek(random.randrange(100, int(sys.argv[3])))
        f.write(bytes([random.randrange(256)]))' "$file" "$i" "$size" ;;
  2) dd if=/dev/zero of="$file" bs=512 seek=$((size / 512 * i / 25)) count=8 conv=notrunc status=none ;;
  esac
  feed new 5 "$there"
  lost=$(sed -n 's/.* lost=\([0-9]*\) .*/\1/p' <<<"$err") said=$err
  # It takes five seconds at most for the end.
  for _ in 1 2 3 4 5; do
    if grep -q 'waiting=0' <<<"$err"; then break; fi
    feed none 0 "$there"
  done
  old=$(arrived old)
  # What did not arrive is counted, or stays in a file that was set aside and is spoken of. Bytes of a line may be other ones, which nobody can know.
  if [ "$rc" != 0 ] || [ "$(arrived new)" != 5 ]; then wrong+="$i: $rc, $(arrived new) new ones: $said $err"$'\n'
  elif [ $((old + lost)) -lt 280 ] && ! grep -q '\.broken' <<<"$said"; then wrong+="$i: $old of 300 arrived, $lost lost: $err"$'\n'; fi
done
is "$wrong" "" "a spool that was damaged in 24 ways: new alerts arrive, the old ones do or are spoken of"

# Held by somebody, not to be written, no file.
afresh
feed old 10 "$away"
mkfifo "$tmp/hold"
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute("BEGIN EXCLUSIVE"); print("held", flush=True); open(sys.argv[2]).read()' "$file" "$tmp/hold" >"$tmp/held" &
holder=$!
at_exit "kill $holder 2>/dev/null"
wait_for 10 grep -q held "$tmp/held"
feed new 1 "$there"
like "$(tr '\n' ' ' <<<"$rc $err")" '^0 .*output hook: [^ ]*hook.spool: database is locked; alerts wait in memory' "a spool that somebody else writes to is not taken away from him"
like "$err" "lost=1 refused=0" "what could not be put there is counted"
: >"$tmp/hold"
wait $holder
feed new 1 "$there"
is "$rc $(arrived old) $(arrived new)" "0 10 1" "and all is there when he is gone"
afresh
mkdir "$file"
feed new 1 "$there"
like "$rc $err" '^3 .*hook.spool: .*directory' "a directory in its place"
afresh
ln -s "$tmp/elsewhere" "$file"
feed new 1 "$there"
like "$rc $err" '^3 .*hook.spool' "a link in its place is not followed"
[ ! -e "$tmp/elsewhere" ] && pass "nothing is written where it leads" || fail "nothing is written where it leads"
afresh
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o ro tmpfs "$spool" 2>/dev/null; then
  at_exit "umount -l $spool 2>/dev/null"
  feed new 1 "$there"
  like "$rc $err" '^3 .*hook.spool: Read-only file system' "a place that cannot be written"
  umount "$spool"
else
  skip "no file system can be mounted"
fi
done_testing
