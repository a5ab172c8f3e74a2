#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Conditions mean what docs/policy-language.md says: an evaluator in Python, written from the description, agrees on 10,000 random ones.
. "$(dirname "$0")/../lib.sh"

run python3 "$TOP/test/cli/policy-differential.py" "$PLIMSOLL" 10000 20261121
like "$out" '^10000 conditions, 50000 evaluations, [2-7][0-9] % hold, 0 disagreements$' "no disagreement on 10,000 random conditions and 50,000 events"
[ "$rc" = 0 ] || note "$out" "$err"

run python3 "$TOP/test/cli/policy-differential.py" "$PLIMSOLL" 3000 4 --together
like "$out" '^3000 conditions, 15000 evaluations, [2-7][0-9] % hold, 0 disagreements$' "rules that are matched together, by the type of the event, do as each of them alone"
[ "$rc" = 0 ] || note "$out" "$err"

# What the test is worth: a wrong answer is seen.
printf '#!/bin/sh\n"%s" "$@" | sed "s/true/false/"\n' "$PLIMSOLL" >"$tmp/liar"
chmod +x "$tmp/liar"
exits 1 "wrong answers are found" python3 "$TOP/test/cli/policy-differential.py" "$tmp/liar" 50 1

# The command itself.
is "$(echo '{"source": "syscall", "condition": "proc.name = sh", "objects": [{"proc.name": "sh"}, {}, {"proc.name": null}]}' | "$PLIMSOLL" policy evaluate)" \
    '{"results":[true,false,false]}' "an answer a line"
echo '{"source": "syscall", "condition": "proc.nane = sh and (fd.num = x", "objects": []}
{"source": "syscall", "condition": "proc.name = a", "objects": [{"proc.nane": "a"}, {"fd.num": "x"}]}
{"source": "nothing"}' >"$tmp/wrong"
exits 2 "errors make exit code 2" bash -c '"$0" policy evaluate <"$1"' "$PLIMSOLL" "$tmp/wrong"
is "$out" '{"errors":["condition:1:20: error: this \"(\" is not closed"]}
{"errors":["object:1:66: error: source syscall has no field \"proc.nane\"","object:1:96: error: this is no value for fd.num"]}
{"errors":["standard input:3:1: error: expected {\"source\": NAME, \"condition\": TEXT, \"objects\": [{…}]}"]}' "each line its errors"
done_testing
