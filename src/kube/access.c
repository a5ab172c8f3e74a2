/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/access.h"

#include "base/time.h"
#include "kube/getter.h"

static const char *const token_names[] = {[ACCESS_TOKEN_SECRET] = "secret", [ACCESS_TOKEN_PROJECTED] = "projected", [ACCESS_TOKEN_MOUNTED] = "mounted"};

const char *access_token_name(AccessTokenKind k) {
    return token_names[k];
}

Access access_new(Arena *a) {
    return (Access) {.arena = a};
}

void access_done(Access *m) {
    vec_done(&m->ways);
    vec_done(&m->secrets);
    vec_done(&m->tokens);
    vec_done(&m->credentials);
    map_done(&m->secret_of);
    map_done(&m->no_token);
}

static Str keep(Access *m, Str s) {
    return arena_str(m->arena, s.p ? s : STR(""));
}

static Str joined(Access *m, Str a, Str b) {
    return arena_printf(m->arena, "%.*s/%.*s", STR_FMT(a), STR_FMT(b));
}

static AccessPlace place_of(const KubeObject *o) {
    return (AccessPlace) {o->file, o->root->line};
}

static int64_t time_of(const KubeObject *o) {
    int64_t t;
    return time_parse(kube_text(o->metadata, "creationTimestamp"), &t) < 0 ? TIME_NONE : t;
}

static AccessSecret *secret_at(Access *m, Str namespace, Str name) {
    bool fresh;
    void **slot = map_slot(&m->secret_of, joined(m, namespace, name), &fresh);
    if (fresh) {
        vec_push(&m->secrets, ((AccessSecret) {.namespace = keep(m, namespace), .name = keep(m, name), .created = TIME_NONE}));
        *slot = (void *) (uintptr_t) m->secrets.n;
    }
    return &m->secrets.p[(uintptr_t) *slot - 1];
}

const AccessSecret *access_secret(const Access *m, Str namespace, Str name) {
    char key[600];
    int n = snprintf(key, sizeof(key), "%.*s/%.*s", STR_FMT(namespace), STR_FMT(name));
    const void *at = n > 0 && (size_t) n < sizeof(key) ? map_get(&m->secret_of, str_n(key, (size_t) n)) : NULL;
    return at ? &m->secrets.p[(uintptr_t) at - 1] : NULL;
}

typedef struct Adding {
    Access *map;
    const KubeObject *object;
} Adding;

static int add_way(void *userdata, const AccessUse *u) {
    const Adding *a = userdata;
    Access *m = a->map;
    AccessUse own = {u->how, keep(m, u->secret), keep(m, u->key), keep(m, u->container), keep(m, u->where), NULL};
    vec_push(&m->ways, ((AccessWay) {keep(m, a->object->kind), keep(m, a->object->namespace), keep(m, a->object->name), own, place_of(a->object)}));
    return 0;
}

static void add_workload(Access *m, const KubeObject *o) {
    const KubeWorkload *w = o->workload;
    Str account = kube_text(w->spec, "serviceAccountName"), holder = arena_printf(m->arena, "%.*s %.*s", STR_FMT(o->kind), STR_FMT(o->name));
    const Node *token = kube_at(w->spec, "automountServiceAccountToken");
    account = account.n ? account : STR("default");
    Adding a = {m, o};
    access_each_use(w, add_way, &a);
    if (str_eqz(o->group, "compose"))
        return;
    /* One hour and seven seconds: what the admission plugin asks for. */
    if (kube_bool(token, true))
        vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_MOUNTED, .namespace = keep(m, o->namespace), .account = keep(m, account), .holder = holder, .audience = token ? STR("") : STR("?"),
                                             .lifetime_s = 3607, .created = TIME_NONE, .place = place_of(o)}));
    for (size_t i = 0; i < w->n_volumes; i++)
        list_each(s, kube_at(w->volumes[i].source, "sources")) {
            const Node *t = kube_at(s, "serviceAccountToken");
            int64_t lifetime = 3600;
            if (!t)
                continue;
            (void) kube_int(kube_at(t, "expirationSeconds"), &lifetime);
            vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_PROJECTED, .namespace = keep(m, o->namespace), .account = keep(m, account), .holder = holder,
                                                 .audience = keep(m, kube_text(t, "audience")), .lifetime_s = lifetime, .created = TIME_NONE, .place = place_of(o)}));
        }
}

static Str label(const KubeObject *o, const char *map, const char *key) {
    return node_str(kube_key(kube_at(o->metadata, map), str_from(key)));
}

/* Descriptions of certificates and tokens, as access_describe() leaves them. */
static void add_credential(Access *m, const KubeObject *o, const Node *n, Str owner, Str cluster) {
    int64_t from = TIME_NONE, to = TIME_NONE;
    (void) node_i64(kube_at(n, "not_before"), &from);
    (void) node_i64(kube_at(n, "not_after"), &to);
    vec_push(&m->credentials, ((AccessCredential) {
        .what = keep(m, kube_text(n, "what")),
        .owner = owner,
        .cluster = cluster,
        .subject = keep(m, kube_text(n, "subject")),
        .masters = kube_bool(kube_at(n, "masters"), false),
        .not_before = from,
        .not_after = to,
        .place = place_of(o),
    }));
}

static void add_secret(Access *m, const KubeObject *o) {
    AccessSecret *s = secret_at(m, o->namespace, o->name);
    Str type = kube_text(o->root, "type"), account = label(o, "annotations", "kubernetes.io/service-account.name");
    s->type = keep(m, type.n ? type : STR("Opaque"));
    s->seen = true;
    s->created = time_of(o);
    s->place = place_of(o);
    if (str_eqz(type, "kubernetes.io/service-account-token") && account.n)
        vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_SECRET, .namespace = s->namespace, .account = keep(m, account), .holder = s->name, .created = s->created,
                                             .last_used = keep(m, label(o, "labels", "kubernetes.io/legacy-token-last-used")), .place = s->place}));
    static const char *const maps[] = {"data", "stringData"};
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
        node_each(v, kube_at(o->root, maps[i]))
            if (kube_bool(kube_at(v, "masters"), false))
                add_credential(m, o, v, arena_printf(m->arena, "Secret %.*s/%.*s, %.*s", STR_FMT(o->namespace), STR_FMT(o->name), STR_FMT(v->key)), STR(""));
}

/* What stands for a Secret that is made elsewhere. */
static void add_maker(Access *m, const KubeObject *o, const char *target, const char *store) {
    Str name = kube_text(o->root, target), from = store ? kube_text(o->root, store) : STR(""), namespace = o->namespace.n ? o->namespace : STR("default");
    AccessSecret *s = secret_at(m, namespace, name.n ? name : o->name);
    s->made_by = from.n ? arena_printf(m->arena, "%.*s %.*s of store %.*s", STR_FMT(o->kind), STR_FMT(o->name), STR_FMT(from)) : arena_printf(m->arena, "%.*s %.*s", STR_FMT(o->kind), STR_FMT(o->name));
    if (!s->place.file)
        s->place = place_of(o);
}

/* Servers of the contexts of a user. */
static Str servers_of(Access *m, const KubeObject *o, Str user) {
    Str all = STR("");
    list_each(c, kube_at(o->root, "contexts")) {
        if (!str_eq(kube_text(c, "context.user"), user))
            continue;
        list_each(k, kube_at(o->root, "clusters"))
            if (str_eq(kube_text(k, "name"), kube_text(c, "context.cluster")))
                all = arena_printf(m->arena, "%.*s%s%.*s", STR_FMT(all), all.n ? " " : "", STR_FMT(kube_text(k, "cluster.server")));
    }
    return all;
}

static void add_kubeconfig(Access *m, const KubeObject *o) {
    list_each(u, kube_at(o->root, "users")) {
        Str name = kube_text(u, "name"), owner = arena_printf(m->arena, "kubeconfig user %.*s", STR_FMT(name)), servers = servers_of(m, o, name);
        node_each(v, kube_at(u, "user"))
            if (kube_text(v, "what").n)
                add_credential(m, o, v, owner, servers);
    }
}

static void add_pem(Access *m, const KubeObject *o) {
    node_each(v, kube_at(o->root, "blocks")) {
        add_credential(m, o, v, STR("file"), STR(""));
        m->credentials.p[m->credentials.n - 1].place.line = v->line;
    }
}

void access_add(Access *m, const KubeObject *o) {
    if (o->class == KUBE_WORKLOAD)
        add_workload(m, o);
    else if (o->class == KUBE_SERVICE_ACCOUNT && !kube_bool(kube_at(o->root, "automountServiceAccountToken"), true))
        map_set(&m->no_token, joined(m, o->namespace, o->name), m);
    else if (str_eqz(o->kind, "Secret") && o->group.n == 0)
        add_secret(m, o);
    else if (str_eqz(o->kind, "ExternalSecret"))
        add_maker(m, o, "spec.target.name", "spec.secretStoreRef.name");
    else if (str_eqz(o->kind, "SealedSecret"))
        add_maker(m, o, "spec.template.metadata.name", NULL);
    else if (str_eqz(o->kind, "Config") && kube_at(o->root, "users"))
        add_kubeconfig(m, o);
    else if (str_eqz(o->kind, "PEM") && str_eqz(o->group, "plimsoll.dev"))
        add_pem(m, o);
}

static int by_way(const void *a, const void *b) {
    const AccessWay *x = a, *y = b;
    int r = str_cmp(x->namespace, y->namespace);
    r = r ? r : str_cmp(x->kind, y->kind);
    r = r ? r : str_cmp(x->workload, y->workload);
    r = r ? r : str_cmp(x->use.secret, y->use.secret);
    r = r ? r : (int) x->use.how - (int) y->use.how;
    r = r ? r : str_cmp(x->use.container, y->use.container);
    r = r ? r : str_cmp(x->use.where, y->use.where);
    return r ? r : str_cmp(x->use.key, y->use.key);
}

static int by_token(const void *a, const void *b) {
    const AccessToken *x = a, *y = b;
    int r = str_cmp(x->namespace, y->namespace);
    r = r ? r : str_cmp(x->account, y->account);
    r = r ? r : (int) x->kind - (int) y->kind;
    r = r ? r : str_cmp(x->holder, y->holder);
    return r ? r : str_cmp(x->audience, y->audience);
}

void access_finish(Access *m) {
    size_t n = 0;
    for (size_t i = 0; i < m->tokens.n; i++) {
        AccessToken t = m->tokens.p[i];
        bool unsaid = t.kind == ACCESS_TOKEN_MOUNTED && str_eqz(t.audience, "?");
        if (unsaid && map_has(&m->no_token, joined(m, t.namespace, t.account)))
            continue;
        t.audience = unsaid ? STR("") : t.audience;
        m->tokens.p[n++] = t;
    }
    m->tokens.n = n;
    vec_sort(&m->ways, by_way);
    vec_sort(&m->tokens, by_token);
}
