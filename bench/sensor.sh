#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the sensor adds to system calls: processor time per operation without anything, with an empty program at the return of system calls (the floor of this kernel), with one that
# copies the name of an open and no more (the floor of who looks at names), with the sensor and Falco's three files, and with the push-down switched off. Pinned to one processor, the best of some rounds, the rows in turn, so that what else the machine does
# counts for all alike. Then the memory of the sensor with these rules, armed and after the loops: resident (smaps_rollup) and its maps in the kernel (fdinfo).
#
#   bench/sensor.sh [ROUNDS]   needs root; Falco's files of ../shared/falco-rules, or sensor-rules.yaml where they are not there; PLIMSOLL=build/plimsoll
set -euo pipefail
cd "$(dirname "$0")/.."
shared=${PLIMSOLL_SHARED:-../shared}
plimsoll=${PLIMSOLL:-build/plimsoll}
rounds=${1:-7}
cpu=$(($(nproc) - 1))
tmp=$(mktemp -d)
sensor_pid=
cleanup() {
  [ -z "$sensor_pid" ] || kill -TERM "$sensor_pid" 2>/dev/null || true
  rm -rf "$tmp"
}
trap cleanup EXIT
${CC:-cc} -std=gnu17 -O2 -Wall -static bench/sensor-load.c -o "$tmp/load"
rules=()
for f in "$shared"/falco-rules/falco{,-incubating,-sandbox}_rules.yaml; do
  [ ! -e "$f" ] || rules+=(--rules "$f")
done
[ ${#rules[@]} -gt 0 ] || rules=(--rules bench/sensor-rules.yaml)

floor_flags=(-O2 -g -target bpf -mcpu=v3 -I"/usr/include/$(uname -m)-linux-gnu")
clang "${floor_flags[@]}" -c bench/sensor-floor.bpf.c -o "$tmp/floor.o"
clang "${floor_flags[@]}" -DNAME -c bench/sensor-floor.bpf.c -o "$tmp/name.o"
${CC:-cc} -std=gnu17 -O2 -Wall bench/sensor-attach.c -o "$tmp/attach" -lbpf

none_on() { :; }
none_off() { :; }
wait_armed() {
  for _ in {1..300}; do
    grep -qs '^armed' "$tmp/messages" && return
    sleep 0.1
  done
  cat "$tmp/messages" >&2
  exit 1
}
attach() {
  rm -f "$tmp/messages" # "armed" of the one before is not taken for this one's
  "$tmp/attach" "$tmp/$1.o" >"$tmp/messages" 2>&1 &
  sensor_pid=$!
  wait_armed
}
floor_on() { attach floor; }
floor_off() { stop floor; }
name_on() { attach name; }
name_off() { stop name; }
start() {
  rm -f "$tmp/messages"
  "$plimsoll" sensor "${rules[@]}" "$@" >/dev/null 2>"$tmp/messages" &
  sensor_pid=$!
  wait_armed
  "$tmp/load" open 0.2 1 >/dev/null # directories become known
}
# memory ROW WHEN
memory() {
  echo "$2: resident $(awk '/^Rss:/ { print $2 }' "/proc/$sensor_pid/smaps_rollup") KiB, maps $(cat "/proc/$sensor_pid/fdinfo/"* 2>/dev/null | awk '/^memlock:/ { m = $2 } /^map_id:/ { n += m } END { print int(n / 1024) }') KiB" >>"$tmp/$1.memory"
}
stop() {
  kill -TERM "$sensor_pid"
  wait "$sensor_pid" || true
  sensor_pid=
  sed "s/^/# $1: /" "$tmp/messages" >>"$tmp/said"
}
sensor_on() {
  start
  memory sensor armed
}
sensor_off() {
  memory sensor "after the loops"
  stop sensor
}
all_on() { start --no-push-down; }
all_off() { stop all; }

one() {
  taskset -c "$cpu" "$tmp/load" "$1" 0.4 1 | awk '{ print $2 * 1e6 / $1 }' >>"$tmp/$2.$1"
}
for ((round = 0; round < rounds; round++)); do
  for row in none floor name sensor all; do
    "${row}_on"
    for workload in getppid open; do
      one "$workload" "$row"
      one "$workload" "$row"
    done
    "${row}_off"
  done
done

best() { sort -g "$1" | head -n 1; }
printf '%-36s %12s %12s\n' "processor time per operation" getppid open+close
for row in none floor name sensor all; do
  label=$(case $row in none) echo "nothing attached" ;; floor) echo "an empty program (floor)" ;; name) echo "one that copies the name of an open" ;; sensor) echo "sensor, Falco's three files" ;; all) echo "the same, --no-push-down" ;; esac)
  awk -v label="$label" -v a="$(best "$tmp/$row.getppid")" -v a0="$(best "$tmp/none.getppid")" -v b="$(best "$tmp/$row.open")" -v b0="$(best "$tmp/none.open")" \
    'BEGIN { printf "%-36s %6.0f ns %+4.0f %6.0f ns %+4.0f %%\n", label, a * 1000, (a - a0) * 1000, b * 1000, (b / b0 - 1) * 100 }'
done
grep -h 'looked at' "$tmp/said" | tail -n 2
tail -n 2 "$tmp/sensor.memory"
