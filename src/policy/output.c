/* SPDX-License-Identifier: Apache-2.0 */
/* The output of a rule: text with %field in it. */
#include "policy/check.h"
#include "policy/evaluator.h"

/* What stands between two fields, and the field behind it. */
typedef struct Piece {
    Str text;
    bool field;
    Operand operand;
} Piece;

/* The next piece of an output from *at on; false at the end. Fields that are wrong are told and stay text. */
static bool next_piece(Checker *c, const AstText *format, size_t *at, Piece *ret) {
    Str rest = str_from_at(format->text, *at);
    if (str_empty(rest))
        return false;
    ssize_t percent = str_chr(rest, '%');
    if (percent != 0) {
        *ret = (Piece) {.text = percent < 0 ? rest : str_head(rest, (size_t) percent)};
        *at += ret->text.n;
        return true;
    }
    AstTerm *t;
    size_t n = 0;
    int r = ast_parse_term(format, *at + 1, c->pool->limits, c->pool->arena, c->pool->diag, &t, &n);
    *ret = (Piece) {.text = str_head(rest, n + 1)};
    ret->field = r == 0 && check_operand(c, t, &ret->operand) == 0;
    *at += n + 1;
    return true;
}

static Pool pool_of(Arena *a, const Limits *l, Diag *d) {
    return (Pool) {.arena = a, .limits = l, .diag = d};
}

static void pool_done(Pool *p) {
    map_done(&p->tests);
    map_done(&p->failed);
    map_done(&p->fields);
}

/* sinsp's mark for what is done here in any case: a missing field does not suppress the line. */
static size_t begin(Str format) {
    return str_starts(format, STR("*")) ? 1 : 0;
}

static void put_piece(const Piece *p, Run *run, Buf *out) {
    if (!p->field) {
        buf_str(out, p->text);
        return;
    }
    evaluator_reset(run->e);
    Value v = operand_value(run, &p->operand);
    Str shown = v.type == VALUE_NONE ? STR_NULL : value_text(&run->e->scratch, &v);
    value_clean(out, shown.p ? shown : STR("<NA>"));
}

struct OutputText {
    const Piece *p;
    size_t n;
};

const struct OutputText *output_compile(const Source *source, Str format, const Limits *limits, Arena *a) {
    Pool pool = pool_of(a, limits, NULL);
    Checker c = {.pool = &pool, .source = source};
    AstText text = {.text = format};
    Vec(Piece) pieces = {0};
    Piece p;
    for (size_t at = begin(format); next_piece(&c, &text, &at, &p);)
        vec_push(&pieces, p);
    pool_done(&pool);
    struct OutputText *t = arena_new(a, struct OutputText);
    Piece *all = arena_alloc(a, (pieces.n + 1) * sizeof(*all));
    if (all && pieces.n)
        memcpy(all, pieces.p, pieces.n * sizeof(*all));
    if (t && all)
        *t = (struct OutputText) {all, pieces.n};
    vec_done(&pieces);
    return all ? t : NULL;
}

void output_text(const Source *source, Str format, const Subject *s, Evaluator *e, Buf *out) {
    _cleanup_(arena_done) Arena arena = {.max = (size_t) 16 << 20};
    Limits limits = limits_default();
    Pool pool = pool_of(&arena, &limits, NULL);
    Checker c = {.pool = &pool, .source = source};
    Run run = {.e = e, .subject = s};
    AstText text = {.text = format};
    Piece p;
    for (size_t at = begin(format); next_piece(&c, &text, &at, &p);)
        put_piece(&p, &run, out);
    pool_done(&pool);
}

void output_each(const Source *source, Str format, const Subject *s, Evaluator *e, void (*each)(void *userdata, Str name, const Value *value, Str shown), void *userdata) {
    _cleanup_(arena_done) Arena arena = {.max = (size_t) 16 << 20};
    _cleanup_(map_done) Map told = {0};
    Limits limits = limits_default();
    Pool pool = pool_of(&arena, &limits, NULL);
    Checker c = {.pool = &pool, .source = source};
    Run run = {.e = e, .subject = s};
    AstText text = {.text = format};
    Piece p;
    for (size_t at = 0; next_piece(&c, &text, &at, &p);) {
        Str name = str_from_at(p.text, 1);
        if (!p.field || map_has(&told, name))
            continue;
        map_set(&told, name, &told);
        evaluator_reset(e);
        Value v = operand_value(&run, &p.operand);
        each(userdata, name, &v, v.type == VALUE_NONE ? STR_NULL : value_text(&e->scratch, &v));
    }
    pool_done(&pool);
}

int output_check(const Source *source, const AstText *format, Diag *d) {
    _cleanup_(arena_done) Arena arena = {.max = (size_t) 16 << 20};
    _cleanup_(diag_done) Diag found = {0};
    Limits limits = limits_default();
    Pool pool = pool_of(&arena, &limits, &found);
    Checker c = {.pool = &pool, .source = source, .file = format->file};
    Piece p;
    for (size_t at = 0; next_piece(&c, format, &at, &p);)
        ;
    pool_done(&pool);
    for (size_t i = 0; i < found.items.n; i++)
        diag_add(d, DIAG_ERROR, found.items.p[i].file, found.items.p[i].line, found.items.p[i].col, "%s", found.items.p[i].message);
    return found.errors ? -EINVAL : 0;
}

void rule_output(const Rule *r, const Subject *s, Evaluator *e, Buf *out) {
    Run run = {.e = e, .subject = s};
    if (!r->shown) {
        output_text(r->source, r->output, s, e, out);
        return;
    }
    for (size_t i = 0; i < r->shown->n; i++)
        put_piece(&r->shown->p[i], &run, out);
}

/* Bytes of the character that the text begins with; 0: it is none of UTF-8. */
static size_t character(Str s) {
    unsigned char c = (unsigned char) s.p[0];
    size_t n = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    return n <= s.n && str_is_utf8(str_head(s, n)) ? n : 0;
}

/* Would a terminal obey it? Controls (C0, DEL, C1), line separators, and what changes the direction of text. */
static bool is_control(Str c) {
    const unsigned char *p = (const unsigned char *) c.p;
    if (c.n == 1)
        return p[0] < 0x20 || p[0] == 0x7f;
    if (c.n == 2)
        return p[0] == 0xc2 && p[1] < 0xa0;
    return c.n == 3 && p[0] == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

/* Bytes at the beginning that are letters, digits and signs of ASCII: nearly all there are. */
static size_t plain(Str s) {
    size_t n = 0;
    while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f)
        n++;
    return n;
}

void value_clean(Buf *out, Str text) {
    for (size_t n; text.n > 0; text = str_from_at(text, MAX(n, (size_t) 1))) {
        n = plain(text);
        if (n) {
            buf_str(out, str_head(text, n));
            continue;
        }
        n = character(text);
        if (n == 0)
            buf_putz(out, "\xef\xbf\xbd"); /* U+FFFD */
        else if (is_control(str_head(text, n)))
            buf_putc(out, ' ');
        else
            buf_str(out, str_head(text, n));
    }
}
