#!/bin/bash
# Man pages, reference pages and completion in the tree are what the tables give.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
exits 0 "plimsoll docs" "$PLIMSOLL" docs "$tmp/docs"
# Pages without the mark are written by hand.
mkdir "$tmp/tree"
cp -r "$TOP/docs/man" "$TOP/docs/completion" "$TOP/docs/reference" "$tmp/tree"
find "$tmp/tree/reference" -type f -exec grep -LZ '^<!-- Made by' {} + | xargs -0r rm -f
for part in man reference completion; do
  exits 0 "docs/$part is up to date (make docs)" diff -r "$tmp/tree/$part" "$tmp/docs/$part"
done
exits 0 "the same again gives" "$PLIMSOLL" docs "$tmp/again"
exits 0 "the same bytes" diff -r "$tmp/docs" "$tmp/again"
if command -v mandoc >/dev/null; then
  # No date is what makes the bytes the same; long lines and the lower-case title are style.
  faults=$(mandoc -T lint -W warning "$tmp"/docs/man/*.1 | grep -v 'missing date')
  is "$faults" "" "mandoc finds no fault in the man pages"
else
  skip "no mandoc"
fi
# Links between the pages that people read.
bad=
while IFS=: read -r file link; do
  link=${link#*](} link=${link%)} link=${link%%#*}
  case $link in '' | http*:* | mailto:*) continue ;; esac
  [ -e "$(dirname "$file")/$link" ] || bad+="$file: $link"$'\n'
done < <(cd "$TOP" && awk 'FNR == 1 { code = 0 } /^ *```/ { code = !code; next } !code { gsub(/`[^`]*`/, ""); while (match($0, /\]\([^) ]+\)/)) { print FILENAME ":" substr($0, RSTART, RLENGTH); $0 = substr($0, RSTART + RLENGTH) } }' \
  README.md CONTRIBUTING.md SECURITY.md docs/*.md docs/adding/*.md docs/recipes/*.md docs/reference/*.md | sed "s|^|$TOP/|")
is "$bad" "" "links between pages lead somewhere"
done_testing
