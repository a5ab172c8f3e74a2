#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sensor when nothing happens: how long until it is armed, processor time, how often it wakes up, memory of its own and of its maps in the kernel.

sensor-idle.py [--seconds N] [--starts N]     rules: all three files of Falco. What else the machine does counts: measure it on a quiet one.
"""
import argparse
import os
import statistics
import time

from sensor_bench import Sensor, maps_bytes, need, rules_all, wakeups


def say(text, good, what):
    print(f"  {'holds' if good else 'MISSED'} {text}: {what}", flush=True)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--seconds", type=float, default=60)
    ap.add_argument("--starts", type=int, default=5)
    o = ap.parse_args()
    need()
    print(f"  rules: {', '.join(map(os.path.basename, rules_all()))}")
    starts = []
    for i in range(o.starts):
        sensor = Sensor(rules_all())
        starts.append(sensor.start_s)
        if i + 1 < o.starts:
            sensor.stop()
    say("armed in under 1 s", statistics.median(starts) < 1, f"{statistics.median(starts):.2f} s, the median of {o.starts} starts ({min(starts):.2f} to {max(starts):.2f})")
    time.sleep(3)
    cpu, woken, start = sensor.cgroup.seconds(), wakeups(sensor.process.pid), time.monotonic()
    time.sleep(o.seconds)
    took = time.monotonic() - start
    cpu, woken = (sensor.cgroup.seconds() - cpu) / took * 100, (wakeups(sensor.process.pid) - woken) / took
    status, maps = sensor.status(), maps_bytes(sensor.process.pid)
    totals = sensor.stop()
    say("under 0.1 % of a core", cpu < 0.1, f"{cpu:.3f} %, {woken:.1f} wake-ups a second, {totals['events']} events in {took:.0f} s")
    rss = int(status["VmRSS"].split()[0]) / 1024
    say("under 30 MiB resident", rss < 30, f"{rss:.1f} MiB ({status['RssAnon']} of its own, {status['RssFile']} of files, {status['RssShmem']} shared)")
    say("maps under 16 MiB", maps < 16 << 20, f"{maps / 1048576:.1f} MiB")


if __name__ == "__main__":
    main()
