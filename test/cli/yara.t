#!/bin/bash
# YARA rules over all layers: what Debian's yara says of the same files, files that upper layers hide, rules with errors, and limits.
. "$TOP/test/lib.sh" || exit 1
cd "$tmp" || exit 1
scanned() { run "$PLIMSOLL" scan --archives never --db none --secrets off --format json --allow-incomplete no-database --allow-incomplete no-packages --allow-incomplete unsupported-os "$@"; }
rows() { printf %s "$out" | jq -r '.findings[] | select(.kind == "malware") | "\(.severity) \(.id) \(.layer) \(.path) \(.title) (\(.detail))"' | LC_ALL=C sort; }
gaps() { printf %s "$out" | jq -r '.coverage.gaps[] | select(.allowed | not) | .kind + " " + .subject + " " + .reason'; }
counts() { cut -d' ' -f"$1" | LC_ALL=C sort | uniq -c | awk '{print $2 "=" $1}' | tr '\n' ' '; }
mkdir -p rules/sub tree/bin tree/etc tree/srv
cat >rules/a.yar <<'EOF'
import "elf"
import "hash"
global rule not_huge { condition: filesize < 100MB }
private rule elf_file { condition: elf.type == elf.ET_EXEC or elf.type == elf.ET_DYN }
rule Marker : test family_x {
  meta:
    description = "A marker of a test"
    score = 95
  strings:
    $text = "plimsoll-marker" nocase
    $wide = "plimsoll-marker" wide
  condition: any of them
}
rule Bytes { meta: severity = "low" strings: $h = { 50 4c ?? 4d [1-4] 4f } condition: $h }
rule Twice { strings: $r = /ab{2,4}c/ condition: #r >= 2 and @r[1] > 10 }
rule Program : elf { condition: elf_file }
rule KnownDigest { condition: hash.md5(0, filesize) == "MD5OF" }
rule Named { condition: filename == "named.sh" and extension == ".sh" and filepath matches /srv\/named/ }
EOF
cat >rules/sub/b.yara <<'EOF'
include "../helper.yar"
rule Uses_helper { condition: helper and filesize > 5 }
EOF
cat >rules/helper.yar <<'EOF'
rule helper { strings: $a = "#!/bin/" condition: $a at 0 }
EOF
echo "no rules" >rules/README
printf 'xx Plimsoll-MARKER yy' >tree/etc/marker
printf 'plimsoll-marker' | iconv -t UTF-16LE >tree/etc/wide
printf 'plimsoll_marker plimsol-marker' >tree/etc/near
printf 'PLxMyyO' >tree/etc/bytes
printf 'PLxMyyyyyO' >tree/etc/bytes-near
printf '............abbc abbbbc' >tree/etc/twice
printf 'abbc ............ abbc' >tree/etc/twice-near
printf 'known\n' >tree/srv/known
printf '#!/bin/sh\n' >tree/srv/named.sh
printf '#!/bin/sh\n' >tree/srv/other.sh
echo 'int main(void) { return 0; }' >main.c && gcc -o tree/bin/program main.c
gcc -c -o tree/bin/object.o main.c
head -c 300000 /dev/urandom >tree/srv/large && printf 'plimsoll-marker' >>tree/srv/large
: >tree/srv/empty
sed -i "s/MD5OF/$(md5sum tree/srv/known | cut -c1-32)/" rules/a.yar

# The same over a directory as Debian's yara has it, file by file, for the variables that it is to be told.
find tree -type f -size +0 | while read -r f; do
  base=${f##*/} extension=
  case $base in *.*) extension=.${base##*.} ;; esac
  for r in rules/a.yar rules/sub/b.yara; do
    yara -w -d filename="$base" -d filepath="/${f#tree/}" -d extension="$extension" $r "$f"
  done
done 2>yara.err | sed 's, tree/, ,' | LC_ALL=C sort -u >want
is "$(cat yara.err)" "" "yara reads the rules"
scanned --yara rules dir:tree
is "$rc $err $(gaps)" "0  " "all was tried"
printf %s "$out" | jq -r '.findings[] | select(.kind == "malware") | .id + " " + .path' | LC_ALL=C sort >got
same got want "the files and rules that yara names"
is "$(counts 1 <want)" "Bytes=1 KnownDigest=1 Marker=3 Named=1 Program=1 Twice=1 Uses_helper=2 helper=2 not_huge=13 " "each rule has its hits"
is "$(rows | grep -E 'Marker|Bytes|Program')" "CRITICAL Marker null etc/marker A marker of a test (rules/a.yar: \$text at byte 3; tags: test family_x)
CRITICAL Marker null etc/wide A marker of a test (rules/a.yar: \$wide at byte 0; tags: test family_x)
CRITICAL Marker null srv/large A marker of a test (rules/a.yar: \$text at byte 300000; tags: test family_x)
HIGH Program null bin/program A YARA rule matches (rules/a.yar; tags: elf)
LOW Bytes null etc/bytes A YARA rule matches (rules/a.yar: \$h at byte 0)" "severity by score and word, place and tags; no content"
scanned dir:tree
is "$(rows)" "" "nobody asked"
is "$(printf %s "$out" | jq -r '.coverage.analyzers | index("yara")')" null "and the coverage claims nothing"
sed -i 's/^global rule/private &/; s/private global/global private/' rules/a.yar
scanned --yara rules dir:tree
is "$(rows | counts 2)" "Bytes=1 KnownDigest=1 Marker=3 Named=1 Program=1 Twice=1 Uses_helper=2 helper=2 " "a private rule is not told"
cp -r rules flat && mv flat/sub/b.yara flat/b.yara && sed -i 's,\.\./,./,' flat/b.yara
scanned --yara flat/b.yara dir:tree
is "$(rows | counts 2)" "Uses_helper=2 helper=2 " "one file, which includes another of its directory" || note "$err"
scanned --yara flat/helper.yar --yara flat/a.yar dir:tree
is "$(rows | counts 2)" "Bytes=1 KnownDigest=1 Marker=3 Named=1 Program=1 Twice=1 helper=2 " "several files"

# Layers: compressed ones, and files that are hidden.
python3 "$TOP/test/mkimage.py" app >/dev/null <<'EOF'
image
layer gzip
file etc/marker tree/etc/marker
file etc/near tree/etc/near
file srv/large tree/srv/large
layer zstd
file etc/.wh.marker tree/srv/empty
file srv/large tree/etc/near
exec bin/program tree/bin/program
EOF
want="CRITICAL Marker 0 etc/marker A marker of a test; deleted or replaced in layer 2, but still in the image (rules/a.yar: \$text at byte 3; tags: test family_x)
CRITICAL Marker 0 srv/large A marker of a test; deleted or replaced in layer 2, but still in the image (rules/a.yar: \$text at byte 300000; tags: test family_x)
HIGH Program 1 bin/program A YARA rule matches (rules/a.yar; tags: elf)"
scanned --yara rules/a.yar app
is "$(rows)" "$want" "files of all layers"
scanned --yara rules/a.yar app
is "$(rows)" "$want" "the same from the cache"
sed 's/plimsoll-marker/another-marker/' rules/a.yar >rules/c.yar
scanned --yara rules/c.yar app
is "$(rows | counts 2)" "Program=1 " "other rules find other things: the cache knows them"
scanned --yara rules/a.yar --malware --integrity --hash-list <(sha256sum tree/etc/near) app
is "$(rows | counts 2)" "KNOWN-MALWARE=2 Marker=2 Program=1 " "beside everything else"
exits 1 "they count for --fail-on" "$PLIMSOLL" scan --archives never --db none --allow-incomplete no-database --allow-incomplete no-packages --allow-incomplete unsupported-os --yara rules/a.yar --fail-on critical app

# Rules with errors, all of them at once.
mkdir bad
printf 'rule a { condition: }\n' >bad/a.yar
printf 'rule ok { condition: false }\n' >bad/b.yar
printf '\n\nrule c { strings: $x = "y" condition: $z }\n' >bad/c.yar
printf 'include "missing.yar"\n' >bad/d.yar
printf 'include "../rules/helper.yar"\n' >bad/e.yar
printf 'rule f { strings: $re = /(a/ condition: $re }\n' >bad/f.yar
printf 'include "b.yar"\n\nrule g { condition: nothing }\n' >bad/g.yar
scanned --yara bad app
is "$rc $out" "2 " "rules with errors"
is "$(grep -v ' warning: ' <<<"$err" | sed 's/syntax error.*/syntax error/')" "plimsoll: error: bad/a.yar:1: syntax error
plimsoll: error: bad/c.yar:3: undefined string \"\$z\"
plimsoll: error: bad/d.yar:1: cannot include \"missing.yar\": expected a *.yar or *.yara in the directory of rules that was given
plimsoll: error: bad/e.yar:1: cannot include \"../rules/helper.yar\": expected a *.yar or *.yara in the directory of rules that was given
plimsoll: error: bad/f.yar:1: invalid regular expression \"\$re\": syntax error
plimsoll: error: bad/g.yar:3: undefined identifier \"nothing\"" "each with file and line; nothing outside of the directory is included"
printf 'import "magic"\nrule m { condition: magic.type() contains "x" }\n' >magic.yar
scanned --yara magic.yar app
is "$rc $(cut -d: -f1-5 <<<"$err")" "2 plimsoll: error: magic.yar:1: module \"magic\" is not available" "a module that reads files"
printf 'rule nul { condition: true }\0' >nul.yar
exits 2 "a byte 0" "$PLIMSOLL" scan --yara nul.yar app
exits 2 "no such file" "$PLIMSOLL" scan --yara none.yar app
mkdir void
exits 2 "no rules in a directory" "$PLIMSOLL" scan --yara void app
like "$err" "void: there is no \*.yar or \*.yara in it" "and it says so"
printf 'include "loop2.yar"\n' >loop1.yar
printf 'include "loop1.yar"\n' >loop2.yar
exits 2 "no time" "$PLIMSOLL" scan --yara rules --yara-timeout 0 app
exits 2 "files that include each other" "$PLIMSOLL" scan --yara loop1.yar app
like "$err" "circular" "are told"

# What takes longer than a file may is a gap.
printf 'rule slow { condition: for all i in (1..100000000000) : (uint8(i %% filesize) < 256) }\n' >slow.yar
mkdir slow && printf 'abc' >slow/one
scanned --yara slow.yar --yara-timeout 2 dir:slow
is "$rc $(gaps)" "3 unreadable-file one the YARA rules took more than 2 seconds: not all of them were tried" "a rule without end"

# Without the library: a message before anything is read.
mkdir lib && : >lib/libyara.so.9 && : >lib/libyara.so.10
run env LD_LIBRARY_PATH="$tmp/lib" "$PLIMSOLL" scan --yara rules app
is "$rc" 2 "a library that cannot be loaded"
like "$err" "libyara.so.[0-9]+ cannot be loaded: install it \(Debian: libyara[0-9]+\)" "says which is needed"
done_testing
