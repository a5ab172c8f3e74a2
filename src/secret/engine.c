/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/engine.h"

#include <hs_runtime.h>
#include <math.h>
#include <stdlib.h>

#include "base/vec.h"
#include "secret/blob.h"
#include "parse/pattern.h"

/* How much text behind a keyword its pattern sees: a private key of 16,384 bits fits. */
enum { SECRET_REACH = 32 * 1024 };

typedef struct AllowWork {
    const SecretAllow *allow;
    Pattern **regexes, **paths; /* compiled when they are first needed */
} AllowWork;

typedef struct RuleWork {
    const SecretRule *rule;
    Pattern *pattern, *path;
    AllowWork *allow;
    size_t n_allow;
    /* Of the text at hand. */
    uint32_t round;        /* the marks below are of this round */
    int8_t path_fits;      /* -1 not asked, 0 no, 1 yes */
    bool wanted;           /* whole_file: a keyword was seen */
    size_t tried;          /* 1 + the last place that was tried */
    size_t end;            /* of the last match: keywords inside of it are not looked at */
} RuleWork;

struct SecretEngine {
    SecretSet set;
    const hs_database_t *db;
    void *db_memory;
    hs_scratch_t *scratch;
    Trigger *triggers;
    size_t n_triggers;
    RuleWork *rules;
    AllowWork *allow;
    PatternWork *work;
    uint32_t round;
    uint32_t *wanted;      /* whole-file rules of this round */
    size_t n_wanted;
    Vec(uint32_t) always;  /* whole-file rules without keywords */
    Str path, text;
    Vec(SecretMatch) matches;
    bool more;
    uint32_t limited;
    Str limited_rule;
};

bool secret_is_text(Str head) {
    return head.n > 0 && !memchr(head.p, 0, head.n);
}

double secret_entropy(Str s) {
    uint32_t count[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < s.n; i++)
        count[(unsigned char) s.p[i]]++;
    for (size_t i = 0; i < 256; i++)
        if (count[i])
            bits -= count[i] * log2((double) count[i] / (double) s.n);
    return s.n ? bits / (double) s.n : 0;
}

/* Up to the set; then the triggers. */
static int open_blob(Str blob, SecretSet *set, WireReader *ret_rest) {
    WireReader r = wire_reader(blob);
    if (!str_eq(wire_str(&r), STR(SECRET_BLOB_MAGIC)) || wire_u64(&r) != SECRET_BLOB_VERSION)
        return -EBADMSG;
    int x = secret_set_decode(&r, set);
    *ret_rest = r;
    return x;
}

int secret_blob_rules(Str blob, SecretSet *ret) {
    WireReader rest;
    return open_blob(blob, ret, &rest);
}

bool secret_blob_usable(Str blob) {
    _cleanup_(secret_engine_freep) SecretEngine *e = NULL;
    return secret_engine_new(blob, &e, NULL) == 0;
}

static AllowWork *new_allow(const SecretAllow *a, size_t n) {
    AllowWork *w = xcalloc(n, sizeof(*w));
    for (size_t i = 0; i < n; i++) {
        w[i].allow = &a[i];
        w[i].regexes = xcalloc(a[i].regexes.n, sizeof(Pattern *));
        w[i].paths = xcalloc(a[i].paths.n, sizeof(Pattern *));
    }
    return w;
}

static void free_allow(AllowWork *w, size_t n) {
    for (size_t i = 0; w && i < n; i++) {
        for (size_t k = 0; k < w[i].allow->regexes.n; k++)
            pattern_free(w[i].regexes[k]);
        for (size_t k = 0; k < w[i].allow->paths.n; k++)
            pattern_free(w[i].paths[k]);
        free(w[i].regexes);
        free(w[i].paths);
    }
    free(w);
}

void secret_engine_free(SecretEngine *e) {
    for (size_t i = 0; e->rules && i < e->set.n_rules; i++) {
        pattern_free(e->rules[i].pattern);
        pattern_free(e->rules[i].path);
        free_allow(e->rules[i].allow, e->rules[i].n_allow);
    }
    free(e->rules);
    free_allow(e->allow, e->set.n_allow);
    hs_free_scratch(e->scratch);
    free(e->db_memory);
    pattern_work_free(e->work);
    free(e->triggers);
    free(e->wanted);
    vec_done(&e->always);
    vec_done(&e->matches);
    secret_set_done(&e->set);
    free(e);
}

static int take_triggers(SecretEngine *e, WireReader *r) {
    e->n_triggers = (size_t) wire_max(r, r->rest.n);
    e->triggers = xcalloc(e->n_triggers, sizeof(Trigger));
    for (size_t i = 0; i < e->n_triggers; i++) {
        e->triggers[i].rule = (uint32_t) wire_max(r, e->set.n_rules ? e->set.n_rules - 1 : 0);
        e->triggers[i].width = (uint32_t) wire_max(r, UINT32_MAX);
    }
    return wire_ok(r) && (e->set.n_rules || !e->n_triggers) ? 0 : -EBADMSG;
}

static int take_database(SecretEngine *e, Str bytes, Error *err) {
    size_t n;
    if (bytes.n == 0)
        return 0;
    if (hs_serialized_database_size(bytes.p, bytes.n, &n) != HS_SUCCESS)
        return error_set(err, -EBADMSG, "the database of compiled secret rules is malformed or of another version of vectorscan");
    e->db_memory = aligned_alloc(64, (n + 63) & ~(size_t) 63);
    if (!e->db_memory)
        return -ENOMEM;
    hs_error_t x = hs_deserialize_database_at(bytes.p, bytes.n, e->db_memory);
    if (x == HS_SUCCESS)
        e->db = e->db_memory;
    if (x == HS_SUCCESS)
        x = hs_alloc_scratch(e->db, &e->scratch);
    if (x != HS_SUCCESS)
        return error_set(err, x == HS_NOMEM ? -ENOMEM : -ENOTSUP, "the compiled secret rules are for another processor or version of vectorscan");
    return 0;
}

int secret_engine_new(Str blob, SecretEngine **ret, Error *err) {
    _cleanup_(secret_engine_freep) SecretEngine *e = xcalloc(1, sizeof(*e));
    WireReader r;
    int x = open_blob(blob, &e->set, &r);
    if (x == 0)
        x = take_triggers(e, &r);
    if (x < 0)
        return error_set(err, x, "the compiled secret rules are malformed");
    Str db = wire_str(&r);
    x = wire_ok(&r) ? take_database(e, db, err) : -EBADMSG;
    if (x < 0)
        return x;
    e->rules = xcalloc(e->set.n_rules, sizeof(RuleWork));
    e->wanted = xcalloc(e->set.n_rules, sizeof(uint32_t));
    for (size_t i = 0; i < e->set.n_rules; i++) {
        const SecretRule *rule = &e->set.rules[i];
        e->rules[i] = (RuleWork) {.rule = rule, .allow = new_allow(rule->allow.p, rule->allow.n), .n_allow = rule->allow.n};
        if (rule->whole_file && rule->keywords.n == 0)
            vec_push(&e->always, (uint32_t) i);
    }
    e->allow = new_allow(e->set.allow, e->set.n_allow);
    e->work = pattern_work_new();
    *ret = TAKE_PTR(e);
    return 0;
}

/* The patterns of a blob compiled when it was made. */
static const Pattern *lazy(Pattern **p, Str regex, unsigned flags) {
    size_t offset;
    char why[160];
    if (!*p)
        *p = pattern_new(regex, flags, &offset, why);
    return *p;
}

static bool any_found(SecretEngine *e, Pattern **p, StrList regexes, Str in) {
    for (size_t i = 0; i < regexes.n; i++)
        if (lazy(&p[i], regexes.p[i], 0) && pattern_found(p[i], e->work, in))
            return true;
    return false;
}

/* `word` is lower case. */
static bool has_word(Str s, Str word) {
    for (size_t i = 0; i + word.n <= s.n; i++) {
        size_t k = 0;
        while (k < word.n && (s.p[i + k] >= 'A' && s.p[i + k] <= 'Z' ? s.p[i + k] + 32 : s.p[i + k]) == word.p[k])
            k++;
        if (k == word.n)
            return true;
    }
    return false;
}

static Str line_around(Str text, size_t from, size_t to) {
    enum { LINE_MAX = 4096 };
    size_t start = from, end = to;
    while (start > 0 && from - start < LINE_MAX && text.p[start - 1] != '\n')
        start--;
    while (end < text.n && end - to < LINE_MAX && text.p[end] != '\n')
        end++;
    return str_n(text.p + start, end - start);
}

static bool allows(SecretEngine *e, AllowWork *w, const SecretRule *rule, Str value, size_t from, size_t to) {
    const SecretAllow *a = w->allow;
    bool for_rule = a->rules.n == 0;
    for (size_t i = 0; i < a->rules.n && !for_rule; i++)
        for_rule = str_eq(a->rules.p[i], rule->id);
    if (!for_rule)
        return false;
    unsigned given = 0, held = 0;
    if (a->words.n) {
        bool found = false;
        for (size_t i = 0; i < a->words.n && !found; i++)
            found = has_word(value, a->words.p[i]);
        given++;
        held += found;
    }
    if (a->regexes.n) {
        Str in = a->target == SECRET_TARGET_VALUE ? value : a->target == SECRET_TARGET_MATCH ? str_n(e->text.p + from, to - from) : line_around(e->text, from, to);
        given++;
        held += any_found(e, w->regexes, a->regexes, in);
    }
    if (a->paths.n) {
        given++;
        held += any_found(e, w->paths, a->paths, e->path);
    }
    return given && (a->all ? held == given : held > 0);
}

/* Of this text: forgotten with the next. */
static RuleWork *fresh(SecretEngine *e, uint32_t number) {
    RuleWork *w = &e->rules[number];
    if (w->round != e->round) {
        w->round = e->round;
        w->path_fits = -1;
        w->wanted = false;
        w->tried = w->end = 0;
    }
    if (w->path_fits < 0)
        w->path_fits = w->rule->path.n == 0 || (lazy(&w->path, w->rule->path, 0) && pattern_found(w->path, e->work, e->path));
    return w;
}

static void put(SecretEngine *e, RuleWork *w, Str value, size_t at) {
    if (e->matches.n >= SECRET_MATCHES_MAX) {
        e->more = true;
        return;
    }
    vec_push(&e->matches, (SecretMatch) {.rule = w->rule, .value = value, .at = at});
}

/* Is the match a secret? Then it is kept. */
static void judge(SecretEngine *e, RuleWork *w, const PatternMatch *m) {
    Str value = str_n(e->text.p + m->group_start, m->group_end - m->group_start);
    const SecretRule *r = w->rule;
    if (value.n == 0 || (r->entropy > 0 && secret_entropy(value) <= r->entropy) || !secret_checksum_holds(r->checksum, value))
        return;
    for (size_t i = 0; i < w->n_allow; i++)
        if (allows(e, &w->allow[i], r, value, m->start, m->end))
            return;
    for (size_t i = 0; i < e->set.n_allow; i++)
        if (allows(e, &e->allow[i], r, value, m->start, m->end))
            return;
    put(e, w, value, m->group_start);
}

static int search(SecretEngine *e, RuleWork *w, Str text, size_t from, size_t last, PatternMatch *ret) {
    if (!lazy(&w->pattern, w->rule->pattern, 0))
        return 0;
    int x = pattern_match(w->pattern, e->work, text, from, last, w->rule->group, ret);
    if (x < 0 && e->limited++ == 0)
        e->limited_rule = w->rule->id;
    return x;
}

static int on_trigger(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *userdata) {
    SecretEngine *e = userdata;
    const Trigger *t = &e->triggers[id];
    RuleWork *w = fresh(e, t->rule);
    const SecretRule *r = w->rule;
    if (!w->path_fits)
        return 0;
    if (r->whole_file) {
        if (!w->wanted)
            e->wanted[e->n_wanted++] = t->rule;
        w->wanted = true;
        return 0;
    }
    size_t at = t->width ? (size_t) to - t->width : (size_t) from;
    /* A trigger may end at several places: each beginning is tried once. */
    if (w->tried == at + 1 || at < w->end)
        return 0;
    w->tried = at + 1;
    PatternMatch m;
    Str text = str_head(e->text, at + SECRET_REACH);
    if (search(e, w, text, at - MIN(at, (size_t) r->back), at, &m) == 1) {
        w->end = m.end;
        judge(e, w, &m);
    }
    return e->more;
}

/* As gitleaks does it: all matches of the whole file, one behind the other. */
static void search_whole(SecretEngine *e, uint32_t number) {
    RuleWork *w = fresh(e, number);
    PatternMatch m;
    if (!w->path_fits)
        return;
    if (w->rule->pattern.n == 0) {
        put(e, w, STR(""), 0);
        return;
    }
    for (size_t at = 0; at <= e->text.n && !e->more && search(e, w, e->text, at, e->text.n, &m) == 1; at = m.end > m.start ? m.end : m.end + 1)
        judge(e, w, &m);
}

static int by_place(const void *a, const void *b) {
    const SecretMatch *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->rule == y->rule ? 0 : x->rule < y->rule ? -1 : 1;
}

/* A generic rule gives way where another one found the same thing. */
static void drop_generic(SecretEngine *e) {
    size_t kept = 0;
    for (size_t i = 0; i < e->matches.n; i++) {
        const SecretMatch *m = &e->matches.p[i];
        bool other = false;
        for (size_t k = 0; m->rule->generic && k < e->matches.n && !other; k++) {
            const SecretMatch *o = &e->matches.p[k];
            other = !o->rule->generic && o->at < m->at + m->value.n && m->at < o->at + o->value.n;
        }
        if (!other)
            e->matches.p[kept++] = *m;
    }
    e->matches.n = kept;
}

static void add_places(SecretEngine *e) {
    size_t at = 0, line_start = 0;
    uint32_t line = 1;
    for (size_t i = 0; i < e->matches.n; i++) {
        SecretMatch *m = &e->matches.p[i];
        if (m->rule->pattern.n == 0)
            continue;
        for (const char *nl; (nl = memchr(e->text.p + at, '\n', m->at - at)); line++)
            at = line_start = (size_t) (nl - e->text.p) + 1;
        at = m->at;
        m->line = line;
        m->col = (uint32_t) (m->at - line_start) + 1;
    }
}

void secret_engine_scan(SecretEngine *e, Str path, Str text, SecretMatches *ret) {
    e->path = path;
    e->text = text.p ? text : STR("");
    e->matches.n = e->n_wanted = 0;
    e->more = false;
    e->limited = 0;
    e->round++;
    if (e->db && text.n <= UINT32_MAX)
        hs_scan(e->db, e->text.p, (unsigned) text.n, 0, e->scratch, on_trigger, e);
    for (size_t i = 0; i < e->n_wanted; i++)
        search_whole(e, e->wanted[i]);
    for (size_t i = 0; i < e->always.n; i++)
        search_whole(e, e->always.p[i]);
    if (e->matches.n) {
        vec_sort(&e->matches, by_place);
        drop_generic(e);
        add_places(e);
    }
    *ret = (SecretMatches) {e->matches.p, e->matches.n, e->more, e->limited, e->limited_rule};
}
