/* SPDX-License-Identifier: Apache-2.0 */
/* `threshold:` and `sequence:` of a rule: what is read, and what it comes to. */
#include "base/hash.h"
#include "policy/rules-private.h"
#include "policy/window.h"

/* "500ms", "10s", "5m", "1h": nanoseconds. */
static int read_span(RulesReader *r, const Node *n, uint64_t *ret) {
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
    Str s = STR_NULL;
    rules_scalar(n, &s);
    size_t digits = 0;
    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    uint64_t v;
    for (size_t i = 0; i < ARRAY_SIZE(units); i++)
        if (str_eqz(str_from_at(s, digits), units[i].unit) && str_to_u64(str_head(s, digits), WINDOW_SPAN_MAX / units[i].ns, &v) == 0 && v > 0) {
            *ret = v * units[i].ns;
            return 0;
        }
    rules_error(r, n, "expected a time of at most a day such as 500ms, 10s, 5m or 1h");
    return -EINVAL;
}

static void read_terms(RulesReader *r, const Node *n, WindowTerms *ret) {
    *ret = (WindowTerms) {.given = true};
    if (n->type != NODE_LIST || node_count(n) == 0 || node_count(n) > WINDOW_BY_MAX) {
        rules_error(r, n, "expected a list of 1 to %d fields", WINDOW_BY_MAX);
        return;
    }
    node_each(one, n) {
        Piece *p = rules_piece(r, one);
        if (!p)
            rules_error(r, one, "expected a field, found %s", node_type_name(one->type));
        else
            ret->p[ret->n++] = p;
    }
}

void rules_read_threshold(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    int64_t count = 0;
    WindowDef *w = &d->window;
    const Node *counted = node_get(n, "count"), *window = node_get(n, "window"), *by = node_get(n, "by"), *distinct = node_get(n, "distinct");
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map with count and window, found %s", node_type_name(n->type));
        return;
    }
    rules_known_keys(r, n, "count|window|by|distinct");
    w->threshold = n;
    w->threshold_file = r->file;
    if (!counted || !window)
        rules_error(r, n, "a threshold needs count and window");
    if (counted && (node_i64(counted, &count) < 0 || count < 2 || count > WINDOW_COUNT_MAX))
        rules_error(r, counted, "expected a whole number from 2 to %d", WINDOW_COUNT_MAX);
    if (window)
        read_span(r, window, &w->span);
    w->count = (uint32_t) count;
    w->by = (WindowTerms) {0};
    if (by)
        read_terms(r, by, &w->by);
    w->distinct = distinct ? rules_piece(r, distinct) : NULL;
    if (distinct && !w->distinct)
        rules_error(r, distinct, "expected a field, found %s", node_type_name(distinct->type));
}

static void read_step(RulesReader *r, const Node *n, WindowStepDef *ret) {
    const Node *rule = node_get(n, "rule"), *condition = node_get(n, "condition"), *by = node_get(n, "by");
    *ret = (WindowStepDef) {.node = n, .file = r->file};
    if (n->type != NODE_MAP || !rule == !condition) {
        rules_error(r, n, "expected a map with either rule or condition");
        return;
    }
    rules_known_keys(r, n, "rule|condition|by");
    if (rule && (!rules_scalar(rule, &ret->rule) || !ret->rule.n))
        rules_error(r, rule, "expected the name of a rule, found %s", node_type_name(rule->type));
    Piece *p = condition ? rules_piece(r, condition) : NULL;
    if (condition && !p)
        rules_error(r, condition, "expected a condition, found %s", node_type_name(condition->type));
    if (p)
        pieces_add(&ret->condition, p);
    if (by)
        read_terms(r, by, &ret->by);
}

void rules_read_sequence(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->window.n_steps = 0;
    if (n->type != NODE_LIST || node_count(n) < 2 || node_count(n) > WINDOW_STEPS_MAX) {
        rules_error(r, n, "expected a list of 2 to %d steps", WINDOW_STEPS_MAX);
        return;
    }
    d->window.sequence = n;
    d->window.sequence_file = r->file;
    d->window.steps = arena_alloc(&r->set->arena, node_count(n) * sizeof(*d->window.steps));
    node_each(step, n)
        read_step(r, step, &d->window.steps[d->window.n_steps++]);
}

void rules_read_within(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->window.within = n;
    d->window.within_file = r->file;
    read_span(r, n, &d->window.span);
}

void rules_read_by(RulesReader *r, RuleDef *d, const Node *n, bool append) {
    d->window.by_node = n;
    d->window.by_file = r->file;
    read_terms(r, n, &d->window.by);
}

static int settle_terms(RuleSet *s, const Source *source, const WindowTerms *t, WindowStep *step, Diag *d) {
    int failed = 0;
    for (size_t i = 0; i < t->n; i++) {
        int r = window_term(source, &t->p[i]->text, &s->limits, &s->arena, d, &step->by[i]);
        failed = r < 0 ? r : failed;
    }
    step->n_by = t->n;
    return failed;
}

static int fail(Diag *d, const char *file, const Node *n, const char *what) {
    return diag_add(d, DIAG_ERROR, file, n->line, n->col, "%s", what);
}

/* What stands beside each other and fits not together. */
static int check_whole(const RuleDef *def, Diag *d) {
    const WindowDef *w = &def->window;
    const Node *alone = w->within ? w->within : w->by_node;
    const char *file = w->within ? w->within_file : w->by_file;
    if (w->threshold && w->sequence)
        return fail(d, w->sequence_file, w->sequence, "a rule has either a threshold or a sequence");
    if (!w->sequence && alone)
        return fail(d, file, alone, "within and by belong to a sequence; a threshold has window and by of its own");
    if (w->sequence && !w->within)
        return fail(d, w->sequence_file, w->sequence, "a sequence needs within: the time for all of its steps");
    /* The subjects of other sources come without a time, or in no order. */
    if (!str_eqz(def->source_name, "syscall"))
        return fail(d, w->sequence ? w->sequence_file : w->threshold_file, w->sequence ? w->sequence : w->threshold, "thresholds and sequences are for rules of source syscall");
    return 0;
}

/* The condition of a step, as a tree of its own. */
static int settle_step(RuleSet *s, const RuleDef *def, const WindowStepDef *step, Diag *d, AstNode **ret) {
    if (step->condition.first)
        return pieces_parse(s, &step->condition, d, ret);
    if (!step->rule.n)
        return -EINVAL; /* said when it was read */
    RuleDef *other = map_get(&s->rules, step->rule);
    const Node *at = node_get(step->node, "rule");
    if (!other)
        return diag_add(d, DIAG_ERROR, step->file, at->line, at->col, "there is no rule \"%.*s\"%s", STR_FMT(step->rule), nearest_key(s, &s->rules, step->rule));
    if (other->window.threshold || other->window.sequence || !other->condition.first || !str_eq(other->source_name, def->source_name))
        return fail(d, step->file, at, "a step can be a rule of the same source that has a condition, and neither threshold nor sequence");
    AstNode *condition;
    RuleDef copy = *other; /* what is said of its exceptions is said with the rule */
    int r = pieces_parse(s, &other->condition, d, &condition);
    return r < 0 ? r : exceptions_apply(s, &copy, condition, d, ret);
}

static AstNode *join(RuleSet *s, AstKind kind, AstNode *first) {
    AstNode *n = arena_new(&s->arena, AstNode);
    *n = (AstNode) {.kind = kind, .file = first->file, .place = first->place, .end = first->end, .child = first, .last = first};
    return n;
}

static void join_more(AstNode *n, AstNode *more) {
    n->last->next = more;
    n->last = more;
}

static int settle_steps(RuleSet *s, RuleDef *def, RuleWindow *w, Diag *d, AstNode **condition) {
    AstNode *any = NULL;
    int failed = 0;
    for (size_t i = 0; i < def->window.n_steps; i++) {
        const WindowStepDef *step = &def->window.steps[i];
        AstNode *one = NULL;
        int r = settle_step(s, def, step, d, &one);
        if (r == 0)
            r = settle_terms(s, def->rule.source, step->by.given ? &step->by : &def->window.by, &w->step[i], d);
        if (r == 0 && w->step[i].n_by != w->step[0].n_by)
            r = fail(d, step->file, step->node, "all steps need the same number of fields in by");
        failed = r < 0 ? r : failed;
        if (r < 0)
            continue;
        w->step[i].condition = one;
        if (any)
            join_more(any, one);
        else
            any = join(s, AST_OR, one);
    }
    if (failed < 0 || !any)
        return failed;
    if (*condition) {
        AstNode *both = join(s, AST_AND, *condition);
        join_more(both, any);
        *condition = both;
    } else {
        *condition = any;
    }
    return 0;
}

/* One rule's name, settings and texts: what its keys are remembered by. */
static uint64_t identity(const RuleDef *def) {
    Buf b = buf_new(BUF_OWN_MAX);
    const WindowDef *w = &def->window;
    buf_printf(&b, "%.*s %u %llu %.*s", STR_FMT(def->rule.name), w->count, (unsigned long long) w->span, STR_FMT(w->distinct ? w->distinct->text.text : STR("")));
    for (size_t i = 0; i < w->by.n; i++)
        buf_printf(&b, " %.*s", STR_FMT(w->by.p[i]->text.text));
    for (size_t i = 0; i < w->n_steps; i++) {
        const WindowStepDef *step = &w->steps[i];
        buf_printf(&b, " %.*s %.*s", STR_FMT(step->rule), STR_FMT(step->condition.first ? step->condition.first->text.text : STR("")));
        for (size_t k = 0; k < step->by.n; k++)
            buf_printf(&b, " %.*s", STR_FMT(step->by.p[k]->text.text));
    }
    uint64_t r = hash_keyed(buf_view(&b).p, b.n);
    buf_done(&b);
    return r;
}

int window_settle(RuleSet *s, RuleDef *def, Diag *d, AstNode **condition) {
    const WindowDef *from = &def->window;
    if (!from->threshold && !from->sequence && !from->within && !from->by_node)
        return 0;
    int r = check_whole(def, d);
    if (r < 0)
        return r;
    if (!def->rule.source || !from->span || (from->threshold ? !from->count : !from->n_steps))
        return -EINVAL; /* said when it was read */
    RuleWindow *w = arena_new(&s->arena, RuleWindow);
    *w = (RuleWindow) {.id = identity(def), .span = from->span, .count = from->threshold ? from->count : 0, .n_steps = from->threshold ? 1 : from->n_steps};
    if (from->threshold) {
        r = settle_terms(s, def->rule.source, &from->by, &w->step[0], d);
        if (r == 0 && from->distinct)
            r = window_term(def->rule.source, &from->distinct->text, &s->limits, &s->arena, d, &w->distinct);
    } else {
        r = settle_steps(s, def, w, d, condition);
    }
    def->rule.window = w;
    return r;
}

int window_compile(Compiler *c, const Rule *rule, Diag *d) {
    RuleWindow *w = (RuleWindow *) rule->window;
    for (size_t i = 0; w && !w->count && i < w->n_steps; i++) {
        Program *p;
        int r = compiler_compile(c, rule->source, w->step[i].condition, d, &p);
        if (r < 0)
            return r;
        w->step[i].program = p;
    }
    return 0;
}
