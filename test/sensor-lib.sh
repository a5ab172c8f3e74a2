# SPDX-License-Identifier: Apache-2.0
# For tests of the sensor on the kernel that is there: `. "$TOP/test/sensor-lib.sh"` behind lib.sh. It is started and stopped here, and containers are real ones of runc.

# Without root or BTF there is nothing to test: that is no failure, whatever PLIMSOLL_REQUIRE_SHARED says.
# need_kernel [alone]: a test that makes storms of events runs alone among those of the sensor, whose rings they would fill.
need_kernel() {
  local why=
  [ "$(id -u)" = 0 ] || why="the sensor needs root"
  [ -r /sys/kernel/btf/vmlinux ] || why="this kernel has no BTF"
  "$PLIMSOLL" sensor --rules "$tmp/none" 2>&1 | grep -q 'without the sensor' && why="built without the sensor"
  if [ -z "$why" ]; then
    exec {sensor_lock}>"$BUILD/sensor-tests.lock"
    if [ "${1:-}" = alone ]; then flock -x "$sensor_lock"; else flock -s "$sensor_lock"; fi
    return
  fi
  _n=$((_n + 1))
  echo "ok $_n # SKIP $why"
  done_testing
}

# Sensors of other tests may run at the same time.
export PLIMSOLL_SENSOR_SOCKET=$tmp/sensor.sock PLIMSOLL_SENSOR_SPOOL=$tmp/spool

# still_ours PID: it is a child of this test. Numbers of processes that ended are given to others soon.
still_ours() { [ "$(awk '{print $4}' "/proc/$1/stat" 2>/dev/null)" = "$_test" ]; }

# sensor_start OPTION…: waits until it is armed; alerts go to $alerts, messages to $messages
sensor_start() {
  alerts=$tmp/alerts messages=$tmp/messages
  rm -f "$alerts" "$messages"
  "$PLIMSOLL" sensor "$@" >"$alerts" 2>"$messages" &
  sensor_pid=$!
  at_exit "still_ours $sensor_pid && kill -9 $sensor_pid"
  wait_for 60 grep -q '^armed$' "$messages" || { note "$(cat "$messages")"; fail "the sensor is armed"; return 1; }
}
# sensor_stop [SIGNAL]: $rc
sensor_stop() {
  kill -"${1:-INT}" "$sensor_pid" 2>/dev/null
  # One that does not end is a failure, not a test that hangs. Whoever watches does not keep the lock.
  (
    exec {sensor_lock}>&-
    timeout 60 tail --pid="$sensor_pid" -f /dev/null || kill -9 "$sensor_pid"
  ) >/dev/null 2>&1 &
  local watch=$!
  wait "$sensor_pid" && rc=0 || rc=$?
  kill "$watch" 2>/dev/null
}
# alert REGEX: waits for an alert that matches
alert() { wait_for "${2:-5}" grep -qE -- "$1" "$alerts"; }

need_runc() {
  command -v runc >/dev/null && return
  _n=$((_n + 1))
  echo "ok $_n # SKIP no runc"
  done_testing
}

# rootfs DIR PROGRAM…: a root with these programs, the libraries they need, and a few files
rootfs() {
  local dir=$1 p lib
  shift
  mkdir -p "$dir"/{bin,etc,proc,dev,sys,tmp,root,lib,lib64,usr/bin}
  printf 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$dir/etc/passwd"
  printf 'root:x:0:\nweb:x:1000:\n' >"$dir/etc/group"
  printf 'root:*:19000:0:99999:7:::\n' >"$dir/etc/shadow"
  for p; do
    p=$(readlink -f "$(command -v "$p")")
    cp "$p" "$dir/bin/$(basename "$p")"
    ldd "$p" 2>/dev/null | grep -oE '/[^ ]+' | while read -r lib; do
      mkdir -p "$dir$(dirname "$lib")"
      cp -L "$lib" "$dir$lib"
    done
  done
  [ ! -e "$dir/bin/dash" ] || ln -sf dash "$dir/bin/sh"
}

# bundle DIR ROOTFS [JQ]: a bundle of runc without limits of resources and terminal; JQ changes config.json
bundle() {
  mkdir -p "$1"
  (cd "$1" && rm -f config.json && runc spec)
  jq "del(.process.rlimits) | .process.terminal = false | .root.path = \"$2\" | .root.readonly = false | ${3:-.}" "$1/config.json" >"$1/config.new" && mv "$1/config.new" "$1/config.json"
}
# container BUNDLE ID ARG…: runs it to its end
container() {
  local b=$1 id=$2 args
  shift 2
  args=$(jq -nc '$ARGS.positional' --args -- "$@")
  jq ".process.args = $args" "$b/config.json" >"$b/config.new" && mv "$b/config.new" "$b/config.json"
  runc --root "$tmp/runc" run --bundle "$b" "$id" </dev/null
}
