#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""odd-registry.py LAYOUT PORT OTHER_PORT LOG [CERT KEY [CLIENT_CA]]: an OCI layout as a registry that misbehaves as the first
part of the repository's name (or the variable ODD) says; with a token service. OTHER_PORT is a store that blobs are redirected to. LOG gets a line for
each request: port, method, path, the kind of Authorization, Range."""
import base64, collections, http.server, json, os, socket, socketserver, ssl, sys, threading, time, urllib.parse

layout, port, other_port, log_path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
tls = sys.argv[5:]
scheme = "https" if tls else "http"
index = json.load(open(f"{layout}/index.json"))
top = index["manifests"][0]
seen = collections.Counter()  # requests per path
tokens = {}  # token -> uses left
lock = threading.Lock()
REFRESH = "refresh-me"
SERVICE = 'a "quoted", service'


def stored(digest):
    with open(f"{layout}/blobs/sha256/{digest.split(':')[1]}", "rb") as f:
        return f.read()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self):
        kind = (self.headers.get("Authorization") or "none").split()[0]
        with lock:
            with open(log_path, "a") as f:
                f.write(f"{self.server.server_port} {self.command} {self.path} {kind} {self.headers.get('Range') or '-'}\n")
            seen[self.path] += 1
            return seen[self.path]

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def fail(self, status, code, **headers):
        body = json.dumps({"errors": [{"code": code, "message": code.lower().replace("_", " ")}]}).encode()
        self.answer(status, body, Content_Type="application/json", **headers)

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def basic(self):
        text = self.headers.get("Authorization") or ""
        return base64.b64decode(text[6:]).decode() if text.startswith("Basic ") else None

    def token(self, form, user):
        if form.get("service") != SERVICE or not form.get("scope", "").startswith("repository:"):
            return self.fail(400, "BAD_REQUEST")
        if form["scope"].split(":")[1].startswith("member") and user != "alice:s3cret&word" and form.get("refresh_token") != REFRESH:
            return self.fail(401, "UNAUTHORIZED")
        value = f"t{len(tokens)}"
        tokens[value] = 3 if "expiring" in form["scope"] else 1000
        name = "access_token" if self.command == "POST" else "token"
        self.answer(200, json.dumps({name: value, "expires_in": 300}).encode(), Content_Type="application/json")

    def do_POST(self):
        self.note()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(body))
        if self.path == "/token" and form.get("grant_type") == "refresh_token":
            return self.token(form, None)
        self.fail(404, "NOT_FOUND")

    def do_GET(self):
        times = self.note()
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/token":
            return self.token(dict(urllib.parse.parse_qsl(url.query)), self.basic())
        if self.server.server_port == other_port:
            return self.answer(200, stored(url.path.rsplit("/", 1)[1]))
        parts = url.path.split("/")
        if len(parts) < 6 or parts[1] != "v2":
            return self.fail(404, "NAME_UNKNOWN")
        odd, what, name = os.environ.get("ODD", parts[2]), parts[-2], parts[-1]
        if odd in ("member", "token", "expiring") and not self.bearer_is_good(odd):
            return
        if odd in ("redirect", "away") and self.basic() is None:
            return self.fail(401, "UNAUTHORIZED", WWW_Authenticate='Basic realm="shelf"')
        if odd == "digest-auth":
            return self.fail(401, "UNAUTHORIZED", WWW_Authenticate='Digest realm="x", nonce="y"')
        if odd == "far-token":
            return self.fail(401, "UNAUTHORIZED", WWW_Authenticate=f'Bearer realm="http://127.0.0.1:{other_port}/token",service="x"')
        if odd == "forbidden":
            return self.fail(403, "DENIED")
        if odd == "endless-header":
            self.connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            try:
                while True:
                    self.connection.sendall(b"x" * 65536)
            except OSError:
                self.close_connection = True
                return
        if odd == "drip-head":
            for _ in range(200):
                self.wfile.write(b"HTTP/1.1 200 OK\r\n" if _ == 0 else b"X-A: b\r\n")
                time.sleep(0.1)
            return self.hang_up()
        if odd == "busy" and times == 1:
            return self.fail(429, "TOOMANYREQUESTS", Retry_After=1)
        if odd == "patience":
            return self.fail(429, "TOOMANYREQUESTS", Retry_After=3600)
        if odd == "failing" and times <= 2 or odd == "dead":
            return self.fail(503, "UNAVAILABLE")
        self.manifest(odd, name) if what == "manifests" else self.blob(odd, name, times)

    def bearer_is_good(self, odd):
        given = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if tokens.get(given, 0) > 0:
            tokens[given] -= 1
            return True
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Negotiate YII=")
        quoted = SERVICE.replace('"', '\\"')
        self.send_header("WWW-Authenticate", f'Bearer realm="{scheme}://127.0.0.1:{port}/token",service="{quoted}",scope="repository:{odd}/app:pull"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def manifest(self, odd, name):
        if odd == "html":
            return self.answer(200, b"<!DOCTYPE html><html>Please log in</html>", Content_Type="text/html")
        body = b" " * 5_000_000 if odd == "huge" else stored(top["digest"])
        headers = {"Content_Type": top["mediaType"] + "; charset=utf-8"}
        if odd == "lying":
            headers["Docker_Content_Digest"] = "sha256:" + "0" * 64
        if odd == "changed":
            body += b"\n"
        self.answer(200, body, **headers)

    def blob(self, odd, digest, times):
        body = stored(digest)
        begin = self.headers.get("Range")
        begin = int(begin.removeprefix("bytes=").rstrip("-")) if begin else 0
        if odd == "redirect":
            return self.answer(307, b"moved", Location=f"http://user:pw@127.0.0.1:{other_port}/store/{digest}?signature=SECRET")
        if odd == "away":
            return self.answer(307, b"moved", Location=f"http://127.0.0.1:1/store/{digest}?signature=SECRET")
        if odd == "loop":
            return self.answer(302, Location=self.path)
        if odd == "file":
            return self.answer(302, Location="file:///etc/passwd")
        if odd == "longer":
            return self.answer(200, body + b"x")
        if odd == "endless":
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body + b"more" * 1000)
            return self.hang_up()
        large = len(body) > 100_000
        if odd == "drip" and large:
            self.answer(200, Content_Length=len(body))
            for at in range(200):
                self.wfile.write(body[at : at + 1])
                time.sleep(0.1)
            return self.hang_up()
        if odd == "crumbs" and large:
            return self.broken(206 if begin else 200, body[begin:], 100, {"Content_Range": f"bytes {begin}-{len(body) - 1}/{len(body)}"} if begin else {})
        if odd == "no-range" or not begin:
            start, status, extra = 0, 200, {}
        else:
            stated = begin + 7 if odd == "wrong-range" else begin
            start, status, extra = begin, 206, {"Content_Range": f"bytes {stated}-{len(body) - 1}/{len(body)}"}
        if odd == "replaced" and times > 1:
            extra["ETag"] = '"b"'
            status, start = 200, 0
        elif odd == "replaced":
            extra["ETag"] = '"a"'
        rest = body[start:]
        # Where it breaks: always further on for "break", after the first time never for the others, always at once for "stuck".
        part = {"break": 700_000, "expiring": 700_000, "stall": 500_000, "no-range": 600_000, "wrong-range": 600_000, "replaced": 300_000}.get(odd)
        if odd == "stuck" and large:
            return self.broken(status, rest, 0 if begin else 1000, extra)
        if part and large and (odd in ("break", "expiring") or times == 1):
            return self.broken(status, rest, part, extra, odd == "stall")
        self.answer(status, rest, **extra)

    def broken(self, status, body, n, extra, stall=False):
        self.answer(status, body[:n], Content_Length=len(body), **extra)
        if n >= len(body):
            return
        self.wfile.flush()
        if stall:
            time.sleep(6)
        self.hang_up()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


main = Server(("127.0.0.1", port), Handler)
if tls:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[0], tls[1])
    if len(tls) > 2:
        context.load_verify_locations(tls[2])
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # where a missing certificate surely fails the handshake
    main.socket = context.wrap_socket(main.socket, server_side=True)
threading.Thread(target=Server(("127.0.0.1", other_port), Handler).serve_forever, daemon=True).start()
main.serve_forever()
