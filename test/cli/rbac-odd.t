#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll rbac on roles and bindings as nobody should write them: circles, thousands of everything, odd names, doubles, wrong types. What it takes is bounded by processor time, not by a clock.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
python3 - "$tmp" <<'END'
import json, sys
d = sys.argv[1]
API = "rbac.authorization.k8s.io"
def role(name, rules=(), labels=None, select=None, namespace=None, **more):
    o = {"apiVersion": API + "/v1", "kind": "Role" if namespace else "ClusterRole", "metadata": {"name": name}, "rules": list(rules) if isinstance(rules, tuple) else rules, **more}
    if namespace: o["metadata"]["namespace"] = namespace
    if labels is not None: o["metadata"]["labels"] = labels
    if select is not None: o["aggregationRule"] = {"clusterRoleSelectors": select}
    return o
def bind(name, role, *users, namespace=None, kind="ClusterRole"):
    return {"apiVersion": API + "/v1", "kind": "RoleBinding" if namespace else "ClusterRoleBinding", "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
            "roleRef": {"apiGroup": API, "kind": kind, "name": role}, "subjects": [{"kind": "User", "apiGroup": API, "name": u} for u in users]}
def get(*resources, **more): return {"apiGroups": [""], "resources": list(resources), "verbs": ["get"], **more}
def put(name, *items): json.dump({"apiVersion": "v1", "kind": "List", "items": list(items)}, open(f"{d}/{name}.json", "w"))
labels = lambda **l: {"matchLabels": l}
N = 10000
# Roles that choose themselves, each other, in a circle of three with a way out of it, and one beside it that leads into it.
put("circle", role("self", [get("pods")], {"s": "1"}, [labels(s="1")]), bind("self", "self", "selma"),
    role("a", [get("nodes")], {"l": "a"}, [labels(l="b")]), role("b", [], {"l": "b"}, [labels(l="c")]), role("c", [get("events")], {"l": "c"}, [labels(l="a"), labels(l="out")]),
    role("out", [get("secrets")], {"l": "out"}), role("in", [get("endpoints")], {"l": "in"}, [labels(l="b")]),
    bind("a", "a", "anna"), bind("b", "b", "bert"), bind("c", "c", "carl"), bind("out", "out", "otto"), bind("in", "in", "ines"))
# Everybody chooses everybody; each chooses the next; each chooses the next, and the last nobody; as many selectors that each choose everything, each another way.
put("all", *[role(f"r{i}", [get(f"x{i}")], {"a": "b"}, [labels(a="b")]) for i in range(N)], bind("first", "r0", "alice"), bind("last", f"r{N - 1}", "bob"))
put("ring", *[role(f"r{i}", [get(f"x{i}")], {f"l{i}": ""}, [labels(**{f"l{(i + 1) % N}": ""})]) for i in range(N)], bind("first", "r0", "alice"), bind("last", f"r{N - 1}", "bob"))
put("chain", *[role(f"r{i}", [get(f"x{i}")], {f"l{i}": ""}, [labels(**{f"l{i + 1}": ""})]) for i in range(N)], bind("first", "r0", "alice"))
put("others", *[role(f"r{i}", [get(f"x{i}")], {"a": "b"}, [{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": [f"v{i}"]}]}]) for i in range(N)], bind("first", "r0", "alice"))
put("rules", role("big", [get(f"x{i}") for i in range(N)]), *[bind(f"b{i:05}", "big", f"u{i:05}") for i in range(N)])
put("selectors", role("all", [], None, [labels(**{f"l{i}": ""}) for i in range(N)]), *[role(f"r{i}", [get(f"x{i}")], {f"l{i}": ""}) for i in range(N)], bind("all", "all", "alice"))
put("labels", role("all", [], None, [labels(**{f"l{i}": "" for i in range(N)})]), role("most", [get("pods")], {f"l{i}": "" for i in range(N - 1)}), role("each", [get("secrets")], {f"l{i}": "" for i in range(N)}),
    bind("all", "all", "alice"))
odd = "a\u001b[31m \u202e é:%2F\nUser root  cluster"
put("names", role(odd, [get("secrets")]), bind("b\u001b[0m", odd, "al\u001bice"))
put("absent", bind("nobody", "gone", "alice"), bind("here", "gone", "bob", namespace="shop", kind="Role"), bind("there", "there", "carl", namespace="shop", kind="Role"), role("there", [get("secrets")], namespace="other"))
put("doubles", role("r", [get("secrets")]), bind("b", "r", "alice"), role("r", [get("pods")]), bind("b", "r", "bob"), bind("b", "r", "bob"),
    role("twin", [get("nodes")]), role("twin", [get("configmaps")], namespace="shop"), bind("t", "twin", "carl"), bind("t", "twin", "dora", namespace="shop", kind="Role"),
    role("s", [get("events")]), bind("m", "s", "emil"), bind("m", "twin", "emil"))
put("types", role("n", "no"), role("m", [None, 7, "x", [], {"apiGroups": "", "resources": {"a": 1}, "verbs": [1, None, ["get"]]}], [], "x"), role("o", None, {"a": 1}, {}), bind("t", {"a": 1}, "alice"),
    {"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "u"}, "roleRef": "x", "subjects": [None, 1, {"kind": "Robot", "name": "x"}, {}]},
    {"apiVersion": API + "/v1", "kind": "ClusterRoleBinding", "metadata": {}, "roleRef": {}, "subjects": {"kind": "User"}}, role("good", [get("pods")]), bind("good", "good", "bob"))
END

# Of processor time: a hundred times what it takes; a search that grows with the square of these files takes hours.
limit=20
if sanitized; then limit=200; fi
rbac() { (ulimit -t "$limit"; exec "$PLIMSOLL" rbac "$@"); }
# users RESOURCE FILE: who may get it
users() { rbac who-can get "$1" -q -f json -m "$tmp/$2.json" >"$tmp/got" 2>"$tmp/.err"; code=$?; said=$(jq -r '[.allowed[].subject.name] | join(" ")' "$tmp/got"); }
# may RESOURCE FILE USERS NAME
may() { users "$1" "$2"; is "$code $said" "0 $3" "$4"; }

may pods circle selma "a role that chooses itself"
may nodes circle "anna bert carl ines" "roles that choose each other in a circle have the rules of all of it"
may events circle "anna bert carl ines" "wherever they stand"
may secrets circle "anna bert carl otto ines" "and what the circle leads to"
may endpoints circle ines "what leads into the circle gives it nothing"
for file in all ring; do
  may x0 "$file" "alice bob" "$file: 10,000 roles that choose each other: the first"
  may x9999 "$file" "alice bob" "$file: the last"
  may x10000 "$file" "" "$file: none that is not there"
  exits 0 "$file: risks" rbac risks -q -m "$tmp/$file.json"
  exits 0 "$file: paths" rbac paths alice -q -m "$tmp/$file.json"
done
# What would take a thousand times the memory of its file is given up, which is said; what stands in a role itself counts.
for file in chain others; do
  users x0 "$file"
  is "$code $said" "3 alice" "$file: over the limit: its own rules count, and the exit code says that something is missing"
  like "$(jq -r '.input.unreadable[] | .path + ": " + .reason' "$tmp/got")" '^aggregated ClusterRoles: over the limit: what [0-9]+ of them gather' "$file: it is said"
  exits 3 "$file: risks" rbac risks -q -m "$tmp/$file.json"
  exits 3 "$file: paths" rbac paths alice -q -m "$tmp/$file.json"
done
users x9999 rules
is "$code $(wc -w <<<"$said") ${said##* }" "0 10000 u09999" "10,000 rules in a role that 10,000 bindings give"
exits 0 "and its risks" rbac risks -q -m "$tmp/rules.json"
may x0 selectors alice "10,000 selectors: the first"
may x9999 selectors alice "10,000 selectors: the last"
may secrets labels alice "10,000 labels in a selector: a role that has them all"
may pods labels "" "10,000 labels in a selector: not one that has all but one"

exits 0 "odd names" rbac who-can get secrets -m "$tmp/names.json"
is "$(grep -c $'\033' <<<"$out") $(grep -c '^User' <<<"$out")" "0 1" "odd names: no escape sequence, and no line of their own"
like "$out" '^User al\\x1bice +cluster +ClusterRoleBinding b\\x1b\[0m +ClusterRole a\\x1b\[31m' "odd names: what they are"
rbac who-can get secrets -q -f json -m "$tmp/names.json" >"$tmp/got"
is "$(jq -r '.allowed[0].binding.role.name' "$tmp/got")" "$(jq -r '.items[0].metadata.name' "$tmp/names.json")" "odd names: JSON has them as they are"
is "$(rbac paths $'al\033ice' -f json -m "$tmp/names.json" 2>/dev/null | jq -r '.paths[] | select(.found) | .to // .target' | head -1)" "secrets" "odd names: paths of such a user"

may secrets absent "" "absent roles allow nothing, and one of another namespace is absent"
is "$(jq -r '[.input.missing_roles[].name] | join(" ")' "$tmp/got")" "nobody here there" "absent roles: which bindings name them"
may secrets doubles "" "two roles of one name: the first counts no more"
may pods doubles bob "the last one does, and so does the last of two bindings, once"
may nodes doubles "carl emil" "a Role and a ClusterRole of one name are two: the one"
may configmaps doubles dora "and the other"
may events doubles emil "two bindings of one name to different roles: the API server takes only the first, and no file says which that is: both count"

users pods types
is "$code $said" "3 bob" "wrong types: the rest counts"
is "$(jq '.input.unreadable | length >= 12' "$tmp/got")" true "wrong types: each is said"
like "$(jq -r '.input.unreadable[] | .path + ": " + .reason' "$tmp/got")" 'types.json:1:[0-9]+: ClusterRole m: rules\[1\]: expected a map, found a number' "wrong types: where, and what was expected"
done_testing
