#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Somebody sets the webhook's clock while it serves: what has a date (tags, certificates) goes by it, what waits does not.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
if sanitized; then
  echo "1..0 # SKIP nothing can be loaded before a sanitizer"
  exit 0
fi
export PLIMSOLL_ALLOW_INCOMPLETE=no-packages,no-database,unsupported-os,no-advisories PLIMSOLL_DB=$tmp/none.db
facts=$tmp/store/facts.db
mkdir "$tmp/store"
cat >"$tmp/rules.yaml" <<'RULES'
- {rule: Image of mallory, desc: d, source: image, condition: image.user = mallory, output: mallory, priority: CRITICAL, action: deny}
- {rule: Host network, desc: d, source: workload, condition: workload.host_network = true, output: host network, priority: CRITICAL, action: deny}
RULES
echo '{"config": {"User": "1000"}}' >"$tmp/config.json"
printf 'image layout config=%s\nlayer gzip\ntext hello x\n' "$tmp/config.json" | python3 "$TOP/test/mkimage.py" "$tmp/good" >/dev/null
exits 0 "an image is scanned" "$PLIMSOLL" --quiet scan --policy "$tmp/rules.yaml" --facts "$facts" --format json "oci:$tmp/good"
tag() { sqlite3 "$facts" "REPLACE INTO tag(tag, digest, resolved, expires) SELECT 'registry.example/good:1', digest, strftime('%s'), strftime('%s') + $1 FROM image"; }
tag 3600

day=86400
step() { python3 -c 'import struct, sys; open(sys.argv[1], "r+b").write(struct.pack("=q", int(sys.argv[2])))' "$tmp/step" "$1"; }
printf '\0\0\0\0\0\0\0\0' >"$tmp/step"
certificate server
export CLOCK_STEP=$tmp/step
program=$PLIMSOLL
stepped() { LD_PRELOAD=$BUILD/test/unit/clock-step.so exec "$program" "$@"; }
PLIMSOLL=stepped admit_start --policy "$tmp/rules.yaml" --facts "$facts" --unknown-image deny
pod p '.spec.containers[0].image = "registry.example/good:1"' | review "$tmp/good.json" CREATE
pod p '.spec.hostNetwork = true | .spec.containers[0].image = "registry.example/good:1"' | review "$tmp/bad.json" CREATE
let_in() { ask "$tmp/good.json"; [ "$(answer .allowed)" = true ]; }
kept_out() { ask "$tmp/good.json"; [ "$(answer .allowed)" = false ]; }
ready() { request /readyz; [ "$status" = "$1" ]; }
# Each of them for good: the clock is put where it was before the next one.
judges() {
  ask "$tmp/bad.json"
  is "$status $(answer .allowed) $(answer .status.message | grep -c 'host network')" "200 false 1" "$1: rules judge as before, and in time"
}
wait_for 15 let_in && pass "a tag that is known" || fail "a tag that is known" "$out"

step $((10 * day))
kept_out && pass "ten days later it has run out" || fail "ten days later it has run out" "$out"
like "$(answer .status.message)" 'it is not known where the tag leads' "with the reason"
judges "ten days later"
tag $((20 * day))
wait_for 15 let_in && pass "a store that changes then is seen" || fail "a store that changes then is seen" "$out"
ready 200 && pass "it is ready" || fail "it is ready" "$status $out"

step $((400 * day))
ready 503 && pass "a year later its certificate has ended" || fail "a year later its certificate has ended" "$status $out"
judges "a year later"

step $((-400 * day))
let_in && pass "a year earlier the tag is good" || fail "a year earlier the tag is good" "$out"
ready 200 && pass "and it is ready" || fail "and it is ready" "$status $out"
judges "a year earlier"
sqlite3 "$facts" "UPDATE tag SET expires = 1"
wait_for 15 kept_out && pass "and a store that changes is seen" || fail "and a store that changes is seen" "$out"
kill -HUP "$admit"
wait_for 15 grep -q 'rules were read anew' "$tmp/messages" && pass "and rules are read" || fail "and rules are read" "$(cat "$tmp/messages")"
request /metrics
is "$(sed -n 's/^plimsoll_admission_undecided_total //p' <<<"$out") $(sed -n 's/^plimsoll_admission_unjudged_total //p' <<<"$out")" "0 0" "nothing came too late"
admit_stop
is "$?" 0 "it ends when it is told to"
is "$(jq -rs 'map(.time[:4]) | unique | length >= 3' "$tmp/decisions")" true "the log has the dates that the clock had"
done_testing
