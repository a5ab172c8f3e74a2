#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Clusters that are not as they should be: `odd-cluster.py PORT LOG`. http://HOST:PORT/WHAT is one whose config maps (for "silent": all but namespaces) are as WHAT says; all else
of it is whole. Each request is a line of LOG."""
import http.server, json, sys, time, urllib.parse

log = open(sys.argv[2], "a", buffering=1)
KINDS = [("namespaces", "Namespace", False), ("configmaps", "ConfigMap", True), ("services", "Service", True), ("pods", "Pod", True)]
OBJECTS = {
    "namespaces": [{"metadata": {"name": "shop"}}],
    "configmaps": [{"metadata": {"name": f"c{i}", "namespace": "shop"}, "data": {"a": "b"}} for i in range(4)],
    "services": [],
    "pods": [{"metadata": {"name": "web", "namespace": "shop", "uid": "1"}, "spec": {"containers": [{"name": "a", "image": "a:1", "securityContext": {"privileged": True}}]}}],
}


def page(items, more=None):
    return {"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "7", **({"continue": more} if more else {})}, "items": items}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *a):
        pass

    def send(self, body, code=200, n=None, **headers):
        b = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        for k, v in {"Content-Type": "application/json", **headers}.items():
            self.send_header(k.replace("_", "-"), v)
        self.send_header("Content-Length", str(len(b) if n is None else n))
        self.end_headers()
        self.wfile.write(b)
        self.wfile.flush()
        if n is not None:
            self.close_connection = True

    def status(self, code, message):
        self.send({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code}, code)

    def do_GET(self):
        u = urllib.parse.urlsplit(self.path)
        q = dict(urllib.parse.parse_qsl(u.query))
        log.write(self.path + "\n")
        what, _, path = u.path[1:].partition("/")
        name = path.split("/")[-1]
        if path == "api/v1":
            if what == "no-cluster":
                return self.send(b"<html>hello</html>", Content_Type="text/html")
            return self.send({"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": n, "kind": k, "namespaced": s, "verbs": ["get", "list"]} for n, k, s in KINDS]})
        if path == "apis":
            return self.send({"kind": "APIGroupList", "groups": []})
        if path == "version":
            return self.send({"major": "1", "minor": "30"})
        if name not in OBJECTS:
            return self.status(404, "no such thing")
        if name == "configmaps" or (what == "silent" and name != "namespaces"):
            f = getattr(self, "at_" + what.replace("-", "_"), None)
            if f:
                return f(q, OBJECTS[name])
        self.send(page(OBJECTS[name]))

    def at_garbage(self, q, items):
        self.send(b'{"kind":"List","items":[{"metadata":{"name":]]}')

    def at_binary(self, q, items):
        self.send(b"k8s\x00\x0a\x0c\x0a\x02v1\x12\x04List", Content_Type="application/vnd.kubernetes.protobuf")

    def at_html(self, q, items):
        self.send(b"<html>log in</html>", Content_Type="text/html")

    def at_paging(self, q, items):
        if "continue" in q:
            return self.status(500, "etcd is away")
        self.send(page(items[:2], "more"))

    def at_endless(self, q, items):
        self.send(page(items, "again"))

    def at_truncated(self, q, items):
        b = json.dumps(page(items)).encode()
        self.send(b[:-30], n=len(b))

    def at_forbidden(self, q, items):
        self.status(403, "configmaps is forbidden")

    def at_silent(self, q, items):
        b = json.dumps(page(items)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(b)))
        self.end_headers()
        self.wfile.write(b[:20])
        self.wfile.flush()
        time.sleep(8)
        self.close_connection = True

    def at_circle(self, q, items):
        self.send(b"", 302, Location=self.path)

    def at_elsewhere(self, q, items):
        self.send(b"", 302, Location="ftp://files.example.org/x")


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
