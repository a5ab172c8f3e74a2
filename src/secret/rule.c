/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/rule.h"

enum { COUNT_MAX = 1 << 20 };

void secret_set_done(SecretSet *s) {
    arena_done(&s->arena);
    *s = (SecretSet) {0};
}

static void *grow(Arena *a, void *p, size_t n, size_t *cap, size_t size) {
    if (n < *cap)
        return p;
    *cap = MAX(*cap * 2, (size_t) 16);
    void *q = arena_alloc(a, *cap * size);
    if (n)
        memcpy(q, p, n * size);
    return q;
}

void secret_set_add(SecretSet *s, const SecretRule *r) {
    for (size_t i = 0; i < s->n_rules; i++)
        if (str_eq(s->rules[i].id, r->id)) {
            s->rules[i] = *r;
            return;
        }
    s->rules = grow(&s->arena, s->rules, s->n_rules, &s->cap_rules, sizeof(SecretRule));
    s->rules[s->n_rules++] = *r;
}

void secret_set_allow(SecretSet *s, const SecretAllow *a) {
    s->allow = grow(&s->arena, s->allow, s->n_allow, &s->cap_allow, sizeof(SecretAllow));
    s->allow[s->n_allow++] = *a;
}

void secret_set_apply_off(SecretSet *s) {
    size_t kept = 0;
    for (size_t i = 0; i < s->n_rules; i++) {
        bool off = false;
        for (size_t k = 0; k < s->off.n; k++)
            off |= str_eq(s->off.p[k], s->rules[i].id);
        if (!off)
            s->rules[kept++] = s->rules[i];
    }
    s->n_rules = kept;
}

int secret_rules_read(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d) {
    return str_ends(str_from(name), STR(".toml")) ? secret_rules_gitleaks(text, name, l, s, d) : secret_rules_yaml(text, name, l, s, d);
}

static void put_list(Buf *b, StrList l) {
    wire_put_u64(b, l.n);
    for (size_t i = 0; i < l.n; i++)
        wire_put_str(b, l.p[i]);
}

static StrList take_list(WireReader *r, Arena *a) {
    StrList l = {.n = (size_t) wire_max(r, r->rest.n)};
    l.p = arena_alloc(a, (l.n + 1) * sizeof(Str));
    for (size_t i = 0; i < l.n; i++)
        l.p[i] = wire_str(r);
    return l;
}

static void put_allow(Buf *b, const SecretAllow *a) {
    wire_put_u64(b, a->target);
    wire_put_u64(b, a->all);
    put_list(b, a->regexes);
    put_list(b, a->words);
    put_list(b, a->paths);
    put_list(b, a->rules);
}

static SecretAllow take_allow(WireReader *r, Arena *a) {
    SecretAllow x = {.target = (SecretTarget) wire_max(r, SECRET_TARGET_N_ - 1), .all = wire_max(r, 1)};
    x.regexes = take_list(r, a);
    x.words = take_list(r, a);
    x.paths = take_list(r, a);
    x.rules = take_list(r, a);
    return x;
}

static void put_rule(Buf *b, const SecretRule *r) {
    const Str *strings[] = {&r->id, &r->title, &r->kind, &r->next, &r->pattern, &r->path};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        wire_put_str(b, *strings[i]);
    uint64_t numbers[] = {r->severity, r->caseless, r->whole_file, r->back, r->group, (uint64_t) (r->entropy * 1000 + 0.5), r->checksum, r->generic};
    for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
        wire_put_u64(b, numbers[i]);
    put_list(b, r->keywords);
    wire_put_u64(b, r->allow.n);
    for (size_t i = 0; i < r->allow.n; i++)
        put_allow(b, &r->allow.p[i]);
}

static SecretRule take_rule(WireReader *r, Arena *a) {
    SecretRule x = {0};
    Str *strings[] = {&x.id, &x.title, &x.kind, &x.next, &x.pattern, &x.path};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        *strings[i] = wire_str(r);
    x.severity = (Severity) wire_max(r, SEVERITY_N_ - 1);
    x.caseless = wire_max(r, 1);
    x.whole_file = wire_max(r, 1);
    x.back = (uint32_t) wire_max(r, UINT32_MAX);
    x.group = (uint32_t) wire_max(r, UINT32_MAX);
    x.entropy = (double) wire_max(r, 1000000) / 1000;
    x.checksum = (SecretChecksum) wire_max(r, SECRET_CHECKSUM_N_ - 1);
    x.generic = wire_max(r, 1);
    x.keywords = take_list(r, a);
    x.allow.n = (size_t) wire_max(r, MIN(r->rest.n, (size_t) COUNT_MAX));
    x.allow.p = arena_alloc(a, (x.allow.n + 1) * sizeof(SecretAllow));
    for (size_t i = 0; i < x.allow.n; i++)
        x.allow.p[i] = take_allow(r, a);
    return x;
}

void secret_set_encode(Buf *b, const SecretSet *s) {
    wire_put_u64(b, s->n_rules);
    for (size_t i = 0; i < s->n_rules; i++)
        put_rule(b, &s->rules[i]);
    wire_put_u64(b, s->n_allow);
    for (size_t i = 0; i < s->n_allow; i++)
        put_allow(b, &s->allow[i]);
}

int secret_set_decode(WireReader *r, SecretSet *ret) {
    size_t n = (size_t) wire_max(r, MIN(r->rest.n, (size_t) COUNT_MAX));
    for (size_t i = 0; i < n && wire_ok(r); i++) {
        SecretRule x = take_rule(r, &ret->arena);
        ret->rules = grow(&ret->arena, ret->rules, ret->n_rules, &ret->cap_rules, sizeof(SecretRule));
        ret->rules[ret->n_rules++] = x;
    }
    n = (size_t) wire_max(r, MIN(r->rest.n, (size_t) COUNT_MAX));
    for (size_t i = 0; i < n && wire_ok(r); i++) {
        SecretAllow x = take_allow(r, &ret->arena);
        secret_set_allow(ret, &x);
    }
    return wire_ok(r) ? 0 : -EBADMSG;
}
