/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of rules: `fields`, `comps` and `values` become " and not (…)" behind the condition; `until` ends them, on a date or when a fact comes true. */
#include "base/nearest.h"
#include "policy/rules-private.h"

#define OPERATORS "=|==|!=|<|<=|>|>=|contains|icontains|bcontains|startswith|bstartswith|endswith|glob|iglob|regex|in|intersects|pmatch"

static bool takes_list(Str op) {
    return str_eqz(op, "in") || str_eqz(op, "intersects") || str_eqz(op, "pmatch");
}

bool exception_until(Str until, Arena *a, int64_t *ret_date, Str *ret_before, Str *ret_after) {
    static const Str since = STR("rebuilt since ");
    int64_t t;
    *ret_date = TIME_NONE;
    *ret_before = *ret_after = STR_NULL;
    if (time_parse(until, &t) == 0) {
        *ret_date = t;
    } else if (str_eqz(until, "fix")) {
        *ret_before = STR("not vuln.fix exists");
        *ret_after = STR("vuln.fix exists");
    } else if (str_starts(until, since) && time_parse(str_trim(str_from_at(until, since.n)), &t) == 0) {
        Str date = str_trim(str_from_at(until, since.n));
        *ret_before = arena_printf(a, "image.created exists and image.created < \"%.*s\"", STR_FMT(date));
        *ret_after = arena_printf(a, "image.created >= \"%.*s\"", STR_FMT(date));
    } else {
        return false;
    }
    return true;
}

static void read_until(RulesReader *r, ExceptionDef *e, const Node *n) {
    Str s;
    if (!rules_scalar(n, &s)) {
        rules_error(r, n, "expected a date or a fact, found %s", node_type_name(n->type));
        return;
    }
    e->info.until = str_trim(s);
    if (!exception_until(e->info.until, &r->set->arena, &e->expires, &e->fact, &e->ended))
        rules_error(r, n, "expected a date (2027-01-31), \"fix\" or \"rebuilt since DATE\"");
}

static bool check_operator(RulesReader *r, const Node *n) {
    Str op, rest = STR(OPERATORS), one;
    if (!rules_scalar(n, &op)) {
        rules_error(r, n, "expected an operator, found %s", node_type_name(n->type));
        return false;
    }
    while (str_split(&rest, '|', &one))
        if (str_eq(one, op))
            return true;
    Str near = nearest_name(STR(OPERATORS), op);
    if (near.p)
        rules_error(r, n, "unknown operator \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(op), STR_FMT(near));
    else
        rules_error(r, n, "unknown operator \"%.*s\"", STR_FMT(op));
    return false;
}

static bool scalar_node(const Node *n) {
    Str s;
    return rules_scalar(n, &s);
}

static bool check_comps(RulesReader *r, const ExceptionDef *e) {
    const Node *comps = e->comps, *fields = e->fields;
    if (!comps)
        return true;
    if (scalar_node(fields))
        return check_operator(r, comps);
    bool good = comps->type == NODE_LIST && node_count(comps) == node_count(fields);
    if (comps->type != NODE_LIST)
        rules_error(r, comps, "expected a list of operators, one for each field, found %s", node_type_name(comps->type));
    else if (!good)
        rules_error(r, comps, "%zu operators for %zu fields", node_count(comps), node_count(fields));
    node_each(n, comps)
        good = check_operator(r, n) && good;
    return good;
}

static bool check_fields(RulesReader *r, const Node *fields) {
    if (scalar_node(fields))
        return true;
    bool good = node_is(fields, NODE_LIST) && node_count(fields) > 0;
    node_each(n, fields)
        good = good && scalar_node(n);
    if (!good)
        rules_error(r, fields, "expected a field, or a list of fields");
    return good;
}

static const Node *comp_at(const ExceptionDef *e, size_t i) {
    const Node *n = node_first(e->comps);
    while (n && i--)
        n = n->next;
    return n;
}

/* Values must have the form that the fields ask for. */
static void check_values(RulesReader *r, const ExceptionDef *e, const Node *values) {
    if (values->type != NODE_LIST) {
        rules_error(r, values, "expected a list of values, found %s", node_type_name(values->type));
        return;
    }
    size_t n_fields = node_count(e->fields);
    bool one = scalar_node(e->fields);
    node_each(v, values) {
        if (one && !scalar_node(v)) {
            rules_error(r, v, "expected a value, found %s", node_type_name(v->type));
        } else if (!one && v->type != NODE_LIST) {
            rules_error(r, v, "expected a list of %zu values, one for each field, found %s", n_fields, node_type_name(v->type));
        } else if (!one && node_count(v) != n_fields) {
            rules_error(r, v, "%zu values for %zu fields", node_count(v), n_fields);
        } else if (!one) {
            size_t i = 0;
            node_each(x, v) {
                const Node *comp = comp_at(e, i++);
                bool list = comp && takes_list(node_str(comp));
                bool flat = x->type == NODE_LIST && list;
                node_each(deep, x)
                    flat = flat && scalar_node(deep);
                if (!scalar_node(x) && !flat)
                    rules_error(r, x, "expected a value%s, found %s", list ? " or a list of values" : "", node_type_name(x->type));
            }
        }
    }
}

static ExceptionDef *find(RuleDef *d, Str name) {
    for (ExceptionDef *e = d->exceptions; e; e = e->next)
        if (str_eq(e->info.name, name))
            return e;
    return NULL;
}

static void add_values(RulesReader *r, ExceptionDef *e, const Node *values) {
    bool failed = r->failed;
    r->failed = false;
    check_values(r, e, values);
    bool bad = r->failed;
    r->failed |= failed;
    if (bad)
        return;
    ExceptionValues *v = arena_new(&r->set->arena, ExceptionValues);
    *v = (ExceptionValues) {.values = values, .file = r->file};
    if (e->last)
        e->last->next = v;
    else
        e->first = v;
    e->last = v;
    e->info.n_values += node_count(values);
}

static void read_one(RulesReader *r, const Node *n, RuleDef *d, bool append) {
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map with name, fields, comps and values, found %s", node_type_name(n->type));
        return;
    }
    rules_known_keys(r, n, "name|fields|comps|values|until|reason|owner");
    Str name = node_get_str(n, "name");
    const Node *fields = node_get(n, "fields"), *values = node_get(n, "values");
    if (!name.n) {
        rules_error(r, n, "the exception has no name");
        return;
    }
    ExceptionDef *e = find(d, name);
    if (e && !append) {
        rules_error(r, n, "the rule has an exception \"%.*s\" already", STR_FMT(name));
        return;
    }
    if (e && fields) {
        rules_error_key(r, fields, "values are appended to exception \"%.*s\"; its fields cannot change", STR_FMT(name));
        return;
    }
    if (!e && !fields) {
        rules_error(r, n, "exception \"%.*s\" has no fields", STR_FMT(name));
        return;
    }
    if (!e) {
        if (!check_fields(r, fields))
            return;
        e = arena_new(&r->set->arena, ExceptionDef);
        *e = (ExceptionDef) {.info = {.name = name, .file = r->file, .place = {n->line, n->col}}, .fields = fields, .comps = node_get(n, "comps"),
                             .fields_file = r->file, .expires = TIME_NONE};
        if (!check_comps(r, e))
            return;
        if (d->last_exception)
            d->last_exception->next = e;
        else
            d->exceptions = e;
        d->last_exception = e;
    }
    if (node_get(n, "until"))
        read_until(r, e, node_get(n, "until"));
    if (node_get(n, "reason"))
        e->info.reason = str_trim(node_get_str(n, "reason"));
    if (node_get(n, "owner"))
        e->info.owner = str_trim(node_get_str(n, "owner"));
    if (values)
        add_values(r, e, values);
}

void rules_read_exceptions(RulesReader *r, const Node *n, RuleDef *d, bool append) {
    if (!append)
        d->exceptions = d->last_exception = NULL;
    if (n->type != NODE_LIST) {
        rules_error(r, n, "expected a list of exceptions, found %s", node_type_name(n->type));
        return;
    }
    node_each(e, n)
        read_one(r, e, d, append);
}

/* Rendering: as text, each word at its place, so that what is wrong with one is said there. */
typedef struct Render {
    Arena *arena;
    Pieces pieces;
    const char *file;
} Render;

static void put(Render *r, const Node *at, Str text) {
    pieces_put(r->arena, &r->pieces, text, r->file, at->line, at->col);
}

/* A value as the grammar wants it: bare where it can be, as it is where it is quoted already. */
static void put_value(Render *r, const Node *n) {
    Str s;
    rules_scalar(n, &s);
    bool bare = s.n > 0, quoted = s.n > 1 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
    for (size_t i = 0; i < s.n; i++)
        bare = bare && !strchr("()\"' \t\r\n\v\f\b=,", s.p[i]);
    if (bare || quoted) {
        put(r, n, s);
        return;
    }
    Buf b = buf_new(2 * s.n + 3);
    buf_putc(&b, '"');
    for (size_t i = 0; i < s.n; i++) {
        static const char special[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
        const char *at = s.p[i] ? strchr(special, s.p[i]) : NULL;
        if (at)
            buf_putc(&b, '\\');
        buf_putc(&b, at ? letters[at - special] : s.p[i]);
    }
    buf_putc(&b, '"');
    put(r, n, arena_str(r->arena, buf_view(&b)));
    buf_done(&b);
}

static void put_list(Render *r, const Node *list) {
    put(r, list, STR("("));
    node_each(n, list) {
        put_value(r, n);
        if (n->next)
            put(r, n, STR(","));
    }
    put(r, list, STR(")"));
}

static void put_check(Render *r, const ExceptionDef *e, const Node *field, Str op, const Node *value) {
    const char *file = r->file;
    Str name;
    rules_scalar(field, &name);
    r->file = e->fields_file;
    put(r, field, name);
    r->file = file;
    put(r, value, op);
    if (value->type == NODE_LIST) {
        put_list(r, value);
    } else {
        if (takes_list(op))
            put(r, value, STR("("));
        put_value(r, value);
        if (takes_list(op))
            put(r, value, STR(")"));
    }
}

static void put_tuple(Render *r, const ExceptionDef *e, const Node *tuple) {
    const Node *value = node_first(tuple);
    size_t i = 0;
    put(r, tuple, STR("("));
    node_each(field, e->fields) {
        const Node *comp = comp_at(e, i++);
        Str op = STR("=");
        if (comp)
            rules_scalar(comp, &op);
        if (i > 1)
            put(r, tuple, STR("and"));
        put_check(r, e, field, op, value);
        value = value->next;
    }
    put(r, tuple, STR(")"));
}

static void put_all(Render *r, const ExceptionDef *e, const ExceptionValues *v, bool *any) {
    Str op = STR("in");
    r->file = v->file;
    if (!scalar_node(e->fields)) {
        node_each(tuple, v->values) {
            if (*any)
                put(r, tuple, STR("or"));
            put_tuple(r, e, tuple);
            *any = true;
        }
        return;
    }
    if (e->comps)
        rules_scalar(e->comps, &op);
    if (takes_list(op) && node_count(v->values)) {
        if (*any)
            put(r, v->values, STR("or"));
        put_check(r, e, e->fields, op, v->values);
        *any = true;
        return;
    }
    node_each(n, v->values) {
        if (*any)
            put(r, n, STR("or"));
        put_check(r, e, e->fields, op, n);
        *any = true;
    }
}

/* What it excepts as long as `fact` holds, or always; `negate`: everything else. */
static int parse_exception(RuleSet *s, const ExceptionDef *e, bool negate, Str fact, Diag *d, AstNode **ret) {
    Render r = {.arena = &s->arena, .file = e->info.file};
    bool any = false;
    const Node *at = e->fields;
    if (negate)
        put(&r, at, STR("not"));
    put(&r, at, fact.n ? STR("((") : STR("("));
    for (const ExceptionValues *v = e->first; v; v = v->next)
        put_all(&r, e, v, &any);
    if (!any) {
        *ret = NULL;
        return 0;
    }
    r.file = e->info.file;
    if (fact.n) {
        put(&r, at, STR(") and"));
        put(&r, at, fact);
    }
    put(&r, at, STR(")"));
    return pieces_parse(s, &r.pieces, d, ret);
}

int exceptions_apply(RuleSet *s, RuleDef *rule, AstNode *condition, Diag *d, AstNode **ret) {
    size_t n = 0;
    int failed = 0;
    for (ExceptionDef *e = rule->exceptions; e; e = e->next)
        n++;
    RuleException *infos = arena_alloc(&s->arena, (n + 1) * sizeof(*infos));
    rule->rule.exceptions = infos;
    AstNode *all = NULL;
    for (ExceptionDef *e = rule->exceptions; e; e = e->next) {
        RuleException *info = &infos[rule->rule.n_exceptions++];
        *info = e->info;
        info->expired = e->expires != TIME_NONE && s->options.as_of > 0 && s->options.as_of >= e->expires;
        if (info->expired) {
            diag_add(d, DIAG_WARNING, e->info.file, e->info.place.line, e->info.place.col, "exception \"%.*s\" of rule \"%.*s\" ended on %.*s: it works no more",
                     STR_FMT(e->info.name), STR_FMT(rule->rule.name), STR_FMT(e->info.until));
            continue;
        }
        AstNode *tree;
        int r = parse_exception(s, e, true, e->fact, d, &tree);
        if (r == 0 && tree && e->ended.n)
            r = parse_exception(s, e, false, e->ended, d, &info->ended_by);
        if (r < 0)
            failed = r;
        if (r < 0 || !tree)
            continue;
        if (!all) {
            all = arena_new(&s->arena, AstNode);
            *all = (AstNode) {.kind = AST_AND, .file = condition->file, .place = condition->place, .end = condition->end, .child = condition, .last = condition};
        }
        all->last->next = tree;
        all->last = tree;
    }
    *ret = all ? all : condition;
    return failed;
}
