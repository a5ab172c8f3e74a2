#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plimsoll access, and rbac unused: what leads to secrets, and which rights nobody uses.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || { skip "no python3"; done_testing; }
cat >"$tmp/cluster.yaml" <<'END'
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}
data: {password: c2VjcmV0LXZhbHVl}
---
apiVersion: v1
kind: Secret
metadata: {name: legacy, namespace: shop, creationTimestamp: "2024-01-01T00:00:00Z", annotations: {kubernetes.io/service-account.name: root}, labels: {kubernetes.io/legacy-token-last-used: "2026-01-30"}}
type: kubernetes.io/service-account-token
data: {token: c2VjcmV0LXZhbHVl}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: ext, namespace: shop}
spec: {secretStoreRef: {name: vault}, target: {name: from-vault}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata:
      annotations:
        vault.hashicorp.com/agent-inject: "true"
        vault.hashicorp.com/agent-inject-secret-config: kv/data/web
    spec:
      serviceAccountName: root
      imagePullSecrets: [{name: registry}]
      containers:
      - name: app
        image: a
        env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}, {name: PLAIN, value: x}]
        envFrom: [{secretRef: {name: from-vault}}, {configMapRef: {name: c}}]
        volumeMounts: [{name: files, mountPath: /run/db}, {name: both, mountPath: /run/both}, {name: store, mountPath: /run/store}]
      volumes:
      - {name: files, secret: {secretName: db}}
      - {name: both, projected: {sources: [{secret: {name: db, items: [{key: password, path: p}]}}, {serviceAccountToken: {audience: vault, expirationSeconds: 600, path: t}}]}}
      - {name: store, csi: {driver: secrets-store.csi.k8s.io, volumeAttributes: {secretProviderClass: class}, nodePublishSecretRef: {name: login}}}
      - {name: unused, secret: {secretName: spare}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: quiet, namespace: shop}
spec: {template: {spec: {serviceAccountName: none, containers: [{name: app, image: a}]}}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: none, namespace: shop}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: cluster-admin}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: root}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: root, namespace: shop}]
END
# An administrator's certificate, one of somebody else, and a token that says whose it is.
have_openssl=
if command -v openssl >/dev/null; then
  have_openssl=1
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/admin.pem" -days 30 -subj '/O=system:masters/CN=kubernetes-admin' 2>/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$tmp/key" -out "$tmp/user.pem" -days 30 -subj '/O=devs/CN=system:masters' 2>/dev/null
  python3 - "$tmp" <<'END'
import base64, json, sys
d = sys.argv[1]
b = lambda n: base64.b64encode(open(f"{d}/{n}", "rb").read()).decode()
url = lambda o: base64.urlsafe_b64encode(json.dumps(o).encode()).decode().rstrip("=")
jwt = url({"alg": "none"}) + "." + url({"sub": "system:serviceaccount:shop:web", "exp": 1893456000}) + ".hidden-signature"
users = [("admin", {"client-certificate-data": b("admin.pem"), "client-key-data": b("key")}), ("user", {"client-certificate-data": b("user.pem")}), ("bot", {"token": jwt}), ("old", {"username": "x", "password": "hidden-password"}),
         ("cloud", {"exec": {"command": "aws", "env": [{"name": "K", "value": "hidden-env"}]}})]
config = {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443"}}], "contexts": [{"name": "x", "context": {"cluster": "c", "user": "admin"}}],
          "users": [{"name": n, "user": u} for n, u in users]}
json.dump(config, open(f"{d}/config.json", "w"))
json.dump({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "stolen", "namespace": "ops"}, "data": {"tls.crt": b("admin.pem"), "tls.key": b("key")}}, open(f"{d}/secret.json", "w"))
END
fi
access() { timeout 60 "$PLIMSOLL" access -q --as-of 2026-02-01T00:00:00Z "$@"; }

exits 0 "a map" access -m "$tmp/cluster.yaml"
like "$out" '^ServiceAccount shop/root +ClusterRoleBinding root +ClusterRole cluster-admin' "who may do everything"
like "$out" '^Deployment shop/web +db key password +env +app +DB_PASSWORD +31 days' "a variable, with the age of the Secret"
like "$out" '^Deployment shop/web +from-vault +env-from +app +ExternalSecret ext of store vault' "all variables, of a Secret that is made elsewhere"
like "$out" '^Deployment shop/web +db +volume +app +/run/db' "a volume"
like "$out" '^Deployment shop/web +db key password +projected +app +/run/both' "a projected volume"
like "$out" '^Deployment shop/web +class +csi +app +/run/store +outside of the cluster' "the Secrets Store CSI driver"
like "$out" '^Deployment shop/web +login +csi-credential' "its login"
like "$out" '^Deployment shop/web +kv/data/web +vault +config +outside of the cluster' "an annotation of Vault's agent"
like "$out" '^Deployment shop/web +registry +image-pull +not seen' "credentials for a registry"
like "$out" '^Deployment shop/web +spare +volume +not seen' "a volume that nobody mounts"
like "$out" '^shop/root +secret +Secret legacy +does not end +762 days +2026-01-30 +may do everything' "a token in a Secret: age, last use, what it is good for"
like "$out" '^shop/root +projected +Deployment web +600 s .*for vault' "a projected token"
like "$out" '^shop/root +mounted +Deployment web +3607 s' "a mounted token"
unlike "$out" 'shop/none' "an account without a token"
unlike "$out" 'secret-value|c2VjcmV0' "no value is printed"
like "$("$PLIMSOLL" access -m "$tmp/cluster.yaml" 2>&1 >/dev/null)" 'not seen: what stores outside' "what was not seen is said"
access -f json -m "$tmp/cluster.yaml" >"$tmp/a.json"
is "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(len(d["administrators"]), len(d["tokens"]), len(d["secrets"]), d["as_of"])' "$tmp/a.json")" "1 3 9 2026-02-01T00:00:00Z" "JSON"
exits 2 "nothing named" access
exits 3 "nothing to read" access -m "$tmp/none.yaml"
if [ -n "$have_openssl" ]; then
  access -f json -m "$tmp/config.json" -m "$tmp/secret.json" >"$tmp/c.json"
  is "$(python3 -c '
import json, sys
for c in json.load(open(sys.argv[1]))["credentials"]:
    print(c["what"], c["of"], c.get("subject", "-"), c["system_masters"], c.get("servers", "-"), "not_after" in c)' "$tmp/c.json")" \
    "certificate kubeconfig user admin CN=kubernetes-admin,O=system:masters True https://10.0.0.1:6443 True
certificate kubeconfig user user CN=system:masters,O=devs False - True
token kubeconfig user bot system:serviceaccount:shop:web False - True
password kubeconfig user old - False - False
program kubeconfig user cloud aws False - False
certificate Secret ops/stolen, tls.crt CN=kubernetes-admin,O=system:masters True - True" "credentials of a kubeconfig and in a Secret"
  unlike "$(cat "$tmp/c.json")" 'hidden|PRIVATE|BEGIN' "credentials: nothing secret is printed"
else
  skip "no openssl"
fi
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: "###", b: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=, c: 1}\n' >"$tmp/odd.yaml"
run access -m "$tmp/odd.yaml"
is "$rc" 3 "values of a wrong type are said"
printf 'apiVersion: v1\nkind: Config\nusers: [{name: a, user: {token: "x.!!.y", client-certificate-data: "AAAA"}}, 1, {user: []}]\n' >"$tmp/odd.yaml"
exits 0 "a kubeconfig with odd credentials" access -m "$tmp/odd.yaml"

# Rights that nobody uses.
cat >"$tmp/roles.yaml" <<'END'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: shop}
rules:
- {apiGroups: [""], resources: [pods, secrets], verbs: [get, list, delete]}
- {apiGroups: ["*"], resources: ["*"], verbs: [watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: used, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: web}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: idle, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}]
END
python3 - "$tmp/audit.log" <<'END'
import json, sys
def event(user, verb, resource, code=200, decision="allow", stage="ResponseComplete", **more):
    return {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "a", "stage": stage, "verb": verb, "user": {"username": user, "groups": ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]},
            "objectRef": {"resource": resource, "namespace": "shop", "name": "x"}, "responseStatus": {"code": code}, "stageTimestamp": "2026-02-01T00:00:00Z", "annotations": {"authorization.k8s.io/decision": decision}, **more}
web = "system:serviceaccount:shop:web"
events = [event(web, "get", "pods"), event(web, "get", "pods"), event(web, "watch", "configmaps"), event(web, "delete", "secrets", 403, "forbid"), event(web, "list", "pods", stage="RequestReceived"),
          event("boss", "get", "nodes"), event("boss", "list", "secrets", impersonatedUser={"username": web, "groups": ["system:serviceaccounts:shop"]}, stageTimestamp="2026-02-03T00:00:00Z")]
open(sys.argv[1], "w").write("".join(json.dumps(e) + "\n" for e in events))
END
exits 0 "unused rights" "$PLIMSOLL" rbac unused --audit-log "$tmp/audit.log" -m "$tmp/roles.yaml"
like "$out" '^RoleBinding shop/used +Role shop/r +pods +list, delete$' "what was used is not in it"
like "$out" '^RoleBinding shop/used +Role shop/r +secrets +get, delete$' "what was used under another name counts; what was refused does not"
unlike "$out" 'RoleBinding shop/used .*watch' "a wildcard that was used"
like "$out" '^RoleBinding shop/idle +Role shop/r +\* +watch +all of the binding$' "a binding that nobody uses"
like "$out" '11 of 14 rights were not used between 2026-02-01T00:00:00Z and 2026-02-03T00:00:00Z \(7 events, [0-9]+ different requests\)' "how many, and of which time"
like "$err" 'allowed by no binding at hand' "requests that no binding allows are said"
"$PLIMSOLL" rbac unused -q -f json --audit-log "$tmp/audit.log" -m "$tmp/roles.yaml" >"$tmp/u.json"
is "$(python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(d["rights_unused"], sum(u["binding_unused"] for u in d["unused"]), d["log"]["events"])' "$tmp/u.json")" "11 3 7" "unused: JSON"
head -c 500 "$tmp/audit.log" >"$tmp/cut.log"
exits 3 "unused: a log that is cut off" "$PLIMSOLL" rbac unused --audit-log "$tmp/cut.log" -m "$tmp/roles.yaml"
exits 2 "unused: no log" "$PLIMSOLL" rbac unused -m "$tmp/roles.yaml"
if [ -n "$have_openssl" ]; then
# Certificates and keys in files of their own, named or below a directory
mkdir "$tmp/pki"
certificate_of() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "$2" -addext basicConstraints=CA:"$3" -keyout "$tmp/pki/$1.key" -out "$tmp/pki/$1.crt" 2>/dev/null; }
certificate_of admin /O=system:masters/CN=root FALSE
certificate_of ca /CN=authority TRUE
cat "$tmp/pki/admin.crt" "$tmp/pki/admin.key" >"$tmp/pki/current.pem"
openssl ec -in "$tmp/pki/ca.key" -aes128 -passout pass:x -out "$tmp/pki/locked.key" 2>/dev/null
printf 'nothing\n' >"$tmp/pki/empty.crt"
exits 0 "a directory of certificates" "$PLIMSOLL" access -q -f json -m "$tmp/pki"
is "$(jq -r '.credentials[] | [.what, .subject, .system_masters, (.file | split("/") | last), .line] | join(" ")' <<<"$out" | sort)" "$(printf '%s\n' 'authority CN=authority false ca.crt 1' 'certificate CN=root,O=system:masters true admin.crt 1' \
  "certificate CN=root,O=system:masters true current.pem 1" 'key EC PRIVATE KEY, encrypted false locked.key 1' "key PRIVATE KEY false admin.key 1" "key PRIVATE KEY false ca.key 1" \
  "key PRIVATE KEY false current.pem $(grep -n BEGIN "$tmp/pki/current.pem" | tail -1 | cut -d: -f1)" | sort)" "certificates, authorities and keys, with their places"
unlike "$out" "$(sed -n 2p "$tmp/pki/admin.key")" "and never a key itself"
exits 0 "a certificate by its name" "$PLIMSOLL" access -q -m "$tmp/pki/admin.crt"
like "$out" 'system:masters' "whose group stands out"
else
  skip "no openssl"
fi

# The same as fields: rules put to everything that was read together.
cat >"$tmp/rules.yaml" <<'END'
- rule: Old token
  desc: d
  source: credential
  condition: credential.store = secret and credential.age > 90d and credential.unused < 30d and credential.cluster_admin = true and credential.risks intersects (rbac-everything) and credential.roles = cluster-admin
  output: "%credential.holder of %credential.service_account: %credential.age days, last used %credential.last_used, ends %credential.ends"
  priority: ERROR
  action: deny
- rule: Pods' tokens
  desc: d
  source: credential
  condition: credential.store in (mounted, projected)
  output: "%credential.store %credential.holder %credential.user %credential.audience %credential.lifetime"
  priority: INFO
- rule: Ways
  desc: d
  source: secret_use
  condition: secret_use.secret != "" and k8s.namespace = shop and k8s.label[team] = a
  output: "%secret_use.workload %secret_use.secret/%secret_use.key %secret_use.way %secret_use.container %secret_use.where outside=%secret_use.outside seen=%secret_use.seen %secret_use.type %secret_use.age %secret_use.data_age %secret_use.made_by"
  priority: NOTICE
- rule: Secrets
  desc: d
  source: k8s_secret
  condition: k8s_secret.users >= 0
  output: "%k8s_secret.name %k8s_secret.type %k8s_secret.keys %k8s_secret.age %k8s_secret.data_age %k8s_secret.users %k8s_secret.service_account"
  priority: NOTICE
END
sed 's/^metadata: {name: web, namespace: shop}/metadata: {name: web, namespace: shop, labels: {team: a}}/' "$tmp/cluster.yaml" >"$tmp/labelled.yaml"
# In a file of its own, and its values written later than it was made.
cat >"$tmp/written.json" <<'END'
{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "registry", "namespace": "shop", "creationTimestamp": "2025-01-01T00:00:00Z", "managedFields": [
  {"manager": "a", "time": "2026-01-22T00:00:00Z", "fieldsV1": {"f:data": {".": {}, "f:x": {}}}}, {"manager": "b", "time": "2026-01-30T00:00:00Z", "fieldsV1": {"f:metadata": {}}}]},
 "type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": "c2VjcmV0LXZhbHVl"}}
END
exits 1 "rules on the map" access --rules "$tmp/rules.yaml" -f json -m "$tmp/labelled.yaml" -m "$tmp/written.json"
judged=$out
is "$(jq -r '.findings[] | select(.id == "Ways") | .detail' <<<"$judged" | sort)" "web class/<NA> csi app /run/store outside=true seen=false <NA> <NA> <NA> <NA>
web db/<NA> volume app /run/db outside=false seen=true Opaque 31 31 <NA>
web db/password env app DB_PASSWORD outside=false seen=true Opaque 31 31 <NA>
web db/password projected app /run/both outside=false seen=true Opaque 31 31 <NA>
web from-vault/<NA> env-from app <NA> outside=false seen=false <NA> <NA> <NA> ExternalSecret ext of store vault
web kv/data/web/<NA> vault <NA> config outside=true seen=false <NA> <NA> <NA> <NA>
web login/<NA> csi-credential <NA> <NA> outside=false seen=false <NA> <NA> <NA> <NA>
web registry/<NA> image-pull <NA> <NA> outside=false seen=true kubernetes.io/dockerconfigjson 396 10 <NA>
web spare/<NA> volume <NA> <NA> outside=false seen=false <NA> <NA> <NA> <NA>" "each way, with what is known of its Secret, be it in another file"
is "$(jq -r '.findings[] | select(.id == "Old token") | [.detail, .path, .line, .policy.action, .policy.subject] | join("; ")' <<<"$judged")" \
  "Secret shop/legacy of shop/root: 762 days, last used 1769731200, ends false; $tmp/labelled.yaml; 6; deny; token of ServiceAccount shop/root, Secret legacy" "a token, with the rights of its account and its place"
is "$(jq -r '.findings[] | select(.id | startswith("Pods")) | .detail' <<<"$judged" | sort)" "mounted Deployment web system:serviceaccount:shop:root <NA> 3607
projected Deployment web system:serviceaccount:shop:root vault 600" "tokens of pods"
is "$(jq -r '.findings[] | select(.id == "Secrets") | .detail' <<<"$judged" | sort)" "db Opaque (password) 31 31 1 <NA>
legacy kubernetes.io/service-account-token (token) 762 762 0 shop/root
registry kubernetes.io/dockerconfigjson (.dockerconfigjson) 396 10 1 <NA>" "Secrets, with how many workloads get them"
unlike "$judged" 'secret-value|c2VjcmV0' "rules: no value is printed"
is "$(jq -r '.coverage.gaps | length' <<<"$judged")" 0 "nothing is missing"
# The file alone, as check reads it: the same fields from what is in it.
exits 1 "the same fields in check" "$PLIMSOLL" check -q --as-of 2026-02-01T00:00:00Z --rules "$tmp/rules.yaml" -f json "$tmp/labelled.yaml"
is "$(jq -r '.findings[] | select(.id != "Ways") | [.id, .detail] | join("; ")' <<<"$out" | sort)" "$(jq -r '.findings[] | select(.id != "Ways" and (.detail | startswith("registry") | not)) | [.id, .detail] | join("; ")' <<<"$judged" | sort)" "check says the same of tokens and Secrets"
is "$(jq -r '.findings[] | select(.id == "Ways" and (.detail | contains(" env "))) | [.line, .detail] | join("; ")' <<<"$out")" "$(grep -n DB_PASSWORD "$tmp/labelled.yaml" | cut -d: -f1); web db/password env app DB_PASSWORD outside=false seen=true Opaque 31 31 <NA>" "and stands at the variable"
mkdir "$tmp/own"
cp "$tmp/rules.yaml" "$tmp/own/"
cat >"$tmp/own/set.yaml" <<'END'
name: own
version: 1
rules: [{rule: Old token}, {rule: Secrets}]
exceptions:
- {name: root, rule: Old token, scope: {namespace: shop}, reason: known, owner: a, until: 2027-01-01}
END
exits 0 "an exception by the namespace of the Secret" access --policy "$tmp/own" --show-suppressed -f json -m "$tmp/labelled.yaml"
is "$(jq -r '[([.findings[].id] | unique | join(",")), (.suppressed[0].id // "none")] | join(" ")' <<<"$out")" "Secrets Old token" "is one, and shown as such"
exits 1 "a gate" access --policy "$tmp/own" --fail-on low -m "$tmp/labelled.yaml"
exits 0 "SARIF" access --policy "$tmp/own" -f sarif -m "$tmp/labelled.yaml"
is "$(jq -r '.runs[0].results[0].locations[0].physicalLocation.region.startLine' <<<"$out")" 1 "with the line of the Secret"
exits 2 "a format of reports without rules" access -f sarif -m "$tmp/labelled.yaml"
exits 3 "rules: what cannot be read is a gap" access --policy "$tmp/own" -m "$tmp/labelled.yaml" -m "$tmp/none.yaml"
if [ -n "$have_openssl" ]; then
  exits 0 "what comes with the program, on a kubeconfig" access --policy production -f json -m "$tmp/config.json" -m "$tmp/secret.json" -m "$tmp/cluster.yaml"
  is "$(jq -r '.findings[] | [.id, .policy.subject] | join("; ")' <<<"$out" | sort)" "Certificate of every right in a Secret; certificate of Secret ops/stolen, tls.crt
Old token without an end; token of ServiceAccount shop/root, Secret legacy
Password for the API server; password of kubeconfig user old
Stored token with every right; token of ServiceAccount shop/root, Secret legacy" "finds what is wrong"
fi
done_testing
