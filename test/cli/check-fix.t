#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check --fix and --diff on manifests, Compose files, pipelines and Dockerfiles.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
mkdir "$tmp/examples" "$tmp/w"
exits 0 "every rule with a fix: its firing examples pass it afterwards, and differ in nothing else" python3 "$TOP/test/cli/check-fix.py" "$PLIMSOLL" "$TOP/rules" "$tmp/examples"
is "$(sed -n 's/^rules //p' <<<"$out")" "$(grep -rc '^  fix:' "$TOP"/rules/*/*.yaml | awk -F: '{n += $2} END {print n}')" "all of them were tried"
cd "$tmp/w" || exit 1

rules=(--quiet --rules "$TOP/rules/kubernetes/containers.yaml")
fix() { run timeout 60 "$PLIMSOLL" check "${rules[@]}" --fix "$@"; }
pod() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  # the app\n  - name: a  # it\n    image: r.example.org/a:1\n'; }
fixed="apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  # the app
  - name: a  # it
    securityContext:
      allowPrivilegeEscalation: false
      seccompProfile:
        type: RuntimeDefault
    image: r.example.org/a:1"

pod >pod.yaml
run "$PLIMSOLL" check "${rules[@]}" --diff pod.yaml
printf '%s\n' "$out" >pod.diff
cp pod.yaml same.yaml
patch -s same.yaml <pod.diff && pass "--diff of a manifest is what patch takes" || fail "--diff of a manifest is what patch takes"
is "$(cat same.yaml)" "$fixed" "and all that --fix would make, of all its rounds"
is "$(grep -c '^-[^-]' pod.diff)" 0 "an insertion takes no line away"
same <(pod) pod.yaml "--diff leaves the file alone"

pod >'a "b\ c'$'\n''d.yaml'
pod >'e f.yaml'
mkdir odd && mv a* e* odd/
"$PLIMSOLL" check "${rules[@]}" --diff odd >odd.diff
patch -s -p1 <odd.diff && pass "--diff of files with odd names is what patch takes" || fail "--diff of files with odd names is what patch takes"
is "$(cat odd/* | grep -c allowPrivilegeEscalation)" 2 "and every file was found"
rm -rf odd odd.diff

pod >twice.yaml
fix twice.yaml ./twice.yaml "$PWD/twice.yaml"
is "$rc" 0 "a file that is named more than once is one file"
is "$(cat twice.yaml)" "$fixed" "and mended"
like "$out" 'read +1 file' "and counted once"
rm twice.yaml

chmod 640 pod.yaml
touch -d '2020-01-01' pod.yaml
ln -s pod.yaml link.yaml
fix link.yaml
is "$(cat pod.yaml)" "$fixed" "--fix through a symbolic link"
[ -L link.yaml ] && pass "the link stays" || fail "the link stays"
is "$(stat -c %a pod.yaml)" 640 "the mode stays"
is "$(ls | sort | tr '\n' ' ')" "link.yaml pod.diff pod.yaml same.yaml " "nothing is left beside it"
cp -p pod.yaml again.yaml
fix again.yaml
is "$(stat -c %Y again.yaml)" "$(stat -c %Y pod.yaml)" "a file with nothing to mend is not written"
if [ "$(id -u)" = 0 ]; then
  pod >owned.yaml
  chown 12345:23456 owned.yaml
  chmod 604 owned.yaml
  fix owned.yaml
  is "$(stat -c '%u:%g %a' owned.yaml)" "12345:23456 604" "the owner stays"
else
  note "not root: the owner was not tried"
fi

pod >readonly.yaml
pod >other.yaml
chmod 444 readonly.yaml
fix readonly.yaml other.yaml
is "$rc" 3 "a file that is read-only"
like "$err" 'readonly.yaml is read-only' "is named"
same <(pod) readonly.yaml "and stays as it is"
is "$(cat other.yaml)" "$fixed" "the others are mended"

# Which of its names is meant nobody can tell.
pod >hard.yaml
ln hard.yaml name.yaml
fix hard.yaml
is "$rc" 3 "a file with another hard link"
like "$err" 'hard.yaml has 2 hard links.*--diff' "is named"
same <(pod) name.yaml "and stays as it is, under both names"
run "$PLIMSOLL" check "${rules[@]}" --diff hard.yaml
printf '%s\n' "$out" | patch -s hard.yaml
is "$(cat hard.yaml)" "$fixed" "its diff can be applied"
rm hard.yaml name.yaml

# What was checked is what is written over: a file that another one takes the place of meanwhile is left.
pod | sed 's/name: p/name: q/' >changed.yaml
cat >"$tmp/swap" <<EOF
#!/bin/sh
sleep 1
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: late}\nspec: {containers: []}\n' >"$tmp/w/changed.yaml"
printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: r}\nspec: {containers: []}\n'
EOF
chmod +x "$tmp/swap"
mkdir -p "$tmp/bin" chart
ln -s "$tmp/swap" "$tmp/bin/helm"
printf 'apiVersion: v2\nname: c\nversion: 1.0.0\n' >chart/Chart.yaml
run env PATH="$tmp/bin:$PATH" timeout 60 "$PLIMSOLL" check "${rules[@]}" --fix changed.yaml chart
is "$rc" 3 "a file that became another one while it was checked"
like "$err" 'changed by somebody else' "is said"
like "$(cat changed.yaml)" 'name: late' "and is left"

# Killed at any moment: each file is the old one or the new one.
mkdir many
for i in $(seq 400); do pod >"many/$i.yaml"; done
for delay in 0.02 0.05 0.1 0.2 0.4; do
  "$PLIMSOLL" check "${rules[@]}" --fix many >/dev/null 2>&1 &
  sleep "$delay"
  kill -9 $! 2>/dev/null
  wait $! 2>/dev/null
done
printf '%s\n' "$fixed" >fixed.yaml
broken=0
for f in many/*.yaml; do cmp -s "$f" fixed.yaml || cmp -s "$f" <(pod) || broken=$((broken + 1)); done
is "$broken" 0 "killed half-way: each file is as it was or wholly mended"
fix many
broken=0
for f in many/*.yaml; do cmp -s "$f" fixed.yaml || broken=$((broken + 1)); done
is "$broken" 0 "and the next run ends the work"

# Documents that are wrong beside one that can be mended; anchors; exceptions.
{ pod; printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: 1}\n'; } >mixed.yaml
cp mixed.yaml before.yaml
fix mixed.yaml
is "$rc" 3 "a file that is wrong somewhere is no pass"
printf 'apiVersion: v1\nkind: Pod\nx: &x {runAsUser: 1}\nspec: {containers: [{name: a, image: r/a:1, securityContext: *x}]}\n' >anchor.yaml
cp anchor.yaml before.yaml
fix anchor.yaml
same before.yaml anchor.yaml "anchors stand for others, too: left alone"

# Compose.
printf 'services:\n  a:\n    image: r/a:1  # one\n    read_only: true\n  b: {image: r/b:1}\n  c:\n    extends: a\n' >compose.yaml
fix compose.yaml
is "$(cat compose.yaml)" "services:
  a:
    image: r/a:1  # one
    security_opt: [no-new-privileges:true]
    read_only: true
  b: {security_opt: [no-new-privileges:true], image: r/b:1}
  c:
    extends: a" "Compose: services say it in their own words, and what they extend is theirs"
done_testing
