#!/bin/bash
# The version orders of language ecosystems beside the ecosystems' own tools: what is a version, and how two of them order, on generated pairs
# of which at least 5,000 are versions. NuGet and pub have no tool in Debian: for them there are the documents' examples in test/unit/version.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
tools=$TOP/test/cli/version-tools
python=$(for p in python3 /usr/bin/python3; do "$p" -c 'import packaging' 2>/dev/null && echo "$p" && break; done)
crate=$(ls -d /usr/share/cargo/registry/semver-1.*/src/lib.rs 2>/dev/null | head -1)
gopath=/usr/share/gocode
maven=/usr/share/java/maven3-artifact.jar

# agrees SCHEME TOOL…: the tool answers each line of standard input with <, =, > or ?
agrees() {
  local s=$1; shift
  python3 "$TOP/test/cli/version-hostile.py" "$s" 24000 >"$tmp/$s.tsv"
  "$@" <"$tmp/$s.tsv" >"$tmp/$s.theirs" 2>"$tmp/$s.err" || { fail "$s: its tool runs" "$(head -5 "$tmp/$s.err")"; return; }
  "$PLIMSOLL" version-compare "$s" <"$tmp/$s.tsv" >"$tmp/$s.ours" 2>/dev/null
  is "$(wc -l <"$tmp/$s.ours")" 24000 "$s: an answer for each of 24,000 pairs"
  is "$(paste "$tmp/$s.tsv" "$tmp/$s.ours" "$tmp/$s.theirs" | awk -F'\t' '$3 != $4' | head -20)" "" "$s: its own tool agrees on every pair"
  local answers; answers=$(grep -c '[<=>]' "$tmp/$s.theirs")
  if [ "$answers" -ge 5000 ] && [ "$(grep '[<=>]' "$tmp/$s.theirs" | sort -u | tr -d '\n')" = "<=>" ]; then
    pass "$s: at least 5,000 of them have an order ($answers), of all kinds"
  else
    fail "$s: at least 5,000 of them have an order, of all kinds" "$(sort "$tmp/$s.theirs" | uniq -c)"
  fi
}
have() { command -v "$1" >/dev/null; }

if have node; then agrees npm node "$tools/npm.js"; else skip "no node"; fi
if [ -n "$python" ]; then agrees pep440 "$python" "$tools/pep440.py"; else skip "no python3-packaging"; fi
if have ruby; then agrees gem ruby "$tools/gem.rb"; else skip "no ruby"; fi
if have elixir; then agrees hex elixir "$tools/hex.exs"; else skip "no elixir"; fi
if have go && [ -d $gopath/src/golang.org/x/mod/semver ]; then
  run env -C "$tmp" GO111MODULE=off GOPATH=$gopath GOCACHE="$tmp/go" GOFLAGS= go build -o go-order "$tools/go.go"
  is "$rc" 0 "go: its tool is built"
  agrees go "$tmp/go-order"
else
  skip "no go, or no golang.org/x/mod"
fi
if have rustc && [ -n "$crate" ]; then
  run env -C "$tmp" rustc --edition 2018 --crate-type rlib --crate-name semver "$crate"
  run env -C "$tmp" rustc --edition 2018 -o cargo-order --extern semver=libsemver.rlib "$tools/cargo.rs"
  is "$rc" 0 "cargo: its tool is built"
  agrees cargo "$tmp/cargo-order"
else
  skip "no rustc, or no crate semver"
fi
if have php && [ -f /usr/share/php/Composer/Semver/autoload.php ]; then agrees composer php "$tools/composer.php"; else skip "no php-composer-semver"; fi
if have java && [ -f $maven ]; then agrees maven python3 "$tools/maven.py" $maven; else skip "no Maven"; fi
done_testing
