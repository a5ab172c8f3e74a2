/* SPDX-License-Identifier: Apache-2.0 */
#include "check/cluster-object.h"

#include "base/hash.h"
#include "kube/tree.h"
#include "parse/json-write.h"

enum { LINE_MAX_BYTES = 32 << 20 };

static bool is_one_of(Str s, const char *const *names, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eqz(s, names[i]))
            return true;
    return false;
}

static void put_member(JsonWriter *w, const Node *n) {
    json_key(w, n->key);
    json_node(w, NULL, n);
}

static void put_annotations(JsonWriter *w, const Node *annotations) {
    json_map(w, "annotations");
    node_each(n, annotations)
        if (!str_eqz(n->key, "kubectl.kubernetes.io/last-applied-configuration"))
            put_member(w, n);
    json_end(w);
}

static void put_metadata(JsonWriter *w, const Node *metadata) {
    json_map(w, "metadata");
    node_each(n, metadata) {
        if (str_eqz(n->key, "annotations") && n->type == NODE_MAP)
            put_annotations(w, n);
        else if (!str_eqz(n->key, "managedFields"))
            put_member(w, n);
    }
    json_end(w);
}

void cluster_object_line(const Node *object, Str api_version, Str kind, Buf *out) {
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_str(&w, "apiVersion", api_version);
    json_str(&w, "kind", kind);
    node_each(n, object) {
        if (str_eqz(n->key, "metadata") && n->type == NODE_MAP)
            put_metadata(&w, n);
        else if (!str_eqz(n->key, "apiVersion") && !str_eqz(n->key, "kind") && !str_eqz(n->key, "status") && !str_eqz(n->key, "metadata"))
            put_member(&w, n);
    }
    json_end(&w);
    buf_putc(out, '\n');
}

void cluster_seen_done(ClusterSeen *s) {
    map_done(&s->templates);
}

/* The volume that the server adds for the account's token: by its content, since its name is anybody's. */
static bool is_token_volume(const Node *volume, Str account) {
    Str name = kube_text(volume, "name"), secret = kube_text(volume, "secret.secretName");
    if (str_starts(name, STR("kube-api-access-"))) {
        node_each(source, kube_at(volume, "projected.sources"))
            if (kube_at(source, "secret") || kube_at(source, "clusterTrustBundle") || (kube_at(source, "configMap") && !str_eqz(kube_text(source, "configMap.name"), "kube-root-ca.crt")))
                return false;
        return kube_at(volume, "projected.sources") != NULL;
    }
    Str rest = str_from_at(secret, account.n);
    return secret.n && str_eq(secret, name) && str_starts(secret, account) && str_starts(rest, STR("-token-")) && rest.n == strlen("-token-") + 5;
}

static void put_volumes(JsonWriter *w, const Node *volumes, Str account) {
    json_list(w, "volumes");
    node_each(v, volumes)
        if (!is_token_volume(v, account))
            json_node(w, NULL, v);
    json_end(w);
}

static void put_container(JsonWriter *w, const Node *container) {
    json_map(w, NULL);
    node_each(n, container)
        if (!str_eqz(n->key, "volumeMounts"))
            put_member(w, n);
    json_list(w, "volumeMounts");
    node_each(m, kube_at(container, "volumeMounts"))
        if (!str_eqz(kube_text(m, "mountPath"), "/var/run/secrets/kubernetes.io/serviceaccount"))
            json_node(w, NULL, m);
    json_end(w);
    json_end(w);
}

/* The pod's spec without what differs between a template and the pods that are made of it. */
static void put_spec(JsonWriter *w, const Node *spec) {
    static const char *const added[] = {"nodeName", "tolerations", "priority", "preemptionPolicy", "enableServiceLinks", "serviceAccount", "imagePullSecrets", "hostname", "subdomain", "volumes"};
    static const char *const lists[] = {"containers", "initContainers"};
    Str account = kube_text(spec, "serviceAccountName");
    account = account.n ? account : STR("default");
    json_map(w, NULL);
    node_each(n, spec) {
        if (is_one_of(n->key, added, ARRAY_SIZE(added)) || (str_eqz(n->key, "serviceAccountName") && str_eqz(account, "default")))
            continue;
        if (is_one_of(n->key, lists, ARRAY_SIZE(lists)) && n->type == NODE_LIST) {
            json_key(w, n->key);
            json_list(w, NULL);
            node_each(c, n)
                put_container(w, c);
            json_end(w);
        } else {
            put_member(w, n);
        }
    }
    put_volumes(w, kube_at(spec, "volumes"), account);
    json_end(w);
}

/* What rules see of a pod beside its spec: the annotations that decide on its confinement. */
static void put_annotations_of(JsonWriter *w, const Node *metadata) {
    json_map(w, NULL);
    node_each(n, kube_at(metadata, "annotations"))
        if (str_find(n->key, STR("apparmor")) >= 0 || str_find(n->key, STR("seccomp")) >= 0)
            put_member(w, n);
    json_end(w);
}

static const Node *template_of(const Node *object, Str kind) {
    if (str_eqz(kind, "Pod"))
        return object;
    if (str_eqz(kind, "CronJob"))
        return kube_at(object, "spec.jobTemplate.spec.template");
    return kube_at(object, str_eqz(kind, "PodTemplate") ? "template" : "spec.template");
}

/* Its first time? */
static bool remember(ClusterSeen *s, Str owner, const char *digest) {
    _cleanup_free_ char *key = xasprintf("%.*s %s", STR_FMT(owner), digest);
    bool fresh;
    s->templates.own_keys = true;
    map_slot(&s->templates, str_from(key), &fresh);
    return fresh;
}

bool cluster_seen(ClusterSeen *s, const Node *object, Str kind) {
    const Node *template = template_of(object, kind), *spec = kube_at(template, "spec");
    Str own = kube_text(object, "metadata.uid"), owner = STR("");
    node_each(o, kube_at(object, "metadata.ownerReferences"))
        if (kube_bool(kube_at(o, "controller"), false))
            owner = kube_text(o, "uid");
    if (!spec || !own.n)
        return false;
    _cleanup_(buf_done) Buf b = buf_new(LINE_MAX_BYTES);
    JsonWriter w = json_writer(&b, false);
    json_list(&w, NULL);
    put_spec(&w, spec);
    put_annotations_of(&w, kube_at(template, "metadata"));
    json_end(&w);
    if (b.failed)
        return false;
    char digest[65];
    sha256_hex(b.p, b.n, digest);
    digest[32] = 0; /* half of it tells templates apart as well, in half the memory */
    (void) remember(s, own, digest);
    return owner.n && !remember(s, owner, digest);
}
