#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sensor over a longer time: short-lived containers of runc, each of which does one thing that a rule is about. Memory must stay what it was, each alert must say whose it
is, and nothing may be lost.

sensor-soak.py PROGRAM [--seconds N] [--per-minute N]     rules: all three files of Falco. PROGRAM is sensor-storm.c, static. Exit code 1 when something was missed.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from sensor_bench import Sensor, bundle, maps_bytes, need, percentile, rules_all

AT_ONCE, SAMPLE_S, RULE = 4, 10, "Read sensitive file untrusted"
CPU_MAX, RESIDENT_MAX = 3, 30  # % of a core, MiB


class Containers:
    def __init__(self, program):
        self.dir = tempfile.mkdtemp(prefix="plimsoll-bench.")
        for d in ("proc", "dev", "sys", "tmp", "etc"):
            os.makedirs(f"{self.dir}/root/{d}")
        shutil.copy(program, self.dir + "/root/program")
        with open(self.dir + "/root/etc/shadow", "w") as f:
            f.write("root:*:19000:0:99999:7:::\n")
        bundle(self.dir + "/bundle", self.dir + "/root", None, ["/program", "act", "soak", "plain", "-", "/etc/shadow"])

    def run(self, name):
        """One container to its end: seconds, whether it did what it was to."""
        start = time.monotonic()
        done = subprocess.run(["runc", "--root", self.dir + "/runc", "run", "--bundle", self.dir + "/bundle", name], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return time.monotonic() - start, done.returncode == 0 and done.stdout.startswith("act soak "), done.stderr

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def memory(sensor):
    s = sensor.status()
    return int(s["VmRSS"].split()[0]) / 1024, int(s["RssAnon"].split()[0]) / 1024, maps_bytes(sensor.process.pid) / 1048576


def check(good, text):
    print(f"  {'holds' if good else 'MISSED'} {text}", flush=True)
    return good


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("program")
    ap.add_argument("--seconds", type=int, default=600)
    ap.add_argument("--per-minute", type=int, default=1000)
    o = ap.parse_args()
    need()
    seen, others = {}, {}
    prefix = f"soak-{os.getpid()}-"

    def on_alert(_, line):
        alert = json.loads(line)
        fields = alert["output_fields"]
        if alert["rule"] == RULE and "act soak" in (fields.get("proc.cmdline") or ""):
            key = (fields.get("container.name"), fields.get("container.id"))
            seen[key] = seen.get(key, 0) + 1
        else:
            others[alert["rule"]] = others.get(alert["rule"], 0) + 1

    containers, sensor = Containers(o.program), Sensor(rules_all(), on_alert)
    samples, took, failed = [memory(sensor)], [], []
    n, cpu, start = o.seconds * o.per_minute // 60, sensor.cgroup.seconds(), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        def one(i):
            time.sleep(max(start + i * 60 / o.per_minute - time.monotonic(), 0))
            seconds, good, said = containers.run(f"{prefix}{i}")
            took.append(seconds)
            if not good:
                failed.append(said)
        waiting = [pool.submit(one, i) for i in range(n)]
        while not all(w.done() for w in waiting):
            concurrent.futures.wait(waiting, SAMPLE_S - (time.monotonic() - start) % SAMPLE_S)
            samples.append(memory(sensor))
    seconds = time.monotonic() - start
    cpu = (sensor.cgroup.seconds() - cpu) / seconds * 100
    totals = sensor.stop()
    containers.remove()
    report(o, n, seconds, samples, took, failed, seen, others, prefix, cpu, totals, sensor.messages)


def report(o, n, seconds, samples, took, failed, seen, others, prefix, cpu, totals, messages):
    print(f"  {n} containers in {seconds:.0f} s; each took {statistics.median(took) * 1000:.0f} ms from runc's start to its end (p99 {percentile(took, 0.99) * 1000:.0f});"
          f" {totals['events']} events")
    good = check(not failed, f"all containers ran ({len(failed)} did not: {failed[:1]})")
    good &= check(seconds < n * 60 / o.per_minute * 1.05 + 1, f"{n * 60 / seconds:.0f} a minute of {o.per_minute}")
    names = [name for name, _ in seen]
    expected = {f"{prefix}{i}" for i in range(n)}
    known = expected & {name for name, ident in seen if ident and ident != "host"}
    wrong = [key for key in seen if key[0] not in expected]
    good &= check(len(known) + len(failed) >= n and not wrong and max(seen.values(), default=0) == 1 and len(set(names)) == len(names),
                  f"{len(known)} of {n} acts were told of once, with the name and the id of their container; {sum(seen[k] for k in wrong)} with another ({wrong[:2]})")
    good &= check(totals["lost"] == 0, f"{totals['lost']} events lost" + "".join("; " + m for m in messages if m.startswith("lost:")))
    good &= check(cpu <= CPU_MAX, f"sensor's CPU {cpu:.2f} % of a core, at most {CPU_MAX}")
    most = max(s[0] for s in samples)
    good &= check(most <= RESIDENT_MAX, f"resident at most {most:.2f} MiB of {RESIDENT_MAX}")
    # Containers are remembered for ten seconds after their end: until then the first third grows.
    third = max(len(samples) // 3, 1)
    for i, what in enumerate(("resident", "memory of its own", "maps")):
        a, b, c = (statistics.mean(s[i] for s in part) for part in (samples[:third], samples[third:2 * third], samples[-third:]))
        good &= check(c <= b * 1.03 + 0.25, f"{what}: {a:.2f} MiB in the first third, {b:.2f} in the second, {c:.2f} in the last (began with {samples[0][i]:.2f}, at most {max(s[i] for s in samples):.2f})")
    if others:
        print("  other alerts: " + ", ".join(f"{rule} {k}" for rule, k in sorted(others.items())))
    sys.exit(not good)


if __name__ == "__main__":
    main()
