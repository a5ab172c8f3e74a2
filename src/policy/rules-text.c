/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as they stand in YAML: each line of them at its own place, appended parts in files of their own. */
#include <stdlib.h>

#include "base/buf.h"
#include "policy/rules-private.h"

bool rules_scalar(const Node *n, Str *ret) {
    if (node_is(n, NODE_STRING) || node_is(n, NODE_NUMBER))
        *ret = n->text;
    else if (node_is(n, NODE_BOOL))
        *ret = n->boolean ? STR("true") : STR("false");
    else
        return false;
    return true;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b';
}

/* Walks the file from a scalar on, beside the value that the scalar has. */
typedef struct Walk {
    const char *p, *end, *line_start;
    uint32_t line;
    bool escaped; /* columns of the value are not those of the file any more */
} Walk;

static void walk_blanks(Walk *w) {
    for (; w->p < w->end && is_blank(*w->p); w->p++)
        if (*w->p == '\n') {
            w->line++;
            w->line_start = w->p + 1;
        }
}

/* One byte of the value: escapes of quoted scalars are longer in the file. False when the file has something else here. */
static bool walk_byte(Walk *w, char c, char quote) {
    if (w->p >= w->end)
        return false;
    if (quote && *w->p == (quote == '\'' ? '\'' : '\\') && w->end - w->p > 1) {
        w->p++;
        w->escaped = true;
    }
    return w->p < w->end && *w->p++ == c;
}

static Walk walk_to(const RulesReader *r, const Node *n, char *ret_quote) {
    Walk w = {.end = r->text.p + r->text.n, .line = n->line};
    *ret_quote = 0;
    if (!n->line || n->line > r->n_lines)
        return w;
    w.line_start = r->text.p + r->line_starts[n->line - 1];
    w.p = w.line_start + MIN(n->col - 1, (uint32_t) (w.end - w.line_start));
    char c = w.p < w.end ? *w.p : 0;
    if (c == '"' || c == '\'') {
        *ret_quote = c;
        w.p++;
    } else if (c == '|' || c == '>') {
        /* A block begins in the line below its indicator. */
        const char *nl = memchr(w.p, '\n', (size_t) (w.end - w.p));
        w.p = nl ? nl : w.end;
    }
    return w;
}

Piece *rules_piece(RulesReader *r, const Node *n) {
    Arena *a = &r->set->arena;
    Str value;
    if (!rules_scalar(n, &value))
        return NULL;
    Piece *piece = arena_new(a, Piece);
    /* Blanks where the file has the end of a line become one, so that lines of the text are lines of the file; those behind an escape, too, so that columns are right
     * again. Blanks in strings of the condition stay as they are. */
    char *text = arena_bytes(a, value.n + 1);
    memcpy(text, value.p, value.n);
    text[value.n] = 0;
    Vec(AstPlace) lines = {0};
    char quote;
    Walk w = walk_to(r, n, &quote);
    bool lost = !w.p;
    AstPlace start = {n->line, n->col + (quote != 0)};
    if (!lost && w.p < w.end && *w.p == '\n' && value.n && !is_blank(value.p[0])) {
        walk_blanks(&w);
        start = (AstPlace) {w.line, (uint32_t) (w.p - w.line_start) + 1};
    }
    vec_push(&lines, start);
    char string = 0; /* the quote of the string of the condition that this is in */
    for (size_t i = 0; i < value.n && !lost;) {
        char c = value.p[i];
        if (!is_blank(c)) {
            lost = !walk_byte(&w, c, quote);
            i++;
            if (string ? c == string : c == '"' || c == '\'')
                string = string ? 0 : c;
            continue;
        }
        size_t from = i, ends = 0;
        while (i < value.n && is_blank(value.p[i]))
            ends += value.p[i++] == '\n';
        uint32_t line = w.line;
        walk_blanks(&w);
        AstPlace next = {w.line, (uint32_t) (w.p - w.line_start) + 1};
        for (size_t k = from; k < i && !string; k++)
            text[k] = ' ';
        for (size_t k = 0; k < ends && string; k++)
            vec_push(&lines, next);
        if (!string && (w.line != line || w.escaped)) {
            text[i - 1] = '\n';
            vec_push(&lines, next);
            w.escaped = false;
        }
    }
    if (lost) {
        /* An alias, an escape: the value begins where the scalar does, more cannot be told. */
        memcpy(text, value.p, value.n);
        lines.n = 1;
    }
    AstPlace *kept = arena_alloc(a, lines.n * sizeof(AstPlace));
    memcpy(kept, lines.p, lines.n * sizeof(AstPlace));
    piece->text = (AstText) {.text = str_n(text, value.n), .file = r->file, .lines = kept, .n_lines = lines.n};
    vec_done(&lines);
    return piece;
}

void pieces_add(Pieces *p, Piece *piece) {
    if (!piece)
        return;
    if (p->last)
        p->last->next = piece;
    else
        p->first = piece;
    p->last = piece;
}

void pieces_put(Arena *a, Pieces *p, Str text, const char *file, uint32_t line, uint32_t col) {
    Piece *piece = arena_new(a, Piece);
    AstPlace *place = arena_new(a, AstPlace);
    *place = (AstPlace) {line, col};
    piece->text = (AstText) {.text = text, .file = file, .lines = place, .n_lines = 1};
    pieces_add(p, piece);
}

Str pieces_text(Arena *a, const Pieces *p) {
    size_t n = 0;
    for (const Piece *i = p->first; i; i = i->next)
        n += i->text.text.n + 1;
    char *text = arena_bytes(a, n + 1), *to = text;
    for (const Piece *i = p->first; i; i = i->next) {
        if (i->text.text.n)
            memcpy(to, i->text.text.p, i->text.text.n);
        to += i->text.text.n;
        *to++ = '\n';
    }
    return str_n(text, n ? n - 1 : 0);
}

/* Lines of pieces that stand in different files are numbered through, and given their files and places afterwards. */
typedef struct Lines {
    struct {
        const char *file;
        AstPlace place;
    } *p;
    size_t n;
} Lines;

static const char *put_back(const Lines *l, AstPlace *place) {
    if (!place->line || place->line > l->n)
        return NULL;
    uint32_t i = place->line - 1;
    *place = (AstPlace) {l->p[i].place.line, l->p[i].place.col + place->col - 1};
    return l->p[i].file;
}

static void put_back_node(const Lines *l, AstNode *n);

static void put_back_term(const Lines *l, AstTerm *t) {
    for (; t; t = t->next) {
        put_back(l, &t->place);
        put_back(l, &t->arg_place);
        put_back_term(l, t->args);
        put_back_node(l, t->condition);
    }
}

static void put_back_node(const Lines *l, AstNode *n) {
    for (; n; n = n->next) {
        const char *file = put_back(l, &n->place);
        n->file = file ? file : n->file;
        put_back(l, &n->end);
        put_back_node(l, n->child);
        put_back_term(l, n->left);
        put_back_term(l, n->right);
        for (AstItem *i = n->items; i; i = i->next)
            put_back(l, &i->place);
    }
}

static int parse_numbered(RuleSet *s, const Pieces *p, Diag *d, AstNode **ret) {
    size_t n = 0;
    for (const Piece *i = p->first; i; i = i->next)
        n += i->text.n_lines;
    Lines l = {.p = arena_alloc(&s->arena, n * sizeof(*l.p))};
    AstPlace *numbers = arena_alloc(&s->arena, n * sizeof(*numbers));
    for (const Piece *i = p->first; i; i = i->next)
        for (size_t k = 0; k < i->text.n_lines; k++, l.n++) {
            l.p[l.n].file = i->text.file;
            l.p[l.n].place = i->text.lines[k];
            numbers[l.n] = (AstPlace) {(uint32_t) l.n + 1, 1};
        }
    AstText text = {.text = pieces_text(&s->arena, p), .file = p->first->text.file, .lines = numbers, .n_lines = n};
    _cleanup_(diag_done) Diag own = {0};
    int r = ast_parse(&text, &s->limits, &s->arena, &own, ret);
    for (size_t i = 0; i < own.items.n; i++) {
        DiagItem *item = &own.items.p[i];
        AstPlace place = {item->line, item->col};
        const char *file = put_back(&l, &place);
        diag_add(d, item->level, file ? file : item->file, place.line, place.col, "%s", item->message);
    }
    if (r == 0)
        put_back_node(&l, *ret);
    return r;
}

int pieces_parse(RuleSet *s, const Pieces *p, Diag *d, AstNode **ret) {
    if (!p->first->next)
        return ast_parse(&p->first->text, &s->limits, &s->arena, d, ret);
    return parse_numbered(s, p, d, ret);
}
