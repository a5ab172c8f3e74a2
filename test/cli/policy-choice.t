#!/bin/bash
# Which rules judge: --policy, --rules, --rules-add and --policy-scope, the same in every command.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
cd "$tmp"
cat >pod.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: prod-eu, labels: {team: shop}}
spec:
  containers:
    - {name: app, image: registry.example/shop/app:1}
---
apiVersion: v1
kind: Pod
metadata: {name: q}
spec:
  containers:
    - {name: app, image: other.example/app:1}
END
# check ARGUMENT…: report.json
check() { "$PLIMSOLL" check --quiet --format json --output report.json "$@" pod.yaml; }
ids() { jq -r '[.findings[] | select(.kind == "policy") | .id] | unique | join(",")' report.json; }

cat >one.yaml <<'END'
- {macro: own_image, condition: container.image startswith registry.example/}
- {rule: one, desc: d, source: container, condition: not own_image, output: "%container.image", priority: warning, action: warn}
END
cat >two.yaml <<'END'
- {rule: two, desc: d, source: container, condition: container.name = app, output: o, priority: notice, action: warn}
- {macro: own_image, condition: container.image startswith nowhere/}
END
"$PLIMSOLL" check --quiet --format json pod.yaml >report.json
default=$(ids)
like "$default" '.,.' "without options the set production judges"
"$PLIMSOLL" check --quiet --format json --policy production pod.yaml >report.json
is "$(ids)" "$default" "which can be named"
exits 0 "--rules" check --rules one.yaml
is "$(ids):$(jq '.findings | length' report.json)" "one:1" "replaces what comes with the program"
exits 0 "--rules twice" check --rules one.yaml --rules two.yaml
is "$(ids):$(jq '.findings | length' report.json)" "one,two:4" "goes together in order: the later macro replaces the earlier one"
check --rules-add two.yaml
is "$(ids)" "$(tr , '\n' <<<"$default,two" | LC_ALL=C sort | paste -sd,)" "--rules-add adds to production"
check --policy starter --rules-add two.yaml
like ",$(ids)," ",two," "and to a named set"

# Shipped rules can be changed, not only added to.
name=$(jq -r '[.[] | select(.source == "container")][0].rule' < <("$PLIMSOLL" policy list --format json --source container))
cat >change.yaml <<END
- {rule: "$name", condition: "and container.name = none", override: {condition: append}}
END
exits 0 "a rule that comes with the program is appended to" check --rules-add change.yaml --policy starter
"$PLIMSOLL" policy list --format json >all.json
shipped=$(jq -r '[.[] | select(.source == "container" and .action == "warn")][0].rule' all.json)
jq -nc --arg r "$shipped" '[{rule: $r, desc: "mine", source: "container", condition: "container.name = app", output: "mine", priority: "critical", action: "deny"}]' >replace.yaml
exits 1 "or replaced" check --rules-add replace.yaml --policy production
is "$(jq -r --arg r "$shipped" '[.findings[] | select(.id == $r) | .policy.action] | unique | join(",")' report.json)" deny "with the stricter action"

# A set is found by its name wherever its file was named.
cat >sets.yaml <<'END'
name: shop
version: 2
rules: [{rule: two, action: deny}]
scope: {namespace: "prod-*"}
END
exits 1 "a set of --rules by its name" check --rules two.yaml --rules sets.yaml --policy shop
is "$(jq '.findings | length' report.json)" 1 "in the namespace that the object names"
exits 1 "and version" check --rules two.yaml --rules sets.yaml --policy shop@2
exits 2 "of another version" check --rules two.yaml --rules sets.yaml --policy shop@3
exits 1 "its only set without a name" check --rules two.yaml --rules sets.yaml
exits 1 "a set of --rules-add by its name" check --rules-add two.yaml --rules-add sets.yaml --policy shop
is "$(jq -r '[.findings[] | .policy.action] | sort | join(",")' report.json)" "deny,warn" "holds in its scope, the added rule everywhere"
exits 2 "a name that is none" check --policy production --rules one.yaml --policy prod
exits 2 "a directory without rules" bash -c "mkdir -p none && '$PLIMSOLL' check --policy ./none pod.yaml"
like "$err" "none: there is no rules file in it" "is said"

# Scopes of check.
scope() { sed "s|^scope: .*|scope: $1|" sets.yaml >scoped.yaml; check --rules two.yaml --rules scoped.yaml "${@:2}"; is "$(jq '.findings | length' report.json)" "$want" "scope $1 ${*:2}"; }
want=1 scope '{namespace: prod-eu}'
want=1 scope '{namespace: default}'
want=1 scope '{namespace: test}' --policy-scope namespace=test
want=1 scope '{label: team}'
want=0 scope '{label: team=other}'
want=2 scope '{label: team}' --policy-scope team=x
want=1 scope '{image: "registry.example/*"}'
want=0 scope '{cluster: eu}'
want=2 scope '{cluster: eu}' --policy-scope cluster=eu
want=0 scope '{environment: prod}' --policy-scope environment=test
want=2 scope '{environment: prod}' --policy-scope environment=prod
want=1 scope '{environment: prod, namespace: prod-eu, label: team=shop, image: "*/shop/*"}' --policy-scope environment=prod
exits 2 "a scope that is none" check --policy-scope cluster

# A variable of a pipeline that is not set chooses nothing silently.
exits 2 "a scope without a value" check --rules two.yaml --rules sets.yaml --policy shop --policy-scope cluster=
like "$err" "'cluster=' names no cluster" "says what is missing"
exits 2 "two values for one thing" check --rules two.yaml --rules sets.yaml --policy shop --policy-scope namespace=a --policy-scope namespace=b
like "$err" "namespace is told twice, as 'a' and as 'b'" "names both"
exits 2 "a set with an empty version" check --policy pss-restricted@
like "$err" 'expected a version behind the @ of "pss-restricted@"' "is not the last one"

# The same options in the other commands.
exits 0 "list" "$PLIMSOLL" policy list --rules two.yaml --rules sets.yaml --policy shop --format json
is "$(jq -c '[.policy, (.rules[] | .rule, .action, .set, .file, .line, .scoped)]' <<<"$out")" '["shop@2","two","deny","shop","sets.yaml",3,true]' "which set chose a rule, and where"
exits 0 "list of what --rules-add adds" "$PLIMSOLL" policy list --rules-add two.yaml --policy starter
like "$out" "^starter@" "to a set"
like "$out" "two +container +LOW +warn +two.yaml:1" "with its place"
"$PLIMSOLL" policy explain --rules two.yaml --rules sets.yaml --policy shop two pod.yaml >explained
like "$(cat explained)" "policy shop@2: priority Notice, action deny, sets.yaml:3, where its scope holds" "explain says what the set makes of the rule"
"$PLIMSOLL" policy explain --rules one.yaml --rules two.yaml --rules sets.yaml --policy shop one pod.yaml >explained
like "$(cat explained)" "policy shop@2: it does not have this rule" "or that it has it not"
sed 's/^- {rule: two,.*}$/- {rule: two, desc: d, source: container, condition: container.name = app, output: o, priority: notice, examples: {fires: [{container.name: app}], quiet: [{container.name: b}]}}/' two.yaml >examples.yaml
exits 0 "test of what a set has" "$PLIMSOLL" policy test --policy shop one.yaml examples.yaml sets.yaml
is "$out" "1 rules, 1 with examples; 2 examples, 0 failed" "leaves out what it has not"
exits 0 "test of a set that comes with the program" "$PLIMSOLL" policy test --policy starter
exits 2 "test of a set that is not there" "$PLIMSOLL" policy test --policy startr
exits 0 "lint of a set that comes with the program" "$PLIMSOLL" policy lint --policy regulated
exits 0 "lint of one set of several" "$PLIMSOLL" policy lint --policy shop two.yaml sets.yaml
exits 2 "lint of a set that is not there" "$PLIMSOLL" policy lint --policy shap two.yaml sets.yaml
like "$out" 'there is no policy set "shap"; did you mean "shop"' "names the nearest"
exits 0 "lint of what changes rules that come with the program" "$PLIMSOLL" policy lint --rules-add change.yaml
exits 2 "which alone is nothing" "$PLIMSOLL" policy lint change.yaml
exits 2 "lint of nothing" "$PLIMSOLL" policy lint
evaluate() { "$PLIMSOLL" policy evaluate "$@" <<<'{"source": "container", "objects": [{"container.name": "app", "container.image": "x", "k8s.namespace": "prod-1"}, {"container.name": "b"}]}'; }
exits 0 "evaluate" evaluate --rules two.yaml --rules sets.yaml --policy shop
is "$out" '{"results":[[{"rule":"two","action":"deny"}],[]]}' "of each object the rules that fire"
exits 0 "evaluate in another scope" bash -c "sed 's/prod-1/test/' <<<'{\"source\": \"container\", \"objects\": [{\"container.name\": \"app\", \"k8s.namespace\": \"test\"}]}' | '$PLIMSOLL' policy evaluate --rules two.yaml --rules sets.yaml --policy shop"
is "$out" '{"results":[[]]}' "it does not hold"
# What rules cost.
for i in 1 2 3 4 5 6 7 8; do echo '{"evt.type": "openat", "proc.name": "sh", "proc.aname": ["a", "b"], "proc.env": {"A": "b"}}'; echo '{"evt.type": "close"}'; done >events.jsonl
cat >events.yaml <<'END'
- rule: shell opens
  desc: d
  condition: evt.type = openat and proc.name = sh and proc.aname[2] = b and proc.aname = a and proc.env[A] = b
  output: o
  priority: info
- rule: never
  desc: d
  condition: evt.type = openat and proc.aname[3] exists
  output: o
  priority: info
END
exits 0 "bench of events" "$PLIMSOLL" policy bench --rules events.yaml --format json --rounds 3 events.jsonl
is "$(jq -c '[.source, .rules, .objects, .matches, (.types[] | .type, .rules, .objects, .matches)]' <<<"$out")" '["syscall",2,16,8,"close",0,8,0,"openat",2,8,8]' "types, rules that can match, and those that did"
is "$(jq '.types[1].mean_ns > 0 and .types[1].p99_ns >= .types[1].mean_ns / 2 and .mean_ns < 1000000' <<<"$out")" true "with their times"
exits 0 "bench of manifests" "$PLIMSOLL" policy bench --source container --policy pss-restricted pod.yaml
like "$out" "^Pod +2 " "by kind"
printf 'FROM a:1\nRUN x\nRUN y\n' >Dockerfile
exits 0 "bench of a Dockerfile" "$PLIMSOLL" policy bench --source instruction Dockerfile
like "$out" "^RUN +2 " "by instruction"
exits 2 "bench without rules" "$PLIMSOLL" policy bench --policy pss-restricted events.jsonl
exits 2 "bench of what is no event" "$PLIMSOLL" policy bench --rules events.yaml pod.yaml
exits 2 "bench of nothing" "$PLIMSOLL" policy bench --rules events.yaml /dev/null
exits 2 "evaluate what is no line" bash -c "echo x | '$PLIMSOLL' policy evaluate --policy starter"

# What nothing has, and pipes.
mkfifo silent
"$PLIMSOLL" policy list silent >silent.out 2>silent.err &
silent=$!
exits 2 "list of a tag that no rule has" "$PLIMSOLL" policy list --tag netwrk
like "$err" "no rule has the tag 'netwrk'; did you mean 'network'" "with the nearest one"
exits 2 "list of a control that no rule of the set has" "$PLIMSOLL" policy list --policy starter --control nothing-1
like "$err" "no rule has the control 'nothing-1'" "is named"
exits 0 "two that do not go together" "$PLIMSOLL" policy list --control cis-docker-4.1 --source volume
is "$out" "" "are an empty list"
exits 0 "a pipe that is slow" bash -c "'$PLIMSOLL' policy list <(sleep 1; cat two.yaml)"
is "$(script -qec "stty cols 60; '$PLIMSOLL' policy list --policy production" /dev/null | tr -d '\r' | awk 'length > 60' | grep -cv exception)" 0 "on a narrow terminal no line is cut"
exits 2 "a version that is none" "$PLIMSOLL" policy list --policy pss-baseline@v1.25.x
exits 0 "a version as a cluster tells it" "$PLIMSOLL" policy list --policy pss-baseline@v1.25.3-gke.2
wait "$silent"
is "$?" 2 "a pipe into which nobody writes is given up"
like "$(cat silent.err)" 'silent: a pipe into which nobody has written for 20 seconds' "with the reason"
done_testing
