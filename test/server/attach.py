#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What attaches documents to images, and registries that have them.

  attach.py attach LAYOUT SUBJECT TYPE FILE   adds an artifact with one layer of media type TYPE that refers to SUBJECT (a digest); SUBJECT.att: what cosign 2 does
  attach.py push LAYOUT HOST/REPOSITORY       puts the whole layout into a registry over HTTP, with the fallback tags of the distribution specification
  attach.py serve LAYOUT PORT LOG             is a registry with the referrers API, one entry a page"""
import hashlib, http.server, json, os, sys, urllib.error, urllib.parse, urllib.request

MANIFEST, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"


def blob_path(layout, digest):
    return f"{layout}/blobs/sha256/{digest.split(':')[1]}"


def put(layout, data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    with open(blob_path(layout, digest), "wb") as f:
        f.write(data)
    return {"digest": digest, "size": len(data)}


def load(layout):
    return json.load(open(f"{layout}/index.json"))


def attach(layout, subject, kind, path):
    config = {"mediaType": "application/vnd.oci.empty.v1+json", **put(layout, b"{}")}
    layer = {"mediaType": kind, **put(layout, open(path, "rb").read())}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind, "config": config, "layers": [layer]}
    cosign = subject.endswith(".att")
    if not cosign:
        manifest["subject"] = {"mediaType": MANIFEST, "digest": subject, "size": os.path.getsize(blob_path(layout, subject))}
    index = load(layout)
    entry = {"mediaType": MANIFEST, "artifactType": kind, **put(layout, json.dumps(manifest).encode())}
    if cosign:
        entry["annotations"] = {"org.opencontainers.image.ref.name": subject.replace(":", "-")}
    index["manifests"].append(entry)
    json.dump(index, open(f"{layout}/index.json", "w"))


def referrers(layout):
    """subject -> entries; in the index of a tag the type is that of the configuration."""
    found = {}
    for entry in load(layout)["manifests"]:
        subject = json.load(open(blob_path(layout, entry["digest"]))).get("subject")
        if subject:
            found.setdefault(subject["digest"], []).append(entry)
    return found


def index_of(entries):
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()


def send(method, url, body=None, kind="application/octet-stream"):
    request = urllib.request.Request(url, data=body, method=method, headers={"Content-Type": kind})
    return urllib.request.urlopen(request)


def push(layout, where):
    host, repository = where.split("/", 1)
    base = f"http://{host}/v2/{repository}"
    manifests, todo = {}, [e["digest"] for e in load(layout)["manifests"]]
    for digest in todo:
        manifests[digest] = open(blob_path(layout, digest), "rb").read()
        todo += [m["digest"] for m in json.loads(manifests[digest]).get("manifests", [])]
    for name in sorted(os.listdir(f"{layout}/blobs/sha256")):
        if f"sha256:{name}" not in manifests:
            where = urllib.parse.urljoin(base, send("POST", f"{base}/blobs/uploads/", b"").headers["Location"])
            send("PUT", f"{where}{'&' if '?' in where else '?'}digest=sha256:{name}", open(f"{layout}/blobs/sha256/{name}", "rb").read())
    for digest in reversed(todo):  # what is inside an index before the index
        send("PUT", f"{base}/manifests/{digest}", manifests[digest], json.loads(manifests[digest])["mediaType"])
    for entry in load(layout)["manifests"]:
        tag = entry.get("annotations", {}).get("org.opencontainers.image.ref.name")
        if tag:
            send("PUT", f"{base}/manifests/{tag}", manifests[entry["digest"]], json.loads(manifests[entry["digest"]])["mediaType"])
    for subject, entries in referrers(layout).items():
        plain = [{**e, "artifactType": "application/vnd.oci.empty.v1+json"} for e in entries]
        send("PUT", f"{base}/manifests/{subject.replace(':', '-')}", index_of(plain), INDEX)


def serve(layout, port, log):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args):
            with open(log, "a") as f:
                f.write(self.path + "\n")

        def answer(self, status, body, kind, **headers):
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": len(body), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            url = urllib.parse.urlparse(self.path)
            parts = url.path.split("/")
            kind, name = parts[-2], parts[-1]
            if url.path == "/v2/":
                return self.answer(200, b"{}", "application/json")
            if kind == "referrers":
                entries, at = referrers(layout).get(name, []), int(urllib.parse.parse_qs(url.query).get("at", ["0"])[0])
                more = {"Link": f'<{url.path}?at={at + 1}>; rel="next"'} if at + 1 < len(entries) else {}
                return self.answer(200, index_of(entries[at:at + 1]), INDEX, **more)
            if kind == "manifests" and ":" not in name:
                named = [e["digest"] for e in load(layout)["manifests"] if e.get("annotations", {}).get("org.opencontainers.image.ref.name") == name]
                name = named[0] if named else "sha256:none"
            try:
                body = open(blob_path(layout, name), "rb").read()
            except OSError:
                return self.answer(404, b"{}", "application/json")
            self.answer(200, body, json.loads(body)["mediaType"] if kind == "manifests" else "application/octet-stream")

    http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


{"attach": attach, "push": push, "serve": serve}[sys.argv[1]](*sys.argv[2:])
