#!/bin/bash
# rpm's databases in all their forms against what rpm itself says about them.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
db=$tmp/db
run "$TOP/test/make-rpmdb.sh" "$db" 320
is "$rc" 0 "databases are made" || note "$err"
query() { rpm --dbpath "$db/sqlite" --define '_db_backend sqlite' -qa --qf "$1" 2>/dev/null | grep -v '^gpg-pubkey' | LC_ALL=C sort; }
ours() { jq -r "$1" "$tmp/$2.json" | LC_ALL=C sort; }

query '%{NAME}|%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}|%{ARCH}|%{LICENSE}|%{VENDOR}|%{PACKAGER}|%|MODULARITYLABEL?{%{MODULARITYLABEL}}||%{SIZE}|sha256:%{SHA256HEADER}\n' >"$tmp/want"
query '[%{=NAME}|%{FILEMODES:perms}|%{FILENAMES}\n]' | grep -v '|d' | sed 's/|[^|]*|\// /' | LC_ALL=C sort >"$tmp/want-files"
is "$(wc -l <"$tmp/want")" 323 "rpm lists 323 packages"
is "$(grep -c '^many-files ' "$tmp/want-files")" 4000 "one of them with 4,000 files"
for form in sqlite/rpmdb.sqlite ndb/Packages.db bdb/Packages bdb-big/Packages; do
  name=${form%%/*}
  exits 0 "$form is read" "$PLIMSOLL" facts --analyzer rpm --output "$tmp/$name.json" "$db/$form"
  ours '.facts[] | [.name, .version, .arch, .license, .vendor, .maintainer, (.module // ""), (.installed_size // 0), .digest] | map(tostring) | join("|")' "$name" >"$tmp/got"
  same "$tmp/got" "$tmp/want" "$form: packages are those of rpm -qa"
  ours '.facts[] | .name as $n | .files[]? | $n + " " + .' "$name" >"$tmp/got"
  same "$tmp/got" "$tmp/want-files" "$form: files are those of rpm -ql, without directories"
  is "$(jq -r '[.facts[] | .source_name + " " + .source_version] | unique | join(",")' "$tmp/$name.json")" "bundle 1.0-3.el9_4,bundle 1:1.0-3.el9_4" "$form: the source package, with the epoch of its packages"
  is "$(jq -r '.facts[] | select(.name == "tiny5") | .depends' "$tmp/$name.json")" tiny6 "$form: what a package requires"
done

# rpm's own reader of Berkeley DB finds the same in what db5.3_load wrote: the comparison above is with a real database.
is "$(rpm --dbpath "$db/bdb" --define '_db_backend bdb_ro' -qa 2>/dev/null | grep -vc gpg-pubkey)" 323 "rpm reads the Berkeley DB, too"

# A database in use: what stands in the write-ahead log only.
python3 - "$db/sqlite/rpmdb.sqlite" "$tmp" <<'PY'
import shutil, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("pragma journal_mode = wal")
db.execute("delete from Packages where hnum = 1")
db.commit()
for end in ("", "-wal"):
    shutil.copy(sys.argv[1] + end, sys.argv[2] + "/rpmdb.sqlite" + end)
PY
mkdir -p "$tmp/root/var/lib/rpm"
mv "$tmp/rpmdb.sqlite" "$tmp/rpmdb.sqlite-wal" "$tmp/root/var/lib/rpm/"
exits 3 "a write-ahead log makes it incomplete" "$PLIMSOLL" facts "$tmp/root"
is "$(printf %s "$out" | jq '[.facts[] | select(.kind == "package")] | length')" 323 "packages are listed all the same"
like "$(printf %s "$out" | jq -r '.facts[] | select(.kind == "problem") | .reason')" 'write-ahead log.*may be missing' "and it is said"

# Cut short at many places: never a crash, never silence.
size=$(stat -c %s "$db/bdb/Packages")
for form in sqlite/rpmdb.sqlite ndb/Packages.db bdb/Packages; do
  bad=0
  for part in 0.1 0.35 0.5 0.8 0.97; do
    python3 -c 'import sys; d = open(sys.argv[1], "rb").read(); open(sys.argv[2], "wb").write(d[:int(len(d) * float(sys.argv[3]))])' "$db/$form" "$tmp/cut" $part
    run "$PLIMSOLL" facts --analyzer rpm "$tmp/cut"
    { [ "$rc" = 3 ] && printf %s "$out" | jq -e 'any(.facts[]; .kind == "problem")' >/dev/null; } || bad=$((bad + 1))
  done
  is $bad 0 "$form cut short: exit code 3 and a problem each time"
done
done_testing
