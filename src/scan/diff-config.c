/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of image configurations (OCI image specification 1.1, config.md). */
#include "base/vec.h"
#include "parse/json-write.h"
#include "scan/diff.h"

typedef struct Setting {
    Str name, value;
} Setting;

typedef Vec(Setting) Settings;

static bool holds(Str s, const char *word) {
    const size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if (str_ieq(str_n(s.p + i, n), str_n(word, n)))
            return true;
    return false;
}

/* By its name, or because it holds a password of a URL or a long word of letters and digits mixed, as tokens are. */
static bool looks_secret(Str name, Str value) {
    static const char *const words[] = {"password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api_key", "access_key", "private_key", "_pwd", "auth"};
    enum { LONG = 20 };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (holds(name, words[i]) || (value.n && str_chr(value, '=') >= 0 && holds(value, words[i])))
            return true;
    ssize_t at = str_find(value, STR("://"));
    if (at >= 0) {
        Str rest = str_from_at(value, (size_t) at + 3), user, host;
        if (str_cut(rest, '@', &user, &host) && str_chr(user, ':') >= 0 && str_chr(user, '/') < 0)
            return true;
    }
    size_t run = 0, digits = 0, letters = 0;
    for (size_t i = 0; i < value.n; i++) {
        const unsigned char c = (unsigned char) value.p[i];
        const bool digit = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        if (!digit && !letter && c != '_' && c != '-' && c != '+') {
            run = digits = letters = 0;
            continue;
        }
        run++;
        digits += digit;
        letters += letter;
        if (run >= LONG && digits >= 4 && letters >= 4)
            return true;
    }
    return false;
}

static Str masked(Arena *a, Str name, Str value) {
    return looks_secret(name, value) ? arena_printf(a, "(looks secret: %zu characters)", value.n) : value;
}

static void add(Settings *all, Arena *a, const char *kind, Str name, Str value) {
    vec_push(all, (Setting) {name.n ? arena_printf(a, "%s %.*s", kind, STR_FMT(name)) : str_from(kind), value});
}

static void add_json(Settings *all, Arena *a, const char *kind, const Node *n) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    JsonWriter w = json_writer(&b, false);
    if (!n || n->type == NODE_NULL)
        return;
    json_node(&w, NULL, n);
    add(all, a, kind, STR_NULL, arena_str(a, buf_view(&b)));
}

static void add_keys(Settings *all, Arena *a, const char *kind, const Node *map) {
    node_each(n, map)
        add(all, a, kind, n->key, node_str(n));
}

static int compare(const void *a, const void *b) {
    const Setting *x = a, *y = b;
    int r = str_cmp(x->name, y->name);
    return r ? r : str_cmp(x->value, y->value);
}

static bool settings_of(const Report *r, const Limits *limits, Arena *a, Settings *ret) {
    Node *root;
    if (str_empty(r->artifact.config) || json_parse(r->artifact.config, "image configuration", limits, a, NULL, &root) < 0)
        return false;
    const Node *c = node_get(root, "config");
    static const char *const plain[][2] = {{"user", "User"}, {"workdir", "WorkingDir"}, {"stopsignal", "StopSignal"}};
    static const char *const lists[][2] = {{"entrypoint", "Entrypoint"}, {"cmd", "Cmd"}, {"healthcheck", "Healthcheck"}, {"shell", "Shell"}};
    for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
        if (node_get_str(c, plain[i][1]).n)
            add(ret, a, plain[i][0], STR_NULL, node_get_str(c, plain[i][1]));
    for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
        add_json(ret, a, lists[i][0], node_get(c, lists[i][1]));
    node_each(n, node_get(c, "Env")) {
        Str name = node_str(n), value = STR_NULL;
        (void) str_cut(node_str(n), '=', &name, &value);
        add(ret, a, "env", name, value);
    }
    add_keys(ret, a, "label", node_get(c, "Labels"));
    add_keys(ret, a, "port", node_get(c, "ExposedPorts"));
    add_keys(ret, a, "volume", node_get(c, "Volumes"));
    if (r->artifact.os.n)
        add(ret, a, "platform", STR_NULL, arena_printf(a, "%.*s/%.*s", STR_FMT(r->artifact.os), STR_FMT(r->artifact.arch)));
    vec_sort(ret, compare);
    return true;
}

bool diff_settings(Arena *arena, const Report *ra, const Report *rb, const Limits *limits, DiffSetting **ret, size_t *ret_n) {
    Settings a = {0}, b = {0};
    const bool both = settings_of(ra, limits, arena, &a) && settings_of(rb, limits, arena, &b);
    size_t n = 0;
    DiffSetting *all = arena_alloc(arena, (a.n + b.n + 1) * sizeof(DiffSetting));
    for (size_t i = 0, k = 0; both && (i < a.n || k < b.n);) {
        int r = i == a.n ? 1 : k == b.n ? -1 : str_cmp(a.p[i].name, b.p[k].name);
        const Setting *x = r <= 0 ? &a.p[i++] : NULL, *y = r >= 0 ? &b.p[k++] : NULL;
        lint_assume(x || y);
        if (x && y && str_eq(x->value, y->value))
            continue;
        const Str name = x ? x->name : y->name;
        all[n++] = (DiffSetting) {x && y ? DIFF_CHANGED : x ? DIFF_REMOVED : DIFF_ADDED, name, x ? masked(arena, name, x->value) : STR_NULL, y ? masked(arena, name, y->value) : STR_NULL};
    }
    vec_done(&a);
    vec_done(&b);
    *ret = all;
    *ret_n = n;
    return both;
}
