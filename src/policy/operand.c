/* SPDX-License-Identifier: Apache-2.0 */
/* Fields and transformers of a condition, found and typed. */
#include "base/nearest.h"
#include "policy/check.h"

int check_fail(Checker *c, AstPlace place, const char *fmt, ...) {
    char text[1024]; /* longer messages have absurd names in them, and are cut */
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return diag_add(c->pool->diag, DIAG_ERROR, c->file, place.line, place.col, "%s", text);
}

static const char *const type_names[] = {
    [FIELD_BOOL] = "true or false", [FIELD_INT] = "a whole number", [FIELD_DOUBLE] = "a number", [FIELD_STRING] = "a text",
    [FIELD_BYTES] = "bytes",        [FIELD_IP] = "an address",      [FIELD_NET] = "a network",   [FIELD_PORT] = "a port",
};

const char *check_type_name(FieldType type) {
    return type_names[type];
}

static int unknown_field(Checker *c, const AstTerm *t) {
    _cleanup_(buf_done) Buf names = buf_new(BUF_OWN_MAX);
    lint_assume(c->source);
    for (const Source *s = c->source; s; s = s->parent ? source_by_name(str_from(s->parent)) : NULL)
        for (const Field *f = s->fields; f->name; f++)
            buf_printf(&names, "%s|", f->name);
    Str near = nearest_name(buf_view(&names), t->name);
    if (near.p)
        return check_fail(c, t->place, "source %s has no field \"%.*s\"; did you mean \"%.*s\"?", c->source->name, STR_FMT(t->name), STR_FMT(near));
    return check_fail(c, t->place, "source %s has no field \"%.*s\"", c->source->name, STR_FMT(t->name));
}

/* "evt.arg.NAME" is evt.arg[NAME]. */
static const Field *dotted_field(Checker *c, const AstTerm *t, Operand *o) {
    ssize_t dot = str_rchr(t->name, '.');
    const Field *f = dot > 0 ? source_field(c->source, str_head(t->name, (size_t) dot), &o->ref.up) : NULL;
    if (!f || !(f->flags & FIELD_ARG_DOT) || t->has_arg)
        return NULL;
    o->ref.has_arg = true;
    o->ref.arg = str_from_at(t->name, (size_t) dot + 1);
    return f;
}

static int check_quantifier(Checker *c, const AstTerm *t, const Source *owner, Operand *o) {
    Str name = t->name;
    o->kind = str_ends(name, STR(".any")) ? OPERAND_ANY : str_ends(name, STR(".all")) ? OPERAND_ALL : OPERAND_COUNT;
    if (!t->child.p)
        return check_fail(c, t->has_arg ? t->arg_place : t->place, "expected %.*s[\"CHILD: CONDITION\"] with one of: %s", STR_FMT(name), owner->children ? owner->children : "");
    if (!owner->children || !str_has_word(str_from(owner->children), t->child)) {
        return check_fail(c, t->arg_place, "source %s has no children \"%.*s\"; there are: %s", owner->name, STR_FMT(t->child), owner->children ? owner->children : "none");
    }
    o->child = source_by_name(t->child);
    if (!o->child)
        return check_fail(c, t->arg_place, "unknown source \"%.*s\"", STR_FMT(t->child));
    if (!t->condition)
        return 0;
    Program *p;
    if (c->depth >= QUANTIFIER_DEPTH_MAX)
        return check_fail(c, t->arg_place, "too many conditions inside each other: %d are allowed", QUANTIFIER_DEPTH_MAX);
    int r = compile_condition(c->pool, o->child, t->condition, c->depth + 1, &p);
    o->program = p;
    return r;
}

static int check_argument(Checker *c, const AstTerm *t, Operand *o) {
    const Field *f = o->ref.field;
    FieldRef *ref = &o->ref;
    if (!t->has_arg && !ref->has_arg) {
        if (f->flags & (FIELD_ARG_REQUIRED | FIELD_VERSION))
            return check_fail(c, t->place, "%s needs an argument: %s[%s]", f->name, f->name,
                              f->flags & FIELD_VERSION ? "\"VERSION\"" : f->flags & FIELD_ARG_INDEX ? "N" : "NAME");
        return 0;
    }
    if (t->has_arg) {
        ref->has_arg = true;
        ref->arg = t->arg;
    }
    uint64_t index;
    bool number = str_to_u64(ref->arg, INT32_MAX, &index) == 0;
    ref->index = number ? (int64_t) index : 0;
    if (f->flags & (FIELD_ARG_KEY | FIELD_VERSION))
        return 0;
    if (!(f->flags & FIELD_ARG_INDEX))
        return check_fail(c, t->arg_place, "%s takes no argument", f->name);
    return number ? 0 : check_fail(c, t->arg_place, "%s takes a number here: %s[1]", f->name, f->name);
}

/* A number for what the operand asks of a subject. */
static int number_field(Checker *c, const AstTerm *t, Operand *o) {
    Pool *pool = c->pool;
    const FieldRef *ref = &o->ref;
    Str key = arena_printf(pool->arena, "%s %u %s %d %.*s", c->source->name, ref->up, ref->field->name, ref->has_arg, STR_FMT(ref->arg));
    if (!key.p)
        return check_fail(c, t->place, "the rules are too large");
    bool fresh;
    void **at = map_slot(&pool->fields, key, &fresh);
    if (fresh)
        *at = (void *) (uintptr_t) pool->fields.n;
    o->field_id = (uint32_t) ((uintptr_t) *at - 1);
    return 0;
}

static int check_field(Checker *c, const AstTerm *t, Operand *o) {
    const Field *f = source_field(c->source, t->name, &o->ref.up);
    if (!f)
        f = dotted_field(c, t, o);
    if (!f)
        return unknown_field(c, t);
    o->kind = OPERAND_FIELD;
    o->ref.field = f;
    o->type = f->type;
    o->unit = f->unit;
    o->values = f->values;
    o->mode = f->flags & FIELD_BOTH_ENDS ? MODE_ENDS : MODE_LIST;
    if (f->flags & FIELD_ARG_CONDITION) {
        const Source *owner = c->source;
        for (unsigned i = 0; i < o->ref.up; i++)
            owner = source_by_name(str_from(owner->parent));
        return check_quantifier(c, t, owner, o);
    }
    if (check_argument(c, t, o) < 0)
        return -EINVAL;
    bool one = o->ref.has_arg && (f->flags & FIELD_ARG_INDEX);
    o->multiple = !one && (f->flags & (FIELD_LIST | FIELD_BOTH_ENDS | FIELD_ANY_INDEX));
    if (f->flags & FIELD_ANY_INDEX && !one)
        o->mode = MODE_ANY;
    return number_field(c, t, o);
}

static bool is_text(const Operand *o) {
    return o->type == FIELD_STRING || o->type == FIELD_BYTES;
}

/* Arguments and result of each transformer. */
static int check_transform_types(Checker *c, const AstTerm *t, Operand *o) {
    static const size_t least[] = {[TRANSFORM_JOIN] = 2, [TRANSFORM_CONCAT] = 2, [TRANSFORM_GETOPT] = 2, [TRANSFORM_LEN] = 1};
    size_t min = t->transform < ARRAY_SIZE(least) && least[t->transform] ? least[t->transform] : 1;
    size_t max = t->transform == TRANSFORM_CONCAT ? SIZE_MAX : min;
    const char *name = ast_transform_name(t->transform);
    const Operand *a = o->args;
    if (o->n_args < min || o->n_args > max)
        return check_fail(c, t->place, "%s takes %zu argument%s%s, not %zu", name, min, min == 1 ? "" : "s", max > min ? " or more" : "", o->n_args);
    if (t->has_arg && t->transform != TRANSFORM_GETOPT)
        return check_fail(c, t->arg_place, "only getopt(…) takes an argument in brackets");
    lint_assume(t->args);
    const AstTerm *first = t->args;
    AstPlace second = first->next ? first->next->place : t->place;
    bool list = t->transform == TRANSFORM_JOIN, literals = list || t->transform == TRANSFORM_CONCAT;
    size_t i = 0;
    for (const AstTerm *at = t->args; at; at = at->next, i++) {
        if (a[i].kind == OPERAND_GROUP && !(list && i == 1))
            return check_fail(c, at->place, "a list stands only behind the separator of join");
        if (a[i].kind == OPERAND_LITERAL && !literals && !(t->transform == TRANSFORM_GETOPT && i == 1))
            return check_fail(c, at->place, "expected a field or a transformer");
        if (a[i].kind >= OPERAND_ANY)
            return check_fail(c, at->place, "expected a field with a value of its own");
    }
    o->type = FIELD_STRING;
    o->mode = a[0].mode;
    o->multiple = a[0].multiple;
    switch (t->transform) {
    case TRANSFORM_LEN:
        o->type = FIELD_INT;
        o->multiple = false;
        o->mode = MODE_LIST;
        return is_text(a) || a->multiple ? 0 : check_fail(c, first->place, "len is of a text or of a list");
    case TRANSFORM_JOIN:
        o->multiple = false;
        o->mode = MODE_LIST;
        if (a[0].multiple)
            return check_fail(c, first->place, "the separator is one text, not a list");
        return a[1].multiple || a[1].kind == OPERAND_GROUP ? 0 : check_fail(c, second, "join takes a list: (a, b) or a field with several values");
    case TRANSFORM_CONCAT:
        o->multiple = false;
        i = 0;
        for (const AstTerm *at = t->args; at; at = at->next, i++)
            if (a[i].multiple)
                return check_fail(c, at->place, "concat takes single values; join takes lists");
        return 0;
    case TRANSFORM_GETOPT:
        o->multiple = true;
        o->mode = MODE_LIST;
        o->selector = t->has_arg ? t->arg : STR_NULL;
        if (!is_text(a))
            return check_fail(c, first->place, "getopt reads a text");
        if (a[1].kind != OPERAND_LITERAL)
            return check_fail(c, second, "expected the options as a text: \"nt:\"");
        return !t->has_arg || t->arg.n == 1 ? 0 : check_fail(c, t->arg_place, "expected one letter");
    default:
        return is_text(a) ? 0 : check_fail(c, first->place, "%s is of a text, not %s", name, type_names[a->type]);
    }
}

int check_operand(Checker *c, const AstTerm *t, Operand *o) {
    *o = (Operand) {0};
    switch (t->kind) {
    case TERM_FIELD:
        return check_field(c, t, o);
    case TERM_TEXT:
    case TERM_NUMBER:
        o->kind = OPERAND_LITERAL;
        o->type = FIELD_STRING;
        o->literal = value_str(t->name);
        return 0;
    case TERM_TRANSFORM:
    case TERM_LIST:
        break;
    }
    o->kind = t->kind == TERM_LIST ? OPERAND_GROUP : OPERAND_TRANSFORM;
    o->transform = t->transform;
    o->type = FIELD_STRING;
    for (const AstTerm *at = t->args; at; at = at->next)
        o->n_args++;
    Operand *args = arena_alloc(c->pool->arena, o->n_args * sizeof(*args));
    if (!args)
        return check_fail(c, t->place, "the rules are too large");
    o->args = args;
    int r = 0;
    for (const AstTerm *at = t->args; at; at = at->next, args++) {
        if (check_operand(c, at, args) < 0)
            r = -EINVAL;
        else if (t->kind == TERM_LIST && (args->multiple || args->kind >= OPERAND_GROUP))
            r = check_fail(c, at->place, "a list is made of single values");
    }
    return r < 0 || t->kind == TERM_LIST ? r : check_transform_types(c, t, o);
}
