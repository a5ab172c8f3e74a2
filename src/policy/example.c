/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/example.h"

#include "policy/rules-private.h"
#include "policy/window.h"

typedef struct Fire {
    const Rule *rule;
    Evaluator *evaluator;
    bool fired;
    Windows *windows;       /* of a rule that fires by several events */
    uint64_t time;
} Fire;

static int evaluate(void *userdata, const Subject *s) {
    Fire *f = userdata;
    int r = program_evaluate(f->rule->program, s, f->evaluator);
    bool fires = r == 1 && (!f->windows || windows_add(f->windows, f->rule->window, 0, s, f->time, f->evaluator));
    f->fired = f->fired || fires;
    return r < 0 ? r : 0;
}

enum { EXAMPLE_TIMES_MAX = 10000, EXAMPLE_MEMORY = 16 << 20 };

/* An item of a list of events: an event, or a map of `event`, how many `times` it happens, and how many milliseconds `after` the one before. */
static int read_event(Fire *f, const ObjectReader *const *readers, const Node *item, const char *file, Arena *a, Diag *d) {
    const Node *event = node_get(item, "event"), *times = node_get(item, "times"), *after = node_get(item, "after");
    int64_t n = 1, ms = 0;
    if (event && times && (node_i64(times, &n) < 0 || n < 1 || n > EXAMPLE_TIMES_MAX))
        return diag_add(d, DIAG_ERROR, file, times->line, times->col, "expected a whole number from 1 to %d", EXAMPLE_TIMES_MAX);
    if (event && after && (node_i64(after, &ms) < 0 || ms < 0 || ms > INT32_MAX))
        return diag_add(d, DIAG_ERROR, file, after->line, after->col, "expected a number of milliseconds");
    int r = 0;
    for (int64_t i = 0; i < n && r >= 0; i++) {
        f->time += (uint64_t) ms * 1000000;
        r = object_read(readers, f->rule->source, event ? event : item, file, a, d, evaluate, f);
    }
    return r;
}

static int read_events(Fire *f, const ObjectReader *const *readers, const Node *object, const char *file, Arena *a, Diag *d) {
    int r = 0;
    if (object->type != NODE_LIST)
        return read_event(f, readers, object, file, a, d);
    for (const Node *n = node_first(object); n && r >= 0; n = n->next)
        r = read_event(f, readers, n, file, a, d);
    return r;
}

int rule_fires(const Rule *rule, const ObjectReader *const *readers, const Node *object, const char *file, Evaluator *e, Diag *d) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(windows_freep) Windows *windows = rule->window ? windows_new(EXAMPLE_MEMORY) : NULL;
    Fire f = {.rule = rule, .evaluator = e, .windows = windows, .time = 1};
    int r = windows ? read_events(&f, readers, object, file, &a, d) : object_read(readers, rule->source, object, file, &a, d, evaluate, &f);
    if (r == -E2BIG)
        diag_add(d, DIAG_ERROR, file, object->line, object->col, "rule \"%.*s\" is at a limit with this object", STR_FMT(rule->name));
    return r < 0 ? r : f.fired;
}

static int test_one(const Rule *rule, const ObjectReader *const *readers, const RuleExample *x, const char *file, Evaluator *e, Diag *d, ExampleCounts *counts) {
    counts->examples++;
    int r = rule_fires(rule, readers, x->object, file, e, d);
    if (r == x->fires)
        return 0;
    counts->failed++;
    if (r >= 0)
        r = diag_add(d, DIAG_ERROR, file, x->place.line, x->place.col, "rule \"%.*s\" %s on this example%s%.*s%s, and %s", STR_FMT(rule->name),
                     x->fires ? "must fire" : "must stay quiet", x->name.n ? " (" : "", STR_FMT(x->name), x->name.n ? ")" : "", r ? "fires" : "stays quiet");
    return r;
}

int rule_test(const Rule *rule, const ObjectReader *const *readers, Evaluator *e, Diag *d, ExampleCounts *counts) {
    int failed = 0;
    counts->rules += rule->n_examples > 0;
    counts->bare += rule->n_examples == 0;
    for (size_t i = 0; i < rule->n_examples; i++) {
        int r = test_one(rule, readers, &rule->examples[i], rule->file, e, d, counts);
        failed = r < 0 ? r : failed;
    }
    return failed;
}

static int test_case(const RuleSet *set, const ObjectReader *const *readers, const Node *item, const char *file, Evaluator *e, Diag *d, ExampleCounts *counts) {
    const Node *named = node_get(item, "rule");
    Str name = node_str(named);
    const Rule *rule = name.n ? rule_set_find(set, name) : NULL;
    if (!rule)
        return diag_add(d, DIAG_ERROR, file, named ? named->line : item->line, named ? named->col : item->col,
                        name.n ? "there is no rule \"%.*s\"" : "expected a map with rule, fires and quiet%.*s", STR_FMT(name));
    int failed = 0;
    size_t before = counts->examples;
    node_each(kind, item) {
        bool fires = str_eqz(kind->key, "fires");
        if (str_eqz(kind->key, "rule"))
            continue;
        if (kind->type != NODE_LIST || (!fires && !str_eqz(kind->key, "quiet"))) {
            failed = diag_add(d, DIAG_ERROR, file, kind->key_line, kind->key_col, "expected fires or quiet with a list of objects");
            continue;
        }
        node_each(object, kind) {
            RuleExample x = {.fires = fires, .object = object, .place = {object->line, object->col}};
            int r = test_one(rule, readers, &x, file, e, d, counts);
            failed = r < 0 ? r : failed;
        }
    }
    counts->rules += counts->examples > before;
    return failed;
}

int case_file_test(const RuleSet *set, const ObjectReader *const *readers, Str text, const char *file, Evaluator *e, Diag *d, ExampleCounts *counts) {
    _cleanup_(arena_done) Arena a = {0};
    Node *doc;
    size_t n;
    int r = yaml_parse(text, file, &set->limits, &a, d, &doc, &n);
    if (r < 0)
        return r;
    for (const Node *one = n ? doc : NULL; one; one = one->next) {
        if (one->type != NODE_LIST)
            r = diag_add(d, DIAG_ERROR, file, one->line, one->col, "expected a list of cases, found %s", node_type_name(one->type));
        node_each(item, one->type == NODE_LIST ? one : NULL) {
            int x = test_case(set, readers, item, file, e, d, counts);
            r = x < 0 ? x : r;
        }
    }
    return r;
}
