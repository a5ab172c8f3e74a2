#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll check on manifests: charts, overlays, Compose files, and what is wrong on purpose.
. "$(dirname "$0")/../lib.sh"
mkdir "$tmp/bin" "$tmp/in"
in=$tmp/in
good='spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: a, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}'
pss() { run timeout 60 "$PLIMSOLL" check --policy pss-restricted "$@"; }
# refused NAME REGEX FILE: it could not be looked at, and this is why.
refused() {
  pss "$3"
  is "$rc" 3 "$1: exit code"
  like "$out" "$2" "$1: why and where"
}

# Bad input.
{
  echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
  for i in 1 2 3 4 5 6 7 8 9; do echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1)), *a$((i - 1))]"; done
  printf 'apiVersion: v1\nkind: Pod\nspec: {containers: *a9}\n'
} >"$in/bomb.yaml"
refused "a bomb of aliases" 'bomb.yaml:[0-9]+:[0-9]+' "$in/bomb.yaml"
{ printf 'apiVersion: v1\nkind: Pod\nspec: '; printf '[%.0s' $(seq 5000); echo; } >"$in/nested.yaml"
refused "a bomb of brackets" 'nested deeper than' "$in/nested.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true, hostPID: false}\n' >"$in/twice.yaml"
refused "a key that is given twice" 'twice.yaml:4:23.*' "$in/twice.yaml"
like "$out" 'is here already' "a key that is given twice: said"
# What the API server's reader would see differently must not pass.
printf 'apiVersion: v1\nkind: !!binary UG9k\nmetadata: {name: p}\nspec: {hostPID: true, containers: []}\n' >"$in/binary-kind.yaml"
refused "a kind in base64" 'binary-kind.yaml:2:7.*' "$in/binary-kind.yaml"
like "$out" '!!binary hides what stands here' "a kind in base64: said"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {!!binary aG9zdFBJRA== : true, containers: []}\n' >"$in/binary-key.yaml"
refused "a key in base64" 'binary-key.yaml:4:8.*' "$in/binary-key.yaml"
tight='{allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}'
merged() { printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, securityContext: {%s: %s}}]}\n' "$1" "$tight" >"$in/merge.yaml"; }
merged '<<'
pss "$in/merge.yaml"
is "$rc" 0 "a merge key"
merged '!!merge "<<"'
pss "$in/merge.yaml"
is "$rc" 0 "a merge key by its tag"
for key in '"<<"' "'<<'" '!!str <<'; do
  merged "$key"
  refused "$key is no merge key" 'merge.yaml:4:128' "$in/merge.yaml"
  like "$out" 'is a merge key only in YAML and without quotes' "$key is no merge key: said"
done
echo '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"<<": {"hostPID": true}, "containers": []}}' >"$in/merge.json"
refused "JSON has no merge keys" 'merge.json:1:73' "$in/merge.json"
printf 'apiVersion: v1\nkind: Pod\nspec:\n\tcontainers: []\n' >"$in/tab.yaml"
refused "a tab" 'tab.yaml:4:1' "$in/tab.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: "\xff"}\n' >"$in/utf8.yaml"
refused "bytes that are no UTF-8" 'utf8.yaml:3:' "$in/utf8.yaml"
printf '{"apiVersion": "v1", "kind": "Pod", "spec": {"hostPID": true,}}' >"$in/comma.json"
refused "JSON with a comma too many" 'comma.json:1:' "$in/comma.json"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: {name: a}}\n' >"$in/map.yaml"
refused "a map where a list belongs" 'expected a list, found a map' "$in/map.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, securityContext: {privileged: "false"}}]}\n' >"$in/string.yaml"
refused "a string where a boolean belongs" 'expected true or false' "$in/string.yaml"
printf 'apiVersion: apps/v9\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {hostPID: true, containers: []}}}\n' >"$in/unknown.yaml"
exits 1 "a version of the API that nobody knows is judged all the same" "$PLIMSOLL" check --policy pss-baseline "$in/unknown.yaml"
{ printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n'; for i in $(seq 10000); do echo "  - {name: c$i, image: a}"; done; } >"$in/many.yaml"
exits 1 "10,000 containers" timeout 60 "$PLIMSOLL" check --policy pss-restricted --format json "$in/many.yaml"

# One bad document among good ones: the others are judged.
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: true, containers: []}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec: {containers: 1}\n' >"$in/mixed.yaml"
refused "one wrong object" 'Pod b: spec.containers: expected a list' "$in/mixed.yaml"
like "$out" 'host namespaces' "one wrong object: the other is judged"

# What stands where.
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: a\n    image: a\n    securityContext: {privileged: true}\n' >"$in/place.yaml"
exits 1 "a privileged container" "$PLIMSOLL" check --policy pss-baseline "$in/place.yaml"
like "$out" 'place.yaml:8:23' "its place"

# Compose.
mkdir "$tmp/compose"
printf 'services:\n  web:\n    image: nginx:1\n    privileged: true\n    volumes: ["/var/run/docker.sock:/s"]\n' >"$tmp/compose/compose.yaml"
run "$PLIMSOLL" check --format json --rules "$TOP/rules/kubernetes" "$tmp/compose"
is "$rc" 1 "a Compose file"
like "$out" 'Socket of the container runtime' "its volumes"
like "$out" 'Privileged container' "its containers"

# Charts.
mkdir -p "$tmp/chart/templates"
printf 'apiVersion: v2\nname: c\nversion: 1.0.0\n' >"$tmp/chart/Chart.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}}\n' >"$tmp/chart/templates/pod.yaml"
run env PATH="$tmp/bin" "$PLIMSOLL" check --policy pss-restricted "$tmp/chart"
is "$rc" 3 "a chart without helm is a gap"
like "$out" 'there is no program helm' "which is said"
cat >"$tmp/bin/helm" <<EOF
#!/bin/sh
[ "\$1 \$2 \$3" = "template release $tmp/chart" ] || exit 1
printf -- '---\n# Source: c/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: release}\nspec: {hostPID: true, containers: []}\n'
EOF
chmod +x "$tmp/bin/helm"
run env PATH="$tmp/bin:$PATH" "$PLIMSOLL" check --policy pss-restricted "$tmp/chart"
is "$rc" 1 "a chart that helm renders"
like "$out" 'chart/Chart.yaml:1:1' "is found at its chart"
run env PATH="$tmp/bin:$PATH" "$PLIMSOLL" check --policy pss-restricted --format json "$tmp/chart"
like "$out" 'Pod release of c/templates/pod.yaml' "with the template that it came from"
printf '#!/bin/sh\necho "Error: values do not fit" >&2\nexit 1\n' >"$tmp/bin/helm"
run env PATH="$tmp/bin:$PATH" "$PLIMSOLL" check --policy pss-restricted "$tmp/chart"
is "$rc" 3 "helm that fails is a gap"
like "$out" 'values do not fit' "with what it said"

# Overlays.
mkdir "$tmp/overlay"
printf 'resources: [pod.yaml]\nnamePrefix: dev-\n' >"$tmp/overlay/kustomization.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n%s\n' "$good" >"$tmp/overlay/pod.yaml"
run env PATH="$tmp/bin" "$PLIMSOLL" check --policy pss-restricted "$tmp/overlay"
is "$rc" 3 "an overlay without kustomize and kubectl is a gap"
cat >"$tmp/bin/kustomize" <<EOF
#!/bin/sh
[ "\$1 \$2" = "build $tmp/overlay" ] || exit 1
sed 's/name: p/name: dev-p/' "$tmp/overlay/pod.yaml"
EOF
chmod +x "$tmp/bin/kustomize"
run env PATH="$tmp/bin:$PATH" "$PLIMSOLL" check --policy pss-restricted "$tmp/overlay"
is "$rc" 0 "an overlay that is built"

# What two rules say of one field is one finding with the controls of both; where the one that says more is not asked, or milder, the other one speaks.
printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  hostNetwork: true\n  hostPID: true\n  containers:\n  - name: a\n    image: a\n    securityContext:\n      privileged: true\n' >"$tmp/twins.yaml"
told() { "$PLIMSOLL" check --quiet --format json "$@" "$tmp/twins.yaml" | jq -r '.findings[] | select(.id | test("privileged|node|namespaces"; "i")) | "\(.line) \(.id) \(.controls | sort | join(" "))"' | sort; }
is "$(told)" "11 Pod Security baseline: privileged container cis-docker-5.5 cis-kubernetes-5.2.2 nsa-cisa-pod pss-baseline
5 Pod Security baseline: host namespaces cis-docker-5.10 cis-kubernetes-5.2.3 cis-kubernetes-5.2.4 cis-kubernetes-5.2.5 nsa-cisa-pod pss-baseline
6 Processes of the node cis-docker-5.16 cis-kubernetes-5.2.3 nsa-cisa-pod" "rules with a twin"
printf 'name: own\nrules: [{rule: Privileged container, action: deny}, {rule: "Pod Security baseline: privileged container", action: warn}]\n' >"$tmp/own.yaml"
is "$(told --policy "$tmp/own.yaml" | cut -d' ' -f2-6)" "Pod Security baseline: privileged container
Privileged container cis-docker-5.5 cis-kubernetes-5.2.2 nsa-cisa-pod" "one that is milder covers nothing"
is "$(told --rules "$TOP/rules/kubernetes/containers.yaml" | cut -d' ' -f2,3)" "Privileged container" "nor one that is not asked"
cat >"$tmp/twins.yaml" <<'EOF'
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  volumes:
  - name: etc
    hostPath:
      path: /etc
  - {name: sock, hostPath: {path: /run/containerd/containerd.sock}}
  - {name: root, hostPath: {path: /}}
  - {name: data, hostPath: {path: /srv/data}}
  securityContext:
    sysctls: [{name: kernel.msgmax, value: "65536"}]
  containers:
  - name: a
    image: registry.example.org/a:latest
    securityContext:
      seccompProfile: {type: Unconfined}
      appArmorProfile: {type: Unconfined}
      allowPrivilegeEscalation: true
      capabilities: {add: [SYS_ADMIN, NET_RAW]}
EOF
told() { "$PLIMSOLL" check --quiet --format json "$@" "$tmp/twins.yaml" | jq -r '.findings[] | select(.id | test("path|volume|socket|parameter|sysctl|seccomp|apparmor|capabilit|escalation|latest|digest"; "i")) | "\(.line) \(.id)"' | sort -n; }
is "$(told --policy regulated)" "7 Pod Security baseline: host path
9 Socket of the container runtime
10 Socket of the container runtime
11 Pod Security baseline: host path
13 Pod Security baseline: sysctls
16 Image with the tag latest
18 Pod Security baseline: seccomp of a container
19 Pod Security baseline: AppArmor of a container
20 Pod Security restricted: privilege escalation
21 Pod Security baseline: capabilities
21 Pod Security restricted: capabilities
21 Raw sockets are possible" "every rule with a twin"
cp "$tmp/twins.yaml" "$tmp/twins-fixed.yaml"
run "$PLIMSOLL" check --quiet --fix --policy regulated "$tmp/twins-fixed.yaml"
is "$(diff "$tmp/twins.yaml" "$tmp/twins-fixed.yaml" | grep -c '^>.*\(RuntimeDefault\|Escalation: false\)')" 2 "what mends a rule mends its twin"
run "$PLIMSOLL" check --quiet --policy regulated --format json "$tmp/twins.yaml"
like "$(jq -r '.findings[] | select(.line == 7) | .detail' <<<"$out")" '/etc' "which path it is stays said"
is "$(told --rules "$TOP/rules/kubernetes/volumes.yaml")" "8 Sensitive path of the node
9 Socket of the container runtime
10 Socket of the container runtime" "rules without theirs speak for themselves"

# The real thing: kustomize as kubectl brings it along (setup.sh k8s).
if command -v kubectl >/dev/null; then
  mkdir -p "$tmp/kubectl" "$tmp/real/base" "$tmp/real/overlay"
  ln -s "$(command -v kubectl)" "$tmp/kubectl/kubectl"
  printf 'resources: [pod.yaml]\n' >"$tmp/real/base/kustomization.yaml"
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n%s\n' "$good" >"$tmp/real/base/pod.yaml"
  printf 'bases: [../base]\nnamePrefix: dev-\npatchesStrategicMerge: [patch.yaml]\n' >"$tmp/real/overlay/kustomization.yaml"
  printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostPID: true}\n' >"$tmp/real/overlay/patch.yaml"
  run env PATH="$tmp/kubectl" "$PLIMSOLL" check --policy pss-restricted --format json "$tmp/real/overlay/kustomization.yaml"
  is "$rc" 1 "kubectl builds an overlay where there is no kustomize: its patch counts"
  like "$out" 'Pod dev-p' "and its prefix"
  run env PATH="$tmp/kubectl" "$PLIMSOLL" check --policy pss-restricted "$tmp/real/base/kustomization.yaml"
  is "$rc" 0 "the base alone is good"
  printf 'resources: [nothing.yaml]\n' >"$tmp/real/base/kustomization.yaml"
  run env PATH="$tmp/kubectl" "$PLIMSOLL" check --policy pss-restricted "$tmp/real/base/kustomization.yaml"
  is "$rc" 3 "an overlay that kubectl refuses is a gap"
  like "$out" 'kubectl failed: .*nothing.yaml' "with what it said"
else
  skip "no kubectl: scripts/setup.sh k8s installs it"
fi
done_testing
