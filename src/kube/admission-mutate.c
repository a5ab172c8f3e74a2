/* SPDX-License-Identifier: Apache-2.0 */
/* Changes that make an object what was judged, or safer where nobody said anything: JSON patches (RFC 6902). What an object says itself is never changed but for a tag, which
 * gets the digest it leads to. */
#include "base/vec.h"
#include "kube/admission.h"
#include "kube/subject.h"
#include "parse/json-write.h"
#include "policy/program.h"

enum { PATCH_BYTES = 1 << 20, OPERATIONS_MAX = 2000, DEPTH_MAX = 128, KEYS_MAX = 8 };

typedef struct Default {
    Node *from;        /* the subject's value */
    const Node *fix;   /* the rule's */
} Default;

typedef struct Patcher {
    const AdmissionConfig *config;
    const AdmissionReview *review;
    PolicyContext context;
    Evaluator *evaluator;
    Arena *arena;
    Node *root;
    Buf *out;
    JsonWriter json;
    size_t n;
    Vec(Default) defaults;
    Node *at;          /* the subject at hand */
} Patcher;

/* RFC 6901: "~" and "/" are escaped. */
static void put_key(Buf *out, Str key) {
    buf_putc(out, '/');
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] == '~')
            buf_putz(out, "~0");
        else if (key.p[i] == '/')
            buf_putz(out, "~1");
        else
            buf_putc(out, key.p[i]);
}

/* Where the value stands below `n`; `out` is as it was when it does not. */
static bool put_pointer(const Node *n, const Node *target, unsigned depth, Buf *out) {
    size_t i = 0, mark = out->n;
    if (n == target)
        return true;
    if (depth == DEPTH_MAX)
        return false;
    node_each(c, n) {
        if (n->type == NODE_MAP)
            put_key(out, c->key);
        else
            buf_printf(out, "/%zu", i++);
        if (put_pointer(c, target, depth + 1, out))
            return true;
        out->n = mark;
    }
    return false;
}

/* {"op": …, "path": POINTER[/KEY], "value": …} */
static bool add_operation(Patcher *p, const char *op, const Node *at, Str key, const Node *value) {
    _cleanup_(buf_done) Buf path = buf_new(PATCH_BYTES);
    if (p->n == OPERATIONS_MAX || !put_pointer(p->root, at, 0, &path))
        return false;
    if (key.p)
        put_key(&path, key);
    json_map(&p->json, NULL);
    json_strz(&p->json, "op", op);
    json_str(&p->json, "path", buf_view(&path));
    json_node(&p->json, "value", value);
    json_end(&p->json);
    p->n++;
    return true;
}

static Node *child_of(const Node *map, Str key) {
    for (Node *c = map->list.first; c; c = c->next)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

/* Puts the value at the keys below the map, which has nothing at the first of them; in the tree, too, so that what comes after sees it. */
static void put_in(Patcher *p, Node *map, const Str *keys, size_t n, const Node *value) {
    Node *top = NULL, *inner = NULL;
    for (size_t i = 0; i < n; i++) {
        Node *made = arena_new(p->arena, Node);
        if (!made)
            return;
        *made = i + 1 < n ? (Node) {.type = NODE_MAP, .line = map->line, .col = map->col} : *value;
        made->key = keys[i];
        made->next = NULL;
        if (inner) {
            inner->list.first = inner->list.last = made;
            inner->list.n = 1;
        } else {
            top = made;
        }
        inner = made;
    }
    if (!top || !add_operation(p, "add", map, keys[0], top))
        return;
    Node *null = child_of(map, keys[0]);
    if (null) {
        Node *next = null->next;
        *null = *top;
        null->next = next;
        return;
    }
    node_append(map, top);
}

/* Only where nothing stands at the path, or along it. */
static void set_default(Patcher *p, Node *from, Str path, const Node *value) {
    Str keys[KEYS_MAX], part;
    size_t n = 0;
    while (str_split(&path, '.', &part)) {
        if (n == KEYS_MAX)
            return;
        keys[n++] = part;
    }
    for (size_t i = 0; i < n && from->type == NODE_MAP; i++) {
        Node *next = child_of(from, keys[i]);
        if (!next || next->type == NODE_NULL) {
            put_in(p, from, keys + i, n - i, value);
            return;
        }
        from = next;
    }
}

static void each_hit(void *userdata, const PolicyHit *h) {
    Patcher *p = userdata;
    const Node *fix = h->rule->rule->fix;
    if (!h->exception && !h->limited && fix && p->at && p->defaults.n < OPERATIONS_MAX)
        vec_push(&p->defaults, ((Default) {p->at, fix}));
}

static int each_subject(void *userdata, const Subject *s, const Node *at) {
    Patcher *p = userdata;
    bool workload = strcmp(s->source->name, "workload") == 0;
    p->at = (Node *) (workload ? ((const KubeWorkload *) s->object)->spec : at);
    policy_evaluate(p->config->defaults, s, &p->context, p->evaluator, each_hit, p);
    return 0;
}

static int add_defaults(Patcher *p, const KubeObject *o) {
    int r = kube_each_subject(o, p->arena, each_subject, p);
    for (size_t i = 0; i < p->defaults.n && r >= 0; i++)
        node_each(v, node_get(p->defaults.p[i].fix, "set"))
            set_default(p, p->defaults.p[i].from, v->key, v);
    vec_done(&p->defaults);
    return r;
}

/* The tag stays readable; the digest is what counts. */
static void pin(Patcher *p, const AdmissionMoment *m, const KubeContainer *c) {
    Node *image = c->node ? child_of(c->node, STR("image")) : NULL;
    if (!node_is(image, NODE_STRING) || !image->text.n || c->image.digest.n)
        return;
    ImageAnswer a = image_facts_find(m->images, &c->image, m->now, p->config->image_max_age);
    if (a.known != IMAGE_SETTLED)
        return;
    Str pinned = arena_printf(p->arena, "%.*s@%.*s", STR_FMT(str_trim(image->text)), STR_FMT(a.digest));
    const Node value = {.type = NODE_STRING, .text = pinned};
    if (pinned.p && add_operation(p, "replace", image, STR_NULL, &value))
        image->text = pinned;
}

static int change(Patcher *p, const AdmissionMoment *m) {
    KubeWorld w = kube_world(p->arena);
    _cleanup_(diag_done) Diag d = {0};
    w.minor = p->config->minor;
    KubeObject *o = kube_world_put(&w, p->root, "object", &d);
    int r = o ? 0 : -E2BIG;
    /* What is wrong is refused by others; here it is left alone. */
    if (o && d.errors == 0) {
        if (p->review->namespace.n && o->class != KUBE_NAMESPACE)
            o->namespace = p->review->namespace;
        if (p->config->defaults)
            r = add_defaults(p, o);
        for (size_t i = 0; p->config->pin && o->workload && i < o->workload->n_containers; i++)
            pin(p, m, &o->workload->containers[i]);
    }
    kube_world_done(&w);
    return r;
}

void admission_mutate(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionMoment *m, Evaluator *e, Arena *a, AdmissionDecision *ret) {
    admission_begin(c, q, ret);
    if (!ret->skipped && (!q->object || str_eqz(q->operation, "DELETE") || str_eqz(q->operation, "CONNECT") || q->subresource.n))
        ret->skipped = "nothing to change";
    /* Most of a pod cannot be changed once it is there. */
    if (!ret->skipped && str_eqz(q->kind, "Pod") && !str_eqz(q->operation, "CREATE"))
        ret->skipped = "nothing to change";
    if (!ret->skipped && ret->mode == ADMISSION_AUDIT)
        ret->skipped = "namespace is only audited";
    if (ret->skipped)
        return;
    _cleanup_(buf_done) Buf out = buf_new(PATCH_BYTES);
    Patcher p = {.config = c, .review = q, .context = c->context, .evaluator = e, .arena = a, .root = q->object, .out = &out, .json = json_writer(&out, false)};
    if (q->namespace.n)
        p.context.namespace = q->namespace;
    evaluator_until(e, c->budget ? m->began + c->budget : 0);
    json_list(&p.json, NULL);
    int r = change(&p, m);
    json_end(&p.json);
    /* All of it or nothing. Whoever is not changed is judged as it is. */
    if (r < 0 || out.failed)
        ret->error = STR("the patch would be too large");
    else if (p.n)
        ret->patch = arena_str(a, buf_view(&out));
}
