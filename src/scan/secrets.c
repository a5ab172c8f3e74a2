/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/secrets.h"

#include <stdlib.h>

#include "analyze/secrets.h"
#include "base/fs.h"
#include "base/vec.h"
#include "base/worker.h"
#include "parse/node.h"

bool secrets_wanted(const LookFor *l) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, "secrets") == 0)
            return l->analyzers >> i & 1;
    return false;
}

static void add_finding(Report *r, const SecretFact *s, Str path, int layer, int died) {
    Arena *a = &r->arena;
    SecretFact *fact = arena_new(a, SecretFact);
    *fact = *s;
    Str *strings[] = {&fact->rule, &fact->title, &fact->kind, &fact->hint, &fact->fingerprint};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        *strings[i] = arena_str(a, *strings[i]);
    _cleanup_(buf_done) Buf title = buf_new(BUF_OWN_MAX);
    buf_str(&title, fact->title);
    if (fact->length)
        buf_printf(&title, ": %.*s… (%llu characters)", STR_FMT(fact->hint), (unsigned long long) fact->length);
    if (fact->line)
        buf_printf(&title, ", line %u", fact->line);
    if (died != LAYER_NONE)
        buf_printf(&title, "; deleted in layer %d, but still in the image", died + 1);
    Finding f = {.kind = FINDING_SECRET, .id = fact->rule, .severity = fact->severity, .severity_source = STR("plimsoll"), .epss = -1, .epss_percentile = -1,
                 .published = TIME_NONE, .layer = layer, .path = arena_str(a, path), .line = fact->line, .col = fact->col, .secret = fact, .deleted = died,
                 .title = arena_str(a, buf_view(&title)), .is_new = true};
    f.cvss.score10 = -1;
    scan_add_finding(r, &f);
}

void secrets_of_layers(Report *r, const Merge *m) {
    const MergedFact *f;
    for (size_t i = 0; (f = merge_next_fact(m, &i));) {
        if (f->fact.kind == FACT_SECRET)
            add_finding(r, &f->fact.secret, f->real, f->layer, f->dead ? f->removed_by : LAYER_NONE);
        else if (f->dead && f->fact.kind == FACT_PROBLEM && str_eq(f->fact.analyzer, STR("secrets")))
            scan_add_gap(r, GAP_LIMIT, f->real, "%.*s", STR_FMT(f->fact.problem.reason));
    }
}

/* ---- The configuration ---- */

typedef struct Place {
    Str name, text;
} Place;

typedef struct Places {
    Vec(Place) list;
    Arena *arena;
} Places;

static void add_place(Places *p, Str name, Str text) {
    if (text.n)
        vec_push(&p->list, (Place) {name, text});
}

/* A string, or a list of them as one text: what is split over arguments is found as well. */
static void add_words(Places *p, const char *name, const Node *n) {
    if (!node_is(n, NODE_LIST)) {
        add_place(p, str_from(name), node_str(n));
        return;
    }
    Buf b = buf_new(BUF_OWN_MAX);
    node_each(c, n)
        buf_printf(&b, "%s%.*s", b.n ? " " : "", STR_FMT(node_str(c)));
    add_place(p, str_from(name), arena_str(p->arena, buf_view(&b)));
    buf_done(&b);
}

static void add_settings(Places *p, const Node *config) {
    node_each(c, node_get(config, "Env")) {
        Str name = str_head(node_str(c), (size_t) MAX(str_chr(node_str(c), '='), (ssize_t) 0));
        add_place(p, arena_printf(p->arena, "config env %.*s", STR_FMT(name)), node_str(c));
    }
    node_each(c, node_get(config, "Labels"))
        add_place(p, arena_printf(p->arena, "config label %.*s", STR_FMT(c->key)), arena_printf(p->arena, "%.*s=%.*s", STR_FMT(c->key), STR_FMT(node_str(c))));
    add_words(p, "config entrypoint", node_get(config, "Entrypoint"));
    add_words(p, "config command", node_get(config, "Cmd"));
    add_words(p, "config shell", node_get(config, "Shell"));
    add_words(p, "config onbuild", node_get(config, "OnBuild"));
    add_words(p, "config healthcheck", node_path(config, "Healthcheck", "Test", NULL));
    add_place(p, STR("config user"), node_get_str(config, "User"));
    add_place(p, STR("config working directory"), node_get_str(config, "WorkingDir"));
}

static void add_places(Places *p, const Node *root) {
    add_settings(p, node_get(root, "config"));
    size_t i = 0;
    node_each(c, node_get(root, "history")) {
        Str name = arena_printf(p->arena, "config history %zu", ++i);
        add_place(p, name, node_get_str(c, "created_by"));
        add_place(p, name, node_get_str(c, "comment"));
        add_place(p, name, node_get_str(c, "author"));
    }
    add_place(p, STR("config author"), node_get_str(root, "author"));
}

/* In the worker: arguments are rules, key and texts; the answer is a record for each value (text, offset, length), and the facts. */
enum { RECORD_VALUE, RECORD_FACT };

typedef struct Answer {
    Buf b;
    uint64_t number;  /* of the text at hand */
} Answer;

static void put_value(void *userdata, const SecretMatch *m) {
    Answer *a = userdata;
    wire_put_u64(&a->b, RECORD_VALUE);
    wire_put_u64(&a->b, a->number);
    wire_put_u64(&a->b, m->at);
    wire_put_u64(&a->b, m->value.n);
}

static void put_fact(void *userdata, const Fact *f) {
    Answer *a = userdata;
    Buf one = buf_new(BUF_OWN_MAX);
    fact_encode(&one, f);
    wire_put_u64(&a->b, RECORD_FACT);
    wire_put_str(&a->b, buf_view(&one));
    buf_done(&one);
}

static int config_job(const WorkerIo *io) {
    WireReader r = wire_reader(io->args);
    Limits limits = limits_default();
    AnalyzerContext context = {.secret_rules = wire_str(&r)};
    context.secret_key = wire_str(&r);
    Answer a = {.b = buf_new(BUF_OWN_MAX)};
    FactSink sink = {put_fact, &a};
    int x = 0;
    for (a.number = 0; x == 0 && r.rest.n && wire_ok(&r); a.number++) {
        Arena scratch = {0};
        AnalyzerInput in = {.path = wire_str(&r), .limits = &limits, .context = &context, .scratch = &scratch};
        in.bytes = wire_str(&r);
        x = secrets_search(&in, &sink, put_value, &a);
        arena_done(&scratch);
    }
    if (x < 0)
        return worker_fail(io, x, "the rules for secrets cannot be used");
    return fs_write_all(io->out, a.b.p, a.b.n);
}

static int take_chunk(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

/* Wherever the value stands in an instruction that the report repeats, its first characters stay. */
static void mask(Report *r, Str value) {
    for (size_t i = 0; i < r->artifact.n_layers && value.n >= 4; i++) {
        Str *s = &r->artifact.layers[i].created_by;
        ssize_t at;
        while ((at = str_find(*s, value)) >= 0) {
            Str head = str_head(*s, (size_t) at), rest = str_from_at(*s, (size_t) at + value.n);
            *s = arena_printf(&r->arena, "%.*s%.*s…%.*s", STR_FMT(head), STR_FMT(str_head(value, MIN(value.n / 4, (size_t) 4))), STR_FMT(rest));
        }
    }
}

static int take_answer(Report *r, const Places *p, bool findings, Str answer) {
    WireReader w = wire_reader(answer);
    while (w.rest.n && wire_ok(&w)) {
        if (wire_max(&w, RECORD_FACT) == RECORD_VALUE) {
            uint64_t number = wire_u64(&w), at = wire_u64(&w), n = wire_u64(&w);
            if (number >= p->list.n || at > p->list.p[number].text.n || n > p->list.p[number].text.n - at)
                return -EBADMSG;
            mask(r, str_n(p->list.p[number].text.p + at, n));
        } else {
            WireReader one = wire_reader(wire_str(&w));
            Fact f;
            if (fact_decode(&one, &f) != 1)
                return -EBADMSG;
            if (f.kind == FACT_SECRET && findings)
                add_finding(r, &f.secret, f.path, LAYER_NONE, LAYER_NONE);
            else if (f.kind == FACT_PROBLEM)
                scan_add_gap(r, GAP_LIMIT, f.path, "%.*s", STR_FMT(f.problem.reason));
        }
    }
    return wire_ok(&w) ? 0 : -EBADMSG;
}

void secrets_of_config(Report *r, const LookFor *l, const Limits *limits) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf args = buf_new(BUF_OWN_MAX), answer = buf_new((size_t) 64 << 20);
    _cleanup_error_ Error err = {0};
    Places p = {.arena = &a};
    Node *root;
    if (str_empty(r->artifact.config) || json_parse(r->artifact.config, "config", limits, &a, NULL, &root) < 0)
        return;
    add_places(&p, root);
    wire_put_str(&args, l->secret_rules);
    wire_put_str(&args, l->secret_key);
    for (size_t i = 0; i < p.list.n; i++) {
        wire_put_str(&args, p.list.p[i].name);
        wire_put_str(&args, p.list.p[i].text);
    }
    int x = p.list.n ? worker_call(config_job, buf_view(&args), NULL, 0, NULL, take_chunk, &answer, &err) : 0;
    if (x == 0)
        x = take_answer(r, &p, secrets_wanted(l), buf_view(&answer));
    if (x < 0)
        scan_add_gap(r, GAP_UNREADABLE_FILE, STR("config"), "secrets were not looked for in the image's configuration: %s", error_text(&err, x));
    vec_done(&p.list);
}
