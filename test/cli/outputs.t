#!/bin/bash
# Outputs of alerts, each with a real receiver that goes away, hangs, refuses and comes back; a full disk, kill -9.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
lines=$BUILD/test/unit/deliver-lines
got=$tmp/got spool=$tmp/spool
# receiver HOW ARG…: until it is ready; its pid is $receiver
receiver() {
  rm -f "$tmp/ready"
  python3 "$TOP/test/cli/receiver.py" "$@" >"$tmp/ready" 2>"$tmp/receiver.err" &
  receiver=$!
  at_exit "kill $receiver 2>/dev/null"
  wait_for 10 grep -q ready "$tmp/ready" || fail "the receiver starts" "$(cat "$tmp/receiver.err")"
}
gone() { kill -9 "$receiver" 2>/dev/null; wait "$receiver" 2>/dev/null; }
has() { [ "$(wc -l <"$got" 2>/dev/null || echo 0)" -ge "$1" ]; }
# send N OUTPUT…: lines "alert 1" to "alert N"
send() { local n=$1; shift; seq -f 'alert %.0f' "$n" >"$tmp/alerts"; feed "$@"; }
# feed OUTPUT…: the lines of $tmp/alerts
feed() { run "$lines" "$spool" "$@" <"$tmp/alerts"; }
# long N WORD: N alerts of a kilobyte
long() { seq -f "$2 %.0f $(printf 'x%.0s' $(seq 1000))" "$1" >"$tmp/alerts"; }

# What is wrong is said.
bad() {
  run "$lines" "$spool" "$1" </dev/null
  if [ "$rc" = 2 ] && [[ $err == *"$2"* ]]; then pass "$3"; else fail "$3" "$rc $err"; fi
}
bad carrier-pigeon 'expected one of stdout, file, syslog, webhook, unix, found' "an unknown kind"
bad 'file:/x size=1' "expected KEY=VALUE with one of max-size=, keep=, name=, format=; found 'size'" "an unknown key"
bad 'file:relative' 'expected an absolute path' "a relative path"
bad "file:$tmp/f max-size=x" "max-size=: expected a number from 0" "a wrong size"
run "$lines" "$spool" "file:$tmp" </dev/null
like "$rc $err" '^3 .*Is a directory' "a directory"
bad 'webhook:ftp://x/' 'http' "a URL of another kind"
bad 'webhook' 'expected webhook:URL' "no URL"
bad 'webhook:http://host.example/ token-env=NO_SUCH' 'NO_SUCH: this variable is not set' "a secret that is not there"
bad 'syslog:smtp://x' 'with udp, tcp or tls' "a transport that there is not"
bad 'syslog facility=nobody' 'expected a facility of syslog' "a facility that there is not"
bad 'stdout name=a name=b' 'given twice' "a key twice"
bad 'stdout name=' 'stdout: name= is empty' "a key without a value"
bad "unix:/$(printf 'x%.0s' {1..110})" "unix: a socket's path has less than 108 bytes" "a path that no socket can have"
bad "syslog:/$(printf 'x%.0s' {1..110})" "a socket's path has less than 108 bytes" "nor the machine's syslog"
mkfifo "$tmp/pipe"
bad "file:$tmp/pipe" 'file: '"$tmp/pipe: expected a regular file" "a pipe instead of a file"
ln -s "$tmp/elsewhere" "$tmp/link"
run "$lines" "$spool" "file:$tmp/link" </dev/null
like "$rc $err" '^3 .*a symbolic link is not followed' "a link instead of a file"
run "$lines" "$spool" "file:$tmp/twice" "file:$tmp/twice name=other" </dev/null
like "$rc $err" '^2 file: two outputs go to .*/twice' "two outputs to one file"
bad "syslog:tls://h ca-file=$tmp/none" "CA file $tmp/none: cannot be read" "authorities that are not there"
run "$lines" "$spool" stdout stdout </dev/null
like "$rc $err" '^2 two outputs are called stdout' "two outputs of one name"
printf 'secret\n' >"$tmp/token"
bad "webhook:http://host.example/ token-file=$tmp/token" 'a token is sent by https only' "a token in clear text"

# stdout
send 3 stdout
is "$out" $'alert 1\nalert 2\nalert 3' "standard output"
send 2 'stdout format=json'
is "$out" '{"output":"alert 1"}
{"output":"alert 2"}' "as JSON"
seq 200000 | "$lines" "$spool" stdout 2>"$tmp/err" | head -1 >/dev/null
like "$(cat "$tmp/err")" 'Broken pipe' "a reader that goes away ends it"
mkfifo "$tmp/fifo"
sleep 60 <"$tmp/fifo" &
at_exit "kill $! 2>/dev/null"
start=$SECONDS
seq 300000 | "$lines" "$spool" stdout 2>"$tmp/err" >"$tmp/fifo"
if [ $((SECONDS - start)) -lt 20 ]; then pass "a reader that does not read holds nothing up"; else fail "a reader that does not read holds nothing up" "$((SECONDS - start)) s"; fi
s=$(sed -n 's/^state: stdout sent=\([0-9]*\) lost=\([0-9]*\) .*/\1 \2/p' "$tmp/err")
is "$((${s% *} + ${s#* }))" 300000 "and each alert is sent or counted as lost: $s"

# file
send 300 "file:$tmp/f max-size=500 keep=3"
kept=$(cat "$tmp/f.3" "$tmp/f.2" "$tmp/f.1" "$tmp/f")
is "$(tail -1 <<<"$kept"), $(ls "$tmp" | grep -cE '^f(\.[0-9])?$') files, $(sort -u <<<"$kept" | wc -l)" "alert 300, 4 files, $(wc -l <<<"$kept")" "a file is rotated by its size, and so many are kept"
big=0
for f in "$tmp"/f*; do [ "$(stat -c %s "$f")" -le 500 ] || big=1; done
is "$big $(stat -c %a "$tmp/f")" "0 600" "none is larger, nobody else reads it"
{ echo one; sleep 0.5; mv "$tmp/f" "$tmp/away"; echo two; sleep 0.5; echo REOPEN; sleep 0.2; echo three; } | "$lines" "$spool" "file:$tmp/f" 2>/dev/null
is "$(tail -2 "$tmp/away" | tr '\n' ' ')$(cat "$tmp/f")" "one two three" "a file that was moved away is made anew when asked"

# Unix socket
receiver stream "$tmp/sock" "$got"
send 3 "unix:$tmp/sock"
wait_for 5 has 3
is "$(cat "$got")" $'alert 1\nalert 2\nalert 3' "a Unix socket"
gone

# syslog
rm -f "$got"
receiver dgram "$tmp/log" "$got"
send 2 "syslog:$tmp/log facility=local3"
wait_for 5 has 2
like "$(head -1 "$got")" '^<156>1 2023-11-14T22:13:20\.123456Z host\.example plimsoll [0-9]+ alert \[origin software="plimsoll" swVersion="[0-9.]+"\] alert 1$' "syslog at a socket of the machine"
gone
for how in udp tcp; do
  rm -f "$got"
  port=$(free_port)
  receiver $how "$port" "$got"
  send 2 "syslog:$how://127.0.0.1:$port format=json"
  wait_for 5 has 2
  like "$(tail -1 "$got")" '^<28>1 .*\] \{"output":"alert 2"\}$' "syslog over $how"
  gone
done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=receiver -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$tmp/key.pem" -out "$tmp/crt.pem" 2>/dev/null
cat "$tmp/crt.pem" "$tmp/key.pem" >"$tmp/both.pem"
rm -f "$got"
port=$(free_port)
receiver tls "$port" "$got" "$tmp/both.pem"
send 2 "syslog:tls://localhost:$port ca-file=$tmp/crt.pem spool=none"
wait_for 5 has 2
like "$(tail -1 "$got")" '^<28>1 .*\] alert 2$' "syslog over TLS"
send 2 "syslog:tls://localhost:$port spool=none"
like "$err" 'certificate is not accepted: self-signed certificate' "not to a receiver that nobody vouches for"
like "$err" 'lost=2' "which is counted"
gone

# webhook
rm -f "$got"
port=$(free_port)
receiver http "$port" "$got" "$tmp/status"
printf 'http://127.0.0.1:%s/hook/very-secret\n' "$port" >"$tmp/url"
echo 200 300000 >"$tmp/status"
rm -f "$got"
send 2 "webhook url-file=$tmp/url name=hook"
is "$(grep -o 'alert [0-9]' "$got" | tr '\n' ' ')" "alert 1 alert 2 " "an answer that is long is an answer: nothing is sent twice"
echo 302 >"$tmp/status"
send 1 "webhook url-file=$tmp/url name=moved"
like "$err" "output moved: http://127.0.0.1:$port/…: status 302; redirects are not followed" "a receiver that moved"
rm -f "$got" "$tmp/status"
send 3 "webhook url-file=$tmp/url token-file=$tmp/token name=hook"
is "$(cut -d' ' -f1-3 "$got" | sort -u) $(grep -c . "$got")" "Bearer secret application/json 3" "a webhook, with its token"
is "$(grep -o 'alert [0-9]' "$got" | tr '\n' ' ')" "alert 1 alert 2 alert 3 " "in order"
echo 404 >"$tmp/status"
send 1 "webhook url-file=$tmp/url token-file=$tmp/token name=hook"
like "$err" "bad: output hook: http://127.0.0.1:$port/…: status 404; alerts wait for it" "a receiver that does not work is said"
unlike "$err" 'secret' "without secrets"
like "$err" 'sent=0 lost=0 refused=0 waiting=1' "and what was not sent waits on disk"
rm "$tmp/status"
send 1 "webhook url-file=$tmp/url name=hook"
is "$(wc -l <"$got")" 5 "until the next time"
echo 413 >"$tmp/status"
send 2 "webhook url-file=$tmp/url name=hook"
like "$err" 'refused=2 waiting=0' "what a receiver refuses for good is counted, and does not hold up the rest"
rm "$tmp/status"

# The receiver is away, comes and goes; the sender is killed.
gone
rm -rf "$got" "$spool"
mkfifo "$tmp/in"
"$lines" "$spool" "webhook:http://127.0.0.1:$port/ name=hook" <"$tmp/in" 2>"$tmp/err" &
sender=$!
exec 7>"$tmp/in"
seq -f 'alert %.0f' 500 >&7
spooled() { [ "$(stat -c %s "$spool/hook.spool-wal" 2>/dev/null || echo 0)" -ge 20000 ]; }
wait_for 10 spooled
sleep 0.3
kill -9 $sender
wait $sender 2>/dev/null
exec 7>&-
receiver http "$port" "$got" "$tmp/status"
send 0 "webhook:http://127.0.0.1:$port/ name=hook"
is "$(grep -o 'alert [0-9]*' "$got" | sort -u | wc -l)" 500 "kill -9 while the receiver is away: nothing is lost"
like "$err" 'waiting=0' "and nothing left behind"

rm -f "$got"
seq -f 'alert %.0f' 300 | { while read -r l; do echo "$l"; sleep 0.02; done; sleep 3; } | "$lines" "$spool" "webhook:http://127.0.0.1:$port/ name=hook" 2>"$tmp/err" &
sender=$!
sleep 1
gone
sleep 1
receiver http "$port" "$got" "$tmp/status"
sleep 1
gone
sleep 1
receiver http "$port" "$got" "$tmp/status"
wait $sender
is "$(grep -o 'alert [0-9]*' "$got" | sort -u | wc -l)" 300 "a receiver that comes and goes gets all of them"
like "$(cat "$tmp/err")" 'good: output hook: works again' "which is said"

# A receiver that hangs.
gone
rm -f "$got"
echo hang >"$tmp/status"
receiver http "$port" "$got" "$tmp/status"
start=$SECONDS
send 100 "webhook:http://127.0.0.1:$port/ name=hook timeout=1" stdout
is "$(grep -c alert <<<"$out")" 100 "one that hangs does not hold up another output"
like "$err" 'hook sent=0 lost=0 refused=0 waiting=100' "what it did not get waits"
if [ $((SECONDS - start)) -lt 15 ]; then pass "the end does not wait for it"; else fail "the end does not wait for it" "$((SECONDS - start)) s"; fi
rm "$tmp/status"

# More than the spool takes.
rm -rf "$spool" "$got"
gone
long 200 alert
feed "webhook:http://127.0.0.1:$port/ name=hook spool-max=65536"
waiting=$(sed -n 's/.* lost=\([0-9]*\) .*waiting=\([0-9]*\)$/\1 \2/p' <<<"$err")
is "$((${waiting% *} + ${waiting#* }))" 200 "a full spool: what waits and what is lost is everything ($waiting)"
like "$err" 'bad: output hook: [0-9]+ alerts lost so far: the spool is full' "which is said"

# A second one on the same spool.
mkfifo "$tmp/in2"
"$lines" "$spool" "webhook:http://127.0.0.1:$port/ name=hook" <"$tmp/in2" 2>/dev/null &
first=$!
at_exit "kill $first 2>/dev/null"
exec 8>"$tmp/in2"
sleep 0.5
send 1 "webhook:http://127.0.0.1:$port/ name=hook"
like "$rc $err" '^3 .*hook.spool: another process holds this spool' "a spool belongs to one process"
exec 8>&-
wait $first

# A full disk.
if [ "$(id -u)" = 0 ] && mkdir -p "$tmp/small" && mount -t tmpfs -o size=256k tmpfs "$tmp/small" 2>/dev/null; then
  at_exit "umount -l $tmp/small"
  rm -f "$got"
  spool=$tmp/small
  long 1000 alert
  feed "webhook:http://127.0.0.1:$port/ name=hook"
  counts=$(sed -n 's/.* lost=\([0-9]*\) .*waiting=\([0-9]*\)$/\1 \2/p' <<<"$err")
  like "$err" 'bad: output hook: .*(full|ENOSPC|No space|disk I/O).*; alerts wait in memory' "a full disk is said"
  is "$((${counts% *} + ${counts#* }))" 1000 "and everything is accounted for ($counts)"
  receiver http "$port" "$got" "$tmp/status"
  seq -f "later %.0f" 1000 >"$tmp/alerts"
  feed "webhook:http://127.0.0.1:$port/ name=hook"
  is "$(grep -o 'later [0-9]*' "$got" | sort -u | wc -l)" 1000 "with a full disk a receiver that is there gets all"
  long 1000 alert
  feed "file:$tmp/small/f"
  counts=$(sed -n 's/^state.* sent=\([0-9]*\) lost=\([0-9]*\) .*/\1 \2/p' <<<"$err")
  is "$((${counts% *} + ${counts#* })) $(grep -c alert "$tmp/small/f" | sed 's/.*/some/')" "1000 some" "a file on a full disk: $counts"
else
  skip "no small file system can be mounted"
fi
done_testing
