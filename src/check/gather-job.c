/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: bytes of a file to objects, cut down to what is asked for. */
#include "base/fs.h"
#include "base/worker.h"
#include "check/gather-private.h"
#include "kube/access.h"
#include "parse/node-wire.h"

enum { MEMORY = 3u << 30 };

static Node *child(const Node *map, const char *key) {
    return (Node *) kube_at(map, key);
}

static void forget(Node *n) {
    if (n)
        n->type = NODE_NULL;
}

/* No value of a Secret leaves the worker: neither its own, nor the copy that kubectl keeps in an annotation. */
static void cut_down(const KubeObject *o, Arena *a) {
    static const char *const values[] = {"data", "stringData"};
    forget(child(o->root, "status"));
    /* Of Secrets they tell when values were written; they hold names of keys, never values. */
    if (!str_eqz(o->kind, "Secret"))
        forget(child(o->metadata, "managedFields"));
    forget((Node *) kube_key(kube_at(o->metadata, "annotations"), STR("kubectl.kubernetes.io/last-applied-configuration")));
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        Node *map = str_eqz(o->kind, "ConfigMap") ? child(o->root, values[i]) : NULL;
        for (Node *c = node_is(map, NODE_MAP) ? map->list.first : NULL; c; c = c->next)
            forget(c);
    }
    forget(child(o->root, "binaryData"));
    access_describe(o, a);
}

/* Records are kept in a buffer and written when there are enough of them. */
static int record(int out, Buf *b, const Buf *body, bool flush) {
    if (body)
        wire_put_str(b, buf_view(body));
    if (b->failed || (body && body->failed))
        return -E2BIG;
    if (!flush && b->n < (1u << 20))
        return 0;
    int r = fs_write_all(out, b->p, b->n);
    buf_clear(b);
    return r;
}

static int answer_objects(int out, const KubeWorld *w, Buf *b) {
    _cleanup_(buf_done) Buf body = buf_new(GATHER_FILE_BYTES);
    int r = 0;
    for (size_t i = 0; i < w->all.n && r == 0; i++) {
        const KubeObject *o = w->all.p[i];
        cut_down(o, w->arena);
        buf_clear(&body);
        wire_put_u64(&body, GATHER_OBJECT);
        node_wire_put(&body, o->root);
        r = record(out, b, &body, false);
    }
    return r;
}

static int read_pem(KubeWorld *w, const char *path, Str text) {
    Node *n = access_describe_pem(text, w->arena);
    return n && kube_world_put(w, n, path, NULL) ? 0 : -E2BIG;
}

static int answer(int out, const char *path, Str text, Buf *b) {
    _cleanup_(arena_done) Arena a = {.max = MEMORY};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf end = buf_new(GATHER_FILE_BYTES);
    Limits limits = limits_default();
    limits.document_bytes = GATHER_FILE_BYTES;
    Node *documents = NULL;
    size_t n;
    KubeWorld *w = kube_world_in(&a);
    Str start = str_trim(str_head(text, CHECK_HEAD));
    bool json = start.n && start.p[0] == '{' && !str_ends(str_from(path), STR(".yaml")) && !str_ends(str_from(path), STR(".yml"));
    bool pem = access_is_pem(str_from(path), text);
    int r = pem ? read_pem(w, path, text) : json ? json_parse(text, path, &limits, &a, &d, &documents) : yaml_parse(text, path, &limits, &a, &d, &documents, &n);
    if (r == 0 && !pem)
        r = kube_world_add(w, documents, path, &d);
    int x = r == -E2BIG ? 0 : answer_objects(out, w, b);
    wire_put_u64(&end, GATHER_END);
    wire_put_i64(&end, r);
    wire_put_u64(&end, d.items.n);
    for (size_t i = 0; i < d.items.n; i++) {
        wire_put_u64(&end, d.items.p[i].level);
        wire_put_u64(&end, d.items.p[i].line);
        wire_put_u64(&end, d.items.p[i].col);
        wire_put_str(&end, str_from(d.items.p[i].message));
    }
    return x ? x : record(out, b, &end, true);
}

int gather_job(const WorkerIo *io) {
    WireReader r = wire_reader(io->args);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    int x = 0;
    for (size_t n = (size_t) wire_max(&r, r.rest.n); x == 0 && n > 0; n--) {
        _cleanup_free_ char *path = str_dup(wire_str(&r));
        Str text = wire_str(&r);
        x = wire_ok(&r) ? answer(io->out, path, text, &b) : -EBADMSG;
    }
    return x;
}
