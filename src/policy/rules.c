/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules.h"

#include <ctype.h>

#include "base/nearest.h"
#include "policy/program.h"
#include "policy/rules-private.h"

/* A rules file is read whole; this is far beyond any. */
enum { RULES_BYTES_MAX = 256 << 20 };

static const char *const priorities[PRIORITY_N_] = {"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"};
static const char *const actions[RULE_ACTION_N_] = {"warn", "deny", "allow", "alert"};

const char *priority_name(Priority p) {
    return p < PRIORITY_N_ ? priorities[p] : "Debug";
}

int priority_parse(Str s, Priority *ret) {
    for (Priority p = 0; p < PRIORITY_N_; p++)
        if (str_ieq(s, str_from(priorities[p]))) {
            *ret = p;
            return 0;
        }
    if (!str_ieq(s, STR("info")))
        return -EINVAL;
    *ret = PRIORITY_INFORMATIONAL;
    return 0;
}

Severity priority_severity(Priority p) {
    return p <= PRIORITY_CRITICAL  ? SEVERITY_CRITICAL
           : p == PRIORITY_ERROR   ? SEVERITY_HIGH
           : p == PRIORITY_WARNING ? SEVERITY_MEDIUM
           : p == PRIORITY_NOTICE  ? SEVERITY_LOW
                                   : SEVERITY_NEGLIGIBLE;
}

const char *rule_action_name(RuleAction a) {
    return a < RULE_ACTION_N_ ? actions[a] : "";
}

int rule_action_parse(Str s, RuleAction *ret) {
    for (RuleAction a = 0; a < RULE_ACTION_N_; a++)
        if (str_eqz(s, actions[a])) {
            *ret = a;
            return 0;
        }
    return -EINVAL;
}

RuleSet *rule_set_new(const RuleSetOptions *o) {
    RuleSet *s = xcalloc(1, sizeof(*s));
    s->options = *o;
    s->limits = o->limits ? *o->limits : limits_default();
    s->limits.document_bytes = MIN(s->limits.document_bytes, (uint64_t) RULES_BYTES_MAX);
    return s;
}

void rule_set_free(RuleSet *s) {
    for (size_t i = 0; i < s->rules.n; i++) {
        RuleDef *d = s->rules.entries[i].value;
        vec_done(&d->tags);
        vec_done(&d->controls);
        vec_done(&d->covered_by);
    }
    vec_done(&s->texts);
    map_done(&s->lists);
    map_done(&s->macros);
    map_done(&s->rules);
    vec_done(&s->ready);
    arena_done(&s->arena);
    free(s);
}

static void find_lines(RulesReader *r) {
    size_t n = 1;
    for (size_t i = 0; i < r->text.n; i++)
        n += r->text.p[i] == '\n';
    size_t *starts = xreallocarray(NULL, n, sizeof(*starts));
    starts[0] = 0;
    r->n_lines = 1;
    for (size_t i = 0; i < r->text.n; i++)
        if (r->text.p[i] == '\n')
            starts[r->n_lines++] = i + 1;
    r->line_starts = starts;
}

int rules_reader_begin(RulesReader *ret, RuleSet *s, Str text, const char *file, Diag *d, Node **ret_documents, size_t *ret_n) {
    const char *name = arena_str(&s->arena, str_from(file)).p;
    *ret = (RulesReader) {.set = s, .text = text, .file = name, .diag = d};
    vec_push(&s->texts, (SourceText) {name, text});
    int r = yaml_parse(text, name, &s->limits, &s->arena, d, ret_documents, ret_n);
    if (r == 0)
        find_lines(ret);
    return r;
}

void rules_reader_end(RulesReader *r) {
    free((void *) r->line_starts);
}

int rule_set_add(RuleSet *s, Str text, const char *file, Diag *d) {
    RulesReader reader;
    Node *documents;
    size_t n;
    int r = rules_reader_begin(&reader, s, text, file, d, &documents, &n);
    for (const Node *doc = r == 0 && n ? documents : NULL; doc; doc = doc->next) {
        if (doc->type == NODE_NULL)
            continue;
        if (doc->type != NODE_LIST)
            rules_error(&reader, doc, "expected a list of rules, macros and lists, found %s", node_type_name(doc->type));
        else
            node_each(item, doc)
                rules_read_item(&reader, item);
    }
    rules_reader_end(&reader);
    return r < 0 ? r : reader.failed ? -EINVAL : 0;
}

static StrArray keep(RuleSet *s, const Str *p, size_t n) {
    Str *kept = n ? arena_alloc(&s->arena, n * sizeof(*kept)) : NULL;
    if (n)
        memcpy(kept, p, n * sizeof(*kept));
    return (StrArray) {kept, n};
}

/* The source, and an action that it takes; a source that nobody knows costs the rule and no more, as in Falco. */
static int settle_source(RuleSet *s, RuleDef *def, Diag *d) {
    Rule *rule = &def->rule;
    rule->source = source_by_name(def->source_name);
    if (!rule->source) {
        size_t n;
        Buf names = buf_new(4096);
        const Source *const *all = sources(&n);
        for (size_t i = 0; i < n; i++)
            buf_printf(&names, "%s%s", i ? "|" : "", all[i]->name);
        Str near = nearest_name(buf_view(&names), def->source_name);
        const Node *at = def->source_node;
        diag_add(d, near.p ? DIAG_ERROR : DIAG_WARNING, rule->file, at->line, at->col, "unknown source \"%.*s\"%s%.*s%s", STR_FMT(def->source_name),
                 near.p ? "; did you mean \"" : ": the rule is left out", STR_FMT(near), near.p ? "\"?" : "");
        buf_done(&names);
        def->skipped = true;
        return near.p ? -EINVAL : 0;
    }
    unsigned can = rule->source->actions;
    if (rule->action == RULE_ACTION_N_)
        rule->action = can & ACTION_WARN ? RULE_WARN : RULE_ALERT;
    if (can & 1u << rule->action)
        return 0;
    _cleanup_(buf_done) Buf words = buf_new(256);
    for (RuleAction a = 0; a < RULE_ACTION_N_; a++)
        if (can & 1u << a)
            buf_printf(&words, "%s%s", words.n ? ", " : "", actions[a]);
    const Node *at = def->action_node;
    return diag_add(d, DIAG_ERROR, rule->file, at ? at->line : rule->place.line, at ? at->col : rule->place.col, "source %s takes no action \"%s\"; it takes: %.*s",
                    rule->source->name, actions[rule->action], STR_FMT(buf_view(&words)));
}

static bool term_known(const Source *source, const AstTerm *t);

static bool node_known(const Source *source, const AstNode *n) {
    for (; n; n = n->next)
        if (!node_known(source, n->child) || !term_known(source, n->left) || !term_known(source, n->right))
            return false;
    return true;
}

/* Also "evt.arg.NAME", an argument behind a dot. */
static bool field_known(const Source *source, Str name) {
    ssize_t dot = str_rchr(name, '.');
    const Field *f = source_field(source, name, NULL);
    if (!f && dot > 0 && (f = source_field(source, str_head(name, (size_t) dot), NULL)) && !(f->flags & FIELD_ARG_DOT))
        f = NULL;
    return f;
}

/* Are all fields known? Those of children are asked of the child's source. */
static bool term_known(const Source *source, const AstTerm *t) {
    for (; t; t = t->next) {
        if (t->kind == TERM_FIELD && !field_known(source, t->name))
            return false;
        const Source *child = t->condition ? source_by_name(t->child) : NULL;
        if (!term_known(source, t->args) || (t->condition && (!child || !node_known(child, t->condition))))
            return false;
    }
    return true;
}

/* Of a sequence that has nothing but its steps. */
static Str printed(RuleSet *s, const AstNode *condition) {
    Buf b = buf_new(BUF_OWN_MAX);
    ast_print(condition, &b);
    Str r = arena_str(&s->arena, buf_view(&b));
    buf_done(&b);
    return r;
}

static int settle_rule(RuleSet *s, RuleDef *def, Diag *d) {
    Rule *rule = &def->rule;
    rule->tags = keep(s, def->tags.p, def->tags.n);
    rule->controls = keep(s, def->controls.p, def->controls.n);
    rule->covered_by = keep(s, def->covered_by.p, def->covered_by.n);
    if (s->options.min_priority && rule->priority > s->options.min_priority)
        def->skipped = true;
    int r = settle_source(s, def, d);
    AstNode *condition = NULL, *whole;
    if (!def->condition.first && !def->window.sequence)
        return -EINVAL; /* said when it was read */
    int p = def->condition.first ? pieces_parse(s, &def->condition, d, &condition) : 0;
    if (p < 0 || !rule->source)
        return p < 0 ? p : r;
    p = window_settle(s, def, d, &condition);
    if (p < 0)
        return p;
    rule->written = def->condition.first ? str_trim(pieces_text(&s->arena, &def->condition)) : printed(s, condition);
    p = exceptions_apply(s, def, condition, d, &whole);
    if (p < 0)
        return p;
    p = resolve_condition(s, whole, d);
    for (size_t i = 0; p == 0 && i < rule->n_exceptions; i++)
        p = rule->exceptions[i].ended_by ? resolve_condition(s, rule->exceptions[i].ended_by, d) : 0;
    if (p < 0)
        return p;
    rule->condition = whole;
    if (def->skip_unknown && !node_known(rule->source, whole))
        def->skipped = true;
    return r;
}

/* What several rules share is said once. */
static void move_new(Diag *own, Map *said, Diag *d) {
    for (size_t i = 0; i < own->items.n; i++) {
        const DiagItem *item = &own->items.p[i];
        _cleanup_free_ char *text = diag_item_text(item);
        bool is_new;
        map_slot(said, str_from(text), &is_new);
        if (is_new)
            diag_add(d, item->level, item->file, item->line, item->col, "%s", item->message);
    }
}

static int compile_rule(Compiler *c, Rule *rule, Diag *d) {
    int r = compiler_compile(c, rule->source, rule->condition, d, &rule->program);
    for (size_t i = 0; r == 0 && i < rule->n_exceptions; i++)
        if (rule->exceptions[i].ended_by)
            r = compiler_compile(c, rule->source, rule->exceptions[i].ended_by, d, &rule->exceptions[i].ended);
    return r;
}

int rule_set_finish(RuleSet *s, Diag *d) {
    _cleanup_(map_done) Map said = {.own_keys = true};
    _cleanup_(diag_done) Diag shared = {0};
    _cleanup_(compiler_freep) Compiler *compiler = compiler_new(&s->limits, &s->arena);
    int failed = resolve_macros(s, &shared);
    move_new(&shared, &said, d);
    for (size_t i = 0; i < s->rules.n; i++) {
        RuleDef *def = s->rules.entries[i].value;
        _cleanup_(diag_done) Diag own = {0};
        int r = settle_rule(s, def, &own);
        if (r == 0 && !def->skipped && own.errors == 0)
            r = compile_rule(compiler, &def->rule, &own);
        if (r == 0 && !def->skipped && own.errors == 0)
            r = window_compile(compiler, &def->rule, &own);
        if (r == 0 && !def->skipped && own.errors == 0)
            r = check_output(s, def, &own);
        if (r == 0 && !def->skipped && own.errors == 0)
            def->rule.shown = output_compile(def->rule.source, def->rule.output, &s->limits, &s->arena);
        if (r == 0 && !def->skipped && own.errors == 0)
            lint_rule(s, def, &own);
        if (own.errors || r < 0)
            failed = -EINVAL;
        else if (!def->skipped)
            vec_push(&s->ready, &def->rule);
        move_new(&own, &said, d);
    }
    if (s->options.first_match && !failed)
        lint_hidden(s, d);
    s->counts.rules = s->ready.n;
    s->counts.macros = s->macros.n;
    s->counts.lists = s->lists.n;
    return failed;
}

Rule *const *rule_set_rules(const RuleSet *s, size_t *ret_n) {
    *ret_n = s->ready.n;
    return s->ready.p;
}

const Rule *rule_set_find(const RuleSet *s, Str name) {
    const RuleDef *d = map_get(&s->rules, name);
    return d && d->rule.condition && !d->skipped ? &d->rule : NULL;
}

RuleSetCounts rule_set_counts(const RuleSet *s) {
    return s->counts;
}

void rule_set_remember(RuleSet *s, Str text, const char *file) {
    vec_push(&s->texts, (SourceText) {file, text});
}

/* The line, and a caret under the place; tabs stay tabs so that it stands right. */
static void put_caret(Buf *out, Str text, uint32_t line, uint32_t col) {
    enum { BEFORE = 100, SHOWN = 160 };
    Str row = STR_NULL;
    for (uint32_t i = 0; i < line; i++)
        if (!str_line(&text, &row))
            return;
    size_t at = MIN((size_t) col - 1, row.n), from = at > BEFORE ? at - BEFORE : 0;
    while (from < at && ((unsigned char) row.p[from] & 0xC0) == 0x80)
        from++;
    Str shown = str_head(str_from_at(row, from), SHOWN);
    buf_putz(out, "    ");
    for (size_t i = 0; i < shown.n; i++)
        buf_putc(out, shown.p[i] == '\t' || (unsigned char) shown.p[i] >= ' ' ? shown.p[i] : '?');
    buf_putz(out, "\n    ");
    lint_assume(at == 0 || row.p);
    for (; from < at; from++)
        if (((unsigned char) row.p[from] & 0xC0) != 0x80)
            buf_putc(out, row.p[from] == '\t' ? '\t' : ' ');
    buf_putz(out, "^\n");
}

char *rule_set_diag_text(const RuleSet *s, const Diag *d) {
    Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < d->items.n; i++) {
        const DiagItem *item = &d->items.p[i];
        _cleanup_free_ char *line = diag_item_text(item);
        buf_printf(&b, "%s\n", line);
        for (size_t k = 0; item->file && item->line && item->col && k < s->texts.n; k++)
            if (strcmp(s->texts.p[k].file, item->file) == 0) {
                put_caret(&b, s->texts.p[k].text, item->line, item->col);
                break;
            }
    }
    size_t all = d->errors + d->warnings;
    if (all > d->items.n)
        buf_printf(&b, "… and %zu more\n", all - d->items.n);
    return buf_take(&b);
}
