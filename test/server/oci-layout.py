#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oci-layout.py DIR [BYTES]: writes an OCI image layout with a tag "1.0": a small layer and one of BYTES random bytes (seeded)."""
import gzip, hashlib, io, json, os, random, sys, tarfile

top, size = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3_000_000
os.makedirs(f"{top}/blobs/sha256", exist_ok=True)


def blob(data):
    digest = hashlib.sha256(data).hexdigest()
    with open(f"{top}/blobs/sha256/{digest}", "wb") as f:
        f.write(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def layer(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    raw = out.getvalue()
    stored = blob(gzip.compress(raw, 1, mtime=0))
    return {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **stored}, "sha256:" + hashlib.sha256(raw).hexdigest()


layers = [layer({"etc/os-release": b"ID=debian\n"}), layer({"data": random.Random(1).randbytes(size)})]
config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [d for _, d in layers]}}
manifest = {
    "schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **blob(json.dumps(config).encode())},
    "layers": [l for l, _ in layers],
}
stored = {"mediaType": manifest["mediaType"], **blob(json.dumps(manifest).encode())}
index = {"schemaVersion": 2, "manifests": [{**stored, "annotations": {"org.opencontainers.image.ref.name": "1.0"}}]}
open(f"{top}/oci-layout", "w").write('{"imageLayoutVersion":"1.0.0"}')
open(f"{top}/index.json", "w").write(json.dumps(index))
