#!/bin/bash
# Packages of languages against expectations that test/oracle/language.py computes from the raw records, sharing no code with us: no difference.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
need_shared
python=$(for p in python3 /usr/bin/python3; do "$p" -c 'import packaging, yaml' 2>/dev/null && echo "$p" && break; done)
[ -n "$python" ] || { skip "no python3-packaging or python3-yaml"; done_testing; }
list=$BUILD/test/unit/match-list

mkdir "$tmp/feeds"
for feed in ghsa pypa go-vulndb rustsec rubysec friendsofphp malicious; do cp -r "$SHARED/advisories/$feed" "$tmp/feeds/"; done
exits 0 "the database is built" "$PLIMSOLL" db build --quiet --db "$tmp/advisories.db" "$tmp/feeds"

# What the shared records have of the smaller ecosystems is all drawn; it makes fewer findings.
declare -A least=([Hex]=100 [Pub]=20 [SwiftURL]=50)
for ecosystem in npm PyPI Go Maven crates.io Packagist NuGet Hex Pub SwiftURL RubyGems; do
  exits 0 "$ecosystem: expectations" "$python" "$TOP/test/oracle/language.py" "$tmp/feeds" "$ecosystem" 7 120 "$tmp/in" "$tmp/want"
  note "$out"
  "$list" "$tmp/advisories.db" <"$tmp/in" | cut -f1-6 | sort >"$tmp/got"
  sort -o "$tmp/want" "$tmp/want"
  [ "$(wc -l <"$tmp/want")" -gt "${least[$ecosystem]:-500}" ] && pass "$ecosystem: $(wc -l <"$tmp/want") findings are expected" || fail "$ecosystem: too few expectations to prove anything"
  is "$(diff "$tmp/want" "$tmp/got" | head -5)" "" "$ecosystem: no difference"
done

# A comparison that agrees with everything would prove nothing.
sed -i '1s/\t[^\t]*\t[^\t]*\t\([^\t]*\)$/\tCVE-1999-0001\tvulnerability\t\1/' "$tmp/want"
is "$(diff "$tmp/want" "$tmp/got" | grep -c '^[<>]')" 2 "one other id is noticed"
done_testing
