/* SPDX-License-Identifier: Apache-2.0 */
/* What loads and yet is not what its author wants: rules that run on every event, can never fire, are hidden by others, exceptions that swallow their
 * rule, absent values in rules that deny. */
#include "policy/rules-private.h"
#include "policy/shipped.h"

static void say(const RuleDef *def, Diag *d, DiagLevel level, const AstNode *at, const char *fmt, const char *what, Str name) {
    const char *file = at && at->file ? at->file : def->rule.file;
    AstPlace place = at ? at->place : def->rule.place;
    _cleanup_(buf_done) Buf text = buf_new(4096);
    buf_printf(&text, "rule \"%.*s\" ", STR_FMT(def->rule.name));
    buf_putz(&text, fmt);
    if (what)
        buf_putz(&text, what);
    if (name.p)
        buf_printf(&text, "%.*s", STR_FMT(name));
    diag_add(d, level, file, place.line, place.col, "%.*s", STR_FMT(buf_view(&text)));
}

static bool is_field(const AstTerm *t, const char *name) {
    return t && t->kind == TERM_FIELD && str_eqz(t->name, name);
}

/* Does the condition (negated: its opposite) hold for some event types only? */
static bool restricts_types(const AstNode *n, bool negated) {
    bool all = negated ? n->kind == AST_AND : n->kind == AST_OR, any = false;
    switch (n->kind) {
    case AST_CHECK:
        return is_field(n->left, "evt.type") && !n->right && (negated ? n->op == OP_NE : n->op == OP_EQ || n->op == OP_IN || n->op == OP_INTERSECTS);
    case AST_NOT:
        return restricts_types(n->child, !negated);
    default:
        for (const AstNode *c = n->child; c; c = c->next) {
            bool one = restricts_types(c, negated);
            if (all && !one)
                return false;
            any = any || one;
        }
        return any;
    }
}

/* The parts of a chain of "and", those of macros among them. */
typedef Vec(const AstNode *) Conjuncts;

static void collect(const AstNode *n, Conjuncts *out) {
    if (n->kind != AST_AND) {
        vec_push(out, n);
        return;
    }
    for (const AstNode *c = n->child; c; c = c->next)
        collect(c, out);
}

static bool same_term(const AstTerm *a, const AstTerm *b) {
    return a->kind == TERM_FIELD && b->kind == TERM_FIELD && str_eq(a->name, b->name) && a->has_arg == b->has_arg && str_eq(a->arg, b->arg);
}

static bool has_item(const AstNode *n, Str text) {
    for (const AstItem *i = n->items; i; i = i->next)
        if (str_eq(i->text, text))
            return true;
    return false;
}

static bool is_set(const AstNode *n) {
    return n->kind == AST_CHECK && !n->right && n->modifier == MODIFIER_NONE && (n->op == OP_EQ || n->op == OP_IN);
}

/* Has the field one value at most, so that it cannot be equal to two? */
static bool single(const Source *source, const AstTerm *t) {
    const Field *f = t->kind == TERM_FIELD ? source_field(source, t->name, NULL) : NULL;
    return f && f->type == FIELD_STRING && !(f->flags & (FIELD_LIST | FIELD_BOTH_ENDS)) && (!(f->flags & FIELD_ANY_INDEX) || t->has_arg);
}

enum { COMPARED_MAX = 64 }; /* sets of one rule that are held against each other */

static void lint_never(const RuleDef *def, const Conjuncts *all, Diag *d) {
    for (size_t i = 0; i < all->n && i < COMPARED_MAX; i++) {
        const AstNode *a = all->p[i];
        if (!is_set(a) || !single(def->rule.source, a->left))
            continue;
        for (size_t k = i + 1; k < all->n && k < COMPARED_MAX; k++) {
            const AstNode *b = all->p[k];
            bool common = !is_set(b) || !same_term(a->left, b->left);
            for (const AstItem *x = common ? NULL : b->items; x && !common; x = x->next)
                common = has_item(a, x->text);
            if (!common) {
                say(def, d, DIAG_WARNING, b, "can never fire: no value is in both sets of ", NULL, b->left->name);
                return;
            }
        }
    }
}

/* Is an exception's check true whenever the parts hold? */
static bool implied(const RuleDef *def, const AstNode *check, const Conjuncts *parts) {
    if (check->kind != AST_CHECK || check->right || check->modifier)
        return false;
    Str first = check->items ? check->items->text : STR_NULL;
    const Field *f = check->left->kind == TERM_FIELD ? source_field(def->rule.source, check->left->name, NULL) : NULL;
    bool there = f && !(f->flags & FIELD_OPTIONAL);
    bool prefix = check->op == OP_STARTSWITH || check->op == OP_CONTAINS || check->op == OP_ENDSWITH || check->op == OP_ICONTAINS;
    if (there && check->items && ((prefix && first.n == 0) || (check->op == OP_GLOB && str_eqz(first, "*"))))
        return true;
    for (size_t i = 0; i < parts->n && i < COMPARED_MAX; i++) {
        const AstNode *p = parts->p[i];
        if (!is_set(p) || !same_term(p->left, check->left))
            continue;
        bool within = check->op == OP_EQ || check->op == OP_IN;
        for (const AstItem *x = p->items; x && within; x = x->next)
            within = has_item(check, x->text);
        if (within && p->items)
            return true;
    }
    return false;
}

static bool swallows(const RuleDef *def, const AstNode *n, const Conjuncts *parts) {
    if (n->kind == AST_CHECK)
        return implied(def, n, parts);
    if (n->kind == AST_NOT)
        return false;
    for (const AstNode *c = n->child; c; c = c->next) {
        bool one = swallows(def, c, parts);
        if (n->kind == AST_OR && one)
            return true;
        if (n->kind == AST_AND && !one)
            return false;
    }
    return n->kind == AST_AND;
}

/* Exceptions are the last children of the condition, each of them a "not". */
static void lint_exceptions(const RuleDef *def, Diag *d) {
    const AstNode *root = def->rule.condition;
    size_t in_use = 0;
    for (size_t i = 0; i < def->rule.n_exceptions; i++)
        in_use += !def->rule.exceptions[i].expired && def->rule.exceptions[i].n_values > 0;
    if (!in_use)
        return;
    Conjuncts parts = {0};
    collect(root->child, &parts);
    for (const AstNode *c = root->child->next; c; c = c->next)
        if (c->kind == AST_NOT && swallows(def, c->child, &parts))
            say(def, d, DIAG_ERROR, c->child, "can never fire: this exception holds whenever its condition does", NULL, STR_NULL);
    vec_done(&parts);
}

static bool exists_for(const AstNode *n, const AstTerm *t) {
    if (n->kind == AST_CHECK)
        return n->op == OP_EXISTS && same_term(n->left, t);
    for (const AstNode *c = n->child; c; c = c->next)
        if (exists_for(c, t))
            return true;
    return false;
}

/* A rule that denies must not pass, or deny, what does not tell the value, by accident. `shown`: the condition that `exists` is looked for in. */
static void lint_absent(const RuleDef *def, const Source *source, const AstNode *n, const AstNode *shown, bool negated, Diag *d) {
    if (n->kind != AST_CHECK) {
        for (const AstNode *c = n->child; c; c = c->next)
            lint_absent(def, source, c, shown, negated != (n->kind == AST_NOT), d);
        return;
    }
    const AstTerm *t = n->left;
    const Source *child = t->condition ? source_by_name(t->child) : NULL;
    if (child)
        lint_absent(def, child, t->condition, t->condition, false, d);
    const Field *f = t->kind == TERM_FIELD ? source_field(source, t->name, NULL) : NULL;
    if (!f || !(f->flags & FIELD_OPTIONAL) || n->op == OP_EXISTS || !(negated || n->op == OP_NE) || exists_for(shown, t))
        return;
    say(def, d, DIAG_ERROR, n, negated ? "denies, and says \"not\" of a value that may be absent: add \"" : "denies, and compares a value that may be absent with !=: add \"",
        f->name, STR(" exists\", or \"not … exists\""));
}

void lint_rule(RuleSet *s, const RuleDef *def, Diag *d) {
    const Rule *r = &def->rule;
    bool syscall = strcmp(r->source->name, "syscall") == 0;
    Conjuncts parts = {0};
    if (syscall && def->warn_evttypes && !restricts_types(r->condition, false))
        say(def, d, DIAG_WARNING, NULL, "does not say which evt.type it is about: it runs on every event", NULL, STR_NULL);
    collect(r->condition, &parts);
    lint_never(def, &parts, d);
    vec_done(&parts);
    lint_exceptions(def, d);
    if (r->action == RULE_DENY)
        lint_deny(def, d);
}

void lint_deny(const RuleDef *def, Diag *d) {
    const Rule *r = &def->rule;
    lint_absent(def, r->source, r->condition, r->condition, false, d);
}

/* The parts of a condition as texts, in order and each once, for comparisons. */
typedef struct Shape {
    Str *p;
    size_t n;
    uint64_t bits; /* one of 64 for each part: what is not in here is not among them */
} Shape;

static int compare_str(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static Shape shape_of(RuleSet *s, const Rule *r) {
    Conjuncts parts = {0};
    collect(r->condition, &parts);
    Shape shape = {.p = arena_alloc(&s->arena, (parts.n + 1) * sizeof(Str))};
    Buf b = buf_new(64 << 20);
    for (size_t i = 0; i < parts.n; i++) {
        buf_clear(&b);
        ast_print(parts.p[i], &b);
        shape.p[i] = arena_str(&s->arena, buf_view(&b));
    }
    buf_done(&b);
    qsort(shape.p, parts.n, sizeof(Str), compare_str);
    for (size_t i = 0; i < parts.n; i++)
        if (!shape.n || !str_eq(shape.p[shape.n - 1], shape.p[i]))
            shape.p[shape.n++] = shape.p[i];
    for (size_t i = 0; i < shape.n; i++) {
        uint64_t h = 14695981039346656037u; /* FNV-1a */
        for (size_t k = 0; k < shape.p[i].n; k++)
            h = (h ^ (unsigned char) shape.p[i].p[k]) * 1099511628211u;
        shape.bits |= UINT64_C(1) << (h >> 58);
    }
    vec_done(&parts);
    return shape;
}

static bool contains(const Shape *all, const Shape *some) {
    if (some->bits & ~all->bits || some->n > all->n)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < some->n; i++) {
        while (at < all->n && !str_eq(all->p[at], some->p[i]))
            at++;
        if (at++ == all->n)
            return false;
    }
    return true;
}

enum { HIDDEN_RULES_MAX = 5000 }; /* every rule is held against all before it */

static bool is_shipped(const Rule *r) {
    for (const EmbeddedText *t = shipped_rules; t->name; t++)
        if (strcmp(t->name, r->file) == 0)
            return true;
    return false;
}

/* Sources that somebody asks for: the one that is evaluated, or those of rules that did not come with the program. */
static void sources_in_use(const RuleSet *s, Map *ret) {
    for (size_t i = 0; i < s->ready.n; i++)
        if (s->options.source ? strcmp(s->ready.p[i]->source->name, s->options.source) == 0 : !is_shipped(s->ready.p[i]))
            map_set(ret, str_from(s->ready.p[i]->source->name), s->ready.p[i]);
}

void lint_hidden(RuleSet *s, Diag *d) {
    _cleanup_(map_done) Map in_use = {0};
    sources_in_use(s, &in_use);
    size_t n = MIN(s->ready.n, (size_t) HIDDEN_RULES_MAX);
    Shape *shapes = n ? arena_alloc(&s->arena, n * sizeof(*shapes)) : NULL;
    for (size_t i = 0; i < n; i++) {
        const Rule *r = s->ready.p[i];
        shapes[i] = shape_of(s, r);
        bool asked = map_has(&in_use, str_from(r->source->name)) || (!in_use.n && !s->options.source);
        for (size_t k = 0; k < i && r->enabled && asked; k++) {
            const Rule *other = s->ready.p[k];
            if (other->source != r->source || !other->enabled || !contains(&shapes[i], &shapes[k]))
                continue;
            diag_add(d, DIAG_WARNING, r->file, r->place.line, r->place.col, "rule \"%.*s\" can never fire: \"%.*s\" (%s:%u) comes first and holds whenever it does",
                     STR_FMT(r->name), STR_FMT(other->name), other->file, other->place.line);
            break;
        }
    }
}
