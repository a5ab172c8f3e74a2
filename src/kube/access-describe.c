/* SPDX-License-Identifier: Apache-2.0 */
/* What may be known of secret values: whose they are and how long they hold. Runs in workers, before anything leaves them. */
#include "base/base64.h"
#include "kube/access.h"
#include "kube/getter.h"
#include "parse/pem.h"
#include "parse/x509.h"

enum { VALUE_MAX = 1 << 20 };

static Node *child(Node *map, Arena *a, const char *key, NodeType type) {
    Node *n = arena_new(a, Node);
    if (!n)
        return NULL;
    *n = (Node) {.type = type, .line = map->line, .col = map->col, .key = str_from(key)};
    node_append(map, n);
    return n;
}

static void put_text(Node *map, Arena *a, const char *key, Str s) {
    Node *n = child(map, a, key, NODE_STRING);
    if (n)
        n->text = s;
}

static void put_number(Node *map, Arena *a, const char *key, int64_t v) {
    Node *n = child(map, a, key, NODE_NUMBER);
    if (n)
        n->text = arena_printf(a, "%lld", (long long) v);
}

/* The value becomes a map that says what it is; its place in the tree stays. */
static void become(Node *n, Arena *a, const char *what) {
    n->type = NODE_MAP;
    n->list.first = n->list.last = NULL;
    n->list.n = 0;
    put_text(n, a, "what", str_from(what));
}

static bool is_masters(Str subject) {
    Str part;
    while (str_split(&subject, ',', &part))
        if (str_eqz(part, "O=system:masters") || str_starts(part, STR("O=system:masters+")) || str_ends(part, STR("+O=system:masters")))
            return true;
    return false;
}

static void put_certificate(Node *n, Arena *a, const X509 *x) {
    Str subject = x509_name_text(a, x->subject);
    put_text(n, a, "subject", subject);
    Node *masters = child(n, a, "masters", NODE_BOOL);
    if (masters)
        masters->boolean = is_masters(subject);
    put_number(n, a, "not_before", x->not_before);
    put_number(n, a, "not_after", x->not_after);
}

static bool become_certificate(Node *n, Arena *a, Str pem) {
    PemReader reader = pem_reader(pem);
    PemBlock block;
    X509 x;
    while (pem_next(&reader, &block)) {
        if (!str_eqz(block.label, "CERTIFICATE") || x509_parse(pem_content(&block, a), a, &x, NULL) < 0)
            continue;
        become(n, a, "certificate");
        put_certificate(n, a, &x);
        return true;
    }
    return false;
}

bool access_is_pem(Str name, Str text) {
    static const char *const ends[] = {".pem", ".crt", ".cer", ".key"};
    bool called = false;
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
        called |= str_ends(name, str_from(ends[i]));
    return called ? str_find(text, STR("-----BEGIN ")) >= 0 : str_starts(str_trim(str_head(text, 4096)), STR("-----BEGIN "));
}

/* A key says nothing of itself but what it is called; that it is there is what matters. */
static void put_block(Node *list, Arena *a, const PemBlock *block) {
    X509 x;
    bool certificate = str_eqz(block->label, "CERTIFICATE") && x509_parse(pem_content(block, a), a, &x, NULL) == 0;
    if (!certificate && !str_ends(block->label, STR("PRIVATE KEY")))
        return;
    Node *n = child(list, a, "", NODE_MAP);
    if (!n)
        return;
    put_number(n, a, "line", block->line);
    put_text(n, a, "what", str_from(!certificate ? "key" : x.ca ? "authority" : "certificate"));
    if (certificate)
        put_certificate(n, a, &x);
    else
        put_text(n, a, "subject", str_find(block->headers, STR("ENCRYPTED")) >= 0 ? arena_printf(a, "%.*s, encrypted", STR_FMT(block->label)) : block->label);
}

Node *access_describe_pem(Str text, Arena *a) {
    Node *root = arena_new(a, Node);
    if (!root)
        return NULL;
    *root = (Node) {.type = NODE_MAP, .line = 1, .col = 1};
    put_text(root, a, "apiVersion", STR("plimsoll.dev/v1"));
    put_text(root, a, "kind", STR("PEM"));
    Node *list = child(root, a, "blocks", NODE_LIST);
    PemReader reader = pem_reader(text);
    for (PemBlock block; list && pem_next(&reader, &block);)
        put_block(list, a, &block);
    return list ? root : NULL;
}

static Str decoded(Str base64, Arena *a) {
    Str s = base64.n > VALUE_MAX ? STR_NULL : base64_decode(base64, a);
    return s.p ? s : STR("");
}

/* The alphabet of URLs. */
static Str decoded_url(Str text, Arena *a) {
    char *p = text.n > VALUE_MAX ? NULL : arena_bytes(a, text.n + 1);
    for (size_t i = 0; p && i < text.n; i++)
        p[i] = text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i];
    return p ? decoded(str_n(p, text.n), a) : STR("");
}

/* A token of a service account is a JWT, whose middle part says whose it is. Its signature is not looked at: who reads the map sees what the token claims. */
static void become_token(Node *n, Arena *a, Str token) {
    Str head, middle = STR(""), rest, payload;
    Node *claims = NULL;
    const Limits limits = limits_default();
    int64_t end;
    if (str_cut(token, '.', &head, &rest) && str_cut(rest, '.', &middle, &rest))
        payload = decoded_url(middle, a);
    else
        payload = STR("");
    become(n, a, "token");
    if (!payload.n || json_parse(payload, "token", &limits, a, NULL, &claims) < 0)
        return;
    put_text(n, a, "subject", kube_text(claims, "sub"));
    if (node_i64(kube_at(claims, "exp"), &end) == 0)
        put_number(n, a, "not_after", end);
}

static void describe_secret(const KubeObject *o, Arena *a) {
    static const char *const maps[] = {"data", "stringData"};
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
        const Node *map = kube_at(o->root, maps[i]);
        for (Node *v = node_is(map, NODE_MAP) ? map->list.first : NULL; v; v = v->next) {
            Str text = node_str(v);
            if (i == 0)
                text = decoded(text, a);
            if (!become_certificate(v, a, text))
                v->type = NODE_NULL;
        }
    }
}

static void describe_user(Node *v, Arena *a) {
    Str text = node_str(v);
    if (str_eqz(v->key, "client-certificate-data")) {
        if (!become_certificate(v, a, decoded(text, a)))
            v->type = NODE_NULL;
    } else if (str_eqz(v->key, "token")) {
        become_token(v, a, text);
    } else if (str_eqz(v->key, "password")) {
        become(v, a, "password");
    } else if (str_eqz(v->key, "exec") || str_eqz(v->key, "auth-provider")) {
        Str name = kube_text(v, "command");
        name = name.n ? name : kube_text(v, "name");
        become(v, a, "program");
        put_text(v, a, "subject", name);
    } else if (str_eqz(v->key, "client-certificate") || str_eqz(v->key, "tokenFile")) {
        become(v, a, "file");
        put_text(v, a, "subject", text);
    } else {
        v->type = NODE_NULL;
    }
}

void access_describe(const KubeObject *o, Arena *a) {
    if (str_eqz(o->kind, "Secret"))
        describe_secret(o, a);
    if (!str_eqz(o->kind, "Config"))
        return;
    list_each(u, kube_at(o->root, "users")) {
        const Node *user = kube_at(u, "user");
        for (Node *v = node_is(user, NODE_MAP) ? user->list.first : NULL; v; v = v->next)
            describe_user(v, a);
    }
}
