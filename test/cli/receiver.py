#!/usr/bin/env python3
"""Receivers of alerts for tests: what arrives is appended to FILE, a line each.

receiver.py http PORT FILE [STATUS-FILE] [CERTIFICATE]   POST requests; the status is read from STATUS-FILE at each (200); behind it how long the answer is (0)
receiver.py dgram PATH FILE | stream PATH FILE           Unix sockets
receiver.py udp PORT FILE | tcp PORT FILE                syslog
receiver.py tls PORT FILE CERTIFICATE                    the same over TLS; the file holds certificate and key
Says "ready" on standard output."""
import http.server
import os
import socket
import ssl
import sys
import time


def ready():
    print("ready", flush=True)


def add(path, data):
    with open(path, "ab") as f:
        f.write(data + b"\n")


def serve_http(port, path, status_file=None, certificate=None):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = open(status_file).read().split() if status_file and os.path.exists(status_file) else ["200"]
            if status[0] == "hang":
                time.sleep(3600)
            if status[0] == "200":
                add(path, b" ".join([self.headers.get("Authorization", "-").encode(), self.headers.get("Content-Type", "-").encode(), body]))
            self.send_response(int(status[0]))
            length = int(status[1]) if len(status) > 1 else 0
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(b"x" * length)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    ready()
    server.serve_forever()


def read_frames(connection, path, counted):
    data = b""
    while True:
        try:
            more = connection.recv(65536)
        except OSError:
            return
        if not more:
            return
        data += more
        while True:
            if counted:
                number, space, rest = data.partition(b" ")
                if not space or len(rest) < int(number):
                    break
                add(path, rest[: int(number)])
                data = rest[int(number):]
            else:
                line, newline, rest = data.partition(b"\n")
                if not newline:
                    break
                add(path, line)
                data = rest


def serve_stream(listener, path, counted, context=None):
    listener.listen()
    ready()
    while True:
        connection, _ = listener.accept()
        try:
            read_frames(context.wrap_socket(connection, server_side=True) if context else connection, path, counted)
        except OSError as e:
            print(e, file=sys.stderr)


def main():
    how, where, path, *more = sys.argv[1:]
    if how == "http":
        serve_http(where, path, *more)
    if how in ("udp", "tcp", "tls"):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if how == "udp" else socket.SOCK_STREAM)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", int(where)))
    else:
        if os.path.exists(where):
            os.unlink(where)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM if how == "dgram" else socket.SOCK_STREAM)
        s.bind(where)
    if how in ("udp", "dgram"):
        ready()
        while True:
            add(path, s.recv(65536))
    context = None
    if how == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(more[0])
    serve_stream(s, path, how != "stream", context)


main()
