#!/bin/bash
# Version constraints as RubySec and FriendsOfPHP write them, beside Gem::Requirement and composer/semver on 10,000 generated ones each.
. "$TOP/test/lib.sh"
tools=$TOP/test/cli/version-tools

# agrees SYNTAX TOOL…
agrees() {
  local s=$1; shift
  python3 "$TOP/test/cli/version-constraints.py" "$s" 10000 >"$tmp/$s.tsv"
  "$@" <"$tmp/$s.tsv" >"$tmp/$s.theirs" 2>"$tmp/$s.err" || { fail "$s: its tool runs" "$(head -5 "$tmp/$s.err")"; return; }
  "$BUILD/test/unit/range-contains" "$s" <"$tmp/$s.tsv" >"$tmp/$s.ours"
  is "$(wc -l <"$tmp/$s.ours")" 10000 "$s: an answer for each of 10,000 constraints"
  is "$(paste "$tmp/$s.tsv" "$tmp/$s.ours" "$tmp/$s.theirs" | awk -F'\t' '$3 != $4' | head -20)" "" "$s: its own tool agrees on every one"
  local inside outside
  inside=$(grep -cFx -- + "$tmp/$s.theirs") outside=$(grep -cFx -- - "$tmp/$s.theirs")
  if [ $((inside + outside)) -ge 5000 ] && [ "$inside" -ge 1000 ] && [ "$outside" -ge 1000 ]; then
    pass "$s: at least 5,000 are constraints, $inside hold the version, $outside do not"
  else
    fail "$s: at least 5,000 are constraints of both answers" "$inside hold the version, $outside do not"
  fi
}

if command -v ruby >/dev/null; then agrees gem ruby "$tools/range-gem.rb"; else skip "no ruby"; fi
if command -v php >/dev/null && [ -f /usr/share/php/Composer/Semver/autoload.php ]; then
  agrees composer php "$tools/range-composer.php"
else
  skip "no php-composer-semver"
fi
done_testing
