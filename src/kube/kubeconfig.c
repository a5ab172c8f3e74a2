/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/kubeconfig.h"

#include "base/base64.h"
#include "kube/tree.h"

/* Entries are few in every file that people have. */
enum { ENTRIES_MAX = 100 * 1000 };

void kubeconfig_done(KubeConfig *c) {
    map_done(&c->clusters);
    map_done(&c->users);
    map_done(&c->contexts);
    arena_done(&c->arena);
}

static int wrong(Diag *d, const char *file, const Node *n, const char *what) {
    return diag_add(d, DIAG_ERROR, file, n ? n->line : 0, n ? n->col : 0, "%s", what);
}

/* The entries of a list of {name, <part>}. */
static int take_entries(KubeConfig *c, Map *into, const Node *root, const char *list, const char *part, const char *file, Diag *d) {
    const Node *all = kube_at(root, list);
    int r = 0;
    if (all && all->type != NODE_LIST)
        return diag_add(d, DIAG_ERROR, file, all->line, all->col, "%s: expected a list, found %s", list, node_type_name(all->type));
    node_each(e, all) {
        Str name = kube_text(e, "name");
        const Node *content = kube_at(e, part);
        if (!name.n || !node_is(content, NODE_MAP)) {
            r = diag_add(d, DIAG_ERROR, file, e->line, e->col, "%s: expected an entry with \"name\" and a map \"%s\"", list, part);
            continue;
        }
        if (into->n >= ENTRIES_MAX)
            return diag_add(d, DIAG_ERROR, file, e->line, e->col, "%s: more than %d entries", list, ENTRIES_MAX);
        bool fresh;
        void **slot = map_slot(into, name, &fresh);
        if (fresh) {
            KubeEntry *entry = arena_new(&c->arena, KubeEntry);
            *entry = (KubeEntry) {content, file};
            *slot = entry;
        }
    }
    return r;
}

int kubeconfig_add(KubeConfig *c, Str text, const char *file, Diag *d) {
    if (text.n > KUBECONFIG_BYTES)
        return diag_add(d, DIAG_ERROR, file, 0, 0, "larger than %d MiB, which no kubeconfig is", KUBECONFIG_BYTES >> 20);
    const Limits limits = limits_default();
    Node *root = NULL;
    size_t n = 0;
    file = arena_str(&c->arena, str_from(file)).p;
    Str kept = arena_str(&c->arena, text);
    int r = yaml_parse(kept, file, &limits, &c->arena, d, &root, &n);
    if (r < 0)
        return -EINVAL;
    if (!root || root->type == NODE_NULL) {
        c->files++;
        return 0;
    }
    if (root->type != NODE_MAP || n > 1)
        return wrong(d, file, root, "expected one kubeconfig: a map with clusters, users and contexts");
    Str kind = kube_text(root, "kind");
    if (kind.n && !str_eqz(kind, "Config"))
        return diag_add(d, DIAG_ERROR, file, root->line, root->col, "expected a kubeconfig (kind Config), found kind %.*s", STR_FMT(kind));
    int a = take_entries(c, &c->clusters, root, "clusters", "cluster", file, d);
    int b = take_entries(c, &c->users, root, "users", "user", file, d);
    r = take_entries(c, &c->contexts, root, "contexts", "context", file, d);
    if (!c->current.n)
        c->current = kube_text(root, "current-context");
    c->files++;
    return a < 0 ? a : b < 0 ? b : r;
}

typedef struct Reading {
    KubeConfig *c;
    Diag *d;
    const KubeEntry *entry;
    int failed;
} Reading;

static void fail(Reading *r, const Node *n, const char *key, const char *what) {
    const Node *at = n ? n : r->entry->node;
    r->failed = diag_add(r->d, DIAG_ERROR, r->entry->file, at->line, at->col, "%s: %s", key, what);
}

/* What goes into headers and file names holds no line breaks and no NUL. */
static Str text_of(Reading *r, const char *key) {
    const Node *n = kube_key(r->entry->node, str_from(key));
    if (!n)
        return STR("");
    if (n->type != NODE_STRING && n->type != NODE_NUMBER) {
        fail(r, n, key, "expected a string");
        return STR("");
    }
    for (size_t i = 0; i < n->text.n; i++)
        if ((unsigned char) n->text.p[i] < 0x20 || n->text.p[i] == 0x7F) {
            fail(r, n, key, "expected a string without line breaks and other control characters");
            return STR("");
        }
    return arena_str(&r->c->arena, n->text);
}

static bool bool_of(Reading *r, const char *key) {
    const Node *n = kube_key(r->entry->node, str_from(key));
    if (n && n->type != NODE_BOOL)
        fail(r, n, key, "expected true or false");
    return node_true(n);
}

/* Beside the kubeconfig that names it. */
static Str file_of(Reading *r, const char *key) {
    Str path = text_of(r, key), base = str_from(r->entry->file);
    ssize_t slash = str_rchr(base, '/');
    if (!path.n || path.p[0] == '/' || slash < 0)
        return path;
    return arena_printf(&r->c->arena, "%.*s/%.*s", STR_FMT(str_head(base, (size_t) slash)), STR_FMT(path));
}

static Str data_of(Reading *r, const char *key) {
    Str coded = text_of(r, key);
    if (!coded.n)
        return STR("");
    Str bytes = base64_decode(coded, &r->c->arena);
    if (!bytes.n)
        fail(r, kube_key(r->entry->node, str_from(key)), key, "expected base64");
    return bytes.p ? bytes : STR("");
}

static Str *texts_of(Reading *r, const Node *list, const char *key, size_t *ret_n) {
    if (list && list->type != NODE_LIST) {
        fail(r, list, key, "expected a list of strings");
        return NULL;
    }
    Str *all = arena_alloc(&r->c->arena, (node_count(list) + 1) * sizeof(*all));
    size_t n = 0;
    node_each(e, list) {
        if (e->type != NODE_STRING || str_chr(e->text, '\n') >= 0 || str_chr(e->text, '\r') >= 0 || str_chr(e->text, 0) >= 0)
            fail(r, e, key, "expected strings without line breaks");
        else
            all[n++] = arena_str(&r->c->arena, e->text);
    }
    *ret_n = n;
    return all;
}

static void read_extra(Reading *r, KubeAccess *a) {
    const Node *map = kube_key(r->entry->node, STR("as-user-extra"));
    if (map && map->type != NODE_MAP) {
        fail(r, map, "as-user-extra", "expected a map of lists");
        return;
    }
    KubePairs pairs = {0};
    node_each(key, map) {
        size_t n = 0;
        Str *values = texts_of(r, key, "as-user-extra", &n);
        bool token = key->key.n > 0;
        for (size_t i = 0; i < key->key.n; i++)
            token = token && (unsigned char) key->key.p[i] > 0x20 && (unsigned char) key->key.p[i] < 0x7F && key->key.p[i] != ':';
        if (!token)
            fail(r, key, "as-user-extra", "expected keys of letters, digits and signs");
        for (size_t i = 0; token && i < n; i++)
            vec_push(&pairs, ((KubePair) {arena_str(&r->c->arena, key->key), values[i]}));
    }
    a->as_extra = arena_alloc(&r->c->arena, (pairs.n + 1) * sizeof(KubePair));
    if (pairs.n)
        memcpy(a->as_extra, pairs.p, pairs.n * sizeof(KubePair));
    a->n_as_extra = pairs.n;
    vec_done(&pairs);
}

static void read_env(Reading *r, const Node *list, KubeExec *x) {
    if (list && list->type != NODE_LIST) {
        fail(r, list, "exec.env", "expected a list of {name, value}");
        return;
    }
    x->env = arena_alloc(&r->c->arena, (node_count(list) + 1) * sizeof(KubePair));
    node_each(e, list) {
        Str name = kube_text(e, "name"), value = kube_text(e, "value");
        if (!name.n || str_chr(name, '=') >= 0 || str_chr(name, 0) >= 0 || str_chr(value, 0) >= 0)
            fail(r, e, "exec.env", "expected {name, value} with a name that has no \"=\"");
        else
            x->env[x->n_env++] = (KubePair) {arena_str(&r->c->arena, name), arena_str(&r->c->arena, value)};
    }
}

static void read_exec(Reading *r, KubeAccess *a) {
    const Node *n = kube_key(r->entry->node, STR("exec"));
    if (!n)
        return;
    if (n->type != NODE_MAP) {
        fail(r, n, "exec", "expected a map");
        return;
    }
    Reading in = {r->c, r->d, arena_new(&r->c->arena, KubeEntry), 0};
    *(KubeEntry *) in.entry = (KubeEntry) {n, r->entry->file};
    KubeExec *x = arena_new(&r->c->arena, KubeExec);
    x->api_version = text_of(&in, "apiVersion");
    x->command = text_of(&in, "command");
    x->interactive = text_of(&in, "interactiveMode");
    x->install_hint = arena_str(&r->c->arena, kube_text(n, "installHint"));
    x->cluster_info = bool_of(&in, "provideClusterInfo");
    x->args = texts_of(&in, kube_key(n, STR("args")), "exec.args", &x->n_args);
    read_env(&in, kube_key(n, STR("env")), x);
    if (!x->command.n)
        fail(&in, n, "exec", "expected a command");
    /* As a shell would: a name is looked up in PATH, a path is one beside the file. */
    else if (x->command.p[0] != '/' && str_chr(x->command, '/') >= 0)
        x->command = file_of(&in, "command");
    if (!str_eqz(x->api_version, "client.authentication.k8s.io/v1") && !str_eqz(x->api_version, "client.authentication.k8s.io/v1beta1"))
        fail(&in, kube_key(n, STR("apiVersion")), "exec.apiVersion", "expected client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1");
    if (!x->interactive.n)
        x->interactive = STR("IfAvailable");
    else if (!str_eqz(x->interactive, "Never") && !str_eqz(x->interactive, "IfAvailable") && !str_eqz(x->interactive, "Always"))
        fail(&in, kube_key(n, STR("interactiveMode")), "exec.interactiveMode", "expected Never, IfAvailable or Always");
    r->failed = in.failed ? in.failed : r->failed;
    a->exec = x;
}

static void read_server(Reading *r, KubeAccess *a) {
    Str s = text_of(r, "server");
    while (s.n && s.p[s.n - 1] == '/')
        s.n--;
    a->server = arena_str(&r->c->arena, s);
    if (!str_starts(s, STR("https://")) && !str_starts(s, STR("http://")))
        fail(r, kube_key(r->entry->node, STR("server")), "server", "expected a URL that begins with https://");
}

static void read_cluster(Reading *r, KubeAccess *a) {
    read_server(r, a);
    a->tls_server_name = text_of(r, "tls-server-name");
    a->proxy = text_of(r, "proxy-url");
    a->insecure = bool_of(r, "insecure-skip-tls-verify");
    a->ca = data_of(r, "certificate-authority-data");
    a->ca_file = a->ca.n ? STR("") : file_of(r, "certificate-authority");
    if (a->insecure && (a->ca.n || a->ca_file.n))
        fail(r, kube_key(r->entry->node, STR("insecure-skip-tls-verify")), "insecure-skip-tls-verify", "expected no certificate authority beside it: either the server is verified or it is not");
    if (a->proxy.n && !str_starts(a->proxy, STR("http://")) && !str_starts(a->proxy, STR("https://")) && !str_starts(a->proxy, STR("socks5://")))
        fail(r, kube_key(r->entry->node, STR("proxy-url")), "proxy-url", "expected a URL that begins with http://, https:// or socks5://");
}

/* What the cluster says to the program that gives credentials (its extension of that name). */
static void read_extension(Reading *r, KubeAccess *a) {
    node_each(e, kube_at(r->entry->node, "extensions"))
        if (a->exec && str_eqz(kube_text(e, "name"), "client.authentication.k8s.io/exec"))
            a->exec->config = kube_at(e, "extension");
}

static void read_user(Reading *r, KubeAccess *a) {
    a->cert = data_of(r, "client-certificate-data");
    a->cert_file = a->cert.n ? STR("") : file_of(r, "client-certificate");
    a->key = data_of(r, "client-key-data");
    a->key_file = a->key.n ? STR("") : file_of(r, "client-key");
    a->token = text_of(r, "token");
    a->token_file = file_of(r, "tokenFile");
    a->username = text_of(r, "username");
    a->password = text_of(r, "password");
    a->as = text_of(r, "as");
    a->as_uid = text_of(r, "as-uid");
    a->as_groups = texts_of(r, kube_key(r->entry->node, STR("as-groups")), "as-groups", &a->n_as_groups);
    read_extra(r, a);
    read_exec(r, a);
    const Node *provider = kube_key(r->entry->node, STR("auth-provider"));
    if (provider && !a->exec)
        fail(r, provider, "auth-provider", "expected another way of logging in: Kubernetes dropped these providers in 1.26; exec takes their place");
    if ((a->cert.n || a->cert_file.n) && !a->key.n && !a->key_file.n)
        fail(r, NULL, "client-certificate", "expected a client-key beside it");
}

/* "; there are a, b and 3 more". */
static Str names_of(KubeConfig *c, const Map *m) {
    enum { SHOWN = 5 };
    Str s = STR("");
    for (size_t i = 0; i < m->n && i < SHOWN; i++)
        s = arena_printf(&c->arena, "%.*s%s%.*s", STR_FMT(s), i ? ", " : "; there are ", STR_FMT(m->entries[i].key));
    return m->n > SHOWN ? arena_printf(&c->arena, "%.*s and %zu more", STR_FMT(s), m->n - SHOWN) : s;
}

static const KubeEntry *find(KubeConfig *c, const Map *in, const char *what, Str name, const KubeEntry *of, Diag *d) {
    const KubeEntry *e = map_get(in, name);
    if (!e) {
        Str names = names_of(c, in);
        diag_add(d, DIAG_ERROR, of ? of->file : "kubeconfig", of ? of->node->line : 0, of ? of->node->col : 0, "no %s is called \"%.*s\"%.*s", what, STR_FMT(name), STR_FMT(names));
    }
    return e;
}

int kubeconfig_access(KubeConfig *c, const char *context, KubeAccess *ret, Diag *d) {
    KubeAccess a = {.context = context ? arena_str(&c->arena, str_from(context)) : c->current};
    if (!a.context.n) {
        Str names = names_of(c, &c->contexts);
        diag_add(d, DIAG_ERROR, "kubeconfig", 0, 0, "it names no current-context: choose one with --context%.*s", STR_FMT(names));
        return -ENOENT;
    }
    const KubeEntry *e = find(c, &c->contexts, "context", a.context, NULL, d);
    if (!e)
        return -ENOENT;
    Reading r = {c, d, e, 0};
    a.cluster = text_of(&r, "cluster");
    a.user = text_of(&r, "user");
    a.namespace = text_of(&r, "namespace");
    if (r.failed)
        return r.failed;
    const KubeEntry *cluster = find(c, &c->clusters, "cluster", a.cluster, e, d), *user = a.user.n ? find(c, &c->users, "user", a.user, e, d) : NULL;
    if (!cluster || (a.user.n && !user))
        return -ENOENT;
    if (user) {
        r.entry = user;
        read_user(&r, &a);
    }
    r.entry = cluster;
    read_cluster(&r, &a);
    read_extension(&r, &a);
    if (r.failed)
        return r.failed;
    *ret = a;
    return 0;
}
