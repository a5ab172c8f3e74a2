#!/bin/bash
# plimsoll facts; the dpkg analyzer against dpkg-query.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
case=$TOP/test/case/analyze

exits 0 "a directory is a root" "$PLIMSOLL" facts "$case/dpkg/root"
is "$(printf '%s\n' "$out" | jq -S .)" "$(jq -S . "$case/dpkg/expected.json")" "and gives the facts of its files"
mkdir -p "$tmp/x/y/var/lib/dpkg"
cp "$case/dpkg/root/var/lib/dpkg/status" "$tmp/x/y/var/lib/dpkg/status"
exits 0 "a single file is known by the end of its path" "$PLIMSOLL" facts "$tmp/x/y/var/lib/dpkg/status"
is "$(printf %s "$out" | jq -r '.facts[0] | .path + " " + .name')" "var/lib/dpkg/status base-files" "and carries it"
head -c 64 /dev/zero >"$tmp/other"
exits 3 "a file of another name and content" "$PLIMSOLL" facts "$tmp/other"
like "$err" 'other: no analyzer reads files of this name or content; name one with --analyzer' "is refused with advice"
cp "$case/dpkg/root/var/lib/dpkg/status" "$tmp/renamed"
exits 0 "a file of another name with the analyzer named" "$PLIMSOLL" facts --analyzer dpkg "$tmp/renamed"
is "$(printf %s "$out" | jq '.facts | length')" 5 "which reads it"
exits 2 "an unknown analyzer" "$PLIMSOLL" facts --analyzer dpgk "$tmp/renamed"
like "$err" dpkg "is told the nearest name"
exits 3 "a file that is not there" "$PLIMSOLL" facts "$tmp/nowhere"
like "$err" 'nowhere: No such file' "is named"
exits 3 "a damaged file" "$PLIMSOLL" facts "$case/dpkg-damaged/root"
is "$(printf %s "$out" | jq -r '.facts[] | select(.kind == "package") | .name' | head -1)" whole "what could be read is printed"
exits 0 "--analyzer goes for directories, too" "$PLIMSOLL" facts --analyzer apk "$case/dpkg/root"
is "$(printf %s "$out" | jq -c .facts)" "[]" "and sees nothing of the others"

# Links: inside of the root only, and pipes are not waited for.
mkdir -p "$tmp/root/etc" "$tmp/root/usr/lib" "$tmp/root/var/lib/dpkg"
echo ID=inside >"$tmp/root/usr/lib/os-release"
ln -s /usr/lib/os-release "$tmp/root/etc/os-release"
ln -s "$case/dpkg/root/var/lib/dpkg/status" "$tmp/root/var/lib/dpkg/status"
mkdir -p "$tmp/root/var/lib/rpm"
mkfifo "$tmp/root/var/lib/rpm/Packages"
run timeout 20 "$PLIMSOLL" facts "$tmp/root"
is "$rc" 3 "a pipe in the place of a database is said to be none"
like "$err" 'var/lib/rpm/Packages: not a regular file' "with its name"
is "$(printf %s "$out" | jq -r '[.facts[] | .path + "=" + .id] | join(" ")')" "etc/os-release=inside usr/lib/os-release=inside" "absolute links stay in the root"

# A symbolic link that leads to a link is followed, one that leads to itself is not.
ln -sf status "$tmp/root/var/lib/dpkg/status"
rm "$tmp/root/var/lib/rpm/Packages"
exits 0 "a link to itself is nothing to read" "$PLIMSOLL" facts "$tmp/root"

# The same input gives the same bytes.
"$PLIMSOLL" facts "$case/dpkg/root" >"$tmp/one"
"$PLIMSOLL" facts "$case/dpkg/root" >"$tmp/two"
same "$tmp/one" "$tmp/two" "twice the same"

# This machine's own database, as dpkg-query reads it.
if [ -s /var/lib/dpkg/status ] && command -v dpkg-query >/dev/null; then
  dpkg-query -W -f '${db:Status-Status}|${Package}|${Version}|${Architecture}|${source:Package}|${source:Version}|${Installed-Size}|${Essential}|${Protected}|${Maintainer}|${Origin}\n' |
    awk -F'|' -v OFS='|' '$1 ~ /^(installed|half-installed|half-configured|unpacked|triggers-awaited|triggers-pending)$/ {
      if ($7 == "0") $7 = ""          # no size is not told from none
      $8 = $8 $9 ~ /yes/ ? "yes" : "" # Essential, Protected
      print $2, $3, $4, $5, $6, $7, $8, $10, $11
    }' | LC_ALL=C sort >"$tmp/want"
  exits 0 "this machine's dpkg status" "$PLIMSOLL" facts --analyzer dpkg --output "$tmp/status.json" /var/lib/dpkg/status
  python3 - "$tmp/status.json" >"$tmp/got" <<'PY'
import json, sys
for f in json.load(open(sys.argv[1]))["facts"]:
    size = f.get("installed_size", 0)
    print("|".join([f["name"], f["version"], f["arch"], f["source_name"], f["source_version"], str(size // 1024) if size else "",
                    "yes" if f.get("essential") else "", f.get("maintainer", ""), f.get("vendor", "")]))
PY
  LC_ALL=C sort -o "$tmp/got" "$tmp/got"
  same "$tmp/got" "$tmp/want" "agrees with dpkg-query in every field, $(wc -l <"$tmp/want") packages"
  package=$(dpkg-query -W -f '${Package}\n' base-files dpkg 2>/dev/null | head -1)
  dpkg-query -L "$package" | while read -r f; do [ -d "$f" ] && [ ! -L "$f" ] || echo "${f#/}"; done | LC_ALL=C sort >"$tmp/want"
  "$PLIMSOLL" facts --analyzer dpkg /var/lib/dpkg/info/"$package".list | jq -r '.facts[].files[]' >"$tmp/got"
  while read -r f; do [ -d "/$f" ] && [ ! -L "/$f" ] || echo "$f"; done <"$tmp/got" | LC_ALL=C sort >"$tmp/got.files"
  same "$tmp/got.files" "$tmp/want" "and on the files of $package"
else
  skip "no dpkg on this machine"
fi
done_testing
