#!/bin/bash
# Names that lead somewhere else than they say: links, /proc/self/root, directories by descriptor, a name that is changed while it is opened. In a container.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Secret
  desc: The secret file is opened, but not through what is excepted
  condition: evt.type in (open, openat, openat2) and fd.name = /data/secret and fd.num >= 0 and not fd.name startswith /excepted/
  output: "secret name=%fd.name raw=%fd.nameraw resolved=%fd.path_resolved by %proc.cmdline"
  priority: WARNING
- rule: Link
  desc: By the name that was given
  condition: evt.type in (open, openat, openat2) and fd.name = /data/link and fd.num >= 0
  output: "link name=%fd.name resolved=%fd.path_resolved by %proc.cmdline"
  priority: WARNING
EOF
rootfs "$tmp/root" dash cat "$BUILD/test/act"
mkdir -p "$tmp/root/data" "$tmp/root/excepted"
echo x >"$tmp/root/data/secret"
echo x >"$tmp/root/data/decoys"
ln -s secret "$tmp/root/data/link"
ln -s /data/secret "$tmp/root/excepted/link"
ln -s /data "$tmp/root/tmp/d"
bundle "$tmp/b" "$tmp/root"
id=plimsoll-names-$$
# in_container WORD COMMAND: the word names the act in the alert
in_container() { container "$tmp/b" "$id" /bin/sh -c "$1" 2>&1; }
acts=('cat /data/link' 'cat /excepted/link' 'cat /proc/self/root/data/secret' 'cd /data; cat ./link' 'cat /proc/self/cwd/data/secret' 'cat /dev/../data//secret' 'exec 3</data; cat /proc/self/fd/3/secret'
  'cat /tmp/d/secret')

sensor_start --rules "$tmp/rules.yaml"
for act in "${acts[@]}"; do
  before=$(grep -c 'Warning secret ' "$alerts")
  in_container "$act" >/dev/null
  more() { [ "$(grep -c 'Warning secret ' "$alerts")" -gt "$before" ]; }
  if wait_for 5 more; then pass "seen: $act"; else fail "seen: $act" "$(cat "$alerts")"; fi
done
like "$(grep 'raw=/excepted/link ' "$alerts")" 'secret name=/data/secret raw=/excepted/link resolved=/data/secret by cat /excepted/link container_id=' "an exception is no way out, and the alert shows both names"
like "$(cat "$alerts")" 'link name=/data/link resolved=/data/secret by cat /data/link ' "a rule on the link fires, too"
rm "$tmp/root/tmp/d"
: >"$tmp/root/tmp/quiet"
before=$(grep -c 'Warning secret ' "$alerts")
in_container 'cat /data/decoys; cat /tmp/quiet' >/dev/null
opened=$(in_container '/bin/act flip /data/secret /data/decoys')
sensor_stop
got=$(($(grep -c 'Warning secret .* by act flip' "$alerts")))
if [ "$opened" -gt 0 ] && [ "$got" -ge "$opened" ]; then pass "a name changed while it is opened: $opened times the secret, $got alerts"; else fail "a name changed while it is opened" "$opened times the secret, $got alerts" "$(cat "$messages")"; fi
is "$(grep -cE 'by cat /(data/decoys|tmp/quiet)' "$alerts")" 0 "other files stay quiet"

sensor_start --rules "$tmp/rules.yaml" --strict-falco
in_container 'cat /data/link; cat /data/../data/secret; cat /data/link' >/dev/null
alert 'Warning secret '
sleep 0.3
sensor_stop
is "$(grep -c 'Warning secret ' "$alerts") $(grep -c 'Warning link ' "$alerts")" "1 2" "--strict-falco: Falco's name alone"
done_testing
