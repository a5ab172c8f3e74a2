#!/bin/bash
# Sets with scopes in a running sensor: rules that hold in some namespaces, for some labels, images or environments, and exceptions that do, for containers as Kubernetes has them, others, and the host.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
. "$TOP/test/sensor-lib.sh"
need_kernel
need_runc
rules=(namespace label image environment elsewhere everywhere excepted)
mkdir "$tmp/sets"
for r in "${rules[@]}"; do
  printf -- '- rule: By %s\n  desc: A file of ours is opened\n  condition: evt.type in (open, openat, openat2) and fd.name endswith /needle-of-ours and evt.rawres >= 0\n  output: "%s in %%container.id;"\n  priority: NOTICE\n' "$r" "$r"
done >"$tmp/sets/rules.yaml"
scoped() { printf 'name: %s\nversion: 1\nscope: %s\nrules:\n  - {rule: By %s, action: alert}\n' "$1" "$2" "$1" >"$tmp/sets/set-$1.yaml"; }
scoped namespace '{namespace: "shop-*"}'
scoped label '{label: ["app=web", tier]}'
scoped image '{image: "registry.example/vendor/*"}'
scoped environment '{environment: prod}'
scoped elsewhere '{environment: test}'
cat >"$tmp/sets/node.yaml" <<EOF
name: node
version: 1
extends: [namespace, label, image, environment, elsewhere]
rules:
  - {rule: By everywhere, priority: critical}
  - {rule: By excepted, action: alert}
exceptions:
  - {name: known, rule: By excepted, scope: {namespace: shop-eu, label: "app=w*"}, reason: known, owner: us, until: $(date -d '+30 days' +%F)}
EOF
# The same, but that the rule with an exception for all the shop's pods is more severe for vendors' images.
cat >"$tmp/sets/other.yaml" <<'EOF'
name: other
version: 1
scope: {image: "registry.example/vendor/*"}
extends: base
rules:
  - {rule: By excepted, priority: alert}
EOF
printf 'name: base\nversion: 1\nrules:\n  - {rule: By excepted, action: alert}\n' >"$tmp/sets/base.yaml"

rootfs "$tmp/root" dash cat
mkdir "$tmp/root/data"
echo x | tee "$tmp/root/data/needle-of-ours" >"$tmp/needle-of-ours"
id() { printf "5c0$1%060x" "$((RANDOM * 32768 + RANDOM + $$ * 1073741824))"; }
# pod NAME NAMESPACE IMAGE LABELS: the bundle as CRI-O writes it
pod() {
  bundle "$tmp/$1" "$tmp/root" ".annotations = {\"io.kubernetes.cri-o.SandboxID\": \"${!1}\", \"io.kubernetes.cri-o.Namespace\": \"$2\", \"io.kubernetes.cri-o.KubeName\": \"$1-0\", \"io.kubernetes.cri-o.ImageName\": \"$3\",
    \"io.kubernetes.cri-o.Labels\": ($4 | tojson)}"
}
a=$(id a) b=$(id b) c=$(id c) d=$(id d)
pod a shop-eu registry.example/vendor/x:1 '{app: "web", tier: "front"}'
pod b shop-eu registry.example/own/y:1 '{app: "db", tier: "back"}'
pod c test registry.example/own/z:1 '{app: "web"}'
bundle "$tmp/d" "$tmp/root"
# acts: one open in each container and on the host
acts() {
  local n
  for n in a b c d; do container "$tmp/$n" "${!n}" /bin/cat /data/needle-of-ours >/dev/null 2>&1; done
  cat "$tmp/needle-of-ours" >/dev/null
}
# found NAME: where it fired, and as what
found() { sed -nE "s/^[^ ]* ([A-Z][a-z]+) $1 in ([^;]*);.*/\1 \2/p" "$alerts" | sed "s/${a:0:12}/a/; s/${b:0:12}/b/; s/${c:0:12}/c/; s/${d:0:12}/d/" | sort -u | paste -sd,; }

sensor_start --rules "$tmp/sets" --policy node --policy-scope environment=prod
acts
alert 'environment in host;' 10
sleep 0.5
sensor_stop
is "$(found namespace)" "Notice a,Notice b" "a scope of a namespace: its pods"
is "$(found label)" "Notice a" "of labels: the pod that has both"
is "$(found image)" "Notice a" "of an image: its containers"
is "$(found environment)" "Notice a,Notice b,Notice c,Notice d,Notice host" "of where the sensor runs: everything"
is "$(found elsewhere)" "" "of somewhere else: nothing"
is "$(found everywhere)" "Critical a,Critical b,Critical c,Critical d,Critical host" "without a scope: everything, with the priority that the set gives"
is "$(found excepted)" "Notice b,Notice c,Notice d,Notice host" "an exception for some pods of a namespace leaves the others"

sensor_start --rules "$tmp/sets" --policy other --no-push-down
acts
alert 'excepted in host;' 10
sensor_stop
is "$(found excepted)" "Alert a,Notice b,Notice c,Notice d,Notice host" "a priority for an image"

# What is told of where it runs.
sensor_start --rules "$tmp/sets" --policy node --policy-scope namespace=shop-node
acts
alert 'namespace in host;' 10
sensor_stop
is "$(found namespace)" "Notice a,Notice b,Notice d,Notice host" "a namespace that is told is of what names none"
is "$(found environment)" "" "and an environment that is not told is none"
done_testing
