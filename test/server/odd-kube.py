#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a real API server cannot be made to do: `odd-kube.py PORT LOG`. Objects below /api/v1/NAME behave as NAME says; each request is a line of LOG."""
import http.server, json, sys, threading, time, urllib.parse

log = open(sys.argv[2], "a", buffering=1)
count, lock = {}, threading.Lock()


def turn(key):
    """How often this was asked for, from 1."""
    with lock:
        count[key] = count.get(key, 0) + 1
        return count[key]


def pod(i, rv=None):
    return {"metadata": {"name": f"p{i}", "namespace": "n", "uid": f"u{i}", "resourceVersion": str(rv or i + 1)}, "spec": {"containers": [{"name": "c", "image": "i"}]}}


def page(items, rv="100", more=None):
    return {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": rv, **({"continue": more} if more else {})}, "items": items}


def status(code, reason, message, **metadata):
    return {"kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure", "reason": reason, "message": message, "code": code}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *a):
        pass

    def head(self, code, n=None, **headers):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        for k, v in headers.items():
            self.send_header(k.replace("_", "-"), v)
        if n is None:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(n))
        self.end_headers()

    def json(self, o, code=200, **headers):
        b = json.dumps(o).encode()
        self.head(code, len(b), **headers)
        self.wfile.write(b)

    def events(self, *events):
        for e in events:
            self.wfile.write(e if isinstance(e, bytes) else json.dumps(e).encode() + b"\n")
            self.wfile.flush()

    def do_GET(self):
        u = urllib.parse.urlsplit(self.path)
        q = dict(urllib.parse.parse_qsl(u.query))
        log.write(f"{self.path} {self.headers.get('Authorization', '-')}\n")
        name = "none" if u.path.startswith("/none/") else u.path.split("/")[-1].replace("-", "_")
        f = getattr(self, "at_" + name, None)
        if not f:
            return self.json(status(404, "NotFound", "the server could not find the requested resource"), 404)
        f(q, "watch" in q)

    # Discovery of a cluster that has pods only, and very many
    def at_v1(self, q, watch):
        self.json({"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": "pods", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "watch"]}, {"name": "pods/log", "namespaced": True, "kind": "Pod", "verbs": ["get"]}]})

    def at_apis(self, q, watch):
        self.json({"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": "apps", "versions": [{"groupVersion": "apps/v9", "version": "v9"}], "preferredVersion": {"groupVersion": "apps/v9", "version": "v9"}}]})

    def at_version(self, q, watch):
        self.json({"major": "1", "minor": "30+"})

    def at_pods(self, q, watch):
        self.at_many(q, watch)

    # Lists
    def at_expired(self, q, watch):
        """The second page was forgotten; the refusal has a token that goes on."""
        if "continue" not in q:
            return self.json(page([pod(0), pod(1)], more="old"))
        if q["continue"] == "old":
            return self.json(status(410, "Expired", "The provided continue parameter is too old", **{"continue": "new"}), 410)
        self.json(page([pod(2)], rv="200"))

    def at_forgetful(self, q, watch):
        """The second page is always forgotten."""
        if "continue" not in q:
            return self.json(page([pod(0)], more="old"))
        self.json(status(410, "Expired", "too old"), 410)

    def at_broken(self, q, watch):
        """Breaks off in the middle of an item, twice."""
        b = json.dumps(page([pod(i) for i in range(4)])).encode()
        if turn("broken") < 3:
            self.head(200, len(b))
            self.wfile.write(b[: len(b) * 2 // 3])
            self.wfile.flush()
            self.close_connection = True
            return
        self.head(200, len(b))
        self.wfile.write(b)

    def at_busy(self, q, watch):
        if turn("busy") < 3:
            return self.json(status(429, "TooManyRequests", "slow down"), 429, Retry_After="1")
        self.json(page([pod(0)]))

    def at_down(self, q, watch):
        self.json(status(503, "ServiceUnavailable", "etcd is away"), 503)

    def at_html(self, q, watch):
        b = b"<html>login</html>"
        self.head(200, len(b))
        self.wfile.write(b)

    def at_stall(self, q, watch):
        self.head(200, 1000)
        self.wfile.write(b'{"kind":"PodList","items":[')
        self.wfile.flush()
        time.sleep(20)

    def at_huge(self, q, watch):
        """An object beyond all limits."""
        self.head(200)
        try:
            self.wfile.write(b'{"kind":"PodList","items":[{"a":"')
            for _ in range(64):
                self.wfile.write(b"x" * (1 << 20))
        except OSError:
            pass

    def at_many(self, q, watch):
        """100,000 pods of 4 KB, in pages."""
        total, limit = 100000, int(q["limit"])
        at = int(q.get("continue", 0))
        n = min(limit, total - at)
        more = f',"continue":"{at + n}"' if at + n < total else ""
        filler = "x" * 3500
        body = f'{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"5"{more}}},"items":['
        body += ",".join('{"metadata":{"name":"p%d","namespace":"n%d","uid":"%d","labels":{"f":"%s"}},"spec":{"containers":[{"name":"c","image":"i"}]}}' % (i, i // 1000, i, filler) for i in range(at, at + n))
        b = (body + "]}").encode()
        self.head(200, len(b))
        self.wfile.write(b)

    def at_endless(self, q, watch):
        """There is always more."""
        at = int(q.get("continue", 0))
        self.json(page([pod(i) for i in range(at, at + 100)], more=str(at + 100)))

    def at_circle(self, q, watch):
        """A page that goes on with itself."""
        self.json(page([pod(0)], more="again"))

    def at_hollow(self, q, watch):
        """Pages without end, and nothing on them."""
        self.json(page([], more=str(int(q.get("continue", 0)) + 1)))

    def at_token(self, q, watch):
        """Wants the second token."""
        if self.headers.get("Authorization") != "Bearer second":
            return self.json(status(401, "Unauthorized", "Unauthorized"), 401)
        self.json(page([pod(0)]))

    # Watches
    def at_halves(self, q, watch):
        """An event in two halves, a bookmark, a connection that breaks in an event, then the rest from the bookmark on."""
        if not watch:
            return self.json(page([pod(0)], rv="10"))
        self.head(200)
        e = json.dumps({"type": "ADDED", "object": pod(1, 11)}).encode()
        if q["resourceVersion"] == "10":
            self.events(e[:20])
            time.sleep(0.2)
            self.events(e[20:] + b"\n", {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "15"}}}, e[:30])
            return
        if q["resourceVersion"] == "15":
            self.events({"type": "MODIFIED", "object": pod(1, 16)}, {"type": "DELETED", "object": pod(1, 17)})
        time.sleep(1)

    def at_gone(self, q, watch):
        """History is forgotten: first as an event, then as a status."""
        if not watch:
            n = turn("gone list")
            return self.json(page([pod(i) for i in range(n)], rv=str(n * 10)))
        if q["resourceVersion"] == "10":
            self.head(200)
            return self.events({"type": "ERROR", "object": status(410, "Expired", "too old resource version")})
        if q["resourceVersion"] == "20":
            return self.json(status(410, "Gone", "too old resource version"), 410)
        self.head(200)
        self.events({"type": "ADDED", "object": pod(9, 31)})
        time.sleep(1)

    def at_silent(self, q, watch):
        """Says nothing at all, then, asked again, something."""
        if not watch:
            return self.json(page([], rv="7"))
        self.head(200)
        if turn("silent") == 1:
            time.sleep(20)
        else:
            self.events({"type": "ADDED", "object": pod(0, 8)})
            time.sleep(1)

    def at_flapping(self, q, watch):
        if not watch:
            return self.json(page([], rv="7"))
        if turn("flapping") < 4:
            return self.json(status(500, "InternalError", "leader changed"), 500)
        self.head(200)
        self.events({"type": "ADDED", "object": pod(0, 8)})
        time.sleep(1)

    def at_odd(self, q, watch):
        """Events that nobody knows."""
        if not watch:
            return self.json(page([], rv="7"))
        self.head(200)
        n = turn("odd")
        self.events({"type": "RENAMED", "object": pod(0, 8)} if n == 1 else b"garbage\n" if n == 2 else {"type": "ADDED", "object": pod(0, 8)})
        time.sleep(0.5)


http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
