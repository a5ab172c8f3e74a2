#!/bin/bash
# Java archives: Debian's, against what Python's zipfile reads in them and against the poms of Debian's Maven repository.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mapfile -t jars < <(find -L /usr/share/java /usr/share/maven-repo /usr/lib/jvm -name '*.jar' -type f 2>/dev/null | LC_ALL=C sort)
if [ ${#jars[@]} -lt 50 ]; then
  skip "only ${#jars[@]} Java archives on this machine"
else
  "$PLIMSOLL" facts --analyzer java-archive "${jars[@]}" >"$tmp/facts.json" && rc=0 || rc=$?
  is "$rc" 0 "${#jars[@]} archives of Debian are read without a problem"
  python3 - "$tmp" "${jars[@]}" <<'PY'
import json, os, re, sys, zipfile
top, jars = sys.argv[1], sys.argv[2:]
facts = {}
for f in json.load(open(top + "/facts.json"))["facts"]:
    facts.setdefault("/" + f["path"], []).append(f)

# All that Maven wrote, and nothing else, is said without a guess.
want, got = open(top + "/want", "w"), open(top + "/got", "w")
for jar in jars:
    stated = set()
    with zipfile.ZipFile(jar) as z:
        for name in z.namelist():
            if re.fullmatch(r"META-INF/maven/.*/pom\.properties", name):
                p = dict(re.split(r"\s*[=:]\s*", l, maxsplit=1) for l in z.read(name).decode("latin-1").splitlines() if l and not l.startswith("#"))
                stated.add((p["groupId"] + ":" + p["artifactId"], p["version"]))
    for name, version in sorted(stated):
        want.write(f"{jar} {name} {version}\n")
    for name, version in sorted({(f["name"], f["version"]) for f in facts.get(jar, []) if not f.get("guessed")}):
        got.write(f"{jar} {name} {version}\n")

# In /usr/share/maven-repo a path is GROUP/ARTIFACT/VERSION/FILE: who is known there is known to us.
known = unknown = exact = guessed = 0
other = open(top + "/other", "w")
for jar in jars:
    m = re.match(r"/usr/share/maven-repo/(.+)/([^/]+)/([^/]+)/[^/]+\.jar$", jar)
    if not m or m[3] in ("debian", "3.x"):
        continue
    known += 1
    group, artifact, version = m[1].replace("/", "."), m[2], m[3]
    ours = [(f["name"], f["version"]) for f in facts.get(jar, [])]
    if (f"{group}:{artifact}", version) in ours:
        exact += 1
    elif any(n.split(":")[-1] == artifact and v == version for n, v in ours):
        guessed += 1
    else:
        other.write(f"{group}:{artifact} {version}: {ours}\n")
print(known, exact, guessed, file=open(top + "/counts", "w"))
PY
  same "$tmp/got" "$tmp/want" "and say what their pom.properties say, $(wc -l <"$tmp/want") artifacts"
  read -r known exact guessed <"$tmp/counts"
  note "maven-repo: $known archives, $exact with group, artifact and version as there, $guessed with artifact and version"
  note "$(cat "$tmp/other")"
  [ "$known" -ge 20 ] && [ $((exact * 100)) -ge $((known * 70)) ] && [ $(((exact + guessed) * 100)) -ge $((known * 90)) ] && pass "Debian's Maven repository agrees" || fail "Debian's Maven repository agrees" "$known $exact $guessed"

  # All of them in one war, packed and not: the same again, below the war.
  python3 - "$tmp" "${jars[@]}" <<'PY'
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/all.war", "w") as z:
    for i, jar in enumerate(sys.argv[2:]):
        z.write(jar, f"WEB-INF/lib{jar}", zipfile.ZIP_DEFLATED if i % 2 else zipfile.ZIP_STORED)
PY
  exits 0 "in a war" "$PLIMSOLL" facts --analyzer java-archive "$tmp/all.war"
  printf %s "$out" | jq -r '.facts[] | (.path | sub("^[^!]*!/WEB-INF/lib/"; "")) + " " + .name + " " + .version' | LC_ALL=C sort >"$tmp/inside"
  jq -r '.facts[] | .path + " " + .name + " " + .version' "$tmp/facts.json" | LC_ALL=C sort >"$tmp/alone"
  same "$tmp/inside" "$tmp/alone" "the same artifacts as alone, $(wc -l <"$tmp/alone")"
fi

# Jars in jars, ten thousand times the same bytes, bombs: bounded in time and said.
python3 - "$TOP" "$tmp" <<'PY'
import io, struct, sys, zipfile
sys.path.insert(0, sys.argv[1] + "/test")
from java import jar, zipped
# Ten archives of ten, eight deep: a hundred million jars in a few kilobytes.
data = zipped(jar(("com.example", "bottom", "1")))
for level in range(8):
    data = zipped({f"{i}.jar": data for i in range(10)})
open(sys.argv[2] + "/many.jar", "wb").write(data)
# Thirty thousand members of a directory that are all the same 200 KiB of zeros.
out = zipped({"a.jar": b"\0" * (200 << 10)})
first, end = out.index(b"PK\1\2"), out.rindex(b"PK\5\6")
record, n = out[first:end], 30000
open(sys.argv[2] + "/same.jar", "wb").write(out[:first] + record * n + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n, n, len(record) * n, first, 0))
PY
for bomb in many same; do
  start=$(date +%s%N)
  run timeout 60 "$PLIMSOLL" facts --analyzer java-archive "$tmp/$bomb.jar"
  is "$rc" 3 "a bomb of $(stat -c %s "$tmp/$bomb.jar") bytes ($bomb) is stopped"
  note "after $((($(date +%s%N) - start) / 1000000)) ms"
  like "$(printf %s "$out" | jq -r '.facts[] | select(.kind == "problem") | .reason')" 'unpacks? to more|too many archives|more problems' "and said"
done
done_testing
