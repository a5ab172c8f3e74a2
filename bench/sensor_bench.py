# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks of the sensor share: cgroups to account and cap processor time, containers of runc, and a sensor whose alerts are timed as they arrive."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(TOP, "bench")
SHARED = os.environ.get("PLIMSOLL_SHARED", os.path.join(TOP, "..", "shared"))
PLIMSOLL = os.path.abspath(os.environ.get("PLIMSOLL", os.path.join(TOP, "build", "plimsoll")))
FALCO = [os.path.join(SHARED, "falco-rules", name) for name in ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")]
OWN = [os.path.join(BENCH, "sensor-rules.yaml")]


def rules_stable():
    """Falco's stable rules, or what the benchmark has itself where they are not there."""
    return FALCO[:1] if os.path.exists(FALCO[0]) else OWN


def rules_all():
    return FALCO if all(map(os.path.exists, FALCO)) else OWN


def options(files):
    return [word for file in files for word in ("--rules", file)]


def need():
    why = None
    if os.geteuid() != 0:
        why = "the sensor needs root"
    elif not os.access("/sys/kernel/btf/vmlinux", os.R_OK):
        why = "this kernel has no BTF"
    elif not shutil.which("runc"):
        why = "no runc"
    if why:
        print(f"  skipped: {why}")
        sys.exit(0)


class Cgroup:
    """A cgroup to account and to cap processor time in: version 1 where that is mounted, else version 2. What runs below it counts, and stays counted when it is gone."""

    def __init__(self, name):
        v1 = "/sys/fs/cgroup/cpuacct"
        self.name, self.v1 = name, os.path.isdir(v1)
        self.dirs = [os.path.join(d, name) for d in ((v1, "/sys/fs/cgroup/cpu") if self.v1 else ("/sys/fs/cgroup",))]
        for d in self.dirs:
            os.makedirs(d, exist_ok=True)

    def enter(self):
        for d in self.dirs:
            with open(d + "/cgroup.procs", "w") as f:
                f.write("0")

    def cap(self, percent):
        """At most so much of one processor, in periods of 100 ms as Kubernetes has them."""
        name, value = ("cpu.cfs_quota_us", f"{percent * 1000}") if self.v1 else ("cpu.max", f"{percent * 1000} 100000")
        with open(os.path.join(self.dirs[-1], name), "w") as f:
            f.write(value)

    def seconds(self):
        if self.v1:
            with open(self.dirs[0] + "/cpuacct.usage") as f:
                return int(f.read()) / 1e9
        with open(self.dirs[0] + "/cpu.stat") as f:
            return int(re.search(r"usage_usec (\d+)", f.read())[1]) / 1e6

    def remove(self):
        for d in self.dirs:
            for below, _, _ in os.walk(d, topdown=False):
                try:
                    os.rmdir(below)
                except OSError:
                    pass


class Sensor:
    """`plimsoll sensor`, from its start until it is armed; on_alert(NANOSECONDS, LINE) is called for each alert as it arrives (CLOCK_MONOTONIC)."""

    def __init__(self, rules, on_alert=None, extra=()):
        self.dir = tempfile.mkdtemp(prefix="plimsoll-bench.")
        self.cgroup = Cgroup(f"plimsoll-bench-sensor-{os.getpid()}")
        self.on_alert, self.messages = on_alert, []
        self.armed = threading.Event()
        environment = dict(os.environ, PLIMSOLL_SENSOR_SOCKET=self.dir + "/sensor.sock", PLIMSOLL_SENSOR_SPOOL=self.dir + "/spool")
        start = time.monotonic()
        self.process = subprocess.Popen([PLIMSOLL, "sensor", "--format", "json", *options(rules), *extra], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True, errors="replace", env=environment, preexec_fn=self.cgroup.enter)
        self.threads = [threading.Thread(target=f, daemon=True) for f in (self.read_alerts, self.read_messages)]
        for t in self.threads:
            t.start()
        if not self.armed.wait(60):
            self.process.kill()
            sys.exit("the sensor is not armed: " + " ".join(self.messages))
        self.start_s = self.armed_at - start

    def read_alerts(self):
        for line in self.process.stdout:
            if self.on_alert:
                self.on_alert(time.monotonic_ns(), line)

    def read_messages(self):
        for line in self.process.stderr:
            if line.strip() == "armed":
                self.armed_at = time.monotonic()
                self.armed.set()
            self.messages.append(line.rstrip("\n"))
        self.armed_at = time.monotonic()
        self.armed.set()

    def status(self):
        """Its own words about its memory, from /proc."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return {k: v.strip() for k, _, v in (line.partition(":") for line in f)}

    def stop(self):
        """What it said at its end: events, alerts, lost."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.messages.append("it had to be killed")
        for t in self.threads:
            t.join(10)
        self.cgroup.remove()
        shutil.rmtree(self.dir, ignore_errors=True)
        totals = re.search(r"(\d+) events, .*?(\d+) lost", "\n".join(self.messages))
        return {"events": int(totals[1]), "lost": int(totals[2])} if totals else None


def wakeups(pid):
    """How often its threads have gone to sleep and were woken, so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as f:
            total += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", f.read(), re.M)[1])
    return total


def maps_bytes(pid):
    """What the kernel counts for the maps of eBPF that a process has open."""
    maps = {}
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        try:
            with open(f"/proc/{pid}/fdinfo/{fd}") as f:
                text = f.read()
        except OSError:
            continue
        found = re.search(r"^memlock:\s+(\d+)$", text, re.M), re.search(r"^map_id:\s+(\d+)$", text, re.M)
        if all(found):
            maps[found[1][1]] = int(found[0][1])
    return sum(maps.values())


def bundle(path, root, cgroup, args, mounts=(), shm=None):
    """A bundle of runc; its container is in the cgroup named (None: one of its own name). shm: directory that is its /dev/shm, where programs may be executed."""
    os.makedirs(path, exist_ok=True)
    if os.path.exists(path + "/config.json"):
        os.unlink(path + "/config.json")
    subprocess.run(["runc", "spec"], cwd=path, check=True)
    with open(path + "/config.json") as f:
        c = json.load(f)
    c["process"].update(terminal=False, args=args)
    c["process"].pop("rlimits", None)
    c["root"] = {"path": root, "readonly": False}
    if cgroup:
        c["linux"]["cgroupsPath"] = cgroup
    if shm:
        c["mounts"] = [m for m in c["mounts"] if m["destination"] != "/dev/shm"]
        c["mounts"].append({"destination": "/dev/shm", "type": "bind", "source": shm, "options": ["bind", "rw", "nosuid", "nodev"]})
    c["mounts"] += mounts
    with open(path + "/config.json", "w") as f:
        json.dump(c, f)


def percentile(values, p):
    values = sorted(values)
    return values[min(int(len(values) * p), len(values) - 1)] if values else 0.0
