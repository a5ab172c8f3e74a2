/* SPDX-License-Identifier: Apache-2.0 */
/* Node: the tree that the JSON, YAML, TOML and XML readers make. Lives in the caller's Arena; strings may point into the
 * parsed text, which must stay alive as long as the tree. Every node knows its place in the document. */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"

typedef enum NodeType { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_STRING, NODE_LIST, NODE_MAP } NodeType;

typedef struct Node Node;
struct Node {
    NodeType type;
    uint32_t line, col;         /* of the value, from 1; col counts bytes */
    uint32_t key_line, key_col; /* of the key, when the parent is a map */
    bool merge;                 /* YAML: the key is "<<" without quotes, which YAML 1.1 calls a merge key */
    Str key;                    /* the key, when the parent is a map */
    union {
        bool boolean;
        Str text;               /* NODE_STRING: unescaped UTF-8. NODE_NUMBER: as written */
        struct {
            Node *first;        /* children in document order, linked by `next` */
            Node *last;
            size_t n;
        } list;                 /* NODE_LIST and NODE_MAP */
    };
    Node *next;
};

/* All accessors take NULL as "absent" and answer with absence, so that paths can be chained without checks. */

/* The child of a map by key; NULL when absent or not a map. Linear: walk with node_each where there are many keys. */
const Node *node_get(const Node *map, const char *key);
/* node_get along keys up to the NULL that ends the arguments. */
const Node *node_path(const Node *map, ...) __attribute__((sentinel));
/* The text of a string; STR_NULL for anything else. */
static inline Str node_str(const Node *n) {
    return n && n->type == NODE_STRING ? n->text : STR_NULL;
}
static inline Str node_get_str(const Node *map, const char *key) {
    return node_str(node_get(map, key));
}
/* A whole number that fits; -ENOENT absent, -EINVAL not a whole number, -ERANGE too large. */
int node_i64(const Node *n, int64_t *ret);
/* A number as double; false for anything else. */
bool node_double(const Node *n, double *ret);
static inline bool node_is(const Node *n, NodeType type) {
    return n && n->type == type;
}
/* true only for a boolean true. */
bool node_true(const Node *n);
static inline size_t node_count(const Node *n) {
    return n && (n->type == NODE_LIST || n->type == NODE_MAP) ? n->list.n : 0;
}
static inline const Node *node_first(const Node *n) {
    return n && (n->type == NODE_LIST || n->type == NODE_MAP) ? n->list.first : NULL;
}
#define node_each(child, parent) for (const Node *child = node_first(parent); child; child = child->next)
/* Appends a child, of which a map must not have one with that key, to a list or map; it may not be in another. */
static inline void node_append(Node *parent, Node *child) {
    child->next = NULL;
    if (parent->list.last)
        parent->list.last->next = child;
    else
        parent->list.first = child;
    parent->list.last = child;
    parent->list.n++;
}
/* "a map", "a string", … for messages. */
const char *node_type_name(NodeType type);

/* Readers: 0 with *ret set, or -EINVAL with every error in `d` (file:line:col), -E2BIG over a limit (also in `d`).
 * `name` is the file name for messages. */

/* RFC 8259 JSON. Duplicate keys, depth, size and node count over the limits, invalid UTF-8 and text after the value
 * are errors. */
int json_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret);
typedef enum JsonFlags {
    JSON_COMMENTS = 1 << 0, /* comments as in C, and a comma behind the last member or item */
    JSON_REPEATS = 1 << 1,  /* of a key that is given twice the last value counts, as in JavaScript */
} JsonFlags;

typedef struct JsonOptions {
    unsigned flags;
    /* Set, for documents too large to stand in memory as a tree: every member of every map that is a member of the root goes here as soon
     * as it was read, and is taken down afterwards ("packages": {"a": …, "b": …} gives two calls with `section` "packages").
     * The root's tree then holds nulls in their place. Strings of `member` with escapes end with the call. A negative result stops the reading. */
    int (*each)(void *userdata, Str section, const Node *member);
    void *userdata;
} JsonOptions;
int json_parse_with(Str text, const char *name, const JsonOptions *o, const Limits *limits, Arena *a, Diag *d, Node **ret);
/* The next value of a JSON Lines text: 1 with *ret, 0 at the end. *rest moves on past the line also when it is bad
 * (-EINVAL), so that one bad record costs one record; `line` is the number of that line. */
int json_lines_next(Str *rest, const char *name, uint32_t *line, const Limits *limits, Arena *a, Diag *d, Node **ret);
/* YAML 1.1 as libyaml reads it, with the types of the core schema (YAML 1.2.2, 10.3.2): "yes" and "on" are strings. All
 * documents of the stream, linked by `next`; NULL and 0 for an empty stream. Keys must be scalars and are not given twice; "<<" is a
 * key like any other. Aliases share the children of their anchor: their number is bounded as if they were written out. */
int yaml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret_first_document, size_t *ret_documents);
typedef enum YamlFlags {
    YAML_REPEATED_MERGE = 1 << 0, /* "<<" may be given several times in one map, as Ruby's reader has it */
    /* Values without quotes have the types of YAML 1.1 as Kubernetes' reader (sigs.k8s.io/yaml) gives them: "yes", "on" and "y" are true, "no", "off" and "n"
     * false, 1_000 and 0b11 numbers. Keys stay as they are written. */
    YAML_OLD_SCALARS = 1 << 1,
    /* Keys and values with the tag !!binary are errors: readers that decode them see another text than ours. */
    YAML_NO_BINARY = 1 << 2,
} YamlFlags;
int yaml_parse_with(Str text, const char *name, unsigned flags, const Limits *limits, Arena *a, Diag *d, Node **ret_first_document, size_t *ret_documents);
/* TOML 1.0.0; the result is a map. Dates and times are strings, as they were written; whole numbers fit node_i64(). A table with a
 * header has the place of its name in it. */
int toml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret);
/* XML 1.0: an element is a map with "" (its text, when it is more than white space; first, trimmed at both ends), "@name" for
 * attributes and the child elements by name in document order (names may repeat: walk with node_each). The root's name is its
 * `key`. An attribute has the place of its element. A document type with declarations of its own, and so every entity
 * declaration, is refused; external ones are never loaded. */
int xml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret);
