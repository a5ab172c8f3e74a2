#!/bin/bash
# The file that an interpreter runs: by its first line, as an argument, through env, by the dynamic loader; on the host and in a container.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
cat >"$tmp/rules.yaml" <<EOF
- rule: Script
  desc: A script of ours is run
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and (proc.script glob "*/scripts-of-ours/*" or proc.script startswith /memfd:)
  output: "script=%proc.script interpreter=%proc.interpreter called=%proc.exe name=%proc.name in %container.id;"
  priority: WARNING
- rule: No script
  desc: Something of ours is run that is none
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and proc.args contains mark-of-ours and not proc.script exists
  output: "none=%proc.script interpreter=%proc.interpreter args=%proc.args;"
  priority: WARNING
- rule: Opened by a script
  desc: A file is opened by what runs a script
  condition: evt.type in (open, openat, openat2) and fd.name endswith /needle-of-ours and proc.script endswith /reader
  output: "opened %fd.name by %proc.script of %proc.interpreter in %container.id;"
  priority: WARNING
EOF
d=$tmp/scripts-of-ours
mkdir "$d"
echo x >"$d/needle-of-ours"
shell=$(readlink -f /bin/sh) python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))') env=$(readlink -f /usr/bin/env)
make() { printf '%b' "$2" >"$d/$1"; chmod +x "$d/$1"; }
make line '#!/bin/sh\ntrue\n'
make plain 'true\n'
make twice "#!$d/line\n"
make by-env "#!/usr/bin/env -S sh -e\ntrue\n"
make reader 'cd /; read x <"$1"; read x\nread x <"$1"\n'
make code.py 'pass\n'
ln -s line "$d/link"
# Anything may be an interpreter.
cp /bin/true "$d/own"
make for-own "#!$d/own\n"

mkfifo "$tmp/wake"
(cd "$d" && exec sh reader "$d/needle-of-ours" <"$tmp/wake") &
early=$!
exec 9>"$tmp/wake"
# It is there before the sensor is.
wait_for 10 grep -q reader "/proc/$early/cmdline"
sensor_start --rules "$tmp/rules.yaml"
# runs NAME REGEX COMMAND…: an alert of it
runs() {
  local name=$1 want=$2
  shift 2
  "$@" >/dev/null 2>&1
  if alert "$want" 10; then pass "$name"; else fail "$name" "expected: $want" "$(tail -3 "$alerts")"; fi
}
runs "#!" "script=$d/line interpreter=$shell called=/bin/sh name=line in host;" "$d/line"
runs "#! by a link: the name that was given" "script=$d/link interpreter=$shell called=/bin/sh name=link in host;" "$d/link"
runs "a script whose interpreter is a script" "script=$d/twice interpreter=$shell called=/bin/sh name=twice in host;" "$d/twice"
runs "#! of any program" "script=$d/for-own interpreter=$d/own called=$d/own name=for-own in host;" "$d/for-own"
runs "#! by a descriptor: the file that it is" "script=$d/line interpreter=$shell called=/bin/sh name=(dash|[0-9]+) in host;" python3 -c "import os; fd = os.open('$d/line', os.O_RDONLY); os.set_inheritable(fd, True); os.execve(fd, ['line'], {})"
runs "#! in memory only" "script=/memfd:code interpreter=$shell called=/bin/sh name=(dash|[0-9]+) in host;" \
  python3 -c "import os; fd = os.memfd_create('code', 0); os.write(fd, b'#!/bin/sh\ntrue\n'); os.execve(fd, ['code'], {})"
runs "sh FILE" "script=$d/plain interpreter=$shell called=sh name=sh in host;" sh -e "$d/plain"
runs "with a name that is relative" "script=$d/plain interpreter=$(readlink -f /bin/bash) called=bash name=bash in host;" bash -c "cd $d/..; exec bash ./scripts-of-ours/../scripts-of-ours/plain"
runs "python3 FILE, whatever it is called" "script=$d/code.py interpreter=$python called=innocent name=.* in host;" bash -c "exec -a innocent $python -u -W ignore $d/code.py"
runs "env -S in the first line: env runs it" "script=$d/by-env interpreter=$env called=/usr/bin/env name=by-env in host;" "$d/by-env"
runs "and then what env runs" "script=$d/by-env interpreter=$shell called=sh name=sh in host;" true
runs "env -S by itself" "script=$d/plain interpreter=$python called=$python name=.* in host;" env -S "$python -u $d/plain"
loader=$(ldd /bin/true | grep -oE '/[^ ]*/ld-linux[^ ]*')
runs "the dynamic loader" "script=$d/own interpreter=$(readlink -f "$loader") called=.* in host;" "$loader" --argv0 x "$d/own"
if command -v busybox >/dev/null; then
  runs "busybox sh FILE" "script=$d/plain interpreter=$(readlink -f "$(command -v busybox)") called=busybox name=busybox in host;" busybox sh "$d/plain"
fi
runs "sh -c runs no file" "none=<NA> interpreter=<NA> args=-c true mark-of-ours $d/plain;" sh -c 'true' mark-of-ours "$d/plain"
runs "a program that is no interpreter" "none=<NA> interpreter=<NA> args=mark-of-ours $d/plain;" /bin/true mark-of-ours "$d/plain"

rootfs "$tmp/root" dash sleep
mkdir "$tmp/root/scripts-of-ours"
cp "$d/line" "$d/reader" "$d/needle-of-ours" "$tmp/root/scripts-of-ours/"
bundle "$tmp/b" "$tmp/root"
id=$(printf 'dddd0000%056x' "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))")
runs "in a container" "script=/scripts-of-ours/line interpreter=/bin/dash called=/bin/sh name=line in ${id:0:12};" container "$tmp/b" "$id" /scripts-of-ours/line
runs "what a script opens, in another directory by then" "opened /scripts-of-ours/needle-of-ours by /scripts-of-ours/reader of /bin/dash in ${id:0:12};" \
  container "$tmp/b" "$id" /bin/sh -c 'cd scripts-of-ours; exec sh ./reader /scripts-of-ours/needle-of-ours'
echo >&9
if alert "opened $d/needle-of-ours by /reader of $shell in host;|opened $d/needle-of-ours by $d/reader of $shell in host;" 10; then pass "one that was there before the sensor"; else fail "one that was there before the sensor" "$(tail -3 "$alerts")"; fi
exec 9>&-
wait "$early"
sensor_stop
like "$(tail -1 "$messages")" ' 0 lost$' "nothing was lost"
done_testing
