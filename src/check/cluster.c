/* SPDX-License-Identifier: Apache-2.0 */
#include "check/cluster.h"

#include <stdlib.h>

#include "check/cluster-object.h"
#include "check/kubernetes.h"
#include "kube/subject.h"
#include "kube/tree.h"

/* How objects of a kind are judged. */
typedef enum ClusterHow {
    CLUSTER_ALONE,       /* nothing asks for others */
    CLUSTER_NAMESPACE,   /* with what is in it */
    CLUSTER_TOGETHER,    /* with the workloads of its namespace */
    CLUSTER_BINDING,     /* alone, and known to all workloads that it may speak of */
    CLUSTER_WORKLOAD,
    CLUSTER_POD,         /* the last, and too many to be kept */
} ClusterHow;

typedef struct ClusterKind {
    const char *group, *resource;
    ClusterHow how;
} ClusterKind;

static const ClusterKind kinds[] = {
#define CLUSTER_KIND(group, resource, how) {group, resource, how},
#include "kube/cluster-kind.list.h"
#undef CLUSTER_KIND
};

/* A text for the workers is about so large; they take one of CHECK_FILE_BYTES. */
enum { TEXT_BYTES = 8 << 20, CONTEXT_BYTES = 8 << 20 };

/* A server that falls silent costs minutes for each kind. */
enum { SILENT_MAX = 2 };

/* Objects, a line each. */
typedef struct Lines {
    Buf text;
    uint64_t n;
} Lines;

typedef struct Namespace {
    Str name;             /* of the map */
    Lines objects;
    bool judged;          /* its objects were; they are context for what comes later */
} Namespace;

typedef struct Cluster {
    KubeClient *client;
    const ClusterOptions *o;
    CheckWalk *walk;
    Arena *arena;
    Error *err;
    KubeResources resources;
    Map namespaces;       /* name -> Namespace * */
    ClusterSeen seen;
    Lines alone;          /* to be judged */
    Lines bindings;       /* context of everything */
    Lines pods;           /* of `in` */
    Namespace *in;        /* whose pods come; NULL: none yet */
    uint64_t objects;
    unsigned silent;      /* kinds that the server said nothing of, or broke off, one after the other */
    unsigned minor;       /* of the server's version: 20 is 1.20; 0: not known */
    /* The kind at hand. */
    const ClusterKind *kind;
    const KubeResource *resource;
    Str api_version;
} Cluster;

static void lines_clear(Lines *l) {
    buf_clear(&l->text);
    l->n = 0;
}

static void lines_add(Lines *to, const Lines *from) {
    buf_str(&to->text, buf_view(&from->text));
    to->n += from->n;
}

/* A text for the workers: the version of the server and the number of objects that are there only to be looked up, these, and those that are judged. */
static int judge(Cluster *c, const Lines *context, const Lines *objects) {
    if (objects->n == 0)
        return 0;
    Buf text = buf_new((size_t) 2 * CHECK_FILE_BYTES);
    buf_printf(&text, "%u %llu\n", c->minor, (unsigned long long) context->n);
    buf_str(&text, buf_view(&context->text));
    buf_str(&text, buf_view(&objects->text));
    int failed = objects->text.failed ? objects->text.failed : context->text.failed ? context->text.failed : text.failed;
    if (failed) {
        buf_done(&text);
        return error_errno(c->err, failed, "the objects of a namespace");
    }
    CheckItem item = {.path = xstrdup(kube_client_server(c->client)), .input = &check_input_cluster, .text = buf_view(&text)};
    vec_push(&c->walk->items, item);
    CheckItem *last = &c->walk->items.p[c->walk->items.n - 1];
    int r = check_files(c->o->check, last, 1, c->arena, c->err);
    last->text = STR_NULL;
    buf_done(&text);
    return r;
}

static int judge_alone(Cluster *c) {
    static const Lines none;
    int r = judge(c, &none, &c->alone);
    lines_clear(&c->alone);
    return r;
}

static Namespace *namespace_of(Cluster *c, Str name) {
    bool fresh;
    c->namespaces.own_keys = true;
    void **slot = map_slot(&c->namespaces, name, &fresh);
    if (fresh) {
        Namespace *n = xcalloc(1, sizeof(*n));
        n->name = c->namespaces.entries[c->namespaces.n - 1].key;
        n->objects.text = buf_new(CHECK_FILE_BYTES);
        *slot = n;
    }
    return *slot;
}

/* What is known of the namespace so far, with the pods that came of it. */
static int judge_namespace(Cluster *c, Namespace *n, const Lines *pods) {
    Lines context = {.text = buf_new(CHECK_FILE_BYTES)}, objects = {.text = buf_new(CHECK_FILE_BYTES)};
    lines_add(&context, &c->bindings);
    lines_add(n->judged ? &context : &objects, &n->objects);
    lines_add(&objects, pods);
    int r = judge(c, &context, &objects);
    n->judged = true;
    buf_done(&context.text);
    buf_done(&objects.text);
    return r;
}

static int judge_pods(Cluster *c) {
    int r = c->in ? judge_namespace(c, c->in, &c->pods) : 0;
    lines_clear(&c->pods);
    return r;
}

/* Only service accounts and their groups matter to workloads. */
static bool speaks_of_accounts(const Node *binding) {
    node_each(s, kube_at(binding, "subjects"))
        if (!str_eqz(kube_text(s, "kind"), "User"))
            return true;
    return false;
}

/* What the API server lays down itself, under names that are its own: nobody can do without it, and it is put back at each start. */
static bool is_bootstrap(const Node *object, Str name) {
    static const char *const own[] = {"cluster-admin", "admin", "edit", "view"};
    if (!str_eqz(node_str(kube_key(kube_at(object, "metadata.labels"), STR("kubernetes.io/bootstrapping"))), "rbac-defaults"))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        if (str_eqz(name, own[i]))
            return true;
    return str_starts(name, STR("system:"));
}

static int put(Cluster *c, Lines *to, const Node *object) {
    cluster_object_line(object, c->api_version, c->resource->kind, &to->text);
    to->n++;
    return to->text.failed ? error_errno(c->err, to->text.failed, "%.*s %.*s", STR_FMT(c->resource->kind), STR_FMT(kube_text(object, "metadata.name"))) : 0;
}

static int take_pod(Cluster *c, const Node *object, Str namespace) {
    int r = 0;
    if (!c->in || !str_eq(c->in->name, namespace) || c->pods.text.n >= TEXT_BYTES) {
        r = judge_pods(c);
        c->in = namespace_of(c, namespace);
    }
    return r < 0 ? r : put(c, &c->pods, object);
}

static int take(void *userdata, const Node *object) {
    Cluster *c = userdata;
    Str namespace = kube_text(object, "metadata.namespace"), name = kube_text(object, "metadata.name");
    ClusterHow how = c->kind->how;
    int r = 0;
    if (++c->objects % 64 == 0 && c->o->progress)
        c->o->progress(c->o->userdata, c->objects);
    if ((how == CLUSTER_WORKLOAD || how == CLUSTER_POD) && cluster_seen(&c->seen, object, c->resource->kind))
        return 0;
    if (how == CLUSTER_POD)
        return take_pod(c, object, namespace);
    if (how == CLUSTER_BINDING && speaks_of_accounts(object) && c->bindings.text.n < CONTEXT_BYTES)
        r = put(c, &c->bindings, object);
    bool alone = how == CLUSTER_ALONE || how == CLUSTER_BINDING;
    if (r == 0 && !c->o->builtin && is_bootstrap(object, name))
        c->walk->builtin++;
    else if (r == 0)
        r = put(c, alone ? &c->alone : &namespace_of(c, how == CLUSTER_NAMESPACE ? name : namespace)->objects, object);
    return r < 0 || c->alone.text.n < TEXT_BYTES ? r : judge_alone(c);
}

static void miss(Cluster *c, const char *what, const char *why) {
    vec_push(&c->walk->missed, ((CheckMiss) {xstrdup(what), xstrdup(why)}));
}

static int list(Cluster *c, const char *namespace) {
    _cleanup_free_ char *path = kube_resource_path(c->resource, namespace);
    _cleanup_error_ Error why = {0};
    _cleanup_free_ char *what = str_dup(c->resource->name);
    if (c->silent >= SILENT_MAX) {
        miss(c, what, "it was not asked for: the server did not answer the questions before it");
        return 0;
    }
    const KubeListOptions o = {.path = path, .each = take, .wait = c->o->wait, .userdata = c};
    int r = kube_list(c->client, &o, NULL, &why);
    bool silent = r == -ETIMEDOUT || r == -ETIME || r == -ECONNRESET;
    c->silent = silent ? c->silent + 1 : 0;
    /* What one kind does not give is said; without a server or an account there is nothing to go on with. A failure of ours has no message here. */
    if (r < 0 && why.message && r != -EHOSTUNREACH && r != -EACCES) {
        miss(c, what, error_text(&why, r));
        return 0;
    }
    if (r < 0 && why.message)
        error_set(c->err, r, "%s", why.message);
    return r;
}

static int one_namespace(Cluster *c, const char *name) {
    _cleanup_free_ char *path = xasprintf("/api/v1/namespaces/%s", name);
    _cleanup_(buf_done) Buf body = buf_new(0);
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_error_ Error why = {0};
    const KubeRequest rq = {.path = path};
    const Limits limits = limits_default();
    Node *n;
    int r = kube_request(c->client, &rq, &body, &why);
    if (r == 0 && json_parse(buf_view(&body), path, &limits, &a, NULL, &n) == 0)
        return take(c, n);
    if (r == -EPERM) {
        miss(c, name, error_text(&why, r));
        return 0;
    }
    return error_set(c->err, r < 0 ? r : -EBADMSG, "%s", r < 0 ? error_text(&why, r) : "the namespace cannot be read");
}

static int take_kind(Cluster *c, const ClusterKind *k) {
    int r = 0;
    c->kind = k;
    c->resource = kube_resource_find(&c->resources, str_from(k->group), str_from(k->resource));
    if (!c->resource || !c->resource->list)
        return 0;
    _cleanup_free_ char *api_version = kube_resource_api_version(c->resource);
    c->api_version = str_from(api_version);
    if (!c->o->namespaces)
        return list(c, NULL);
    for (const char *const *n = c->o->namespaces; *n && r == 0; n++)
        if (k->how == CLUSTER_NAMESPACE)
            r = one_namespace(c, *n);
        else if (c->resource->namespaced)
            r = list(c, *n);
    return r;
}

/* Which versions of the API are out of date is a matter of the server's own version. */
static void find_version(Cluster *c) {
    _cleanup_(buf_done) Buf body = buf_new(0);
    _cleanup_(arena_done) Arena a = {0};
    const KubeRequest rq = {.path = "/version", .max = 64 << 10};
    const Limits limits = limits_default();
    uint64_t minor;
    Node *n;
    if (kube_request(c->client, &rq, &body, NULL) < 0 || json_parse(buf_view(&body), "version", &limits, &a, NULL, &n) < 0)
        return;
    Str text = kube_text(n, "minor");
    if (str_ends(text, STR("+")))
        text.n--;
    if (str_to_u64(text, KUBE_MINOR_NEWEST, &minor) == 0)
        c->minor = (unsigned) minor;
}

static bool wanted(void *userdata, Str group) {
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_eqz(group, kinds[i].group))
            return true;
    return false;
}

static int judge_rest(Cluster *c) {
    static const Lines none;
    int r = judge_pods(c);
    for (size_t i = 0; i < c->namespaces.n && r == 0; i++) {
        Namespace *n = c->namespaces.entries[i].value;
        if (!n->judged)
            r = judge_namespace(c, n, &none);
    }
    return r < 0 ? r : judge_alone(c);
}

static void cluster_done(Cluster *c) {
    for (size_t i = 0; i < c->namespaces.n; i++) {
        Namespace *n = c->namespaces.entries[i].value;
        buf_done(&n->objects.text);
        free(n);
    }
    map_done(&c->namespaces);
    cluster_seen_done(&c->seen);
    kube_resources_done(&c->resources);
    buf_done(&c->alone.text);
    buf_done(&c->bindings.text);
    buf_done(&c->pods.text);
}

int check_cluster(KubeClient *client, const ClusterOptions *o, CheckWalk *w, Arena *a, Error *err) {
    _cleanup_(cluster_done) Cluster c = {.client = client, .o = o, .walk = w, .arena = a, .err = err};
    c.alone.text = c.bindings.text = c.pods.text = buf_new(CHECK_FILE_BYTES);
    w->cluster = true;
    int r = kube_discover(client, wanted, NULL, &c.resources, err);
    if (r == 0)
        find_version(&c);
    for (size_t i = 0; i < c.resources.missed.n; i++) {
        _cleanup_free_ char *group = str_dup(c.resources.missed.p[i]);
        miss(&c, "a group of the API", group);
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && r == 0; i++)
        r = take_kind(&c, &kinds[i]);
    if (r == 0)
        r = judge_rest(&c);
    w->objects = c.objects;
    return r;
}

/* What a worker reads of it. */

typedef struct Visitor {
    const CheckFile *file;
    Str name, path;
    CheckEach each;
    void *userdata;
    const KubeObject *object;
} Visitor;

static int visit(void *userdata, const Subject *s, const Node *at) {
    Visitor *v = userdata;
    Str own = at == v->object->root ? STR_NULL : kube_text(at, "name");
    CheckSubject c = {.subject = *s, .name = v->name, .path = v->path};
    if (at != v->object->root)
        c.name = arena_printf(v->file->arena, "%.*s, %s%s%.*s", STR_FMT(v->name), s->source->name, own.n ? " " : "", STR_FMT(own));
    return v->each(v->userdata, &c);
}

static int hand_out(const CheckFile *f, const KubeWorld *w, size_t from, CheckEach each, void *userdata) {
    int r = 0;
    for (size_t i = from; i < w->all.n && r >= 0; i++) {
        const KubeObject *o = w->all.p[i];
        Str in = kube_text(o->metadata, "namespace");
        Visitor v = {.file = f, .each = each, .userdata = userdata, .object = o};
        v.name = arena_printf(f->arena, "%.*s %.*s", STR_FMT(o->kind), STR_FMT(o->name));
        v.path = arena_printf(f->arena, "%.*s/%.*s%s%.*s", STR_FMT(o->kind), STR_FMT(in), in.n ? "/" : "", STR_FMT(o->name));
        r = v.path.p ? kube_each_subject(o, f->arena, visit, &v) : -E2BIG;
    }
    return r;
}

/* Lines of our own text are no places in anybody's file. */
static void say(const CheckFile *f, const Diag *d) {
    for (size_t i = 0; i < d->items.n; i++)
        diag_add(f->diag, d->items.p[i].level, f->path, 0, 0, "%s", d->items.p[i].message);
}

static int read_cluster(const CheckFile *f, CheckEach each, void *userdata) {
    KubeWorld *w = kube_world_in(f->arena);
    Str rest = f->text, line, first, second;
    uint64_t context = 0, minor = 0, n = 0;
    size_t from = 0;
    uint32_t number = 1;
    if (!w)
        return -E2BIG;
    if (!str_line(&rest, &line) || !str_cut(line, ' ', &first, &second) || str_to_u64(first, KUBE_MINOR_NEWEST, &minor) < 0 || str_to_u64(second, UINT32_MAX, &context) < 0)
        return diag_add(f->diag, DIAG_ERROR, f->path, 1, 1, "expected the version of the server and the number of objects that are not judged");
    w->minor = minor ? (unsigned) minor : w->minor;
    if (f->kubernetes)
        w->minor = *f->kubernetes;
    w->now = f->as_of;
    w->access_wanted = f->access;
    int result = 0;
    for (Node *object; result != -E2BIG; n++) {
        _cleanup_(diag_done) Diag d = {0};
        int r = json_lines_next(&rest, f->path, &number, f->limits, f->arena, &d, &object);
        if (r == 0)
            break;
        if (n == context)
            from = w->all.n;
        if (r > 0)
            r = kube_world_add(w, object, f->path, &d);
        if (n >= context)
            say(f, &d);
        result = r < 0 && (n >= context || r == -E2BIG) ? r : result;
    }
    if (result == -E2BIG)
        return result;
    if (n <= context)
        from = w->all.n;
    int handed = hand_out(f, w, from, each, userdata);
    return handed < 0 ? handed : result;
}

static bool recognise_nothing(Str path, Str head) {
    return false;
}

const CheckInput check_input_cluster = {
    .name = "cluster",
    .doc = "Objects of a running cluster, with --cluster: every kind of workload down to the pod template, RBAC, network, configuration; no file is one",
    .sources = KUBE_SOURCES,
    .recognise = recognise_nothing,
    .read = read_cluster,
};
