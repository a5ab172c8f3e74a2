/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "check/pipeline-private.h"

void *pipeline_take(PipelineReader *r, size_t n) {
    if (r->failed)
        return NULL;
    void *p = r->items++ < PIPELINE_ITEMS ? arena_alloc(r->arena, n) : NULL;
    if (!p) {
        diag_add(r->diag, DIAG_ERROR, r->file, 0, 0, "more than %d steps, variables, expressions and commands", (int) PIPELINE_ITEMS);
        r->failed = -E2BIG;
    }
    return p;
}

void pipeline_error(PipelineReader *r, const Node *at, const char *fmt, ...) {
    char message[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    diag_add(r->diag, DIAG_ERROR, r->file, at->line, at->col, "%s", message);
}

void *pipeline_array(PipelineReader *r, const void *p, size_t n) {
    if (n == 0 || r->failed)
        return NULL;
    void *copy = arena_alloc(r->arena, n * sizeof(void *));
    if (copy)
        memcpy(copy, p, n * sizeof(void *));
    else
        r->failed = -E2BIG;
    return copy;
}

void names_add(PipelineReader *r, Names *n, Str name) {
    bool fresh;
    if (!name.p || r->failed)
        return;
    if (++r->names > PIPELINE_NAMES) {
        diag_add(r->diag, DIAG_ERROR, r->file, 0, 0, "what jobs call and wait for makes lists of more than %d names", (int) PIPELINE_NAMES);
        r->failed = -E2BIG;
        return;
    }
    map_slot(&n->seen, name, &fresh);
    if (fresh)
        vec_push(&n->values, value_str(name));
}

void names_add_all(PipelineReader *r, Names *n, PipelineList l) {
    for (size_t i = 0; i < l.n; i++)
        names_add(r, n, l.p[i].text);
}

void names_done(Names *n) {
    vec_done(&n->values);
    map_done(&n->seen);
}

PipelineList names_list(PipelineReader *r, const Names *n) {
    if (n->values.n == 0 || r->failed)
        return (PipelineList) {0};
    Value *p = arena_alloc(r->arena, n->values.n * sizeof(Value));
    if (!p) {
        r->failed = -E2BIG;
        return (PipelineList) {0};
    }
    memcpy(p, n->values.p, n->values.n * sizeof(Value));
    return (PipelineList) {p, n->values.n};
}

Str pipeline_text(const Node *n) {
    if (!n)
        return STR_NULL;
    if (n->type == NODE_BOOL)
        return n->boolean ? STR("true") : STR("false");
    return n->type == NODE_STRING || n->type == NODE_NUMBER ? n->text : STR_NULL;
}

static void add_texts(PipelineReader *r, const Node *n, Names *names) {
    if (node_is(n, NODE_LIST)) {
        node_each(c, n)
            add_texts(r, c, names);
        return;
    }
    names_add(r, names, pipeline_text(n));
}

PipelineList pipeline_texts(PipelineReader *r, const Node *n) {
    _cleanup_(names_done) Names names = {0};
    add_texts(r, n, &names);
    return names_list(r, &names);
}

PipelinePlace pipeline_node_place(const Node *n) {
    return n ? (PipelinePlace) {n->line, n->col} : (PipelinePlace) {0};
}

PipelinePlace pipeline_key_place(const Node *n) {
    return n && n->key_line ? (PipelinePlace) {n->key_line, n->key_col} : pipeline_node_place(n);
}

size_t pipeline_offset(const PipelineReader *r, const Node *n) {
    if (!n || n->line == 0 || n->line > r->lines.n)
        return r->text.n;
    return MIN(r->lines.p[n->line - 1] + n->col - 1, r->text.n);
}

PipelinePlace pipeline_offset_place(const PipelineReader *r, size_t offset) {
    size_t low = 0, high = r->lines.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (r->lines.p[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (PipelinePlace) {(uint32_t) low + 1, (uint32_t) (offset - r->lines.p[low]) + 1};
}

static Str line_text(const PipelineReader *r, size_t line) {
    if (line >= r->lines.n)
        return STR_NULL;
    size_t end = line + 1 < r->lines.n ? r->lines.p[line + 1] - 1 : r->text.n;
    Str s = str_n(r->text.p + r->lines.p[line], end - r->lines.p[line]);
    return str_ends(s, STR("\r")) ? str_head(s, s.n - 1) : s;
}

/* How far into a text that is no block places are told. */
enum { PLAIN_BYTES = 64 << 10 };

PipelinePlace pipeline_text_place(PipelineReader *r, const Node *n, size_t offset) {
    size_t at = pipeline_offset(r, n);
    PipelinePlace own = pipeline_node_place(n);
    if (n->type != NODE_STRING || at >= r->text.n || offset > n->text.n || (r->text.p[at] != '|' && offset > PLAIN_BYTES))
        return own;
    char c = r->text.p[at];
    if (c == '|') {
        /* A literal block keeps its lines: each one is the end of a line below. */
        if (r->block.node != n || r->block.offset > offset) {
            r->block.node = n;
            r->block.line = n->line;
            r->block.offset = r->block.start = 0;
        }
        for (; r->block.offset < offset; r->block.offset++)
            if (n->text.p[r->block.offset] == '\n') {
                r->block.line++;
                r->block.start = r->block.offset + 1;
            }
        size_t line = r->block.line, start = r->block.start;
        Str value = str_from_at(n->text, start), row = line_text(r, line);
        ssize_t end = str_chr(value, '\n');
        value = end < 0 ? value : str_head(value, (size_t) end);
        if (!str_ends(row, value))
            return own;
        return (PipelinePlace) {(uint32_t) line + 1, (uint32_t) (row.n - value.n + offset - start) + 1};
    }
    size_t quote = c == '"' || c == '\'';
    if (!str_starts(str_from_at(r->text, at + quote), str_head(n->text, offset)) || str_chr(str_head(n->text, offset), '\n') >= 0)
        return own;
    return (PipelinePlace) {n->line, n->col + (uint32_t) (quote + offset)};
}

bool pipeline_is_open(Str s) {
    for (size_t i = 0; i + 1 < s.n; i++)
        if (s.p[i] == '$') {
            if (s.p[i + 1] != '$')
                return true;
            i++;
        }
    return false;
}
