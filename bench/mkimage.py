#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes OCI layouts to measure with.

mkimage.py tree LAYOUT ROOT COPIES LAYERS   ROOT as the first layer, then COPIES of it with other content of the same entropy
                                            below /srv/copy-N, spread over LAYERS layers in all
mkimage.py files LAYOUT COUNT               one layer of COUNT empty files
Layers are gzip, level 6, as most builders make them. The tars are streamed: nothing is kept in memory.
"""
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
import zlib


class Layer:
    """A file object for tarfile that hashes, compresses and hashes again."""

    def __init__(self, blobs):
        self.blobs, self.path = blobs, os.path.join(blobs, "new-layer")
        self.out = open(self.path, "wb")
        self.diff, self.blob, self.size, self.tar_size = hashlib.sha256(), hashlib.sha256(), 0, 0
        self.z = zlib.compressobj(6, zlib.DEFLATED, 31)

    def put(self, data):
        self.blob.update(data)
        self.size += len(data)
        self.out.write(data)

    def write(self, data):
        self.diff.update(data)
        self.tar_size += len(data)
        self.put(self.z.compress(data))
        return len(data)

    def done(self):
        self.put(self.z.flush())
        self.out.close()
        digest = self.blob.hexdigest()
        os.rename(self.path, os.path.join(self.blobs, digest))
        return {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:" + digest, "size": self.size}, "sha256:" + self.diff.hexdigest()


def blob(blobs, data):
    digest = hashlib.sha256(data).hexdigest()
    with open(os.path.join(blobs, digest), "wb") as f:
        f.write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def layout(path, layers):
    """`layers` are functions that write a tar to what they are given."""
    new = path + ".new"
    shutil.rmtree(new, ignore_errors=True)
    blobs = os.path.join(new, "blobs/sha256")
    os.makedirs(blobs)
    done = []
    for write in layers:
        layer = Layer(blobs)
        write(layer)
        done.append(layer.done())
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [d for _, d in done]},
              "history": [{"created_by": f"layer {i + 1}"} for i in range(len(done))]}
    config = blob(blobs, json.dumps(config).encode()) | {"mediaType": "application/vnd.oci.image.config.v1+json"}
    media = "application/vnd.oci.image.manifest.v1+json"
    manifest = blob(blobs, json.dumps({"schemaVersion": 2, "mediaType": media, "config": config, "layers": [d for d, _ in done]}).encode())
    manifest |= {"mediaType": media, "annotations": {"org.opencontainers.image.ref.name": "latest"}}
    with open(os.path.join(new, "index.json"), "w") as f:
        json.dump({"schemaVersion": 2, "manifests": [manifest]}, f)
    with open(os.path.join(new, "oci-layout"), "w") as f:
        json.dump({"imageLayoutVersion": "1.0.0"}, f)
    shutil.rmtree(path, ignore_errors=True)
    os.rename(new, path)


def add_tree(tar, root, prefix, rotate):
    """Every byte b of a file becomes b + rotate: other content, the same entropy."""
    table = bytes((b + rotate) & 255 for b in range(256))
    hard = {}
    for folder, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(files) + dirs:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            if not (stat.S_ISREG(st.st_mode) or stat.S_ISDIR(st.st_mode) or stat.S_ISLNK(st.st_mode)):
                continue
            info = tar.gettarinfo(path, arcname=prefix + os.path.relpath(path, root))
            info.uname = info.gname = ""
            if info.isfile() or info.islnk():
                # The tar's own hard links, for its memory of names knows no prefix.
                first = hard.setdefault(st.st_ino, info.name)
                if st.st_nlink > 1 and first != info.name:
                    info.type, info.linkname, info.size = tarfile.LNKTYPE, first, 0
                    tar.addfile(info)
                    continue
                info.type, info.linkname, info.size = tarfile.REGTYPE, "", st.st_size
                with open(path, "rb") as f:
                    data = f.read()
                tar.addfile(info, io.BytesIO(data.translate(table) if rotate else data))
            else:
                tar.addfile(info)


def tree_layer(root, copies):
    def write(out):
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.GNU_FORMAT) as tar:
            for c in copies:
                add_tree(tar, root, f"srv/copy-{c}/" if c else "", c)
    return write


def files_layer(count):
    def write(out):
        plain = tarfile.TarInfo("d/000000").tobuf(tarfile.GNU_FORMAT)
        head, tail = plain[100:148], plain[156:]
        fixed = sum(head) + sum(tail) + 8 * 32
        batch = []
        for i in range(count):
            name = b"d/%03x/%06x" % (i >> 12, i)
            batch.append(name.ljust(100, b"\0") + head + b"%06o\0 " % (fixed + sum(name)) + tail)
            if len(batch) == 4096:
                out.write(b"".join(batch))
                batch.clear()
        out.write(b"".join(batch) + bytes(1024))
    return write


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "tree":
        path, root, copies, layers = sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
        numbers = list(range(copies + 1))
        cuts = [round(i * len(numbers) / layers) for i in range(layers + 1)]
        layout(path, [tree_layer(root, numbers[a:b]) for a, b in zip(cuts, cuts[1:])])
    elif len(sys.argv) == 4 and sys.argv[1] == "files":
        layout(sys.argv[2], [files_layer(int(sys.argv[3]))])
    else:
        sys.exit(__doc__)


main()
