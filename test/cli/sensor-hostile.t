#!/bin/bash
# Hostile strings: alerts stay one line each, JSON stays JSON, and nothing is obeyed. And one rule for an event, on request.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
cat >"$tmp/rules.yaml" <<'EOR'
- rule: Executed
  desc: A program with hostile arguments
  condition: evt.type = execve and proc.exe startswith hostile
  output: "executed exe=%proc.exe cmdline=%proc.cmdline args=%proc.cmdnargs end"
  priority: NOTICE
- rule: Executed too
  desc: The same once more
  condition: evt.type = execve and proc.exe startswith hostile
  output: "too"
  priority: NOTICE
- rule: Opened
  desc: A file with a hostile name
  condition: evt.type in (open, openat) and fd.name contains /hostile- and evt.is_open_write = true
  output: "opened file=%fd.name raw=%fd.nameraw end"
  priority: NOTICE
EOR
true=$(readlink -f "$(type -P true)")
newline=$'\n' escape=$'\e[31m\e]0;title\a' bad=$'\xff\xfe\xc3' fake=$'x\n00:00:00.000000000: Critical forged (no alert)\n{"rule":"forged"}'
acts() {
  (exec -a hostile-newline "$true" "a${newline}b" $'c\td\re')
  (exec -a hostile-escape "$true" "${escape}x" $'\x9b31m' $'\xc2\x9b31m' $'\xe2\x80\xae')
  (exec -a hostile-utf8 "$true" "${bad}x" "é")
  (exec -a hostile-forged "$true" "$fake")
  (exec -a hostile-quotes "$true" '"' "\\" '","rule":"forged"' '%proc.name' '%s%n')
  (exec -a hostile-empty "$true" '' '')
  # 4 MB of arguments: 40 of 100 kB
  (ulimit -s unlimited && exec -a hostile-large "$true" $(printf '%0100000d ' $(seq 40)))
  : >"$tmp/hostile-a${newline}b"
  : >"$tmp/hostile-$escape"
  : >"$tmp/hostile-$bad"
  mkdir -p "$tmp/$(printf '%0200d' 0)" && : >"$tmp/$(printf '%0200d' 0)/hostile-$(printf '%0240d' 1)"
  (exec -a hostile-last "$true" end)
}

sensor_start --rules "$tmp/rules.yaml" --format json
acts
if alert 'exe=hostile-last'; then pass "all of it arrives"; else fail "all of it arrives" "$(tail -3 "$alerts")"; fi
sensor_stop
if jq -e . "$alerts" >/dev/null; then pass "each line is JSON"; else fail "each line is JSON" "$(jq . "$alerts" 2>&1 | tail -1)"; fi
controls="[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]"
if LC_ALL=C grep -qaP "$controls" "$alerts"; then fail "and without controls" "$(LC_ALL=C grep -aP "$controls" "$alerts" | cat -v | head -3)"; else pass "and without controls"; fi
is "$(jq -r 'select(.rule == "forged") | .rule' "$alerts")" "" "no alert is forged"
is "$(jq -c 'select(.rule == "Executed") | .output_fields["proc.cmdline"] | select(startswith("true a"))' "$alerts")" '"true a\nb c\td\re"' "a newline in an argument"
is "$(jq -c 'select(.output_fields["proc.exe"] == "hostile-forged") | .output_fields["proc.cmdline"]' "$alerts" | head -1)" '"true x\n00:00:00.000000000: Critical forged (no alert)\n{\"rule\":\"forged\"}"' "a whole alert in an argument"
is "$(jq -c 'select(.output_fields["proc.exe"] == "hostile-quotes") | .output_fields["proc.cmdline"]' "$alerts" | head -1)" '"true \" \\ \",\"rule\":\"forged\" %proc.name %s%n"' "quotes, backslashes and percent signs"
is "$(jq -r 'select(.output_fields["proc.exe"] == "hostile-utf8") | .output_fields["proc.cmdline"]' "$alerts" | head -1)" "true ���x é" "bytes that are no UTF-8"
is "$(jq -r 'select(.output_fields["proc.exe"] == "hostile-empty") | .output_fields["proc.cmdnargs"]' "$alerts" | head -1)" 2 "empty arguments"
large=$(jq -r 'select(.output_fields["proc.exe"] == "hostile-large") | .output_fields["proc.cmdline"] | length' "$alerts" | head -1)
if [ "${large:-0}" -gt 3900 ] && [ "$large" -le 4200 ]; then pass "4 MB of arguments: the first 4 kB ($large)"; else fail "4 MB of arguments" "$large"; fi
is "$(jq -r 'select(.rule == "Opened") | .output_fields["fd.name"] | select(endswith("b")) | contains("\n")' "$alerts")" true "a newline in a name"
is "$(jq -r 'select(.rule == "Opened") | .output_fields["fd.name"] | select(contains("title")) | contains("\u001b[31m")' "$alerts")" true "escapes in a name"
is "$(jq -r 'select(.rule == "Opened") | .output_fields["fd.name"] | select(contains("0000000001")) | length > 440' "$alerts")" true "long names"
is "$(jq -r 'select(.rule == "Executed" or .rule == "Executed too") | .rule' "$alerts" | sort | uniq -c | sed 's/^ *//' | tr '\n' ' ')" "8 Executed 8 Executed too " "every rule that matches fires"

sensor_start --rules "$tmp/rules.yaml"
acts
alert 'exe=hostile-last'
sensor_stop
is "$(wc -l <"$alerts")" "$(grep -cE '^[0-9:.]{18}: Notice (executed .* end|too|opened .* end) container_id=' "$alerts")" "as text, an alert is a line"
if LC_ALL=C grep -qaP "$controls" "$alerts"; then fail "without controls" "$(LC_ALL=C grep -aP "$controls" "$alerts" | cat -v | head -3)"; else pass "without controls"; fi
if iconv -f UTF-8 -t UTF-8 "$alerts" >/dev/null 2>&1; then pass "and UTF-8"; else fail "and UTF-8" "$(iconv -f UTF-8 -t UTF-8 "$alerts" 2>&1 >/dev/null)"; fi
unlike "$(cat "$alerts")" '^00:00:00' "and none is forged"

sensor_start --rules "$tmp/rules.yaml" --rule-matching first
acts
alert 'exe=hostile-last'
sensor_stop
is "$(grep -c ': Notice executed ' "$alerts") $(grep -c ': Notice too' "$alerts")" "8 0" "--rule-matching first: one rule for an event"
done_testing
