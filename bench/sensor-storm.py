#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Acts that rules are about, drawn at random, in a storm of opens in a container: how many of them does the sensor find, how late, and what does it tell of that nobody did?

sensor-storm.py PROGRAM [--seconds N] [--rate N] [--seed N] [ROW…]     rows: stable all capped, each with 1 and with 2 workers (stable-1 …); all of them

PROGRAM is sensor-storm.c, static. Exit code 1 when an act was not found, an alert was false or an event was lost.
"""
import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from sensor_bench import Cgroup, Sensor, bundle, need, percentile, rules_all, rules_stable

DIRECTORIES, FILES, NEAR = 500, 10000, 0.05
KINDS = ("absolute", "relative", "dirfd", "link", "openat2", "uring", "32", "exec")
SENSITIVE = ("/etc/shadow", "/etc/sudoers", "/etc/pam.conf", "/etc/security/pwquality.conf", "/etc/pam.d/login", "/etc/pam.d/common-auth", "/etc/sudoers.d/90-ops", "/etc/sudoers.d/README")
# Almost what the rules look for: one letter more or less, another directory, another case.
NEAR_FILES = ("/etc/shadow.bak", "/etc/shado", "/etc/Shadow", "/etc/sudoers.old", "/etc/xsudoers", "/etc/pam.conf~", "/etc/pam_conf", "/etc/security/pwquality.conf.d", "/srv/etc/shadow", "/opt/etc/sudoers",
              "/etc/app/shadow", "/etc/security/shadow", "/shadow", "/srv/shadow", "/etc/default/sudoers", "/srv/etc/security/pwquality.conf")
NEAR_DIRECTORIES = ("/etc/pam.d.bak", "/etc/pam.dd", "/etc/pam_d", "/etc/Pam.d", "/etc/pam.d/old", "/etc/sudoers.d.old", "/etc/sudoers.dx", "/etc/sudoers.d/archive", "/etc/sudoers.", "/srv/etc/pam.d",
                    "/srv/etc/sudoers.d", "/var/lib/etc/pam.d", "/etc/app/sudoers.d", "/srv/dev/shm", "/opt/memfd:", "/etc/shadow.d")
ROOTS = ("/etc", "/etc", "/srv", "/srv/data", "/opt", "/usr/lib", "/usr/share", "/var/lib", "/var/cache", "/home/web")
EXPECTED = {"file": ("Read sensitive file untrusted",), "shm": ("Execution from /dev/shm",), "memfd": ("Fileless execution via memfd_create",)}
# What Falco's files say about these acts besides: names with two "..".
ALSO = ("Directory traversal monitored file read",)


class Tree:
    """The files of the container: `stay` are names that are not renamed, since acts go by them."""

    def __init__(self, root, program, rnd):
        self.root, self.program, self.rnd, self.used = root, program, rnd, set()
        self.known = {word for file in rules_all() + rules_stable() for word in re.findall(r"[a-z0-9]+", open(file).read())}
        for d in ("proc", "dev", "sys", "tmp", "etc/security", "plan", "shm"):
            os.makedirs(f"{root}/{d}", exist_ok=True)
        shutil.copy(program, root + "/plan/program")
        plain = [self.fresh(self.rnd.choice(ROOTS)) for _ in range(DIRECTORIES - len(NEAR_DIRECTORIES))]
        plain = [d + self.rnd.choice(("", "", "/" + self.word(), "/" + self.word() + "/" + self.word())) for d in plain]
        near = [self.fresh(NEAR_DIRECTORIES[i % len(NEAR_DIRECTORIES)]) for i in range(int(FILES * NEAR) - len(NEAR_FILES))] + list(NEAR_FILES)
        files = [self.fresh(plain[i % len(plain)]) for i in range(FILES - len(near))]
        self.near = near
        for f in files + near + list(SENSITIVE):
            self.write(f)
        lines = files + ["=" + f for f in near]
        rnd.shuffle(lines)
        with open(root + "/plan/files", "w") as f:
            f.write("\n".join(lines) + "\n")

    def word(self):
        """No word of the rules: they trust programs by their names."""
        while True:
            w = "".join(self.rnd.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=self.rnd.randint(3, 14)))
            if w not in self.known:
                return w

    def fresh(self, directory):
        while True:
            name = f"{directory}/{self.word()}"
            if name not in self.used:
                self.used.add(name)
                return name

    def write(self, name):
        os.makedirs(self.root + os.path.dirname(name), exist_ok=True)
        with open(self.root + name, "w") as f:
            f.write("x\n")

    def link(self, target):
        """A symbolic link to a name, or to its directory; returns the name that leads there."""
        link = self.fresh(self.rnd.choice(ROOTS))
        os.makedirs(self.root + os.path.dirname(link), exist_ok=True)
        whole = self.rnd.random() < 0.5
        to = target if whole else os.path.dirname(target)
        if self.rnd.random() < 0.5:
            to = os.path.relpath(to, os.path.dirname(link))
        os.symlink(to, self.root + link)
        return link if whole else f"{link}/{os.path.basename(target)}"

    def executable(self, directory):
        name = self.fresh(directory)
        os.makedirs(self.root + os.path.dirname(name), exist_ok=True)
        os.link(self.root + "/plan/program", self.root + name)
        return name


def draw(tree, kind, needle):
    """The words of a line of the plan behind the id, the program, and the rules that must fire."""
    rnd = tree.rnd
    target = rnd.choice(SENSITIVE if needle else tree.near)
    program = tree.executable(rnd.choice(("/usr/bin", "/tmp", "/srv/bin", "/opt/" + tree.word())))
    if kind == "exec":
        if not needle:
            return [tree.executable(rnd.choice(("/srv/dev/shm", "/dev.shm", "/opt/memfd:"))), "exec", "-", "-"], ()
        if rnd.random() < 0.5:
            return ["memfd:" + program, "exec", "-", "-"], EXPECTED["memfd"]
        name = tree.fresh("")
        os.link(tree.root + "/plan/program", tree.root + "/shm" + name)
        return ["/dev/shm" + name, "exec", "-", "-"], EXPECTED["shm"]
    fires = EXPECTED["file"] if needle else ()
    move, base = "-", "/etc"
    if needle and kind in ("absolute", "relative", "dirfd") and rnd.random() < 0.4:
        # A directory with a harmless name, which is the watched one for the time of the act.
        watched = rnd.choice(("/etc/pam.d", "/etc/sudoers.d"))
        other = tree.fresh("/etc")
        tree.write(f"{other}/{os.path.basename(target)}")
        target = f"{watched}/{os.path.basename(target)}"
        move = f"{other}:{watched}"
        base = other if kind != "absolute" else base
    name, rest = target, []
    if kind in ("relative", "dirfd") and ":" in move:
        name, rest = os.path.basename(target), [base] if kind == "dirfd" else [".", base]
    elif kind == "relative":
        where = os.path.dirname(rnd.choice(tree.near)) if needle and rnd.random() < 0.5 else "/etc"
        name, rest = rnd.choice(("", "./")) + os.path.relpath(target, where), [".", where]
    elif kind == "dirfd":
        where = rnd.choice(("/", "/etc", os.path.dirname(target)))
        name, rest = os.path.relpath(target, where), [where]
    elif kind == "link":
        name = tree.link(target)
    how = {"openat2": "openat2", "uring": "uring", "32": "32"}.get(kind, "plain")
    return [program, how, move, name, *rest], fires


def plan(tree, seconds, rate):
    """Lines for the program, and {id: (kind, rules)}; a fifth as many acts that are only almost some, which fire nothing. Every kind comes as often, in an order that is drawn."""
    rnd, acts, lines, expected = tree.rnd, [], [], {}
    n = int(seconds * rate)
    acts = [(KINDS[i % len(KINDS)], True) for i in range(n)] + [(KINDS[i % len(KINDS)], False) for i in range(n // 5)]
    rnd.shuffle(acts)
    for i, (kind, needle) in enumerate(acts):
        (program, how, move, *rest), fires = draw(tree, kind, needle)
        name = f"ndl{i}-{rnd.getrandbits(32):08x}"
        expected[name] = (kind, fires)
        lines.append(" ".join([str(int((i + rnd.random()) * seconds * 1000 / len(acts))), program, name, how, move, *rest]))
    with open(tree.root + "/plan/plan", "w") as f:
        f.write("\n".join(lines) + "\n")
    return expected, dict(zip(expected, lines))


class Alerts:
    def __init__(self):
        self.of, self.others = {}, []

    def add(self, at, line):
        found = re.search(r"\bact (ndl\d+-[0-9a-f]{8})\b", line)
        alert = json.loads(line)
        if found:
            self.of.setdefault(found[1], []).append((at, alert["rule"]))
        else:
            self.others.append((alert["rule"], alert["output_fields"].get("container.id"), alert["output"]))


def row(name, workers, rules, cap, o, rnd):
    tmp = tempfile.mkdtemp(prefix="plimsoll-bench.")
    load = Cgroup(f"plimsoll-bench-load-{os.getpid()}")
    container = f"plimsoll-storm-{os.getpid()}-{rnd.getrandbits(32):x}"
    try:
        tree = Tree(tmp + "/root", o.program, rnd)
        expected, lines = plan(tree, o.seconds, o.rate)
        bundle(tmp + "/bundle", tmp + "/root", f"/{load.name}/{container}", ["/plan/program", "storm", str(o.seconds), str(workers), "/plan/files", "/plan/plan", str(rnd.getrandbits(32))], shm=tmp + "/root/shm")
        alerts = Alerts()
        sensor = Sensor(rules, alerts.add)
        if cap:
            sensor.cgroup.cap(cap)
        before, load_before = sensor.cgroup.seconds(), load.seconds()
        run = subprocess.run(["runc", "--root", tmp + "/runc", "run", "--bundle", tmp + "/bundle", container], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        cpu, load_cpu = sensor.cgroup.seconds() - before, load.seconds() - load_before
        totals = sensor.stop()
    finally:
        load.remove()
        shutil.rmtree(tmp, ignore_errors=True)
    return judge(name, workers, o, container, expected, lines, alerts, run, cpu, load_cpu, totals, sensor.messages)


def judge(name, workers, o, container, expected, lines, alerts, run, cpu, load_cpu, totals, messages):
    acts = {i: (int(at), int(result)) for i, at, result in re.findall(r"^act (\S+) (\d+) (-?\d+)$", run.stdout, re.M)}
    counts = re.search(r"^storm (\d+) (\d+) (\d+)$", run.stdout, re.M)
    bad = []
    if run.returncode or not counts or not totals:
        sys.exit(f"the storm failed: {run.stderr[-500:]} {run.stdout[-200:]} {messages[-5:]}")
    broken = {i: acts.get(i, (0, "no word"))[1] for i in expected if acts.get(i, (0, -1))[1] < 0}
    if broken:
        bad.append("acts that failed themselves: " + ", ".join(f"{i} ({expected[i][0]}): {r}" for i, r in list(broken.items())[:5]))
    made = [i for i, (_, fires) in expected.items() if fires]
    missed, late = {}, []
    for i in made:
        kind, fires = expected[i]
        at = [t for t, rule in alerts.of.get(i, ()) if rule in fires]
        if at:
            late.append((at[0] - acts[i][0]) / 1e6)
        else:
            missed.setdefault(kind, []).append(i)
    false = [(rule, i) for i, seen in alerts.of.items() for _, rule in seen if rule not in expected.get(i, ("", ()))[1] and not (expected[i][1] and rule in ALSO)]
    false += [(rule, output) for rule, where, output in alerts.others if where == container]
    beside = {rule for rule, where, _ in alerts.others if where != container}
    p50, p99 = percentile(late, 0.5), percentile(late, 0.99)
    most = 200 if name == "capped" else 20
    print(f"  {name:7} {workers}  {len(late):4}/{len(made):<4} {len(false):5} {p50:8.2f} {p99:8.2f} {max(late, default=0):8.2f} {cpu / o.seconds * 100:7.2f} {totals['events']:7} {totals['lost']:6} {int(counts[1]) / o.seconds / 1000:8.0f}"
          f" {load_cpu * 1e6 / int(counts[1]):7.3f} {counts[3]:>8}", flush=True)
    if missed:
        bad.append("not found: " + "; ".join(f"{kind} {len(ids)} of {sum(k == kind for k, f in expected.values() if f)}: {lines[ids[0]]}" for kind, ids in missed.items()))
    if false:
        bad.append(f"false alerts: {false[:3]}")
    if p99 > most:
        bad.append(f"p99 is above {most} ms")
    if cpu / o.seconds > 0.03:
        bad.append("the sensor takes more than 3 % of a core")
    if totals["lost"] or os.environ.get("X"):
        bad.append("events were lost: " + "; ".join(m for m in messages if m.startswith("lost:")))
    for b in bad:
        print(f"    MISSED {b}", flush=True)
    if beside:
        print(f"    what else the machine did made alerts of: {', '.join(sorted(beside))}")
    return not bad


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("program")
    ap.add_argument("--seconds", type=float, default=10)
    ap.add_argument("--rate", type=float, default=50)
    ap.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    ap.add_argument("rows", nargs="*")
    o = ap.parse_intermixed_args()
    need()
    kinds = {"stable": (rules_stable(), 0), "all": (rules_all(), 0), "capped": (rules_all(), 20)}
    rows = o.rows or [f"{k}-{w}" for k in kinds for w in (1, 2)]
    print(f"  seed {o.seed}; {FILES} files in {DIRECTORIES} directories, {NEAR:.0%} near-misses; {o.rate:g} acts of {len(KINDS)} kinds a second, {o.seconds:g} s a row; rules: "
          + ", ".join(os.path.basename(f) for f in rules_all()))
    print("  row     w      found  false   p50 ms   p99 ms   max ms   CPU %  events   lost  kopen/s  us/open  renames")
    good = True
    for r in rows:
        name, _, workers = r.partition("-")
        good &= row(name, int(workers or 1), *kinds[name], o, random.Random(f"{o.seed} {r}"))
    sys.exit(not good)


if __name__ == "__main__":
    main()
