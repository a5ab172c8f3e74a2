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
    map_done(&m->namespaces);
    free(m->risks);
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
        vec_push(&m->secrets, ((AccessSecret) {.namespace = keep(m, namespace), .name = keep(m, name), .created = TIME_NONE, .written = TIME_NONE}));
        *slot = (void *) (uintptr_t) m->secrets.n;
    }
    return &m->secrets.p[(uintptr_t) *slot - 1];
}

bool access_is_outside(AccessHow h) {
    return h == ACCESS_CSI || h == ACCESS_VAULT;
}

const AccessSecret *access_secret_of(const Access *m, const AccessWay *w) {
    const AccessSecret *s = w->secret ? &m->secrets.p[w->secret - 1] : NULL;
    return s && (s->seen || s->made_by.n) ? s : NULL;
}

/* What fields of source k8s ask for, without the rest, which may be large. */
static const KubeObject *head_of(Access *m, const KubeObject *o) {
    static const char *const parts[] = {"apiVersion", "kind", "type", "metadata"}, *const metadata[] = {"name", "generateName", "namespace", "labels", "annotations", "creationTimestamp", "ownerReferences"};
    KubeObject *head = arena_new(m->arena, KubeObject);
    Node *root = arena_new(m->arena, Node), *meta = NULL;
    if (!head || !root)
        return NULL;
    *root = (Node) {.type = NODE_MAP, .line = o->root->line, .col = o->root->col};
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        bool is_meta = strcmp(parts[i], "metadata") == 0;
        const Node *from = kube_at(o->root, parts[i]);
        Node *n = !from ? NULL : is_meta ? arena_new(m->arena, Node) : kube_copy(from, m->arena);
        if (!n)
            continue;
        if (is_meta) {
            *n = (Node) {.type = NODE_MAP, .line = from->line, .col = from->col, .key = STR("metadata")};
            meta = n;
        }
        node_append(root, n);
    }
    for (size_t i = 0; meta && i < ARRAY_SIZE(metadata); i++) {
        const Node *from = kube_at(o->metadata, metadata[i]);
        Node *n = from ? kube_copy(from, m->arena) : NULL;
        if (n)
            node_append(meta, n);
    }
    if (!m->world)
        m->world = kube_world_in(m->arena);
    *head = (KubeObject) {.file = o->file, .root = root, .metadata = meta, .class = o->class, .world = m->world, .api_version = keep(m, o->api_version), .group = keep(m, o->group), .version = keep(m, o->version),
                          .kind = keep(m, o->kind), .name = o->name.p ? keep(m, o->name) : STR_NULL, .namespace = o->namespace.p ? keep(m, o->namespace) : STR_NULL};
    return m->world ? head : NULL;
}

typedef struct Adding {
    Access *map;
    const KubeObject *object, *kept;
} Adding;

static int add_way(void *userdata, const AccessUse *u) {
    const Adding *a = userdata;
    Access *m = a->map;
    const KubeObject *o = a->object;
    AccessUse own = {u->how, keep(m, u->secret), keep(m, u->key), keep(m, u->container), keep(m, u->where), m->stay ? u->node : NULL};
    AccessWay w = {.kind = keep(m, o->kind), .namespace = keep(m, o->namespace), .workload = keep(m, o->name), .use = own, .place = place_of(o), .object = a->kept};
    if (!access_is_outside(u->how)) {
        AccessSecret *s = secret_at(m, o->namespace, u->secret);
        w.secret = (size_t) (s - m->secrets.p) + 1;
        s->users += s->user != o->root;
        s->user = o->root;
    }
    vec_push(&m->ways, w);
    return 0;
}

static void add_workload(Access *m, const KubeObject *o, const KubeObject *kept) {
    const KubeWorkload *w = o->workload;
    Str account = kube_text(w->spec, "serviceAccountName"), holder = arena_printf(m->arena, "%.*s %.*s", STR_FMT(o->kind), STR_FMT(o->name));
    const Node *token = kube_at(w->spec, "automountServiceAccountToken");
    account = account.n ? account : kube_text(w->spec, "serviceAccount");
    account = account.n ? account : STR("default");
    Adding a = {m, o, kept};
    map_set(&m->namespaces, keep(m, o->namespace), m);
    access_each_use(w, add_way, &a);
    if (str_eqz(o->group, "compose"))
        return;
    /* One hour and seven seconds: what the admission plugin asks for. */
    if (kube_bool(token, true))
        vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_MOUNTED, .namespace = keep(m, o->namespace), .account = keep(m, account), .holder = holder, .audience = STR(""),
                                             .unsaid = !token, .lifetime_s = 3607, .created = TIME_NONE, .place = place_of(o), .object = kept}));
    for (size_t i = 0; i < w->n_volumes; i++)
        list_each(s, kube_at(w->volumes[i].source, "sources")) {
            const Node *t = kube_at(s, "serviceAccountToken");
            int64_t lifetime = 3600;
            if (!t)
                continue;
            (void) kube_int(kube_at(t, "expirationSeconds"), &lifetime);
            vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_PROJECTED, .namespace = keep(m, o->namespace), .account = keep(m, account), .holder = holder,
                                                 .audience = keep(m, kube_text(t, "audience")), .lifetime_s = lifetime, .created = TIME_NONE, .place = place_of(o), .object = kept}));
        }
}

static Str label(const KubeObject *o, const char *map, const char *key) {
    return node_str(kube_key(kube_at(o->metadata, map), str_from(key)));
}

/* Descriptions of certificates and tokens, as access_describe() leaves them. */
static void add_credential(Access *m, const KubeObject *o, const KubeObject *kept, const Node *n, Str owner, Str cluster) {
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
        .object = kept,
    }));
}

/* The newest of the times at which somebody wrote its values. */
static int64_t written_of(const KubeObject *o) {
    int64_t newest = TIME_NONE, t;
    list_each(f, kube_at(o->metadata, "managedFields")) {
        const Node *fields = kube_at(f, "fieldsV1");
        if ((kube_key(fields, STR("f:data")) || kube_key(fields, STR("f:stringData"))) && time_parse(kube_text(f, "time"), &t) == 0)
            newest = MAX(newest, t);
    }
    return newest;
}

/* Each once: stringData goes over data. */
static void take_keys(Access *m, AccessSecret *s, const KubeObject *o) {
    const Node *data = kube_at(o->root, "data"), *strings = kube_at(o->root, "stringData");
    Str *keys = arena_alloc(m->arena, (node_count(data) + node_count(strings) + 1) * sizeof(*keys));
    if (!keys)
        return;
    s->keys = keys;
    s->n_keys = 0;
    node_each(k, data)
        keys[s->n_keys++] = keep(m, k->key);
    node_each(k, strings)
        if (!node_is(data, NODE_MAP) || !kube_key(data, k->key))
            keys[s->n_keys++] = keep(m, k->key);
}

static void add_secret(Access *m, const KubeObject *o, const KubeObject *kept) {
    AccessSecret *s = secret_at(m, o->namespace, o->name);
    Str type = kube_text(o->root, "type"), account = label(o, "annotations", "kubernetes.io/service-account.name");
    s->type = keep(m, type.n ? type : STR("Opaque"));
    s->seen = true;
    s->created = time_of(o);
    s->written = written_of(o);
    s->immutable = kube_bool(kube_at(o->root, "immutable"), false);
    s->place = place_of(o);
    s->object = kept;
    take_keys(m, s, o);
    bool token = str_eqz(type, "kubernetes.io/service-account-token") && account.n;
    s->account = token ? joined(m, o->namespace, account) : STR("");
    if (token)
        vec_push(&m->tokens, ((AccessToken) {.kind = ACCESS_TOKEN_SECRET, .object = kept, .namespace = s->namespace, .account = keep(m, account), .holder = s->name, .created = s->created,
                                             .last_used = keep(m, label(o, "labels", "kubernetes.io/legacy-token-last-used")), .place = s->place}));
    static const char *const maps[] = {"data", "stringData"};
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
        node_each(v, kube_at(o->root, maps[i]))
            if (kube_bool(kube_at(v, "masters"), false))
                add_credential(m, o, kept, v, arena_printf(m->arena, "Secret %.*s/%.*s, %.*s", STR_FMT(o->namespace), STR_FMT(o->name), STR_FMT(v->key)), STR(""));
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

static void add_kubeconfig(Access *m, const KubeObject *o, const KubeObject *kept) {
    list_each(u, kube_at(o->root, "users")) {
        Str name = kube_text(u, "name"), owner = arena_printf(m->arena, "kubeconfig user %.*s", STR_FMT(name)), servers = servers_of(m, o, name);
        node_each(v, kube_at(u, "user"))
            if (kube_text(v, "what").n)
                add_credential(m, o, kept, v, owner, servers);
    }
}

static void add_pem(Access *m, const KubeObject *o, const KubeObject *kept) {
    node_each(v, kube_at(o->root, "blocks")) {
        add_credential(m, o, kept, v, STR("file"), STR(""));
        int64_t line;
        if (kube_int(kube_at(v, "line"), &line) == 0 && line > 0 && line <= UINT32_MAX)
            m->credentials.p[m->credentials.n - 1].place.line = (uint32_t) line;
    }
}

static bool is_secret(const KubeObject *o) {
    return str_eqz(o->kind, "Secret") && o->group.n == 0;
}

static bool is_kubeconfig(const KubeObject *o) {
    return str_eqz(o->kind, "Config") && kube_at(o->root, "users");
}

static bool is_pem(const KubeObject *o) {
    return str_eqz(o->kind, "PEM") && str_eqz(o->group, "plimsoll.dev");
}

/* Objects that parts of the map are made of. */
static void add_parts(Access *m, const KubeObject *o, const KubeObject *kept) {
    if (o->class == KUBE_WORKLOAD)
        add_workload(m, o, kept);
    else if (is_secret(o))
        add_secret(m, o, kept);
    else if (is_kubeconfig(o))
        add_kubeconfig(m, o, kept);
    else
        add_pem(m, o, kept);
}

void access_add(Access *m, const KubeObject *o) {
    if (o->class == KUBE_SERVICE_ACCOUNT && !kube_bool(kube_at(o->root, "automountServiceAccountToken"), true))
        map_set(&m->no_token, joined(m, o->namespace, o->name), m);
    else if (str_eqz(o->kind, "ExternalSecret"))
        add_maker(m, o, "spec.target.name", "spec.secretStoreRef.name");
    else if (str_eqz(o->kind, "SealedSecret"))
        add_maker(m, o, "spec.template.metadata.name", NULL);
    else if (o->class == KUBE_WORKLOAD || is_secret(o) || is_kubeconfig(o) || is_pem(o))
        add_parts(m, o, m->heads ? head_of(m, o) : NULL);
}

/* The parts of an object that stays lie behind each other. */
void access_add_staying(Access *m, KubeObject *o) {
    AccessParts p = {.way = m->ways.n, .token = m->tokens.n, .credential = m->credentials.n};
    KubeObject described = *o;
    if (is_secret(o) || is_kubeconfig(o)) {
        Node *copy = kube_copy(o->root, m->arena);
        if (!copy)
            return;
        described.root = copy;
        described.metadata = kube_at(copy, "metadata");
        access_describe(&described, m->arena);
        add_parts(m, &described, o);
    } else if (o->class == KUBE_WORKLOAD) {
        add_parts(m, o, o);
    } else {
        access_add(m, o);
    }
    p.n_ways = m->ways.n - p.way;
    p.n_tokens = m->tokens.n - p.token;
    p.n_credentials = m->credentials.n - p.credential;
    p.secret = is_secret(o) ? (size_t) (secret_at(m, o->namespace, o->name) - m->secrets.p) + 1 : 0;
    if (p.n_ways + p.n_tokens + p.n_credentials + p.secret == 0)
        return;
    o->access = arena_new(m->arena, AccessParts);
    if (o->access)
        *o->access = p;
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

bool access_token_counts(const Access *m, const AccessToken *t) {
    char key[600];
    int n = snprintf(key, sizeof(key), "%.*s/%.*s", STR_FMT(t->namespace), STR_FMT(t->account));
    return !t->unsaid || n < 0 || (size_t) n >= sizeof(key) || !map_has(&m->no_token, str_n(key, (size_t) n));
}

void access_finish(Access *m) {
    size_t n = 0;
    for (size_t i = 0; i < m->tokens.n; i++)
        if (access_token_counts(m, &m->tokens.p[i]))
            m->tokens.p[n++] = m->tokens.p[i];
    m->tokens.n = n;
    vec_sort(&m->ways, by_way);
    vec_sort(&m->tokens, by_token);
}
