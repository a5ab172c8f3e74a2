#!/bin/bash
# What the programs remember of names and directories never outlives them: the same name is opened on one processor again and again while the directory below it is renamed (by each
# entrance, by another process), mounted elsewhere, removed and made anew, linked, or seen from another root. Each open of the file that the rule names is an alert, no other is.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel alone # all that is opened is sent in its second half
act=$BUILD/test/act
# Each rule asks for one thing only, so that nothing else has its events sent.
cat >"$tmp/rules.yaml" <<'EOF'
- rule: Watched
  desc: A file of these directories
  condition: evt.type in (open, openat) and evt.is_open_read = true and evt.rawres >= 0 and (fd.name contains "/watched/" or fd.name startswith /plain/)
  output: "watched %fd.path_resolved. %fd.name."
  priority: NOTICE
- rule: By its name
  desc: A program
  condition: evt.type in (open, openat) and evt.is_open_read = true and proc.name = named-program
  output: "named %proc.name %fd.name."
  priority: NOTICE
EOF
cp "$act" "$tmp/named-program"
echo x >"$tmp/anything"
hows='rename exchange rename32 uring another mount root reuse link symlink base umount setns overlay'
# opens NAME OPTION…: how many were made and seen of each, as NAME.made and NAME.seen
opens() {
  local name=$1 how
  shift
  mkdir -p "$tmp/$name/watched"
  echo x >"$tmp/$name/watched/file"
  # Room for all that is opened in one go: this is not about losses, and a sensor may be slow.
  sensor_start --rules "$tmp/rules.yaml" --ring-bytes 67108864 "$@"
  for how in $hows; do echo "$how $("$act" place "$how" "$tmp/$name")"; done >"$tmp/$name.made"
  # One process after the other on the same processor, with this name and without, the same file; one opens it before it executes the program of that name.
  taskset -c 0 bash -c 'for i in {1..50}; do "$1" open64 "$3"; (exec -a named-program "$1" open64 "$3"); (: <"$3"; exec "$2" open64 "$3"); done' loop "$act" "$tmp/named-program" "$tmp/anything"
  "$act" open64 "$tmp/$name/watched/file"
  alert "watched $tmp/$name/watched/file" 10
  sensor_stop
  sed -i 's|watched /plain/file|/root/watched/file|' "$alerts"
  for how in $hows; do echo "$how $(grep -cE "/$how(/mnt)?/watched(/x)?/(file|link)\\." "$alerts")"; done >"$tmp/$name.seen"
  grep -c "named named-program $tmp/anything\\." "$alerts" >"$tmp/$name.named"
  cp "$messages" "$tmp/$name.messages"
}
opens on
opens off --no-push-down
for name in on off; do
  label=$([ $name = on ] && echo "with push-down" || echo "without push-down")
  while read -r how n; do
    is "$(sed -n "s/^$how //p" "$tmp/$name.seen")" "$n" "$how, $label: $n opens are $n alerts"
    if [ "${n:-0}" -ge 1000 ]; then pass "$how was done"; else fail "$how was done" "${n:-nothing}"; fi
  done <"$tmp/$name.made"
  is "$(cat "$tmp/$name.named")" 50 "a process by the name of its program, $label"
done
if grep -q '^names are not looked at in this kernel' "$tmp/on.messages"; then
  like "$(cat "$tmp/on.messages")" 'looked at: [0-9]{1,4} settled in the kernel.*cannot look at names' "the other opens are sent, as was said at the start"
else
  like "$(cat "$tmp/on.messages")" 'looked at: [0-9]{5,} settled in the kernel' "the other opens are settled in the kernel"
fi
is "$(grep -c ' 0 lost$' "$tmp/on.messages" "$tmp/off.messages" | grep -c ':1$')" 2 "nothing was lost"
done_testing
