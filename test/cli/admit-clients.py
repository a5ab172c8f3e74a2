#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""admit-clients.py PORT CA REVIEW CONNECTIONS: clients that mean no good. The webhook (request time-out 2 s, that many connections) must cut each off and answer others meanwhile."""
import http.client, os, socket, ssl, sys, threading, time

port, ca, review, connections = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], "rb").read(), int(sys.argv[4])
context = ssl.create_default_context(cafile=ca)
failed = []


def tcp():
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(15)
    return s


def tls():
    return context.wrap_socket(tcp(), server_hostname="localhost")


def ask(timeout=15):
    c = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=timeout)
    c.request("POST", "/validate", review, {"Content-Type": "application/json"})
    r = c.getresponse()
    return r.status, r.read()


def cut_after(name, s, begin, drip=None):
    """Seconds until the other end closes; with drip a byte every 0.3 s."""
    start = time.monotonic()
    try:
        if begin:
            s.sendall(begin)
        while time.monotonic() - start < 12:
            if drip:
                s.settimeout(0.3)
                s.sendall(drip)
            try:
                if s.recv(4096) == b"":
                    break
            except (TimeoutError, socket.timeout):
                continue
    except OSError:
        pass
    took = time.monotonic() - start
    good = 1.0 < took < 7
    print(f"# {name}: {took:.1f} s")
    if not good:
        failed.append(f"{name}: cut off after {took:.1f} s")


def server_is_well(name):
    status, _ = ask()
    if status != 200:
        failed.append(f"{name}: {status}")


cases = [
    ("half-open connection", tcp, b"", None),
    ("half a handshake", tcp, bytes.fromhex("160301020001"), None),
    ("handshake in drops", tcp, bytes.fromhex("16030102000100"), b"\1"),
    ("no request", tls, b"", None),
    ("head in drops", tls, b"POST /validate HTTP/1.1\r\nHost: x\r\nX-Long: ", b"a"),
    ("half a body", tls, b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", None),
    ("body in drops", tls, b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", b" "),
    ("chunks in drops", tls, b"POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
]
threads = []
for name, connect, begin, drip in cases:
    t = threading.Thread(target=lambda n=name, c=connect, b=begin, d=drip: cut_after(n, c(), b, d))
    t.start()
    threads.append(t)
time.sleep(0.5)
server_is_well("beside slow clients")
for t in threads:
    t.join()

# Noise
for i in range(20):
    with tcp() as s:
        try:
            s.sendall(os.urandom(2000))
            s.recv(1)
        except OSError:
            pass
for noise in (b"\0" * 5000, b"GET\r\n\r\n", b"POST /validate HTTP/9.9\r\n\r\n", b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
              b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", b"POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
              b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n", b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"):
    try:
        with tls() as s:
            s.sendall(noise)
            s.settimeout(5)
            while s.recv(4096):
                pass
    except OSError:
        pass
server_is_well("after noise")

# Bodies that are announced and do not come keep nobody out; those that come and do not end fill the room for bodies, until they are cut off.
head = b"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3145728\r\n\r\n"
half = [tls() for i in range(20)]
for s in half:
    s.sendall(head + b"{")
for i in range(5):
    server_is_well("beside bodies that do not come")
for s in half:
    s.close()
half = [tls() for i in range(9)]


def fill(s):
    try:
        s.sendall(head + b" " * 3145727)
    except OSError:
        pass


threads = [threading.Thread(target=fill, args=[s]) for s in half]
for t in threads:
    t.start()
seen, start = set(), time.monotonic()
while time.monotonic() - start < 15 and not (503 in seen and status == 200):
    status, _ = ask()
    seen.add(status)
for t in threads:
    t.join()
for s in half:
    s.close()
print(f"# in a flood of bodies: {sorted(seen)}, {time.monotonic() - start:.1f} s")
if seen != {200, 503}:
    failed.append(f"a flood of bodies: {seen}")

# A flood of connections that say nothing: when they were cut off, others get in.
idle = []
try:
    for i in range(connections * 2):
        idle.append(tcp())
except OSError:
    pass
start = time.monotonic()
server_is_well("in a flood")
print(f"# answered {time.monotonic() - start:.1f} s into the flood")
for s in idle:
    s.close()

# A flood of requests
answers = []


def many():
    c = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    for i in range(100):
        c.request("POST", "/validate", review, {"Content-Type": "application/json"})
        r = c.getresponse()
        answers.append((r.status, len(r.read())))


threads = [threading.Thread(target=many) for i in range(min(8, connections))]
for t in threads:
    t.start()
for t in threads:
    t.join()
if len(answers) != 100 * len(threads) or set(answers) != {answers[0]} or answers[0][0] != 200:
    failed.append(f"flood of requests: {len(answers)} answers, {set(answers)}")
print("\n".join(failed))
sys.exit(bool(failed))
