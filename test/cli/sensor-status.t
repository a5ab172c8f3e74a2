#!/bin/bash
# `plimsoll sensor status` when something else than a sensor answers at its socket: it comes to an end, says what is wrong, and shows no control characters.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
"$PLIMSOLL" sensor --rules "$tmp/none" 2>&1 | grep -q 'without the sensor' && { _n=1; echo "ok 1 # SKIP built without the sensor"; done_testing; }
export PLIMSOLL_SENSOR_SOCKET=$tmp/sock
# Each connection gets what the file of that number says, or, where its name ends so, waits or goes on for ever.
cat >"$tmp/serve.py" <<'EOF'
import os, socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
print("ready", flush=True)
while True:
    c, _ = s.accept()
    how = open(sys.argv[2]).read().strip()
    if os.fork() == 0:
        try:
            if how == "silent":
                time.sleep(60)
            while how == "drips":
                c.sendall(b" ")
                time.sleep(0.2)
            while how == "endless":
                c.sendall(b"[" * 65536)
            c.sendall(open(how, "rb").read())
        except OSError:
            pass
        os._exit(0)
    c.close()
EOF
python3 "$tmp/serve.py" "$PLIMSOLL_SENSOR_SOCKET" "$tmp/how" >"$tmp/ready" 2>/dev/null &
at_exit "pkill -P $! 2>/dev/null; kill $! 2>/dev/null"
wait_for 10 grep -q ready "$tmp/ready"
# answers HOW FORMAT
answers() { echo "$1" >"$tmp/how"; run timeout 20 "$PLIMSOLL" sensor status --format "$2"; }
for format in table json; do
  answers silent $format
  like "$rc $err" "^3 .*$tmp/sock: the sensor \(process [0-9]+\) does not answer: " "who does not answer is not waited for, $format"
  answers drips $format
  like "$rc $err" "^3 .*$tmp/sock: the sensor \(process [0-9]+\) does not come to an end with its answer" "nor who goes on slowly, $format"
  answers endless $format
  like "$rc $err" "^3 .*" "nor who goes on quickly, $format"
  answers /dev/null $format
  like "$rc $err" "^3 .*$tmp/sock:1:1: " "an answer of nothing, $format"
  answers "$TOP/test/corpus/sensor-status/list" $format
  like "$rc $err" "^3 .*$tmp/sock: expected the answer of a sensor, found another document" "another document, $format"
  answers "$TOP/test/corpus/sensor-status/controls" $format
  is "$rc" 0 "control characters in the answer, $format"
  is "$(LC_ALL=C tr -d '\n -~\200-\377' <<<"$out" | wc -c)" 0 "are not shown, $format"
done
answers "$TOP/test/corpus/sensor-status/whole" table
like "$out" '^Calls: +10 looked at, 7 \(70.0 %\) settled in the kernel: this kernel, older than 6.2, cannot look at names$' "what this kernel cannot do is said"
like "$out" '^  tp_btf/sys_exit +attached as old$' "and what is there by another name"
done_testing
