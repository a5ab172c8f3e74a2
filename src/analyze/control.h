/* SPDX-License-Identifier: Apache-2.0 */
/* Debian control data (deb822(5)) as it stands in databases: stanzas of "Field: value" lines, divided by empty lines; lines that
 * begin with white space go on with the value above. Nothing is copied: values are slices, continuation lines and all. */
#pragma once

#include "base/str.h"

typedef struct Control {
    Str rest;
    uint32_t line; /* of rest's first byte */
} Control;

typedef struct ControlField {
    Str name;
    Str value;     /* white space cut from both ends; of a bad line the whole of it */
    uint32_t line;
} ControlField;

static inline Control control(Str text) {
    return (Control) {text, 1};
}

static inline bool control_line_empty(Str line) {
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
            return false;
    return true;
}

/* Moves to the next stanza: false at the end of the text. Afterwards c->line is its first line. */
static inline bool control_stanza(Control *c) {
    while (c->rest.n) {
        const char *end = memchr(c->rest.p, '\n', c->rest.n);
        size_t n = end ? (size_t) (end - c->rest.p) : c->rest.n;
        if (!control_line_empty(str_head(c->rest, n)) && c->rest.p[0] != '#')
            return true;
        c->rest = str_from_at(c->rest, n + 1);
        c->line++;
    }
    return false;
}

/* The next field of the stanza: 1; 0 at its end; -EBADMSG for a line that is no field (the next call goes on behind it). */
static inline int control_field(Control *c, ControlField *ret) {
    while (c->rest.n) {
        const char *start = c->rest.p, *stop = start + c->rest.n;
        const char *end = memchr(start, '\n', c->rest.n);
        if (!end)
            end = stop;
        if (control_line_empty(str_n(start, (size_t) (end - start)))) {
            c->rest = str_from_at(c->rest, (size_t) (end - start) + 1);
            c->line++;
            return 0;
        }
        uint32_t first = c->line++;
        size_t first_bytes = (size_t) (end - start);
        /* Continuation lines; a comment between them is part of the slice. */
        while (end < stop && end + 1 < stop && (end[1] == ' ' || end[1] == '\t')) {
            const char *next = memchr(end + 1, '\n', (size_t) (stop - end - 1));
            if (!next)
                next = stop;
            if (control_line_empty(str_n(end + 1, (size_t) (next - end - 1))))
                break;
            end = next;
            c->line++;
        }
        Str whole = str_n(start, (size_t) (end - start));
        c->rest = str_from_at(c->rest, whole.n + 1);
        if (start[0] == '#')
            continue;
        const char *colon = memchr(start, ':', first_bytes);
        if (!colon || colon == start || start[0] == ' ' || start[0] == '\t') {
            *ret = (ControlField) {STR_NULL, whole, first};
            return -EBADMSG;
        }
        *ret = (ControlField) {str_n(start, (size_t) (colon - start)), str_trim(str_from_at(whole, (size_t) (colon - start) + 1)), first};
        return 1;
    }
    return 0;
}
