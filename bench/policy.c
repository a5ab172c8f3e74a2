/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on system calls: `bench-policy ROUNDS EVENTS RULES…` evaluates all rules of the files on recorded events (policy-record.py), 60 of 100 opens and 12
 * execs, each kind in the order of the recording, and prints the mean, p99 and what each type of event takes. Allocations are counted: one while events are evaluated is a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "base/vec.h"
#include "policy/evaluator.h"
#include "policy/matcher.h"
#include "policy/recorded.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if !defined(__SANITIZE_ADDRESS__) && !defined(SANITIZED)
extern void *__libc_malloc(size_t n), *__libc_calloc(size_t n, size_t size), *__libc_realloc(void *p, size_t n);
static size_t allocations;
void *malloc(size_t n) {
    allocations++;
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size) {
    allocations++;
    return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n) {
    allocations++;
    return __libc_realloc(p, n);
}
#else
static const size_t allocations;
#endif

enum { SLOTS_MAX = 256, EVENTS = 20000, MATCHES_MAX = 100, ROOM = 1 << 20 };

/* As a sensor has them: values that are there, found by the slot of their field. */
typedef struct Event {
    uint8_t at[SLOTS_MAX];    /* place in `values` + 1 */
    const Value *values;
    size_t n;
    Str type;
} Event;

static Value event_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Event *e = object;
    uint8_t at = e->at[ref->field->slot];
    if (!at)
        return value_none();
    Value v = e->values[at - 1];
    if (!ref->has_arg)
        return v;
    if (v.type != VALUE_LIST || !(ref->field->flags & FIELD_ANY_INDEX) || ref->index < 1 || (size_t) ref->index > v.list.n)
        return value_none();
    return v.list.p[ref->index - 1];
}
static const SubjectOps event_ops = {.get = event_get};

/* The event as a sensor would have it that made it just now: all of it in memory that was written last. */
static void take(const Event *from, Event *ret, char *room) {
    *ret = *from;
    Value *values = (Value *) (void *) room;
    char *text = room + from->n * sizeof(*values);
    for (size_t i = 0; i < from->n; i++) {
        values[i] = from->values[i];
        if (values[i].type != VALUE_STRING)
            continue;
        memcpy(text, values[i].text.p, values[i].text.n);
        values[i].text.p = text;
        text += values[i].text.n;
    }
    ret->values = values;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

static int compare_double(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return x < y ? -1 : x > y;
}

typedef struct Recorded {
    Vec(Event) all;
    Arena arena;
} Recorded;

static int read_events(Recorded *r, const Source *source, Str text, Evaluator *e) {
    Limits limits = limits_default();
    Str line;
    while (str_line(&text, &line)) {
        Node *n;
        if (json_parse(line, "events", &limits, &r->arena, NULL, &n) < 0)
            return -EINVAL;
        Event event = {0};
        if (line.n > ROOM / 4)
            return -EINVAL;
        Vec(Value) values = {0};
        for (const Field *f = source->fields; f->name; f++) {
            Value v = recorded_ops.get(n, &(FieldRef) {.field = f}, &e->scratch);
            if (v.type == VALUE_NONE)
                continue;
            if (v.type == VALUE_LIST) {
                Value *items = arena_alloc(&r->arena, (v.list.n + 1) * sizeof(*items));
                memcpy(items, v.list.p, v.list.n * sizeof(*items));
                v.list.p = items;
            }
            vec_push(&values, v);
            event.at[f->slot] = (uint8_t) values.n;
            if (strcmp(f->name, "evt.type") == 0)
                event.type = v.text;
        }
        Value *kept = arena_alloc(&r->arena, (values.n + 1) * sizeof(*kept));
        if (values.n)
            memcpy(kept, values.p, values.n * sizeof(*kept));
        event.values = kept;
        event.n = values.n;
        vec_done(&values);
        vec_push(&r->all, event);
        evaluator_reset(e);
    }
    return 0;
}

static int kind_of(Str type) {
    if (str_starts(type, STR("open")) || str_eqz(type, "creat"))
        return 0;
    return str_starts(type, STR("exec")) ? 1 : 2;
}

/* 60 of 100 opens, 12 execs, 28 others; each kind in its order, begun anew when it ends. */
static size_t mix(const Recorded *r, Event *ret, size_t n) {
    static const char pattern[] = "0010000002002022102000221002020202000002012001020002210210010002002002012020020020200010002101000220";
    size_t at[3] = {0}, counts[3] = {0};
    for (size_t i = 0; i < r->all.n; i++)
        counts[kind_of(r->all.p[i].type)]++;
    if (!counts[0] || !counts[1] || !counts[2])
        return 0;
    for (size_t i = 0; i < n; i++) {
        int kind = pattern[i % (sizeof(pattern) - 1)] - '0';
        while (kind_of(r->all.p[at[kind] % r->all.n].type) != kind)
            at[kind]++;
        ret[i] = r->all.p[at[kind]++ % r->all.n];
    }
    return n;
}

static RuleSet *load(char **paths, int n, const Limits *l, Arena *a) {
    _cleanup_(diag_done) Diag d = {0};
    RuleSetOptions o = {.limits = l, .min_priority = PRIORITY_DEBUG};
    RuleSet *set = rule_set_new(&o);
    for (int i = 0; i < n; i++) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        if (fs_read(paths[i], BUF_OWN_MAX, &text, &size, NULL) < 0 || rule_set_add(set, arena_str(a, str_n(text, size)), paths[i], &d) < 0)
            diag_add(&d, DIAG_ERROR, paths[i], 0, 0, "cannot be read");
    }
    if (d.errors || rule_set_finish(set, &d) < 0) {
        _cleanup_free_ char *text = diag_text(&d);
        fprintf(stderr, "%s", text);
        exit(1);
    }
    return set;
}

typedef struct Line {
    Str type;
    size_t n;
    double sum;
} Line;

static int by_count(const void *a, const void *b) {
    const Line *x = a, *y = b;
    return x->n > y->n ? -1 : x->n < y->n;
}

static void report(const Event *events, const double *rounds, size_t n_rounds, size_t n, const RuleMatcher *m) {
    double *times = xcalloc(n, sizeof(*times)), *one = xcalloc(n_rounds, sizeof(*one)), sum = 0;
    Line lines[64] = {0};
    size_t n_lines = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n_rounds; k++)
            one[k] = rounds[k * n + i];
        qsort(one, n_rounds, sizeof(*one), compare_double);
        times[i] = one[n_rounds / 2];
        sum += times[i];
        size_t k = 0;
        while (k < n_lines && !str_eq(lines[k].type, events[i].type))
            k++;
        if (k == ARRAY_SIZE(lines))
            continue;
        n_lines = MAX(n_lines, k + 1);
        lines[k].type = events[i].type;
        lines[k].n++;
        lines[k].sum += times[i];
    }
    qsort(times, n, sizeof(*times), compare_double);
    qsort(lines, n_lines, sizeof(*lines), by_count);
    printf("Median of %zu rounds of each event: mean %.0f ns, median %.0f, p99 %.0f, worst %.0f\n", n_rounds, sum / (double) n, times[n / 2], times[n * 99 / 100], times[n - 1]);
    printf("%-12s %8s %6s %8s\n", "type", "events", "rules", "ns/event");
    for (size_t i = 0; i < n_lines; i++)
        printf("%-12.*s %8zu %6zu %8.0f\n", STR_FMT(lines[i].type), lines[i].n, rule_matcher_candidates(m, lines[i].type), lines[i].sum / (double) lines[i].n);
    free(times);
    free(one);
}

/* What asking the clock twice takes, the best of many. */
static double clock_cost(void) {
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 100000; i++) {
        uint64_t from = now(), to = now();
        best = MIN(best, to - from);
    }
    return (double) best;
}

int main(int argc, char **argv) {
    uint64_t rounds;
    if (argc < 4 || str_to_u64(str_from(argv[1]), 1000, &rounds) < 0 || rounds < 1) {
        fprintf(stderr, "usage: bench-policy ROUNDS EVENTS RULES…\n");
        return 2;
    }
    Limits limits = limits_default();
    Recorded recorded = {0};
    const Source *source = source_by_name(STR("syscall"));
    Evaluator *e = evaluator_new();
    uint64_t from = now();
    RuleSet *set = load(argv + 3, argc - 3, &limits, &recorded.arena);
    size_t n_rules;
    Rule *const *rules = rule_set_rules(set, &n_rules);
    RuleMatcher *m = rule_matcher_new(rules, n_rules, source, "evt.type");
    double loaded = (double) (now() - from) / 1e6;
    _cleanup_free_ char *text = NULL;
    size_t size;
    if (fs_read(argv[2], BUF_OWN_MAX, &text, &size, NULL) < 0 || read_events(&recorded, source, str_n(text, size), e) < 0) {
        fprintf(stderr, "bench-policy: %s: no events\n", argv[2]);
        return 1;
    }
    Event *events = xcalloc(EVENTS, sizeof(*events));
    size_t n = mix(&recorded, events, EVENTS), matches = 0, limited = 0, asked = 0;
    double *times = xcalloc(n * rounds, sizeof(*times)), clock = clock_cost();
    char *room = xmalloc(ROOM);
    RuleMatch found[MATCHES_MAX];
    for (uint64_t round = 0; round <= rounds; round++) {
        size_t before = allocations;
        matches = limited = asked = 0;
        for (size_t i = 0; i < n; i++) {
            Event event;
            take(&events[i], &event, room);
            Subject s = {.source = source, .ops = &event_ops, .object = &event};
            uint64_t start = now();
            size_t k = rule_matcher_match(m, &s, e, false, found, MATCHES_MAX);
            double one = (double) (now() - start) - clock;
            if (round) /* the first one makes the evaluator's room */
                times[(round - 1) * n + i] = MAX(one, 0.0);
            matches += k;
            for (size_t j = 0; j < k; j++)
                limited += found[j].limited;
            asked += rule_matcher_candidates(m, event.type);
        }
        if (round && allocations != before) {
            fprintf(stderr, "bench-policy: %zu allocations in %zu evaluations\n", allocations - before, n);
            return 1;
        }
    }
    printf("%zu rules, loaded and compiled in %.1f ms; %zu events recorded, %zu in the mix, %.1f rules asked for each, %zu matches, %zu limited, no allocation\n", n_rules, loaded,
           recorded.all.n, n, (double) asked / (double) n, matches, limited);
    report(events, times, rounds, n, m);
    free(times);
    free(room);
    rule_matcher_free(m);
    rule_set_free(set);
    evaluator_free(e);
    vec_done(&recorded.all);
    arena_done(&recorded.arena);
    free(events);
    return 0;
}
