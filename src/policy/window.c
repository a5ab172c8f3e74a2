/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/window.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "policy/check.h"
#include "policy/evaluator.h"

struct WindowTerm {
    Operand operand;
};

int window_term(const Source *source, const AstText *text, const Limits *limits, Arena *a, Diag *d, const WindowTerm **ret) {
    Pool pool = {.arena = a, .limits = limits, .diag = d};
    Checker c = {.pool = &pool, .source = source, .file = text->file};
    WindowTerm *t = arena_new(a, WindowTerm);
    AstTerm *term;
    size_t n = 0, errors = d->errors;
    AstPlace place = text->n_lines ? text->lines[0] : (AstPlace) {0};
    int r = t ? ast_parse_term(text, 0, limits, a, d, &term, &n) : -ENOMEM;
    if (r == 0 && n != text->text.n)
        r = -EINVAL;
    if (r < 0 && d->errors == errors)
        r = diag_add(d, DIAG_ERROR, text->file, place.line, place.col, "expected a field, found \"%.*s\"", STR_FMT(text->text));
    if (r == 0)
        r = check_operand(&c, term, &t->operand);
    map_done(&pool.tests);
    map_done(&pool.failed);
    map_done(&pool.fields);
    *ret = t;
    return r;
}

typedef struct Key Key;
typedef struct Owner Owner;

/* By when they were last seen. */
typedef struct Ages {
    Key *newest, *oldest;
} Ages;
enum { OF_ALL, OF_OWNER, AGES };

/* What is remembered of one key of one rule. */
struct Key {
    Key *next;               /* of the same cell */
    struct {
        Key *newer, *older;
    } age[AGES];
    Owner *owner;
    uint64_t rule, hash;
    uint64_t last, span;
    uint32_t n, cap;         /* slots in use, and there */
    /* A threshold: times, oldest first, or pairs of a time and a value's hash. A sequence: for each step but the last, when the latest run of events that got so far began;
     * 0: none did. */
    uint64_t slot[];
};

/* By whose events keys were begun. It is there as long as one of its keys. */
struct Owner {
    Owner *next;             /* of the same cell */
    Owner *before, *after;   /* all of them, in a ring */
    uint64_t id;
    size_t keys, bytes;
    Ages ages;
};

enum { CELLS = 4096, OWNER_CELLS = 512, SLOTS_FIRST = 8 };

struct Windows {
    size_t max;
    WindowCounts counts;
    uint64_t now;
    Ages ages;
    size_t n_owners;
    Owner *hand;             /* in the ring; NULL: there is none */
    Key *cells[CELLS];
    Owner *owners[OWNER_CELLS];
};

Windows *windows_new(size_t max_bytes) {
    Windows *w = xcalloc(1, sizeof(*w));
    w->max = max_bytes;
    return w;
}

static size_t size_of(uint32_t cap) {
    return sizeof(Key) + cap * sizeof(uint64_t);
}

static void unlink_from(Ages *a, Key *k, int which) {
    *(k->age[which].newer ? &k->age[which].newer->age[which].older : &a->newest) = k->age[which].older;
    *(k->age[which].older ? &k->age[which].older->age[which].newer : &a->oldest) = k->age[which].newer;
}

static void link_to(Ages *a, Key *k, int which) {
    k->age[which].newer = NULL;
    k->age[which].older = a->newest;
    *(a->newest ? &a->newest->age[which].newer : &a->oldest) = k;
    a->newest = k;
}

static void unlink_age(Windows *w, Key *k) {
    unlink_from(&w->ages, k, OF_ALL);
    unlink_from(&k->owner->ages, k, OF_OWNER);
}

static void link_newest(Windows *w, Key *k) {
    link_to(&w->ages, k, OF_ALL);
    link_to(&k->owner->ages, k, OF_OWNER);
}

static Key **place_of(Windows *w, uint64_t rule, uint64_t hash) {
    Key **at = &w->cells[(hash ^ rule) % CELLS];
    while (*at && ((*at)->hash != hash || (*at)->rule != rule))
        at = &(*at)->next;
    return at;
}

static Owner **owner_at(Windows *w, uint64_t id) {
    Owner **at = &w->owners[(id * 0x9E3779B97F4A7C15u >> 32) % OWNER_CELLS];
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

static void add_bytes(Windows *w, Owner *o, ssize_t n) {
    w->counts.bytes += (size_t) n;
    o->bytes += (size_t) n;
}

static Owner *owner_new(Windows *w, uint64_t id) {
    Owner *o = *owner_at(w, id) = xcalloc(1, sizeof(*o));
    o->id = id;
    o->before = o->after = o;
    if (w->hand) {
        o->after = w->hand;
        o->before = w->hand->before;
        o->before->after = o->after->before = o;
    }
    w->hand = o;
    w->n_owners++;
    add_bytes(w, o, sizeof(*o));
    return o;
}

static void owner_free(Windows *w, Owner *o) {
    *owner_at(w, o->id) = o->next;
    o->before->after = o->after;
    o->after->before = o->before;
    if (w->hand == o)
        w->hand = o->after == o ? NULL : o->after;
    w->n_owners--;
    w->counts.bytes -= sizeof(*o);
    free(o);
}

static void forget(Windows *w, Key *k) {
    Owner *o = k->owner;
    *place_of(w, k->rule, k->hash) = k->next;
    unlink_age(w, k);
    w->counts.keys--;
    add_bytes(w, o, -(ssize_t) size_of(k->cap));
    free(k);
    if (--o->keys == 0)
        owner_free(w, o);
}

void windows_free(Windows *w) {
    while (w && w->ages.newest)
        forget(w, w->ages.newest);
    free(w);
}

static bool is_over(const Windows *w, const Key *k) {
    return w->now - k->last > k->span;
}

/* Somebody who has more than an equal share, and more than one key. */
static Owner *find_rich(Windows *w, size_t share) {
    for (size_t i = 0; i < w->n_owners; i++) {
        if (w->hand->keys > 1 && w->hand->bytes > share)
            return w->hand;
        w->hand = w->hand->after;
    }
    return NULL;
}

/* Room for `more` bytes of an owner: what is over goes first. Then who has more than an equal share gives what it has not seen for the longest time, its own before that of others; so
 * nobody pushes out what others have begun. Never `kept`. */
static void make_room(Windows *w, uint64_t id, size_t more, const Key *kept) {
    while (w->ages.oldest && w->ages.oldest != kept && is_over(w, w->ages.oldest))
        forget(w, w->ages.oldest);
    while (w->ages.oldest && w->counts.bytes + more > w->max) {
        Owner *own = *owner_at(w, id), *from = NULL;
        size_t share = w->max / (w->n_owners + !own);
        if (own && own->bytes + more > share && own->ages.oldest != kept)
            from = own;
        else
            from = find_rich(w, share);
        Key *k = from ? from->ages.oldest : w->ages.oldest;
        if (k == kept)
            return;
        w->counts.evicted += !is_over(w, k);
        forget(w, k);
    }
}

static Key *key_get(Windows *w, const RuleWindow *r, uint64_t owner, uint64_t hash, uint32_t cap, bool make) {
    Key **at = place_of(w, r->id, hash), *k = *at;
    if (k) {
        unlink_age(w, k);
        link_newest(w, k);
    } else if (make) {
        make_room(w, owner, size_of(cap) + (*owner_at(w, owner) ? 0 : sizeof(Owner)), NULL);
        k = xcalloc(1, size_of(cap));
        k->owner = *owner_at(w, owner);
        if (!k->owner)
            k->owner = owner_new(w, owner);
        k->owner->keys++;
        k->rule = r->id;
        k->hash = hash;
        k->span = r->span;
        k->cap = cap;
        *place_of(w, r->id, hash) = k;
        link_newest(w, k);
        w->counts.keys++;
        add_bytes(w, k->owner, (ssize_t) size_of(cap));
    }
    if (k)
        k->last = w->now;
    return k;
}

/* Room for one more slot; the key may move. */
static Key *grow(Windows *w, Key *k, uint32_t max) {
    uint32_t cap = MIN(k->cap * 2, max);
    Key **at = place_of(w, k->rule, k->hash);
    unlink_age(w, k);
    k = xreallocarray(k, 1, size_of(cap));
    *at = k;
    add_bytes(w, k->owner, (ssize_t) (size_of(cap) - size_of(k->cap)));
    k->cap = cap;
    link_newest(w, k);
    make_room(w, k->owner->id, 0, k);
    return k;
}

/* Hash of a value; false when it is absent. */
static bool add_value(const WindowTerm *t, const Subject *s, Evaluator *e, uint64_t *hash) {
    Run run = {.e = e, .subject = s};
    evaluator_reset(e);
    Value v = operand_value(&run, &t->operand);
    Str text = v.type == VALUE_NONE ? STR_NULL : value_text(&e->scratch, &v);
    if (!text.p)
        return false;
    uint64_t both[2] = {*hash, hash_keyed(text.p, text.n)};
    *hash = hash_keyed(both, sizeof(both));
    return true;
}

static bool hash_key(const WindowStep *step, const Subject *s, Evaluator *e, uint64_t *ret) {
    *ret = 0;
    for (size_t i = 0; i < step->n_by; i++)
        if (!add_value(step->by[i], s, e, ret))
            return false;
    return true;
}

static bool count(Windows *w, const RuleWindow *r, uint64_t owner, const Subject *s, Evaluator *e) {
    uint32_t width = r->distinct ? 2 : 1, max = r->count * width;
    uint64_t hash, value = 0;
    if (!hash_key(&r->step[0], s, e, &hash) || (r->distinct && !add_value(r->distinct, s, e, &value)))
        return false;
    Key *k = key_get(w, r, owner, hash, MIN(max, (uint32_t) SLOTS_FIRST), true);
    uint32_t past = 0;
    while (past < k->n && w->now - k->slot[past] > r->span)
        past += width;
    /* A value that was seen before counts from now on, and no more than once. */
    uint32_t again = r->distinct ? past : k->n;
    while (again < k->n && k->slot[again + 1] != value)
        again += width;
    if (again < k->n) {
        memmove(&k->slot[again], &k->slot[again + width], (k->n - again - width) * sizeof(uint64_t));
        k->n -= width;
    }
    memmove(k->slot, &k->slot[past], (k->n - past) * sizeof(uint64_t));
    k->n -= past;
    if (k->n + width >= max) {
        forget(w, k);
        return true;
    }
    if (k->n + width > k->cap)
        k = grow(w, k, max);
    k->slot[k->n] = w->now;
    if (r->distinct)
        k->slot[k->n + 1] = value;
    k->n += width;
    return false;
}

/* One event may be several steps, but not of the same run: from the last step to the first, each takes what was there before the event. The latest beginning of a run is
 * the one that has the most time left, so no other is remembered. */
static bool follow(Windows *w, const RuleWindow *r, uint64_t owner, const Subject *s, Evaluator *e) {
    for (size_t i = r->n_steps; i-- > 0;) {
        uint64_t hash;
        if (program_evaluate(r->step[i].program, s, e) != 1 || !hash_key(&r->step[i], s, e, &hash))
            continue;
        Key *k = key_get(w, r, owner, hash, (uint32_t) r->n_steps - 1, i == 0);
        if (i == 0) {
            k->slot[0] = w->now;
            continue;
        }
        if (!k || !k->slot[i - 1] || w->now - k->slot[i - 1] > r->span)
            continue;
        if (i + 1 < r->n_steps) {
            k->slot[i] = MAX(k->slot[i], k->slot[i - 1]);
        } else {
            forget(w, k);
            return true; /* what ends a run begins none */
        }
    }
    return false;
}

bool windows_add(Windows *w, const RuleWindow *r, uint64_t owner, const Subject *s, uint64_t time, Evaluator *e) {
    w->now = MAX(w->now, MAX(time, (uint64_t) 1));
    return r->count ? count(w, r, owner, s, e) : follow(w, r, owner, s, e);
}

void windows_counts(const Windows *w, WindowCounts *ret) {
    *ret = w->counts;
}
