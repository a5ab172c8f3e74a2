/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of Node trees share: making nodes under limits, and finding duplicate keys. Only for src/parse. */
#pragma once

#include "base/map.h"
#include "parse/node.h"

typedef struct Tree {
    const char *name; /* of the document, for messages */
    const Limits *limits;
    Arena *arena;
    Diag *diag;
    uint32_t nodes;   /* made so far */
    Node *spare;      /* nodes are taken from the arena in growing batches */
    uint32_t n_spare, batch;
} Tree;

/* Counts a node that the reader keeps in a struct of its own; 0, or -E2BIG over the limits (said in the Diag). */
int tree_count(Tree *t, uint32_t line, uint32_t col);
/* Says that the arena is full; returns -E2BIG. */
int tree_no_memory(Tree *t, uint32_t line, uint32_t col);
/* A zeroed node at this place; NULL over the limits (said in the Diag): the reader answers -E2BIG. */
Node *tree_node(Tree *t, NodeType type, uint32_t line, uint32_t col);
/* Says that a limit was passed at this place; returns -E2BIG. */
int tree_limit(Tree *t, uint32_t line, uint32_t col, const char *fmt, ...) _printf_(4, 5);

/* What stands at p, for "expected …, found …": "'x'", "the end of the input", … into buf where it is needed. */
const char *tree_describe(const char *p, const char *end, char buf[static 32]);
/* Writes a code point of at most 0x10FFFF; returns its number of bytes (at most 4). */
size_t tree_put_utf8(char *out, uint32_t code);
/* The offset of the first byte that is no UTF-8; the length when all of it is. */
size_t tree_utf8_until(Str s);

/* Turns offsets that only grow into lines and columns, reading the text once. A place before the last one costs a new start. */
typedef struct TreePlace {
    Str text;
    size_t at, chars;  /* the same place, in bytes and in UTF-8 characters */
    size_t line_start; /* bytes */
    uint32_t line;
} TreePlace;

static inline TreePlace tree_place(Str text) {
    return (TreePlace) {.text = text, .line = 1};
}
static inline uint32_t tree_place_col(const TreePlace *p) {
    return (uint32_t) (p->at - p->line_start) + 1;
}
/* To the byte with this offset; do not mix with tree_place_char(). */
void tree_place_byte(TreePlace *p, size_t byte);
/* To the character with this number, from 0. */
void tree_place_char(TreePlace *p, size_t number);

/* The keys of one map while it is being read. Small maps compare fingerprints in place, large ones use a hash map,
 * so that a map of n keys costs O(n). */
enum { TREE_KEYS_SMALL = 16 };
typedef struct TreeKeys {
    uint32_t n;
    uint32_t prints[TREE_KEYS_SMALL];
    Map map;
} TreeKeys;

/* The child that has this key already, or NULL, after which `child` (with its key) must be appended to `parent`. */
Node *tree_keys_add(TreeKeys *k, const Node *parent, Node *child);
/* The child with this key, or NULL. */
Node *tree_keys_find(const TreeKeys *k, const Node *parent, Str key);
static inline void tree_keys_done(TreeKeys *k) {
    if (k->n > TREE_KEYS_SMALL)
        map_done(&k->map);
}
