/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions: ${{ … }} of GitHub (its "Evaluate expressions" reference), $[[ … ]] of GitLab's inputs. */
#include "base/buf.h"
#include "check/pipeline-private.h"

/* LOOKED_BYTES: of a variable that an expression looks up. */
enum { EXPRESSION_DEPTH = 24, CONTEXT_BYTES = 400, LOOKED_BYTES = 4096 };

static const char *const untrusted[] = {
#define UNTRUSTED(context) context,
#include "check/pipeline-untrusted.list.h"
#undef UNTRUSTED
};

static const struct {
    const char *repository, *input;
} code_inputs[] = {
#define CODE(repository_, input_) {repository_, input_},
#include "check/pipeline-code.list.h"
};

static const char *const open_outputs[] = {
#define OUTPUTS(repository) repository,
#include "check/pipeline-code.list.h"
};

bool pipeline_is_code(Str repository, Str input) {
    for (size_t i = 0; i < ARRAY_SIZE(code_inputs); i++)
        if (str_eqz(repository, code_inputs[i].repository) && str_ieq(input, str_from(code_inputs[i].input)))
            return true;
    return false;
}

/* One expression while it is read. */
typedef struct Scan {
    PipelineReader *r;
    Str text;
    size_t at;
    unsigned depth;
    Names contexts;
} Scan;

static bool is_name(char c, bool first) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (!first && (c == '-' || (c >= '0' && c <= '9')));
}

static void skip_string(Scan *s) {
    s->at++;
    while (s->at < s->text.n) {
        if (s->text.p[s->at++] != '\'')
            continue;
        if (s->at == s->text.n || s->text.p[s->at] != '\'')
            return;
        s->at++;
    }
}

static void skip_space(Scan *s) {
    while (s->at < s->text.n && (s->text.p[s->at] == ' ' || s->text.p[s->at] == '\n' || s->text.p[s->at] == '\t' || s->text.p[s->at] == '\r'))
        s->at++;
}

static void put_lower(Buf *b, Str s) {
    for (size_t i = 0; i < s.n; i++)
        buf_putc(b, s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char) (s.p[i] + 32) : s.p[i]);
}

static void scan(Scan *s, char end);

/* "['x']" gives ".x", any other index ".*"; what is inside of it is looked at as well. */
static void index_part(Scan *s, Buf *path) {
    s->at++;
    skip_space(s);
    size_t start = s->at;
    if (start < s->text.n && s->text.p[start] == '\'') {
        skip_string(s);
        Str inside = str_n(s->text.p + start + 1, s->at > start + 1 ? s->at - start - 2 : 0);
        skip_space(s);
        if (s->at < s->text.n && s->text.p[s->at] == ']') {
            s->at++;
            buf_putc(path, '.');
            put_lower(path, inside);
            return;
        }
        s->at = start;
    }
    scan(s, ']');
    buf_putz(path, ".*");
    s->at += s->at < s->text.n;
}

static void read_path(Scan *s) {
    _cleanup_(buf_done) Buf path = buf_new(CONTEXT_BYTES);
    for (;;) {
        size_t start = s->at;
        while (s->at < s->text.n && is_name(s->text.p[s->at], s->at == start))
            s->at++;
        put_lower(&path, str_n(s->text.p + start, s->at - start));
        bool more = false;
        while (s->at < s->text.n && s->text.p[s->at] == '[')
            index_part(s, &path);
        if (s->at < s->text.n && s->text.p[s->at] == '.') {
            s->at++;
            buf_putc(&path, '.');
            more = true;
            if (s->at < s->text.n && s->text.p[s->at] == '*') {
                s->at++;
                buf_putc(&path, '*');
                more = false;
                if (s->at < s->text.n && (s->text.p[s->at] == '.' || s->text.p[s->at] == '['))
                    more = true;
            }
        }
        if (!more)
            break;
    }
    if (s->at < s->text.n && s->text.p[s->at] == '(')
        return; /* a function */
    Str seen = buf_view(&path);
    if (str_has_word(STR("true false null nan infinity"), seen))
        return;
    names_add(s->r, &s->contexts, arena_str(s->r->arena, seen));
}

/* Up to `end`, which is left standing, or to the end of the text. */
static void scan(Scan *s, char end) {
    if (s->depth == EXPRESSION_DEPTH) {
        s->at = s->text.n;
        return;
    }
    s->depth++;
    while (s->at < s->text.n && s->text.p[s->at] != end) {
        char c = s->text.p[s->at];
        if (c == '\'')
            skip_string(s);
        else if (is_name(c, true))
            read_path(s);
        else if (c >= '0' && c <= '9')
            while (s->at < s->text.n && (is_name(s->text.p[s->at], false) || s->text.p[s->at] == '.'))
                s->at++;
        else
            s->at++;
    }
    s->depth--;
}

/* Are the parts of the shorter one those of the longer one's begin? "*" in either fits any part. */
static bool same_parts(Str a, Str b) {
    Str x, y;
    bool more_a = str_split(&a, '.', &x), more_b = str_split(&b, '.', &y);
    while (more_a && more_b) {
        if (!str_eq(x, y) && !str_eqz(x, "*") && !str_eqz(y, "*"))
            return false;
        more_a = str_split(&a, '.', &x);
        more_b = str_split(&b, '.', &y);
    }
    return !more_b || !more_a;
}

static bool is_untrusted(Str context) {
    if (!str_starts(context, STR("github")))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(untrusted); i++)
        if (same_parts(context, str_from(untrusted[i])))
            return true;
    return false;
}

/* Does the text of a value look up something untrusted? */
static bool value_is_untrusted(PipelineReader *r, Str value) {
    ssize_t open;
    bool found = false;
    while (!found && (open = str_find(value, STR("${{"))) >= 0) {
        Str rest = str_from_at(value, (size_t) open + 3);
        ssize_t close = str_find(rest, STR("}}"));
        if (close < 0)
            break;
        Scan s = {.r = r, .text = str_head(rest, (size_t) close)};
        scan(&s, 0);
        for (size_t i = 0; i < s.contexts.values.n; i++)
            found |= is_untrusted(s.contexts.values.p[i].text);
        names_done(&s.contexts);
        value = str_from_at(rest, (size_t) close + 2);
    }
    return found;
}

static const Node *ignoring_case(const Node *map, Str key) {
    node_each(c, map)
        if (str_ieq(c->key, key))
            return c;
    return NULL;
}

/* env.X counts as untrusted when X was set from something untrusted. */
static bool env_is_untrusted(PipelineReader *r, Str name, const PipelineJob *job, const PipelineStep *step) {
    const Node *value = step ? ignoring_case(step->env, name) : NULL;
    if (!value && job)
        value = ignoring_case(job->env, name);
    if (!value)
        value = ignoring_case(r->p->env, name);
    return value && value_is_untrusted(r, str_head(pipeline_text(value), LOOKED_BYTES));
}

/* steps.ID.outputs.X of an action whose outputs are as open as what it looks at. */
static bool output_is_untrusted(Str context, const PipelineJob *job) {
    Str rest = str_from_at(context, strlen("steps.")), id;
    if (!job || !str_split(&rest, '.', &id) || !str_starts(rest, STR("outputs")))
        return false;
    for (const Node *s = node_first(node_get(job->node, "steps")); s; s = s->next) {
        if (!str_ieq(node_get_str(s, "id"), id))
            continue;
        Str uses = node_get_str(s, "uses"), repository;
        if (!str_cut(uses, '@', &repository, &rest))
            return false;
        for (size_t i = 0; i < ARRAY_SIZE(open_outputs); i++)
            if (str_ieq(repository, str_from(open_outputs[i])))
                return true;
        return false;
    }
    return false;
}

/* Context of a secret: its name in `ret`, "*" for all of them; STR_NULL for other contexts. */
static Str secret_name(Str context) {
    if (str_eqz(context, "secrets") || str_eqz(context, "secrets.*"))
        return STR("*");
    return str_starts(context, STR("secrets.")) ? str_from_at(context, strlen("secrets.")) : STR_NULL;
}

static void judge(PipelineReader *r, PipelineExpression *e, const Names *contexts, const PipelineJob *job) {
    _cleanup_(names_done) Names bad = {0};
    _cleanup_(names_done) Names secrets = {0};
    for (size_t i = 0; i < contexts->values.n; i++) {
        Str c = contexts->values.p[i].text;
        names_add(r, &secrets, secret_name(c));
        if (is_untrusted(c) || (str_starts(c, STR("env.")) && env_is_untrusted(r, str_from_at(c, 4), job, e->step)) ||
            (str_starts(c, STR("steps.")) && output_is_untrusted(c, job)))
            names_add(r, &bad, c);
    }
    e->contexts = names_list(r, contexts);
    e->untrusted = names_list(r, &bad);
    e->secrets = names_list(r, &secrets);
}

static PipelineExpression *one(PipelineReader *r, Str text, PipelinePlace place, Str in, Str key, const PipelineJob *job, PipelineStep *step, Expressions *out) {
    PipelineExpression *e = pipeline_new(r, PipelineExpression);
    if (!e)
        return NULL;
    *e = (PipelineExpression) {.text = str_trim(text), .in = in, .key = key, .place = place, .step = step};
    e->code = str_eqz(in, "run") || str_ends(in, STR("script")) || (str_eqz(in, "with") && step && pipeline_is_code(step->use.repository, key));
    Scan s = {.r = r, .text = e->text};
    scan(&s, 0);
    judge(r, e, &s.contexts, job);
    names_done(&s.contexts);
    vec_push(out, e);
    return e;
}

/* The brackets of an expression's begin and end. */
static const struct {
    const char *open, *close;
} brackets[] = {{"${{", "}}"}, {"$[[", "]]"}};

static void scalar(PipelineReader *r, const Node *n, Str in, Str key, const PipelineJob *job, PipelineStep *step, Expressions *out) {
    Str open = str_from(brackets[r->p->kind == PIPELINE_GITLAB].open), close = str_from(brackets[r->p->kind == PIPELINE_GITLAB].close);
    /* The n-th expression of the value is the n-th one in the text from the value's place on: no quoting can hide the brackets. At an alias there are none. */
    size_t at = pipeline_offset(r, n), window = 8 * n->text.n + LOOKED_BYTES;
    bool here = at < r->text.n && r->text.p[at] != '*';
    Str rest = n->text;
    ssize_t found;
    bool any = false;
    while (!r->failed && (found = str_find(rest, open)) >= 0) {
        any = true;
        rest = str_from_at(rest, (size_t) found + open.n);
        ssize_t end = str_find(rest, close);
        PipelinePlace place = pipeline_node_place(n);
        ssize_t written = here ? str_find(str_head(str_from_at(r->text, at), window), open) : -1;
        if (written >= 0) {
            place = pipeline_offset_place(r, at + (size_t) written);
            at += (size_t) written + open.n;
        } else {
            here = false;
        }
        if (end < 0) {
            if (r->p->kind != PIPELINE_GITLAB)
                diag_add(r->diag, DIAG_ERROR, r->file, place.line, place.col, "the expression has no end: expected \"}}\"");
            return;
        }
        PipelineExpression *e = one(r, str_head(rest, (size_t) end), place, in, key, job, step, out);
        if (e && written >= 0 && str_starts(str_from_at(r->text, at), str_head(rest, (size_t) end + close.n)) && str_chr(str_head(rest, (size_t) end), '\n') < 0)
            e->braces = (uint32_t) (open.n + (size_t) end + close.n);
        rest = str_from_at(rest, (size_t) end + close.n);
    }
    /* The braces may be left out in "if". */
    if (!any && str_eqz(in, "if") && r->p->kind != PIPELINE_GITLAB && n->text.n)
        one(r, n->text, pipeline_node_place(n), in, key, job, step, out);
}

void pipeline_expressions(PipelineReader *r, const Node *n, Str in, Str key, const PipelineJob *job, PipelineStep *step, Expressions *out) {
    if (!n || r->failed)
        return;
    if (n->type == NODE_STRING) {
        scalar(r, n, in, key, job, step, out);
        return;
    }
    node_each(c, n)
        pipeline_expressions(r, c, in, n->type == NODE_MAP && !key.p ? c->key : key, job, step, out);
}

PipelineList pipeline_expression_texts(PipelineReader *r, const Expressions *e) {
    _cleanup_(names_done) Names names = {0};
    for (size_t i = 0; i < e->n; i++)
        names_add(r, &names, e->p[i]->text);
    return names_list(r, &names);
}

PipelineList pipeline_expression_secrets(PipelineReader *r, const Expressions *e) {
    _cleanup_(names_done) Names names = {0};
    for (size_t i = 0; i < e->n; i++)
        names_add_all(r, &names, e->p[i]->secrets);
    return names_list(r, &names);
}
