# SPDX-License-Identifier: Apache-2.0
"""Records system calls of a small workload (shells, a compiler, archives, text tools, Python, connections) with strace, as events that conditions are evaluated on: one
JSON object a line, fields as policy/recorded.h has them. usage: policy-record.py OUT"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TRACED = ("execve execveat open openat openat2 creat connect accept accept4 listen socket sendto sendmsg recvfrom recvmsg rename renameat renameat2 unlink unlinkat rmdir "
          "mkdir mkdirat chmod fchmod fchmodat symlink symlinkat link linkat dup dup2 dup3 ptrace bpf setns unshare setuid userfaultfd").split()
FORKS = ["clone", "clone3", "fork", "vfork"]

WORKLOAD = r"""
set -eu
mkdir -p src out
for i in 1 2 3 4 5 6; do printf '#include <stdio.h>\n#include <stdlib.h>\nint f%s(int x) { return x * %s; }\n' $i $i >src/f$i.c; done
for i in 1 2 3 4 5 6; do gcc -O1 -c src/f$i.c -o out/f$i.o; done
ar rc out/lib.a out/*.o
for round in 1 2 3 4 5 6 7 8; do
  ls -l src >/dev/null; cat src/*.c | wc -l >/dev/null; grep -rn return src | sort | uniq -c >/dev/null; find . -name '*.c' >/dev/null
  sed -n 1p /etc/passwd >/dev/null; id -u >/dev/null; date >/dev/null; uname -a >/dev/null; head -c 100 /etc/hosts >/dev/null; stat src >/dev/null
  sh -c 'true && basename /a/b && dirname /a/b' >/dev/null; env X=1 sh -c 'sh -c "expr 1 + 1"' >/dev/null; awk 'BEGIN { print 1 }' >/dev/null
  cp src/f1.c out/copy.c; chmod 600 out/copy.c; mv out/copy.c out/moved.c; ln -s moved.c out/link; rm -f out/link out/moved.c; mkdir out/d; rmdir out/d
  tar czf out/src.tar.gz src; gzip -t out/src.tar.gz; sha256sum src/*.c >/dev/null
done
python3 -c '
import http.server, threading, urllib.request
s = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=s.serve_forever, daemon=True).start()
for i in range(20):
    urllib.request.urlopen("http://127.0.0.1:%d/src/f1.c" % s.server_port).read()
' 2>/dev/null
"""

CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(?:<([^>]*)>)?(?: (E\w+))?")
UNFINISHED = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
INET = re.compile(r'sin6?_port=htons\((\d+)\)[^}]*?"([0-9a-fA-F.:]+)"')

CONTAINER = {
    "container.id": "3ad7b26ded6d", "container.name": "app", "container.image.repository": "registry.example.com/shop/build", "container.image.tag": "1.4", "container.privileged": False,
    "k8s.ns.name": "shop", "k8s.pod.name": "build-6d5f7c9b8-x2x7q", "user.uid": 0, "user.name": "root", "user.loginuid": -1, "user.loginname": "<NA>", "group.gid": 0, "group.name": "root",
    "thread.cap_effective": "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_NET_RAW CAP_SETGID CAP_SETUID",
    "thread.cap_permitted": "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FSETID CAP_FOWNER CAP_NET_RAW CAP_SETGID CAP_SETUID",
}


class Process:
    def __init__(self, pid, parent, name, exe, args):
        self.pid, self.parent = pid, parent
        self.set(name, exe, args)

    def set(self, name, path, args):
        self.name, self.path, self.args = name[:15], path, args

    def line(self):
        return " ".join([self.args[0] if self.args else self.path] + self.args[1:])

    def ancestors(self):
        out, p = [], self.parent
        while p:
            out.append(p)
            p = p.parent
        return out


def unquote(text):
    return text.encode("latin-1", "ignore").decode("unicode_escape", "ignore")


class Recording:
    def __init__(self, root):
        shim = Process(1, None, "containerd-shim", "/usr/bin/containerd-shim-runc-v2", ["containerd-shim-runc-v2"])
        self.runc = Process(2, shim, "runc", "/usr/bin/runc", ["runc", "init"])
        self.processes, self.open, self.events, self.root = {}, {}, [], root

    def process(self, pid):
        if pid not in self.processes:
            self.processes[pid] = Process(pid, self.runc, "sh", "/usr/bin/dash", ["sh"])
        return self.processes[pid]

    def line(self, line):
        m = UNFINISHED.match(line)
        if m:
            self.open[m[1]] = f"{m[1]} {m[2]}({m[3]}"
            return
        m = RESUMED.match(line)
        if m:
            line = self.open.pop(m[1], "") + m[3]
        m = CALL.match(line)
        if m and m[4] != "?":
            self.call(int(m[1]), m[2], m[3], int(m[4]), m[5], m[6])

    def call(self, pid, name, args, result, path, error):
        p = self.process(pid)
        if name in FORKS:
            if result > 0:
                self.processes[result] = Process(result, p, p.name, p.path, p.args)
            return
        strings = [unquote(s) for s in STRING.findall(args)]
        if name.startswith("exec") and result == 0:
            p.set(os.path.basename(strings[0]), os.path.realpath(strings[0]), strings[1:])
        self.events.append(self.event(p, name, args, strings, result, path, error))

    def full(self, path, base):
        return os.path.normpath(path if path.startswith("/") else os.path.join(base, path)).replace(self.root, "/build")

    def event(self, p, name, args, strings, result, path, error):
        up = p.ancestors()
        e = dict(CONTAINER)
        e.update({
            "evt.num": len(self.events) + 1, "evt.type": name, "evt.rawres": result if result >= 0 else -1, "evt.res": error or "SUCCESS", "evt.failed": result < 0, "evt.dir": "<",
            "proc.pid": p.pid, "proc.vpid": p.pid % 500 + 1, "proc.name": p.name, "proc.pname": up[0].name, "proc.aname": [a.name for a in up], "proc.exe": p.args[0] if p.args else p.path,
            "proc.exepath": p.path, "proc.pexe": up[0].args[0] if up[0].args else up[0].path, "proc.pexepath": up[0].path, "proc.aexe": [a.args[0] if a.args else a.path for a in up],
            "proc.aexepath": [a.path for a in up], "proc.cmdline": p.line(), "proc.pcmdline": up[0].line(), "proc.args": " ".join(p.args[1:]), "proc.cwd": "/build/", "proc.tty": 0,
            "proc.sname": "sh", "proc.env": "PATH=/usr/bin:/bin HOME=/root", "proc.duration": 2000000, "proc.is_exe_upper_layer": False, "proc.is_exe_from_memfd": False,
            "proc.is_vpgid_leader": False, "proc.exe_ino.ctime_duration_proc_start": 10**15,
        })
        if name in ("open", "openat", "openat2", "creat") and strings:
            write = any(f in args for f in ("O_WRONLY", "O_RDWR")) or name == "creat"
            e.update({"evt.is_open_write": write and result >= 0, "evt.is_open_read": ("O_RDONLY" in args or "O_RDWR" in args) and result >= 0, "evt.is_open_exec": False,
                      "evt.arg.flags": "|".join(re.findall(r"O_\w+", args)), "evt.arg.name": strings[0]})
            self.file(e, result if result >= 0 else None, self.full(strings[0], path and os.path.dirname(path) or self.root), "directory" if "O_DIRECTORY" in args else "file", strings[0])
        elif name.startswith("exec"):
            e.update({"evt.arg.filename": strings[0] if strings else "", "evt.arg.flags": "EXE_LOWER_LAYER"})
        elif "chmod" in name:
            e.update({"evt.arg.mode": "S_IRUSR|S_IWUSR", "evt.arg.filename": strings[0] if strings else None})
        elif name in ("rename", "renameat", "renameat2", "link", "linkat"):
            e.update({"evt.arg.oldpath": strings[0] if strings else None, "evt.arg.newpath": strings[-1] if strings else None})
        elif name.startswith("symlink"):
            e.update({"evt.arg.target": strings[0], "evt.arg.linkpath": strings[-1]})
        elif name in ("unlink", "unlinkat", "rmdir", "mkdir", "mkdirat") and strings:
            e.update({"evt.arg.path": self.full(strings[0], self.root), "evt.arg.name": strings[0], "evt.arg.flags": "AT_REMOVEDIR" if "REMOVEDIR" in args else "0"})
        elif name == "socket":
            e.update({"evt.arg.domain": (re.findall(r"[AP]F_\w+", args) or [""])[0], "fd.num": result, "fd.type": "ipv4", "fd.typechar": "4"})
        else:
            self.socket(e, args, result)
        return {k: v for k, v in e.items() if v is not None}

    def file(self, e, fd, path, kind, raw):
        e.update({"fd.num": fd if fd is not None else -1, "fd.name": path, "fd.nameraw": raw, "fd.directory": os.path.dirname(path), "fd.filename": os.path.basename(path), "fd.type": kind,
                  "fd.typechar": "f" if kind == "file" else "d"})

    def socket(self, e, args, result):
        fd = re.match(r"(\d+)<([^>]*)", args)
        if not fd:
            return
        e["fd.num"] = int(fd[1])
        m, where = INET.search(args), re.search(r"(\d+\.\d+\.\d+\.\d+):(\d+)->(\d+\.\d+\.\d+\.\d+):(\d+)", args)
        if where or m:
            client, cport, server, sport = where.groups() if where else ("127.0.0.1", "40000", m[2], m[1])
            e.update({"fd.type": "ipv4", "fd.typechar": "4", "fd.sockfamily": "ip", "fd.l4proto": "tcp", "fd.ip": [client, server], "fd.net": [client, server], "fd.cip": client, "fd.sip": server,
                      "fd.cnet": client, "fd.snet": server, "fd.rip": server, "fd.rnet": server, "fd.lip": client, "fd.port": [int(cport), int(sport)], "fd.cport": int(cport),
                      "fd.sport": int(sport), "fd.lport": int(cport), "fd.rport": int(sport), "fd.connected": True, "fd.name_changed": e["evt.type"] in ("connect", "accept4"),
                      "fd.name": f"{client}:{cport}->{server}:{sport}"})
        elif fd[2].startswith("/") or "pipe" in fd[2]:
            self.file(e, int(fd[1]), self.full(fd[2], self.root), "file", fd[2])
        else:
            e.update({"fd.type": "unix", "fd.typechar": "u", "fd.name": fd[2]})


def main():
    root = tempfile.mkdtemp(prefix="policy-record.")
    try:
        with open(os.path.join(root, "work.sh"), "w", encoding="utf-8") as f:
            f.write(WORKLOAD)
        trace = os.path.join(root, "trace")
        subprocess.run(["strace", "-f", "-qq", "-yy", "-s", "300", "-e", "signal=none", "-e", "trace=" + ",".join(TRACED + FORKS), "-o", trace,
                        "sh", "-c", "bash -c 'sh -c \"bash work.sh; true\"; true'; true"], cwd=root, check=True)
        recording = Recording(os.path.realpath(root))
        with open(trace, encoding="latin-1") as f:
            for line in f:
                recording.line(line.rstrip("\n"))
        with open(sys.argv[1], "w", encoding="utf-8") as out:
            for e in recording.events:
                out.write(json.dumps(e) + "\n")
    finally:
        shutil.rmtree(root)


main()
