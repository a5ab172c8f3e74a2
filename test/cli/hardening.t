#!/bin/bash
# Checks of configuration and history, each with an image that has the weakness and one that has not, and umoci's own images.
. "$TOP/test/lib.sh"
. "$TOP/test/scan-lib.sh"
unset PLIMSOLL_CHECKS
scan_fixture
printf '%s\n' "$base" | image plain
# configured NAME JQ: the image with another configuration
configured() {
  rm -rf "$1" && cp -r plain "$1"
  python3 - "$1" "$2" <<'PY'
import hashlib, json, subprocess, sys
layout, program = sys.argv[1:]
path = lambda digest: f"{layout}/blobs/sha256/{digest.split(':')[1]}"
def put(data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    open(path(digest), "wb").write(data)
    return {"digest": digest, "size": len(data)}
index = json.load(open(f"{layout}/index.json"))
manifest = json.load(open(path(index["manifests"][0]["digest"])))
config = subprocess.run(["jq", "-c", program, path(manifest["config"]["digest"])], stdout=subprocess.PIPE, check=True).stdout
manifest["config"].update(put(config))
index["manifests"][0].update(put(json.dumps(manifest).encode()))
json.dump(index, open(f"{layout}/index.json", "w"))
PY
}
hardened='.config = {User: "app:app", Healthcheck: {Test: ["CMD", "true"]}, ExposedPorts: {"8080/tcp": {}}, Env: ["PATH=/usr/bin:/bin"], StopSignal: "SIGTERM",
  Labels: (["source", "revision", "version", "title", "licenses"] | map({("org.opencontainers.image." + .): "x"}) | add)}'
checks() { scan --secrets off "$@"; jq -r '.findings[] | select(.kind == "config").id' .out | sort | tr '\n' ' '; }
configured good "$hardened"
is "$(checks good)" "" "an image that is hardened has no finding"
is "$(checks plain)" "labels no-healthcheck root-user " "one without any configuration has three"
is "$(jq -c '.findings[] | select(.id == "root-user") | [.severity, .controls, .detail, (.remediation | length > 0)]' .out)" \
  '["MEDIUM",["cis-docker-4.1","nist-800-190-4.1.2"],"there is no USER, so that it runs as root",true]' "with severity, controls and remedy"
is "$(found | grep -c CVE)" 2 "beside the vulnerabilities"
is "$(checks --checks off plain)" "" "--checks off leaves them out"
is "$(checks os 2>/dev/null)$(mkdir root; checks root)" "" "a directory has no configuration"
# check EXPECTED JQ NAME: the hardened image, changed
check() { configured one "$hardened | $2"; is "$(checks one)" "${1:+$1 }" "$3"; }
check root-user '.config.User = "0:1000"' "user 0 by number"
check root-user '.config.User = "root"' "user root by name"
check "" '.config.User = "1000"' "another user by number"
check no-healthcheck '.config.Healthcheck.Test = ["NONE"]' "a health check that is turned off"
check ssh-port '.config.ExposedPorts = {"22/tcp": {}}' "the SSH port"
check ssh-port '.config.ExposedPorts = {"20-30/tcp": {}}' "in a range"
check low-port '.config.ExposedPorts = {"80/tcp": {}}' "a port below 1024"
check "" '.config.ExposedPorts = {"2222/tcp": {}, "x": {}}' "another port, and nonsense"
check stop-signal '.config.StopSignal = "SIGKILL"' "a signal that cannot be handled"
check labels 'del(.config.Labels["org.opencontainers.image.source"])' "a label that is missing"
check env-path '.config.Env = ["PATH=/usr/bin:."]' "a relative PATH"
check env-path '.config.Env = ["PATH=/tmp/bin:/usr/bin"]' "a PATH below /tmp"
check "" '.config.Env = ["PATH=/tmpfiles:/usr/bin", "NODE_TLS_REJECT_UNAUTHORIZED=1", "GOINSECURE="]' "what only looks alike"
check env-tls '.config.Env = ["NODE_TLS_REJECT_UNAUTHORIZED=0"]' "certificates are not verified"
check env-preload '.config.Env = ["LD_PRELOAD=/lib/x.so"]' "a library that is loaded everywhere"
# run EXPECTED INSTRUCTION NAME: in the history, as BuildKit and as the classic builder write it
history() {
  check "$1" ".history = [{created_by: $(jq -n --arg s "RUN /bin/sh -c $2 # buildkit" '$s')}]" "$3"
  check "$1" ".history = [{created_by: $(jq -n --arg s "|1 A=b /bin/sh -c $2" '$s')}]" "$3 (classic builder)"
}
history pipe-to-shell 'curl -fsSL https://example.org/install.sh | bash -s -- -y' "a download is piped into a shell"
history pipe-to-shell 'set -e; wget -qO- https://example.org/x | sudo /bin/sh' "through sudo and a path"
history pipe-to-shell 'bash -c "$(curl -fsSL https://example.org/x)"' "by substitution"
history "" 'curl -fsSL https://example.org/x.tar.gz | tar xz && sh ./build.sh' "a download that is unpacked"
history "" 'curl -o x https://example.org/x || sh fallback.sh; cat y | sh' "a shell that runs something else"
history unverified-download 'wget --no-check-certificate https://example.org/x' "certificates are not checked"
history update-alone 'apt-get update' "lists are updated alone"
history cache-kept 'apt-get update && apt-get install -y curl' "a cache stays"
history "" 'apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*' "a cache is cleaned"
history "" 'apk add --no-cache curl' "no cache is kept"
history cache-kept 'apk add curl' "apk keeps one"
history chmod-777 'chmod -R 777 /app' "everybody may write"
check add-url '.history = [{created_by: "ADD https://example.org/x.tar.gz /opt/ # buildkit"}]' "ADD of a URL"
check "" '.history = [{created_by: "ADD --checksum=sha256:00 https://example.org/x /opt/ # buildkit"}]' "ADD of a URL that is verified"
check add-file '.history = [{created_by: "/bin/sh -c #(nop) ADD dir:0123 in /app "}]' "ADD of files"
check "" '.history = [{created_by: "/bin/sh -c #(nop) ADD file:0123 in / "}, {created_by: "COPY x /app # buildkit", empty_layer: true}]' "the base by ADD, files by COPY"
is "$(configured one "$hardened | .history = [{created_by: \"RUN /bin/sh -c chmod 777 /x\"}]"; checks one >/dev/null; jq '.findings[] | select(.kind == "config").layer' .out)" 0 "an instruction is named with its layer"

token=$(python3 -c '
import string, zlib
body = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5"
n, out, digits = zlib.crc32(body.encode()), "", string.digits + string.ascii_uppercase + string.ascii_lowercase
while n:
    out, n = digits[n % 62] + out, n // 62
print("gh" + "p_" + body + out.rjust(6, "0"))')
configured one "$hardened | .history = [{created_by: \"RUN /bin/sh -c curl -H 'Authorization: token $token' https://example.org/x | sh\"}]"
scan one
is "$(jq -r '[.findings[] | select(.kind == "config").id] | tostring' .out) $(grep -c "$token" .out)" '["pipe-to-shell"] 0' "a secret in an instruction is not repeated"
printf -- '- {id: root-user, reason: the base of others}\n- {id: labels, reason: not published}\n' >.plimsollignore
is "$(checks plain) $(jq .summary.suppressed .out)" "no-healthcheck  2" "checks are ignored by their names"
printf 'misconfigurations:\n  - id: no-healthcheck\n' >trivy.yaml
is "$(checks --ignore-file trivy.yaml plain)" "labels root-user " "also by Trivy's rules"
rm .plimsollignore
run "$PLIMSOLL" scan --archives never --secrets off --db db plain
like "$out" '^HARDENING  3 findings' "the table has them in a part of their own"
is "$(sed -n '/CVE-2030-0002/,$p' .out | grep -c '^HARDENING')" 1 "behind the vulnerabilities"
configured windows "$hardened | .os = \"windows\""
run "$PLIMSOLL" scan --archives never --secrets off --db db --platform windows/amd64 windows
like "$rc $out" '^3 .*' "a Windows image is incomplete"
like "$out" 'Windows images are not analysed' "and says why"
exits 0 "checks are listed" "$PLIMSOLL" list checks

# Files. tree NAME: a tar of the lines "TYPE MODE UID PATH [TEXT|TARGET|CAPABILITY IN HEX]".
tree() {
  python3 -c '
import io, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT) as tar:
    for line in sys.stdin:
        kind, mode, uid, path, *rest = line.rstrip("\n").split(" ", 4)
        info, data = tarfile.TarInfo(path), b""
        info.mode, info.uid, info.type = int(mode, 8), int(uid), {"d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE}.get(kind, tarfile.REGTYPE)
        if kind == "l": info.linkname = rest[0]
        elif kind == "c": info.pax_headers["SCHILY.xattr.security.capability"] = bytes.fromhex(rest[0]).decode("latin-1")
        elif rest: data = rest[0].replace("\\n", "\n").encode()
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
' "$1"
}
# files EXPECTED NAME: what the checks say of a hardened image with these files in a layer on top
files() {
  tree more.tar
  printf '%s\nlayer plain tar=more.tar\n' "$base" | image plain
  configured one "$hardened"
  is "$(checks one)" "${1:+$1 }" "$2"
}
files "" "ordinary files" <<'LIST'
- 755 0 usr/bin/app x
d 1777 0 tmp
d 755 0 srv
- 644 1000 home/app/file x
- 644 0 etc/passwd root:x:0:0:root:/root:/usr/sbin/nologin\napp:x:1000:1000::/:/bin/sh\n
- 640 0 etc/shadow root:*:19000:0:99999:7:::\n
l 777 0 usr/bin/x app
LIST
files set-id "a program with a set-id bit" <<<"- 4755 0 usr/bin/su x"
is "$(jq -r '.findings[] | select(.kind == "config") | .path + " " + .detail + " " + (.layer | tostring)' .out)" "usr/bin/su mode 4755, owner 0:0 1" "is named with its mode and layer"
files set-id "and one with a set-gid bit" <<<"- 2755 0 usr/bin/wall x"
files world-writable-file "a file for everybody" <<<"- 666 0 srv/file x"
files world-writable-directory "a directory for everybody" <<<"d 777 0 srv/dir"
files writable-system-path "a program of an ordinary user" <<<"- 755 1000 usr/bin/app x"
files second-root "a second root" <<<"- 644 0 etc/passwd toor:x:0:0:::/sbin/nologin"
files no-password "an account without password" <<<"- 640 0 etc/shadow app::19000::::::"
files root-shell "a shell for root" <<<"- 644 0 etc/passwd root:x:0:0:root:/root:/bin/bash"
files sudo "sudo" <<<"- 755 0 usr/bin/sudo x"
files ssh-server "an SSH server" <<<"- 755 0 usr/sbin/sshd x"
files compiler "a compiler" <<<"- 755 0 usr/bin/gcc x"
files package-manager "a package manager" <<<"- 755 0 usr/bin/apt-get x"
files shell "a shell, by a link" <<<"l 777 0 bin/sh dash"
files network-tool "a tool for the network" <<<"- 755 0 usr/bin/nc x"
files debug-tool "a tool to look into processes" <<<"- 755 0 usr/bin/strace x"
files "" "their names elsewhere" <<<"- 644 0 usr/share/bash/sudo x"
files cache-left "a cache" <<<"- 644 0 var/lib/apt/lists/x_Packages 0123456789"
is "$(jq -r '.findings[] | select(.id == "cache-left").detail' .out)" "1 file of 10 bytes in all" "with its bytes"
tree upper.tar <<<"d 755 0 srv/dir
- 755 0 usr/bin/su x"
tree lower.tar <<<"d 777 0 srv/dir
d 777 0 srv/other
- 4755 0 usr/bin/su x"
printf '%s\nlayer plain tar=lower.tar\nlayer plain tar=upper.tar\n' "$base" | image plain
configured one "$hardened"
is "$(checks one)$(jq -r '.findings[] | select(.kind == "config").detail' .out)" "world-writable-directory srv/other" "what an upper layer mends is mended"
mkdir -p tree/etc tree/usr/bin && cp os tree/etc/os-release && printf x >tree/usr/bin/su && chmod 4755 tree/usr/bin/su && chmod 777 tree/usr
is "$(checks tree)" "set-id world-writable-directory " "a directory tree"
if setcap cap_net_raw+ep tree/usr/bin/su 2>/dev/null; then
  is "$(checks tree >/dev/null; jq -r '.findings[] | select(.id == "file-capability").detail' .out)" cap_net_raw "with the capabilities of a program"
else
  files file-capability "a program with capabilities" <<<"c 755 0 usr/bin/ping 0100000200200000000000000000000000000000"
fi
printf '%s\n' "$base" | image plain

# As a builder makes it.
umoci new --image made:1 2>/dev/null || umoci init --layout made 2>/dev/null && umoci new --image made:1
umoci config --image made:1 --config.user 10001 --config.exposedports 22/tcp --config.stopsignal SIGTERM --config.label org.opencontainers.image.source=x
is "$(checks made)" "labels no-healthcheck ssh-port " "umoci's image"
umoci config --image made:1 --config.user root --clear config.exposedports
is "$(checks made)" "labels no-healthcheck root-user " "and changed"
done_testing
