/* SPDX-License-Identifier: Apache-2.0 */
/* JSON out (RFC 8259): the same calls give the same bytes. Errors stay in the Buf (`failed`), to be checked once at the end.
 *
 *     JsonWriter w = json_writer(&buf, true);
 *     json_map(&w, NULL);
 *     json_str(&w, "name", name);
 *     json_list(&w, "layers");
 *     json_u64(&w, NULL, 3);
 *     json_end(&w);
 *     json_end(&w);
 *
 * `key` is NULL for list items and for the outermost value. Bytes that are no UTF-8 become U+FFFD, one for each. */
#pragma once

#include "base/buf.h"
#include "parse/node.h"

enum { JSON_WRITE_DEPTH = 256 };

typedef struct JsonWriter {
    Buf *out;
    bool pretty;  /* two spaces of indentation and a space after ':'; else no white space at all */
    bool fresh;   /* the innermost list or map has no member yet */
    bool keyed;   /* json_key() was called: the next value belongs to it */
    unsigned depth;
    uint64_t maps[JSON_WRITE_DEPTH / 64]; /* which open levels are maps */
} JsonWriter;

static inline JsonWriter json_writer(Buf *out, bool pretty) {
    return (JsonWriter) {.out = out, .pretty = pretty, .fresh = true};
}

void json_map(JsonWriter *w, const char *key);
void json_list(JsonWriter *w, const char *key);
/* Closes the innermost map or list. Deeper than JSON_WRITE_DEPTH fails the Buf with -E2BIG. */
void json_end(JsonWriter *w);
/* A key that is no literal; the next value goes without one. */
void json_key(JsonWriter *w, Str key);
void json_str(JsonWriter *w, const char *key, Str value);
void json_strz(JsonWriter *w, const char *key, const char *value);
void json_i64(JsonWriter *w, const char *key, int64_t value);
void json_u64(JsonWriter *w, const char *key, uint64_t value);
/* The shortest text that reads back as the same double; null for what JSON has no number for. */
void json_double(JsonWriter *w, const char *key, double value);
void json_bool(JsonWriter *w, const char *key, bool value);
void json_null(JsonWriter *w, const char *key);
/* Text that is JSON already. */
void json_raw(JsonWriter *w, const char *key, Str json);
/* A tree, as it was read. */
void json_node(JsonWriter *w, const char *key, const Node *n);
/* Only what is there: nothing is written for an empty string. */
static inline void json_str_opt(JsonWriter *w, const char *key, Str value) {
    if (value.n)
        json_str(w, key, value);
}

/* The string with its quotes, outside of any writer. */
void json_quote(Buf *out, Str s);
