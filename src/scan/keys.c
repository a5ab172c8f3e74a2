/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/keys.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "scan/owned.h"

enum {
    BUNDLE = 20, /* so many authorities in one file are a trust store, wherever it lies */
};

typedef Vec(Certificate) Certificates;
typedef Vec(Key) Keys;

typedef struct Take {
    Report *report;
    Map owners;      /* path -> the MergedFact of the OS package that owns it */
    Map authorities; /* path -> how many certificates of authorities it has */
    Certificates certificates;
    Keys keys;
} Take;

static bool is_store_place(Str path) {
    static const char *const dirs[] = {"etc/ssl/certs/", "etc/pki/", "etc/ca-certificates/", "usr/share/ca-certificates/", "usr/share/pki/", "usr/lib/ssl/",
                                       "var/lib/ca-certificates/"};
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        if (str_starts(path, str_from(dirs[i])))
            return true;
    return str_eqz(path, "etc/ssl/cert.pem") || str_ends(path, STR("/cacerts"));
}

static Str owner_of(const Take *t, Str path) {
    const MergedFact *f = map_get(&t->owners, package_path(path));
    return f ? arena_str(&t->report->inventory.arena, f->fact.package.name) : STR_NULL;
}

static void copy(Arena *a, Str *const *strings, size_t n) {
    for (size_t i = 0; i < n; i++)
        *strings[i] = arena_str(a, *strings[i]);
}

static void add_certificate(Take *t, const MergedFact *f) {
    Arena *a = &t->report->inventory.arena;
    Certificate c = {.fact = f->fact.certificate, .layer = f->layer, .n_places = 1};
    Str *const strings[] = {&c.fact.subject, &c.fact.issuer, &c.fact.serial, &c.fact.algorithm, &c.fact.curve, &c.fact.hash, &c.fact.digest, &c.fact.key_digest};
    copy(a, strings, ARRAY_SIZE(strings));
    c.path = arena_str(a, f->real);
    c.owner = owner_of(t, f->real);
    c.trust_store = is_store_place(c.path) || (uintptr_t) map_get(&t->authorities, f->real) >= BUNDLE;
    vec_push(&t->certificates, c);
}

static void add_key(Take *t, const MergedFact *f) {
    Arena *a = &t->report->inventory.arena;
    Key k = {.fact = f->fact.key, .layer = f->layer, .deleted = f->dead ? f->removed_by : LAYER_NONE};
    Str *const strings[] = {&k.fact.format, &k.fact.algorithm, &k.fact.curve, &k.fact.fingerprint, &k.fact.subject};
    copy(a, strings, ARRAY_SIZE(strings));
    k.path = arena_str(a, f->real);
    k.owner = owner_of(t, f->real);
    vec_push(&t->keys, k);
}

/* Of one certificate, the place comes first that says most: one that neither a package nor the trust store explains. */
static int compare_certificate(const void *a, const void *b) {
    const Certificate *x = a, *y = b;
    int r = str_cmp(x->fact.digest, y->fact.digest);
    if (r)
        return r;
    bool known_x = x->owner.n || x->trust_store, known_y = y->owner.n || y->trust_store;
    if (known_x != known_y)
        return known_x ? 1 : -1;
    r = str_cmp(x->path, y->path);
    return r ? r : (x->fact.line > y->fact.line) - (x->fact.line < y->fact.line);
}

static int compare_place(const void *a, const void *b) {
    const Certificate *x = a, *y = b;
    int r = str_cmp(x->path, y->path);
    r = r ? r : (x->fact.line > y->fact.line) - (x->fact.line < y->fact.line);
    return r ? r : str_cmp(x->fact.digest, y->fact.digest);
}

static int compare_key(const void *a, const void *b) {
    const Key *x = a, *y = b;
    int r = str_cmp(x->path, y->path);
    r = r ? r : x->layer - y->layer;
    r = r ? r : (x->fact.line > y->fact.line) - (x->fact.line < y->fact.line);
    r = r ? r : (int) x->fact.kind - (int) y->fact.kind;
    return r ? r : str_cmp(x->fact.fingerprint, y->fact.fingerprint);
}

static void keep_certificates(Take *t) {
    Inventory *inv = &t->report->inventory;
    Certificates *all = &t->certificates;
    size_t kept = 0;
    vec_sort(all, compare_certificate);
    for (size_t i = 0; i < all->n; i++)
        if (i && str_eq(all->p[i].fact.digest, all->p[kept - 1].fact.digest))
            all->p[kept - 1].n_places++;
        else
            all->p[kept++] = all->p[i];
    all->n = kept;
    vec_sort(all, compare_place);
    inv->certificates = arena_alloc(&inv->arena, (kept + 1) * sizeof(Certificate));
    if (kept)
        memcpy(inv->certificates, all->p, kept * sizeof(Certificate));
    inv->n_certificates = kept;
}

static void keep_keys(Take *t) {
    Inventory *inv = &t->report->inventory;
    vec_sort(&t->keys, compare_key);
    inv->keys = arena_alloc(&inv->arena, (t->keys.n + 1) * sizeof(Key));
    if (t->keys.n)
        memcpy(inv->keys, t->keys.p, t->keys.n * sizeof(Key));
    inv->n_keys = t->keys.n;
}

/* A key file is one finding: what is known of the key says more than that a rule matched. */
static void drop_same_secrets(Report *r) {
    Map places = {0};
    Arena scratch = {0};
    const Inventory *inv = &r->inventory;
    size_t kept = 0;
    for (size_t i = 0; i < inv->n_keys; i++)
        map_set(&places, arena_printf(&scratch, "%.*s\t%d\t%u", STR_FMT(inv->keys[i].path), inv->keys[i].layer, inv->keys[i].fact.line), &inv->keys[i]);
    for (size_t i = 0; inv->n_keys && i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        const Key *k = f->kind == FINDING_SECRET ? map_get(&places, arena_printf(&scratch, "%.*s\t%d\t%u", STR_FMT(f->path), f->layer, f->line)) : NULL;
        if (!k || (k->fact.kind == KEY_PRIVATE && !str_eqz(f->secret->kind, "private-key")))
            r->findings[kept++] = *f;
    }
    if (inv->n_keys)
        r->n_findings = kept;
    map_done(&places);
    arena_done(&scratch);
}

void keys_take(Report *r, const Merge *m) {
    Take t = {.report = r};
    const MergedFact *f;
    size_t n;
    for (size_t i = 0; (f = merge_next_fact(m, &i));) {
        if (f->fact.kind != FACT_CERTIFICATE && f->fact.kind != FACT_KEY)
            continue;
        map_set(&t.owners, package_path(f->real), NULL);
        if (!f->dead && f->fact.kind == FACT_CERTIFICATE && (f->fact.certificate.flags & CERTIFICATE_CA)) {
            void **slot = map_slot(&t.authorities, f->real, NULL);
            *slot = (void *) ((uintptr_t) *slot + 1);
        }
    }
    const MergedFact *facts = merge_facts(m, &n);
    packages_own(facts, n, &t.owners);
    for (size_t i = 0; (f = merge_next_fact(m, &i));) {
        if (f->fact.kind == FACT_CERTIFICATE && !f->dead)
            add_certificate(&t, f);
        else if (f->fact.kind == FACT_KEY && (!f->dead || f->fact.key.kind == KEY_PRIVATE || f->fact.key.kind == KEY_CREDENTIAL))
            add_key(&t, f);
    }
    keep_certificates(&t);
    keep_keys(&t);
    drop_same_secrets(r);
    map_done(&t.owners);
    map_done(&t.authorities);
    vec_done(&t.certificates);
    vec_done(&t.keys);
}
