#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""mkimage.py OUT: writes an image, whole or damaged in a chosen way, from the lines on standard input.

  image OPTION…                layout (default) or saved (an archive of docker save); damage=no-index|text-config|artifact
     config=FILE               JSON whose "config" and "history" go into the configuration
  layer OPTION…                begins a layer; its entries follow
     plain gzip zstd           how it is stored; members: gzip of two members; frames: zstd with skippable frames before and behind
     media=TYPE                another media type
     damage=truncate|flip|missing|empty     of the stored bytes, after their digests were taken (empty: before)
     tail=zeros|garbage        behind the compressed stream;  pad=N  zero bytes behind the tar's end mark
     cut=N                     only the first N bytes of the tar
     diff_id=DIGEST            what the configuration claims
     tar=FILE                  the tar itself; no entries
     zeros=N                   one entry "zeros" of N zero bytes
     copies=N:PREFIX           N empty files
  file PATH FILE | exec PATH FILE | suid PATH FILE | text PATH TEXT | dir PATH | link PATH TARGET | hard PATH TARGET | fifo PATH
                               TEXT has \\n, PATH has \\xNN for odd bytes
Prints the digest of each layer's stored bytes and its diff_id, one layer a line."""
import gzip, hashlib, io, json, os, subprocess, sys, tarfile

OCI = "application/vnd.oci.image"


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def odd(text):
    """PATH with \\xNN, as the bytes that tarfile writes for it."""
    return text.encode().decode("unicode_escape").encode("latin-1").decode("utf-8", "surrogateescape")


class Layer:
    def __init__(self, options):
        self.options = dict(o.split("=", 1) if "=" in o else (o, True) for o in options)
        self.raw = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.raw, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape")

    def entry(self, words):
        kind, path = words[0], odd(words[1])
        info = tarfile.TarInfo(path)
        info.mode = {"dir": 0o755, "exec": 0o755, "suid": 0o4755}.get(kind, 0o644)
        data = b""
        if kind in ("file", "exec", "suid", "text"):
            data = open(words[2], "rb").read() if kind != "text" else words[2].replace("\\n", "\n").encode()
            info.size = len(data)
        else:
            info.type = {"dir": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "fifo": tarfile.FIFOTYPE}[kind]
            info.linkname = words[2] if len(words) > 2 else ""
        self.tar.addfile(info, io.BytesIO(data))

    def tar_bytes(self):
        o = self.options
        if "tar" in o:
            return open(o["tar"], "rb").read()
        if "zeros" in o:
            info = tarfile.TarInfo("zeros")
            info.size = int(o["zeros"])
            with open("/dev/zero", "rb") as zeros:
                self.tar.addfile(info, zeros)
        if "copies" in o:
            n, prefix = o["copies"].split(":", 1)
            for i in range(int(n)):
                self.tar.addfile(tarfile.TarInfo(f"{prefix}{i}"))
        self.tar.close()
        raw = self.raw.getvalue()
        return raw[: int(o["cut"])] if "cut" in o else raw + bytes(int(o.get("pad", 0)))

    def stored(self, raw):
        o = self.options
        kind, data = "tar", raw
        if "gzip" in o:
            kind, data = "tar+gzip", gzip.compress(raw, 1, mtime=0)
        elif "members" in o:
            half = len(raw) // 2
            kind, data = "tar+gzip", gzip.compress(raw[:half], 1, mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(raw[half:], 1, mtime=0)
        elif "zstd" in o or "frames" in o:
            pack = lambda b: subprocess.run(["zstd", "-q", "-1", "-c"], input=b, stdout=subprocess.PIPE, check=True).stdout
            skip = b"\x50\x2a\x4d\x18\x05\0\0\0hello"
            half = len(raw) // 2
            kind, data = "tar+zstd", pack(raw) if "zstd" in o else skip + pack(raw[:half]) + skip + pack(raw[half:]) + skip
        if o.get("damage") == "empty":
            data = b""
        data += {"zeros": bytes(1000), "garbage": b"this is no gzip member" * 9}.get(o.get("tail"), b"")
        return o.get("media", f"{OCI}.layer.v1.{kind}"), data


def damaged(how, data):
    if how == "truncate":
        return data[: len(data) * 2 // 3]
    if how == "flip":
        at = len(data) // 2
        return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
    return data


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def main():
    out, layers, image = sys.argv[1], [], {}
    for line in sys.stdin:
        words = line.rstrip("\n").split(" ", 2) if line.split(" ")[0] == "text" else line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "image":
            image = dict(o.split("=", 1) if "=" in o else (o, True) for o in words[1:])
        elif words[0] == "layer":
            layers.append(Layer(words[1:]))
        else:
            layers[-1].entry(words)
    blobs, descriptors, diff_ids = {}, [], []
    for l in layers:
        raw = l.tar_bytes()
        media, data = l.stored(raw)
        how = l.options.get("damage")
        descriptors.append({"mediaType": media, "digest": sha(data), "size": len(data)})
        diff_ids.append(l.options.get("diff_id", sha(raw)))
        if how != "missing":
            blobs[sha(data)] = damaged(how, data)
        print(sha(data), sha(raw))
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    config["history"] = [{"created_by": f"RUN step-{i + 1}"} for i in range(len(layers))]
    if "config" in image:
        with open(image["config"]) as f:
            config |= json.load(f)
    config = b"this is text" if image.get("damage") == "text-config" else json.dumps(config).encode()
    if "saved" in image:
        with tarfile.open(out, "w") as tar:
            name = sha(config)[7:] + ".json"
            paths = [f"{i}/layer.tar" for i in range(len(layers))]
            members = {name: config, "manifest.json": json.dumps([{"Config": name, "RepoTags": ["test:1"], "Layers": paths}]).encode()}
            members |= {p: blobs[d["digest"]] for p, d in zip(paths, descriptors) if d["digest"] in blobs}
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return
    blobs[sha(config)] = config
    config_type = "application/vnd.example.thing" if image.get("damage") == "artifact" else f"{OCI}.config.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json",
                "config": {"mediaType": config_type, "digest": sha(config), "size": len(config)}, "layers": descriptors}
    if image.get("damage") == "artifact":
        manifest["artifactType"] = config_type
    manifest = json.dumps(manifest).encode()
    blobs[sha(manifest)] = manifest
    for digest, data in blobs.items():
        write(f"{out}/blobs/sha256/{digest[7:]}", data)
    write(f"{out}/oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
    if image.get("damage") != "no-index":
        index = {"schemaVersion": 2, "manifests": [{"mediaType": f"{OCI}.manifest.v1+json", "digest": sha(manifest), "size": len(manifest)}]}
        write(f"{out}/index.json", json.dumps(index).encode())


main()
