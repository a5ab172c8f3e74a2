#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# db build of all feeds beside the clone: seconds (limit 25), peak of the summed PSS of the process tree (limit 512 MiB), size (limit 150 MB).
# `bench/db-build.sh [FEED_DIR]`
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
BUILD=${BUILD:-$top/build}
feeds=${1:-${PLIMSOLL_SHARED:-$top/../shared}/advisories}
[ -d "$feeds" ] || { echo "bench/db-build: no feeds at $feeds"; exit 0; }
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-bench.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
python3 - "$BUILD/plimsoll" "$feeds" "$tmp/advisories.db" <<'PY'
import os, subprocess, sys, time
plimsoll, feeds, db = sys.argv[1:]

def tree(root):
    children = {}
    for p in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{p}/stat') as f:
                children.setdefault(int(f.read().rsplit(')', 1)[1].split()[1]), []).append(int(p))
        except OSError:
            pass
    todo, seen = [root], []
    while todo:
        seen.append(todo.pop())
        todo += children.get(seen[-1], [])
    return seen

def pss(pid):
    try:
        with open(f'/proc/{pid}/smaps_rollup') as f:
            return next(int(l.split()[1]) for l in f if l.startswith('Pss:'))
    except (OSError, StopIteration):
        return 0

start = time.monotonic()
p = subprocess.Popen([plimsoll, 'db', 'build', '--quiet', '--db', db, feeds], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
peak = 0
while p.poll() is None:
    peak = max(peak, sum(map(pss, tree(p.pid))))
    time.sleep(0.05)
seconds = time.monotonic() - start
size = os.path.getsize(db)
good = p.returncode == 0 and seconds < 25 and peak < 512 * 1024 and size < 150e6
print(f'db build: {seconds:.1f} s (limit 25), {peak / 1024:.0f} MiB (limit 512), {size / 1e6:.1f} MB (limit 150): {"ok" if good else "OVER"}')
sys.exit(not good)
PY
