/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy bench: what rules cost on recorded events or objects. */

#include "base/fs.h"
#include "base/time.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"
#include "policy/matcher.h"
#include "policy/recorded.h"
#include "policy/snapshot.h"

static int check_rounds(Str value, Error *err) {
    uint64_t n;
    return str_to_u64(value, 1000, &n) == 0 && n > 0 ? 0 : error_set(err, -EINVAL, "'%.*s' is no number of rounds; expected 1 to 1000", STR_FMT(value));
}

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--source", .arg = "SOURCE", .doc = "What the objects are; only rules of this source are evaluated", .list_values = policy_list_sources, .def = "syscall"},
    {.name = "--rounds", .arg = "N", .doc = "How often everything is evaluated; of each object the median counts", .check = check_rounds, .def = "5"},
    {0},
};

enum { INPUT_MAX = 1 << 30, MATCHES_MAX = 4096 };

typedef struct Item {
    const Subject *subject;
    Str type;
    double ns;             /* the median of the rounds */
    size_t matches;
} Item;

typedef struct Bench {
    Evaluator *evaluator;
    Arena arena;
    Vec(Item) items;
} Bench;

/* What objects of a source are told apart by in the report; their own name where there is nothing. */
static Str type_of(const Subject *s, Evaluator *e) {
    static const char *const fields[] = {"evt.type", "instruction.name", "package.type", "finding.kind", "secret.kind", "file.type", "k8s.kind"};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        unsigned up = 0;
        const Subject *whose = s;
        const Field *f = source_field(s->source, str_from(fields[i]), &up);
        for (; f && whose && up > 0; up--)
            whose = whose->parent;
        Value v = f && whose ? whose->ops->get(whose->object, &(FieldRef) {.field = f}, evaluator_scratch(e)) : value_none();
        if (v.type == VALUE_STRING)
            return v.text;
    }
    return str_from(s->source->name);
}

static int each(void *userdata, const Subject *s) {
    Bench *b = userdata;
    Subject *taken = arena_new(&b->arena, Subject);
    *taken = s->ops == &recorded_ops ? *snapshot_new(s->source, s->object, b->evaluator, &b->arena) : *s;
    vec_push(&b->items, ((Item) {.subject = taken, .type = arena_str(&b->arena, type_of(taken, b->evaluator))}));
    return 0;
}

/* A line each, as recordings have them; else what policy explain takes. */
static int read_objects(Bench *b, const Source *source, Str text, const char *place, Diag *d) {
    Limits limits = limits_default();
    Str rest = text, line;
    bool lines = str_line(&rest, &line) && json_parse(line, place, &limits, &b->arena, NULL, &(Node *) {NULL}) == 0;
    uint32_t number = 0;
    Node *object = NULL;
    int r = 0;
    rest = text;
    while (lines && r >= 0 && (r = json_lines_next(&rest, place, &number, &limits, &b->arena, d, &object)) > 0)
        r = object_read(object_readers, source, object, place, &b->arena, d, each, b);
    if (lines)
        return MIN(r, 0);
    r = policy_parse_object(source, text, place, &b->arena, d, &object);
    for (; r >= 0 && object; object = object->next)
        r = object_read(object_readers, source, object, place, &b->arena, d, each, b);
    return MIN(r, 0);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return x < y ? -1 : x > y;
}

/* What asking for the time takes by itself. */
static double clock_cost(void) {
    double times[1001];
    for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
        int64_t begin = time_steady_ns();
        times[i] = (double) (time_steady_ns() - begin);
    }
    qsort(times, ARRAY_SIZE(times), sizeof(*times), by_value);
    return times[ARRAY_SIZE(times) / 2];
}

static void measure(Bench *b, const RuleMatcher *m, size_t rounds) {
    RuleMatch *found = xcalloc(MATCHES_MAX, sizeof(*found));
    double *times = xcalloc(b->items.n * rounds + 1, sizeof(*times)), clock = clock_cost();
    for (size_t k = 0; k < rounds; k++)
        for (size_t i = 0; i < b->items.n; i++) {
            int64_t begin = time_steady_ns();
            b->items.p[i].matches = rule_matcher_match(m, b->items.p[i].subject, b->evaluator, false, found, MATCHES_MAX);
            double ns = (double) (time_steady_ns() - begin) - clock;
            times[i * rounds + k] = MAX(ns, 0.0);
        }
    for (size_t i = 0; i < b->items.n; i++) {
        qsort(&times[i * rounds], rounds, sizeof(*times), by_value);
        b->items.p[i].ns = times[i * rounds + rounds / 2];
    }
    free(times);
    free(found);
}

typedef struct Line {
    Str type;
    size_t n, candidates, matches;
    double mean, p99;
} Line;

static int by_type(const void *a, const void *b) {
    const Item *x = a, *y = b;
    int r = str_cmp(x->type, y->type);
    return r ? r : x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* Of items that are in the order of their times. */
static Line line_of(const Item *items, size_t n, const RuleMatcher *m, Str type) {
    Line l = {.type = type, .n = n, .candidates = rule_matcher_candidates(m, type), .p99 = n ? items[(n * 99 - 1) / 100].ns : 0};
    for (size_t i = 0; i < n; i++) {
        l.mean += items[i].ns / (double) n;
        l.matches += items[i].matches;
    }
    return l;
}

static int by_time(const void *a, const void *b) {
    return by_value(&((const Item *) a)->ns, &((const Item *) b)->ns);
}

static void write_line(const Line *l, JsonWriter *w, Buf *out, bool json, bool all) {
    if (!json) {
        _cleanup_free_ char *rules = all ? xstrdup("") : xasprintf("%zu", l->candidates);
        buf_printf(out, "%-24.*s %9zu %6s %10.0f %10.0f %9zu\n", STR_FMT(l->type), l->n, rules, l->mean, l->p99, l->matches);
        return;
    }
    if (!all) {
        json_map(w, NULL);
        json_str(w, "type", l->type);
        json_u64(w, "rules", l->candidates);
    }
    json_u64(w, "objects", l->n);
    json_u64(w, "mean_ns", (uint64_t) (l->mean + 0.5));
    json_u64(w, "p99_ns", (uint64_t) (l->p99 + 0.5));
    json_u64(w, "matches", l->matches);
    if (!all)
        json_end(w);
}

static void write_report(Bench *b, const RuleMatcher *m, const Source *source, size_t n_rules, bool json, Buf *out) {
    JsonWriter w = json_writer(out, true);
    if (json) {
        json_map(&w, NULL);
        json_strz(&w, "source", source->name);
        json_u64(&w, "rules", n_rules);
        json_list(&w, "types");
    } else {
        buf_printf(out, "%zu rules of source %s\n%-24s %9s %6s %10s %10s %9s\n", n_rules, source->name, "type", "objects", "rules", "mean ns", "p99 ns", "matches");
    }
    vec_sort(&b->items, by_type);
    for (size_t i = 0, k; i < b->items.n; i = k) {
        for (k = i; k < b->items.n && str_eq(b->items.p[k].type, b->items.p[i].type);)
            k++;
        Line l = line_of(&b->items.p[i], k - i, m, b->items.p[i].type);
        write_line(&l, &w, out, json, false);
    }
    if (json)
        json_end(&w);
    vec_sort(&b->items, by_time);
    Line l = line_of(b->items.p, b->items.n, m, STR("all"));
    write_line(&l, &w, out, json, true);
    if (json) {
        json_end(&w);
        buf_putc(out, '\n');
    }
}

static int load_rules(Cli *cli, PolicyRules *p, PolicyChosen *chosen, Rule ***ret, size_t *ret_n) {
    size_t n_paths, n;
    const char *const *paths = cli_values(cli, "--rules", &n_paths);
    RuleSetOptions o = {0};
    bool policy = cli_value(cli, "--policy");
    int x = policy ? policy_open(cli, time_now(), chosen) : policy_rules_load_good(cli, paths, n_paths, &o, p);
    if (x)
        return x;
    Rule *const *all = rule_set_rules(policy ? policy_rule_set(chosen->policy) : p->set, &n);
    Rule **taken = xcalloc(n + 1, sizeof(*taken));
    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        if (!policy || policy_chosen_rule(chosen, all[i]))
            taken[(*ret_n)++] = all[i];
    *ret = taken;
    return 0;
}

static int bench(Cli *cli, Bench *b, Rule *const *rules, size_t n, Buf *out) {
    const Source *source = source_by_name(str_from(cli_value(cli, "--source")));
    const char *path = cli->args[0];
    bool standard = strcmp(path, "-") == 0;
    _cleanup_free_ char *text = NULL;
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_error_ Error err = {0};
    size_t size, count = 0;
    uint64_t rounds = 0;
    int r = standard ? fs_read_fd(0, "standard input", INPUT_MAX, &text, &size, &err) : fs_read(path, INPUT_MAX, &text, &size, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    for (size_t i = 0; i < n; i++)
        count += rules[i]->source == source && rules[i]->enabled;
    if (count == 0)
        return message_usage("policy bench", "there is no rule of source %s: name some with --rules, or another --source", source->name);
    if (read_objects(b, source, str_n(text, size), standard ? "standard input" : path, &d) < 0) {
        message_diag(&d);
        return EXIT_USAGE;
    }
    if (b->items.n == 0)
        return message_usage("policy bench", "%s has nothing of source %s", path, source->name);
    _cleanup_(rule_matcher_freep) RuleMatcher *m = rule_matcher_new(rules, n, source, source_field(source, STR("evt.type"), NULL) ? "evt.type" : NULL);
    str_to_u64(str_from(cli_value(cli, "--rounds")), 1000, &rounds);
    measure(b, m, (size_t) rounds);
    write_report(b, m, source, count, strcmp(cli_value(cli, "--format"), "json") == 0, out);
    return 0;
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_(policy_chosen_done) PolicyChosen chosen = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Bench b = {.evaluator = evaluator_new()};
    Rule **rules = NULL;
    size_t n = 0;
    int x = load_rules(cli, &p, &chosen, &rules, &n);
    if (x == 0)
        x = bench(cli, &b, rules, n, &out);
    vec_done(&b.items);
    arena_done(&b.arena);
    evaluator_free(b.evaluator);
    free(rules);
    return x ? x : output_write(cli, buf_view(&out));
}

const Command command_policy_bench = {
    .name = "policy bench",
    .summary = "Measures what rules cost on recorded events or objects",
    .arguments = "OBJECTS",
    .description = "OBJECTS is a file, or - for standard input: a map of fields and their values a line (JSON), as recordings of events have them, or what policy explain takes. All rules of the source "
                   "are evaluated on each object, together, as many times as --rounds says; for each type of object the report has how many rules can match it at all, the mean and the 99th "
                   "percentile of the time that one object takes in nanoseconds, and how many rules matched. Reading the objects is not in it. Rules are those that come with the program, of --rules, or of --policy.",
    .examples = "plimsoll policy bench --rules falco_rules.yaml events.jsonl  # system calls\n"
                "plimsoll policy bench --source container --policy pss-restricted pods.yaml  # manifests\n",
    .options = {options, policy_options, policy_rules_options, policy_added_options, registry_options, cache_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
