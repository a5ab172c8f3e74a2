#!/bin/bash
# plimsoll version-compare, and its order beside that of dpkg and rpm on 20,000 generated pairs each.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1

run "$PLIMSOLL" version-compare dpkg 1.0~rc1-1 1.0-1
is "$out" "<" "a pair from the arguments"
is "$(printf '1\t2\n2\t2\n3\t2\n' | "$PLIMSOLL" version-compare rpm | tr '\n' ' ')" "< = > " "pairs from standard input"
exits 2 "an unknown scheme is a usage error" "$PLIMSOLL" version-compare nope 1 2
like "$err" "unknown version scheme 'nope': there are apk .* dpkg .* rpm " "and the known ones are named"
exits 2 "one version is a usage error" "$PLIMSOLL" version-compare dpkg 1
exits 2 "an invalid version is a usage error" "$PLIMSOLL" version-compare apk 1.0 1.0-1
like "$err" "'1.0-1' is no apk version" "and is named"
run "$PLIMSOLL" version-compare dpkg < <(printf '1\t2\nx y\t1\nlonely\n2\t1\n')
is "$rc" 2 "bad lines give exit code 2"
is "$(echo "$out" | tr '\n' ' ')" "< ? ? > " "after the others were answered"
like "$err" "standard input:2: 'x y' is no dpkg version" "an invalid version is reported with its line"
like "$err" "standard input:3: expected two versions with a tab between" "so is a line that is no pair"
run "$PLIMSOLL" list version-schemes
like "$out" "^dpkg .*Debian Policy" "the schemes are listed"

python3 "$TOP/test/cli/version-pairs.py" dpkg 20000 >"$tmp/dpkg.tsv"
python3 "$TOP/test/cli/version-pairs.py" rpm 20000 >"$tmp/rpm.tsv"
for s in dpkg rpm; do
  is "$(wc -l <"$tmp/$s.tsv")" 20000 "20,000 pairs for $s"
  exits 0 "$s pairs are all valid" "$PLIMSOLL" version-compare "$s" --output "$tmp/$s.ours" <"$tmp/$s.tsv"
done

# dpkg confirms or refutes our answer: one call a pair.
if command -v dpkg >/dev/null; then
  wrong=$(paste "$tmp/dpkg.tsv" "$tmp/dpkg.ours" | python3 -c '
import os, sys
word = {"<": "lt", "=": "eq", ">": "gt"}
for line in sys.stdin:
    a, b, op = line.rstrip("\n").split("\t")
    pid = os.posix_spawn("/usr/bin/dpkg", ["dpkg", "--compare-versions", a, word[op], b], os.environ)
    if os.waitpid(pid, 0)[1] != 0:
        print(a, op, b, "is what we say, dpkg does not")' 2>&1 | head -20)
  is "$wrong" "" "dpkg agrees on every pair"
else
  skip "no dpkg"
fi

# rpm answers in batches: its Lua makes a list of orders.
if command -v rpm >/dev/null; then
  python3 - "$tmp/rpm.tsv" >"$tmp/rpm.theirs" <<'PY'
import subprocess, sys
pairs = [line.rstrip("\n").split("\t") for line in open(sys.argv[1])]
for i in range(0, len(pairs), 500):
    lua = "local t = {}\n" + "".join(f"t[#t+1] = rpm.vercmp('{a}','{b}')\n" for a, b in pairs[i:i + 500]) + "print(table.concat(t, ' '))"
    out = subprocess.run(["rpm", "--eval", "%{lua:" + lua + "}"], capture_output=True, text=True, check=True).stdout
    for r in out.split():
        print("<" if int(r) < 0 else ">" if int(r) > 0 else "=")
PY
  wrong=$(paste "$tmp/rpm.tsv" "$tmp/rpm.ours" "$tmp/rpm.theirs" | awk -F'\t' '$3 != $4' | head -20)
  is "$wrong" "" "rpm agrees on every pair"
else
  skip "no rpm"
fi
for s in dpkg rpm; do
  is "$(sort -u "$tmp/$s.ours" | tr -d '\n')" "<=>" "all three answers occur among the $s pairs"
done
done_testing
