#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the sensor costs those that it watches: processor time per operation of loads in a container, in turn without it, with an empty program at the return of system calls (the floor of
this kernel) and with it (all three files of Falco), the median of some rounds.

sensor-cost.py PROGRAM [--rounds N] [--seconds N] [LOAD…]     getppid open-1 open-2 fork-1 fork-2 connect redis nginx compile; all of them

PROGRAM is sensor-load.c, static. redis needs redis-server, nginx needs nginx-light and wrk, compile needs a compiler: a load whose programs are not there is left out, and that is said.
"""
import argparse
import glob
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from sensor_bench import TOP, Cgroup, Sensor, bundle, need, rules_all

REDIS = """
redis-server --port 16379 --bind 127.0.0.1 --save '' --appendonly no --dir /tmp --loglevel warning >/dev/null 2>&1 &
until redis-cli -p 16379 ping >/dev/null 2>&1; do sleep 0.05; done
redis-benchmark -p 16379 -t get -n %d -c 32 -q >/dev/null
echo OPS %d
redis-cli -p 16379 shutdown nosave >/dev/null 2>&1
"""
NGINX = """
mkdir -p /tmp/www; echo hello >/tmp/www/index.html
cat >/tmp/nginx.conf <<X
worker_processes 1; daemon off; pid /tmp/nginx.pid; error_log /dev/null; user root;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
  server { listen 127.0.0.1:18080; root /tmp/www; keepalive_timeout 0; } }
X
nginx -c /tmp/nginx.conf >/dev/null 2>&1 &
server=$!
sleep 0.3
wrk -t1 -c32 -d%ds -H 'Connection: close' http://127.0.0.1:18080/index.html >/tmp/wrk
sed -n 's/ *\\([0-9]*\\) requests in.*/OPS \\1/p' /tmp/wrk
kill $server; wait
"""
COMPILE = """
cd /source; ls base/*.c | xargs -P2 -n1 sh -c 'gcc -std=gnu17 -O1 -g -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. -include base/banned.h -c "$0" -o /tmp/$$.o || exit 255'
rm -f /tmp/*.o; echo OPS %d
"""
# Programs that it needs, most that it may add (None: what the runs without a sensor differ by), and its command for so many seconds.
LOADS = {
    "getppid": ((), None, lambda s: ["/tmp/load", "getppid", str(s), "1"]),
    "open-1": ((), 20, lambda s: ["/tmp/load", "open", str(s), "1"]),
    "open-2": ((), 20, lambda s: ["/tmp/load", "open", str(s), "2"]),
    "fork-1": ((), None, lambda s: ["/tmp/load", "fork", str(s), "1"]),
    "fork-2": ((), None, lambda s: ["/tmp/load", "fork", str(s), "2"]),
    "connect": ((), None, lambda s: ["/tmp/load", "connect", str(s), "1"]),
    "redis": (("redis-server", "redis-cli", "redis-benchmark"), 8, lambda s: ["/bin/sh", "-c", REDIS % (s * 50000, s * 50000)]),
    "nginx": (("nginx", "wrk"), 8, lambda s: ["/bin/sh", "-c", NGINX % s]),
    "compile": (("gcc",), None, lambda s: ["/bin/sh", "-c", COMPILE % len(glob.glob(TOP + "/src/base/*.c"))]),
}
GETPPID_NS = 90  # most that the sensor may add to it


def root_of(tmp, program):
    """A root whose programs are this machine's."""
    root = tmp + "/root"
    for d in ("proc", "dev", "sys", "tmp", "usr", "etc", "source", "var"):
        os.makedirs(f"{root}/{d}")
    for d in ("bin", "sbin", "lib", "lib64"):
        os.symlink("usr/" + d, f"{root}/{d}")
    shutil.copy(program, root + "/tmp/load")
    return root, [{"destination": to, "type": "bind", "source": source, "options": ["bind", "ro"]} for to, source in (("/usr", "/usr"), ("/etc", "/etc"), ("/source", TOP + "/src"))]


def once(o, name, tmp):
    """Operations a second and microseconds of processor time for each, of one run in a container; seconds that it took."""
    load = Cgroup(f"plimsoll-bench-load-{os.getpid()}")
    container = f"plimsoll-cost-{os.getpid()}"
    try:
        root, mounts = root_of(tmp, o.program)
        bundle(tmp + "/bundle", root, f"/{load.name}/{container}", LOADS[name][2](o.seconds), mounts)
        before, start = load.seconds(), time.monotonic()
        run = subprocess.run(["runc", "--root", tmp + "/runc", "run", "--bundle", tmp + "/bundle", container], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        used, took = load.seconds() - before, time.monotonic() - start
    finally:
        load.remove()
        shutil.rmtree(tmp)
    own, other = re.match(r"(\d+) ([\d.]+) (\d+)$", run.stdout), re.search(r"^OPS (\d+)$", run.stdout, re.M)
    if run.returncode or not (own or other) or (own and int(own[3])):
        sys.exit(f"{name} failed: {run.stdout[-300:]} {run.stderr[-500:]}")
    operations, used = (int(own[1]), float(own[2])) if own else (int(other[1]), used)
    return operations / took, used * 1e6 / operations, took


class Floor:
    """An empty program at the return of system calls, where there were the tools to make it (sensor-cost.sh)."""

    def __init__(self, directory):
        self.process = subprocess.Popen([directory + "/attach", directory + "/floor.o"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if self.process.stdout.readline().strip() != "armed":
            sys.exit("the empty program cannot be attached")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def floor_directory():
    directory = os.environ.get("PLIMSOLL_BENCH_FLOOR", "")
    return directory if os.path.exists(directory + "/floor.o") else None


def measure(o, name):
    seen = {"without": [], "floor": [], "with": []} if floor_directory() else {"without": [], "with": []}
    cpu, lost, events = [], 0, []
    for _ in range(o.rounds):
        for how, results in seen.items():
            sensor = Sensor(rules_all()) if how == "with" else None
            floor = Floor(floor_directory()) if how == "floor" else None
            before = sensor.cgroup.seconds() if sensor else 0
            results.append(once(o, name, tempfile.mkdtemp(prefix="plimsoll-bench.")))
            if floor:
                floor.stop()
            if sensor:
                cpu.append((sensor.cgroup.seconds() - before) / results[-1][2] * 100)
                totals = sensor.stop() or sys.exit("the sensor said no totals: " + "; ".join(sensor.messages[-3:]))
                lost += totals["lost"]
                events.append(totals["events"])
    return seen, statistics.median(cpu), lost, statistics.median(events)


def report(name, seen, share, lost, events):
    without, with_ = ([us for _, us, _ in seen[k]] for k in ("without", "with"))
    a, b = statistics.median(without), statistics.median(with_)
    more, noise = (b / a - 1) * 100, (max(without) - min(without)) / a * 100
    floor = f"{(statistics.median(us for _, us, _ in seen['floor']) / a - 1) * 100:+7.1f}" if "floor" in seen else "      -"
    most = LOADS[name][1]
    if name == "getppid":
        good, target = (b - a) * 1000 <= GETPPID_NS, f"+{GETPPID_NS} ns: {(b - a) * 1000:+.0f} ns"
    else:
        most = max(noise, 3) if most is None else most
        good, target = more <= most, f"{most:+.1f} %"
    rate = statistics.median(n for n, _, _ in seen["with"]) / statistics.median(n for n, _, _ in seen["without"])
    print(f"  {name:8} {a:10.3f} {b:10.3f} {more:+7.1f} {floor} {noise:6.1f}  {(rate - 1) * 100:+7.1f} {share:8.2f} {events:9.0f} {lost:5}  {'holds' if good else 'MISSED'} {target}"
          + ("" if share <= 3 else "; MISSED sensor's CPU 3 %") + ("" if not lost else "; MISSED nothing lost"), flush=True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("program")
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--seconds", type=int, default=3)
    ap.add_argument("loads", nargs="*", metavar="LOAD")
    o = ap.parse_intermixed_args()
    need()
    print(f"  median of {o.rounds} rounds of {o.seconds} s, without and with the sensor in turn; rules: {', '.join(map(os.path.basename, rules_all()))}")
    print("  load     us/op none  with sensor     %  floor %  noise %  op/s %  sensor %    events  lost  target")
    for name in o.loads or LOADS:
        missing = [p for p in LOADS[name][0] if not shutil.which(p)]
        if missing:
            print(f"  {name:8} skipped: no {', '.join(missing)}")
            continue
        report(name, *measure(o, name))


if __name__ == "__main__":
    main()
