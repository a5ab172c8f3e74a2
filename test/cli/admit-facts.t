#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What scans said of images counts at the webhook; what it does not know a worker scans.
. "$(dirname "$0")/../lib.sh"
. "$TOP/test/admit.sh"
export PLIMSOLL_ALLOW_INCOMPLETE=no-packages,no-database,unsupported-os,no-advisories PLIMSOLL_DB=$tmp/none.db
facts=$tmp/store/facts.db
mkdir "$tmp/store"
cat >"$tmp/rules.yaml" <<'RULES'
- rule: Image of another team
  desc: d
  source: image
  condition: image.user = mallory
  output: "it runs as %image.user"
  priority: CRITICAL
  action: deny
- rule: Pod is there
  desc: d
  source: workload
  condition: workload.kind = Pod
  output: "a pod"
  priority: INFO
  action: warn
RULES
# oci NAME USER: an image in $tmp/NAME
oci() {
  echo "{\"config\": {\"User\": \"$2\"}}" >"$tmp/config.json"
  printf 'image layout config=%s\nlayer gzip\ntext hello %s\n' "$tmp/config.json" "$1" | python3 "$TOP/test/mkimage.py" "$tmp/$1" >/dev/null
}
push() { skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$tmp/$1" "docker://$2" 2>"$tmp/push.log" || note "$(cat "$tmp/push.log")"; }
pod_of() { pod p ".spec.containers[0].image = \"$1\"" | review "$tmp/p.json" CREATE "${2:-.}"; ask "$tmp/p.json"; }
scan() { "$PLIMSOLL" --quiet scan --policy "$tmp/rules.yaml" --facts "$facts" "$@"; }

oci good 1000
oci bad mallory
reg=$(free_port)
docker_registry "$reg"
push good "localhost:$reg/team/good:1"
push bad "localhost:$reg/team/bad:1"
digest_of() { skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$1"; }
good=$(digest_of "localhost:$reg/team/good:1") bad=$(digest_of "localhost:$reg/team/bad:1")

exits 2 "a verdict is needed to remember one" "$PLIMSOLL" scan --facts "$facts" "$tmp/good"
exits 3 "and a digest" scan --format json "$tmp/store"
exits 0 "a good image" scan --format json "oci:$tmp/good"
exits 1 "a denied image" scan --format json "oci:$tmp/bad"
is "$(sqlite3 "$facts" "SELECT verdict FROM image ORDER BY 1" | tr '\n' ' ')" "allow deny " "both verdicts are in the store"
is "$(sqlite3 "$facts" "SELECT count(*) FROM tag")" 0 "a tag that no registry was asked for is not believed"

admit_start --policy "$tmp/rules.yaml" --facts "$facts" --unknown-image deny --queue-unknown
pod_of "localhost:$reg/team/good@$good"
is "$(answer .allowed)" true "an image that was allowed is let in"
pod_of "localhost:$reg/team/bad@$bad"
is "$(answer .allowed)" false "one that was denied is refused"
like "$(answer .status.message)" 'Image is denied: container app runs .*@sha256:[0-9a-f]{64}: .* said deny: Image of another team: it runs as mallory' "with the reason of its scan"
pod_of "localhost:$reg/team/good:1"
is "$(answer .allowed)" false "a tag that leads nobody knows where is refused"
like "$(answer .status.message)" 'it is not known where the tag leads' "with the reason"
pod_of "localhost:$reg/team/never:1" '.dryRun = true'
wait_for 10 bash -c "[ \"\$(sqlite3 '$facts' 'SELECT reference FROM queue')\" = localhost:$reg/team/good:1 ]" && pass "it is in the queue, and dry runs are not" || fail "the queue" "$(sqlite3 "$facts" 'SELECT * FROM queue')"
exits 0 "the worker works the queue off" "$PLIMSOLL" admit worker --once --facts "$facts" --policy "$tmp/rules.yaml"
is "$(sqlite3 "$facts" "SELECT tag || ' ' || digest FROM tag")" "localhost:$reg/team/good:1 $good" "the tag is resolved"
is "$(sqlite3 "$facts" "SELECT count(*) FROM queue")" 0 "the queue is empty"
let_in() { pod_of "localhost:$reg/team/good:1"; [ "$(answer .allowed)" = true ]; }
wait_for 15 let_in && pass "the webhook has learnt of it" || fail "the webhook has learnt of it" "$out"
request /metrics
like "$out" '^plimsoll_admission_tags 1$' "metrics count tags"

# A store that is locked, then broken, then gone
before=$(sqlite3 "$facts" "SELECT count(*) FROM image")
sqlite3 "$facts" "UPDATE tag SET expires = strftime('%s') - 1"
refused() { pod_of "localhost:$reg/team/good:1"; [ "$(answer .allowed)" = false ]; }
wait_for 15 refused && pass "a tag runs out" || fail "a tag runs out" "$out"
exits 0 "the worker looks it up again" "$PLIMSOLL" admit worker --once --facts "$facts" --policy "$tmp/rules.yaml"
cp "$facts" "$tmp/old.db"
sqlite3 "$tmp/old.db" "UPDATE image SET scanned = strftime('%s') - 40 * 86400"
exits 0 "images scanned 40 days ago" "$PLIMSOLL" admit worker --once --facts "$tmp/old.db" --policy "$tmp/rules.yaml"
is "$(sqlite3 "$tmp/old.db" "SELECT count(*) > 0 FROM image")" 1 "are kept for 90 days"
exits 0 "with --keep 30" "$PLIMSOLL" admit worker --once --keep 30 --facts "$tmp/old.db" --policy "$tmp/rules.yaml"
is "$(sqlite3 "$tmp/old.db" "SELECT count(*) FROM image")" 0 "they are forgotten"
exits 2 "no days" "$PLIMSOLL" admit worker --once --keep 0 --facts "$tmp/old.db"
wait_for 15 let_in && pass "and it is good again" || fail "and it is good again" "$out"
# Locked for longer than anybody waits: requests do not
python3 - "$facts" "$tmp/locked" <<'PY' &
import os, sqlite3, sys, time
s = sqlite3.connect(sys.argv[1], isolation_level=None)
s.execute("BEGIN EXCLUSIVE")
os.utime(sys.argv[1])
open(sys.argv[2], "w").close()
time.sleep(9)
PY
locker=$!
wait_for 10 test -e "$tmp/locked"
wait_for 30 grep -q 'database is locked' "$tmp/messages" && pass "a locked store is said" || fail "a locked store is said" "$(cat "$tmp/messages")"
took=$SECONDS
pod_of "localhost:$reg/team/good:1"
[ "$(answer .allowed)" = true ] && [ $((SECONDS - took)) -lt 4 ] && pass "and nobody waits for it" || fail "and nobody waits for it" "$((SECONDS - took)) s" "$out"
wait $locker
healthy() { request /metrics; grep -q '^plimsoll_admission_facts_failed 0$' <<<"$out"; }
wait_for 20 healthy && pass "it is taken again when it is free" || fail "it is taken again when it is free"
mkdir "$tmp/small"
if mount -t tmpfs -o size=12k,mode=700 none "$tmp/small" 2>/dev/null; then
  at_exit "umount '$tmp/small' 2>/dev/null"
  run "$PLIMSOLL" --quiet scan --policy "$tmp/rules.yaml" --facts "$tmp/small/full.db" --format json --output /dev/null "oci:$tmp/good"
  is "$rc" 3 "a disk that is full is no success"
  like "$err" 'full.db: .*(full|disk|I/O)' "and it says so"
  umount "$tmp/small"
else
  skip "no tmpfs can be mounted"
fi
printf 'this is no database, but it is long enough to look like one to whoever does not look' >"$tmp/store/broken"
mv "$tmp/store/broken" "$facts.new" && cp "$facts" "$tmp/facts.saved" && mv "$facts.new" "$facts"
wait_for 15 grep -q 'not a database' "$tmp/messages" && pass "a broken store is said" || fail "a broken store is said" "$(cat "$tmp/messages")"
pod_of "localhost:$reg/team/good:1"
is "$(answer .allowed)" true "what was known stays known"
request /metrics
like "$out" '^plimsoll_admission_facts_failed 1$' "metrics show it"
mv "$tmp/facts.saved" "$facts"
wait_for 15 healthy && pass "a good store is taken again" || fail "a good store is taken again"
admit_stop

# Changes
admit_start --policy "$tmp/rules.yaml" --facts "$facts" --mutate pin --mutate defaults --mode 'quiet=audit'
change() { request /mutate -H 'Content-Type: application/json' --data-binary "@$1"; patch=$(answer .patch | base64 -d 2>/dev/null); }
pod p ".spec.containers = [{name: \"a\", image: \"localhost:$reg/team/good:1\"}, {name: \"b\", image: \"never/seen:2\", securityContext: {allowPrivilegeEscalation: true}}] | del(.spec.securityContext)" |
  tee "$tmp/pod.json" | review "$tmp/change.json" CREATE
change "$tmp/change.json"
is "$status $(answer .allowed) $(answer .patchType)" "200 true JSONPatch" "a patch"
# The patch done by a reader of its own
cat >"$tmp/patch.py" <<'PY'
import json, sys
doc, patch = json.load(open(sys.argv[1])), json.load(open(sys.argv[2]))
for o in patch:
    *path, last = [p.replace("~1", "/").replace("~0", "~") for p in o["path"].split("/")[1:]]
    at = doc
    for p in path:
        at = at[int(p)] if isinstance(at, list) else at[p]
    if o["op"] == "replace" and last not in at:
        sys.exit(f"nothing to replace at {o['path']}")
    at[last] = o["value"]
json.dump(doc, sys.stdout)
PY
printf '%s' "$patch" >"$tmp/patch.json"
python3 "$tmp/patch.py" "$tmp/pod.json" "$tmp/patch.json" >"$tmp/changed.json"
is "$(jq -c '[.spec.containers[].image]' "$tmp/changed.json")" "[\"localhost:$reg/team/good:1@$good\",\"never/seen:2\"]" "the tag that is known is pinned, the other is left"
is "$(jq -c '.spec.containers[0].securityContext' "$tmp/changed.json")" '{"allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"},"capabilities":{"drop":["ALL"]}}' "defaults are put in"
is "$(jq -c '.spec.containers[1].securityContext.allowPrivilegeEscalation' "$tmp/changed.json")" true "what the object says stays"
review "$tmp/again.json" CREATE <"$tmp/changed.json"
change "$tmp/again.json"
is "$(answer .allowed) $(answer .patch)" "true null" "a second time there is nothing to change"
review "$tmp/quiet.json" CREATE '.namespace = "quiet"' <"$tmp/pod.json"
change "$tmp/quiet.json"
is "$(answer .patch)" null "nothing is changed where mode is audit"
review "$tmp/later.json" UPDATE <"$tmp/pod.json"
change "$tmp/later.json"
is "$(answer .patch)" null "nor in a pod that is there"
jq '.metadata.annotations = {"a/b~c": "x"} | {apiVersion: "apps/v1", kind: "Deployment", metadata: {name: "d", namespace: "shop"}, spec: {selector: {}, template: {metadata: .metadata, spec: .spec}}}' "$tmp/pod.json" |
  review "$tmp/deployment.json" UPDATE '.kind.kind = "Deployment"'
change "$tmp/deployment.json"
like "$patch" '"path":"/spec/template/spec/containers/0/image"' "templates of workloads are changed at any time"
is "$(jq -s 'map(select(.patch)) | length' "$tmp/decisions")" 2 "changes are in the log"
admit_stop

# What a cluster runs is scanned as well
cluster=$(free_port)
cat >"$tmp/cluster.py" <<PY
import http.server, json
good, bad = "localhost:$reg/team/good:1", "localhost:$reg/team/bad"
pods = [{"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": good}], "initContainers": [{"name": "i", "image": bad + ":1"}]},
         "status": {"initContainerStatuses": [{"imageID": "docker-pullable://" + bad + "@$bad"}], "containerStatuses": [{"imageID": "sha256:00"}]}}]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": pods}).encode()
        self.send_response(200 if self.path.startswith("/api/v1/pods") else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
http.server.HTTPServer(("127.0.0.1", $cluster), Handler).serve_forever()
PY
serve python3 "$tmp/cluster.py"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$cluster"
printf 'clusters: [{name: c, cluster: {server: "http://127.0.0.1:%s"}}]\nusers: [{name: u, user: {}}]\ncontexts: [{name: k, context: {cluster: c, user: u}}]\ncurrent-context: k\n' "$cluster" >"$tmp/kube.conf"
rm -f "$facts"
exits 0 "the worker scans what a cluster runs" "$PLIMSOLL" admit worker --once --cluster --kubeconfig "$tmp/kube.conf" --facts "$facts" --policy "$tmp/rules.yaml"
is "$(sqlite3 "$facts" "SELECT tag FROM tag ORDER BY 1" | tr '\n' ' ')" "localhost:$reg/team/bad:1 localhost:$reg/team/good:1 " "by their tags"
is "$(sqlite3 "$facts" "SELECT verdict FROM image WHERE digest = '$bad'") $(sqlite3 "$facts" "SELECT count(*) FROM queue")" "deny 0" "and by the digests that nodes report"

# … and what it starts: a list, an event, a bookmark, a version that is forgotten, another list, a watch that breaks off. Each brings an image.
for i in 1 2 3 4; do push good "localhost:$reg/team/watched$i:1"; done
watched=$(free_port)
cat >"$tmp/watched.py" <<PY
import http.server, json, time, urllib.parse
def pod(i):
    return {"metadata": {"name": f"p{i}", "namespace": "n", "resourceVersion": str(10 + i)}, "spec": {"containers": [{"name": "c", "image": f"localhost:$reg/team/watched{i}:1"}]}}
lists, watches = [0], [0]
class Handler(http.server.BaseHTTPRequestHandler):
    def head(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
    def do_GET(self):
        q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        path = urllib.parse.urlsplit(self.path).path
        role = lambda n, **labels: {"metadata": {"name": n, "labels": labels}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
        known = {"/version": {"major": "1", "minor": "30"},
                 "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [{"name": "pods", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "watch"]}]},
                 "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": [{"name": "rbac.authorization.k8s.io", "versions": [{"groupVersion": "rbac.authorization.k8s.io/v1", "version": "v1"}],
                           "preferredVersion": {"groupVersion": "rbac.authorization.k8s.io/v1", "version": "v1"}}]},
                 "/apis/rbac.authorization.k8s.io/v1": {"kind": "APIResourceList", "groupVersion": "rbac.authorization.k8s.io/v1", "resources": [{"name": "clusterroles", "namespaced": False, "kind": "ClusterRole",
                           "verbs": ["get", "list"]}]},
                 "/apis/rbac.authorization.k8s.io/v1/clusterroles": {"kind": "ClusterRoleList", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"resourceVersion": "1"},
                           "items": [role("cluster-admin", **{"kubernetes.io/bootstrapping": "rbac-defaults"}), role("own")]}}
        if path in known:
            self.head()
            return self.wfile.write(json.dumps(known[path]).encode())
        if open("$tmp/quiet").read():
            self.head()
            return self.wfile.write(json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "9"}, "items": [pod(1)]}).encode())
        open("$tmp/asked", "a").write(("watch " + q.get("resourceVersion", "") if "watch" in q else "list") + "\n")
        self.head()
        if "watch" not in q:
            lists[0] += 1
            items = [pod(1)] if lists[0] == 1 else [pod(3)]
            return self.wfile.write(json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": str(100 * lists[0])}, "items": items}).encode())
        watches[0] += 1
        say = lambda t, o: (self.wfile.write(json.dumps({"type": t, "object": o}).encode() + b"\n"), self.wfile.flush())
        if watches[0] == 1:
            say("ADDED", pod(2))
            say("BOOKMARK", {"kind": "Pod", "metadata": {"resourceVersion": "150"}})
        elif watches[0] == 2:
            say("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"})
        elif watches[0] == 3:
            say("MODIFIED", pod(4))
            self.wfile.write(b'{"type": "ADDED", "obj')
        else:
            time.sleep(60)
http.server.ThreadingHTTPServer(("127.0.0.1", $watched), Handler).serve_forever()
PY
: >"$tmp/quiet"
cat >"$tmp/roles.yaml" <<'RULES'
- rule: Everything
  desc: d
  source: role
  condition: role.name exists
  output: "%role.name"
  priority: INFO
  action: warn
RULES
serve python3 "$tmp/watched.py"
wait_for 20 bash -c "echo >/dev/tcp/127.0.0.1/$watched"
sed "s/127.0.0.1:$cluster/127.0.0.1:$watched/" "$tmp/kube.conf" >"$tmp/watched.conf"
rm -f "$facts"
"$PLIMSOLL" admit worker --cluster --kubeconfig "$tmp/watched.conf" --facts "$facts" --policy "$tmp/rules.yaml" 2>"$tmp/worker.log" &
worker=$!
at_exit "kill $worker 2>/dev/null; wait $worker 2>/dev/null"
all_watched() { [ "$(sqlite3 "$facts" "SELECT count(*) FROM tag WHERE tag LIKE '%watched%'" 2>/dev/null)" = 4 ]; }
wait_for 40 all_watched && pass "the worker watches what a cluster starts" || fail "the worker watches" "$(cat "$tmp/worker.log" "$tmp/asked")"
like "$(head -4 "$tmp/asked" | xargs)" '^list watch 100 watch 150 list' "from the bookmark on, and with a list when the server forgot"
kill "$worker"
wait "$worker"
is $? 0 "it ends when it is told to"

# What is in the cluster already: files, and metrics at the webhook
echo yes >"$tmp/quiet"
run "$PLIMSOLL" check --cluster --kubeconfig "$tmp/watched.conf" --rules "$tmp/roles.yaml" --format json
is "$rc $(jq -r '.findings[].path' <<<"$out" | xargs)" "0 ClusterRole/own" "roles of the API server itself are not judged"
like "$err" 'note: 1 roles and bindings that the API server lays down itself were not judged' "which is said"
run "$PLIMSOLL" check --cluster --kubeconfig "$tmp/watched.conf" --rules "$tmp/roles.yaml" --format json --builtin
is "$rc $(jq -r '.findings[].path' <<<"$out" | xargs)" "0 ClusterRole/cluster-admin ClusterRole/own" "--builtin judges them, too"
mkdir "$tmp/checked"
admit_start --policy "$tmp/rules.yaml" --facts "$facts" --metrics-add "$tmp/checked/metrics.prom"
"$PLIMSOLL" admit worker --kubeconfig "$tmp/watched.conf" --facts "$facts" --policy "$tmp/rules.yaml" --check "$tmp/checked" 2>"$tmp/worker.log" &
worker=$!
in_metrics() { request /metrics; grep -q '^plimsoll_findings{severity="NEGLIGIBLE",action="warn"} 1$' <<<"$out"; }
wait_for 30 in_metrics && pass "metrics of what is there already" || fail "metrics of what is there already" "$(cat "$tmp/worker.log")"
like "$out" '^plimsoll_evaluated_seconds [1-9]' "with the time of the last look"
is "$(grep -c '^# TYPE' <<<"$out")" "$(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' <<<"$out" | sort -u | wc -l)" "no metric stands there twice"
is "$(jq -r '.findings[].path' "$tmp/checked/report.json")" "Pod/n/p1" "a report as a file"
like "$(cat "$tmp/checked/policyreport.yaml")" 'PolicyReport' "and as PolicyReports, for whoever wants them"
kill "$worker"
wait "$worker"
is $? 0 "the worker ends"
rm "$tmp/checked/metrics.prom"
gone() { request /metrics; ! grep -q '^plimsoll_findings' <<<"$out"; }
wait_for 10 gone && pass "a file that is gone counts no more" || fail "a file that is gone counts no more"
admit_stop

# Rules can ask for it themselves, and there is no store at first
rm -f "$facts"
cat >"$tmp/own.yaml" <<'RULES'
- rule: Only what was scanned
  desc: d
  source: container
  condition: container.image.verdict exists and not container.image.verdict in (allow, warn)
  output: "%container.name runs %container.image: %container.image.verdict"
  priority: ERROR
  action: deny
RULES
admit_start --policy "$tmp/own.yaml" --facts "$facts" --unknown-image allow
pod_of "localhost:$reg/team/good@$good"
is "$(answer .allowed)" true "without any store such fields are absent"
scan --format json "oci:$tmp/good" >/dev/null
known() { pod_of "localhost:$reg/team/new@sha256:0000000000000000000000000000000000000000000000000000000000000000"; [ "$(answer .allowed)" = false ]; }
wait_for 15 known && pass "with one they are there" || fail "with one they are there" "$out"
like "$(answer .status.message)" 'Only what was scanned: app runs .*: unknown' "rules see the verdict"
pod_of "localhost:$reg/team/good@$good"
is "$(answer .allowed)" true "and let in what was allowed"
admit_stop
done_testing
