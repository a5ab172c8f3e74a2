/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259, strictly unless asked otherwise. JSON strings hold no raw line breaks, so that lines are counted in white space and
 * comments only and a column is a subtraction. Strings and numbers are read in json-scalar.c. */
#include <stdio.h>

#include "parse/json-private.h"

int json_expected(Json *j, const char *p, const char *what) {
    char buf[32];
    return diag_add(j->tree.diag, DIAG_ERROR, j->tree.name, j->line, json_col(j, p), "expected %s, found %s", what, tree_describe(p, j->end, buf));
}

static inline const char *skip_plain_space(Json *j, const char *p) {
    const char *end = j->end;
    for (; p < end; p++) {
        if (*p == ' ' || *p == '\t' || *p == '\r')
            continue;
        if (*p != '\n')
            break;
        j->line++;
        j->line_start = p + 1;
    }
    return p;
}

/* Behind the comment at p, or p when there is none that ends. */
static const char *skip_comment(Json *j, const char *p) {
    if (j->end - p < 2 || p[0] != '/' || (p[1] != '/' && p[1] != '*'))
        return p;
    if (p[1] == '/') {
        const char *nl = memchr(p, '\n', (size_t) (j->end - p));
        return nl ? nl : j->end;
    }
    ssize_t at = str_find(str_n(p + 2, (size_t) (j->end - p) - 2), STR("*/"));
    if (at < 0)
        return p;
    const char *close = p + 2 + at + 2;
    for (const char *nl = p; (nl = memchr(nl, '\n', (size_t) (close - nl))); nl++) {
        j->line++;
        j->line_start = nl + 1;
    }
    return close;
}

static inline void skip_space(Json *j) {
    const char *p = skip_plain_space(j, j->p), *next;
    if (j->o.flags & JSON_COMMENTS)
        while ((next = skip_comment(j, p)) != p)
            p = skip_plain_space(j, next);
    j->p = p;
}

/* Does the list or map end here, behind a comma that JSON would not have? */
static bool trailing(const Json *j, char close) {
    return (j->o.flags & JSON_COMMENTS) && j->p < j->end && *j->p == close;
}

static int read_literal(Json *j, const char *word, size_t n) {
    if ((size_t) (j->end - j->p) < n || memcmp(j->p, word, n) != 0)
        return json_expected(j, j->p, "a value");
    j->p += n;
    return 0;
}

static int read_value(Json *j, Node **ret);
static int read_piece(Json *j, Node **ret, Str key, uint32_t line, uint32_t col);

static int read_list(Json *j, Node *list) {
    const char *open = j->p++;
    uint32_t open_line = j->line, open_col = json_col(j, open);
    skip_space(j);
    if (j->p < j->end && *j->p == ']') {
        j->p++;
        return 0;
    }
    for (;;) {
        Node *child = NULL;
        int r = read_value(j, &child);
        if (r < 0)
            return r;
        lint_assume(child);
        node_append(list, child);
        skip_space(j);
        if (j->p < j->end && *j->p == ',') {
            j->p++;
            skip_space(j);
            if (!trailing(j, ']'))
                continue;
        }
        if (j->p < j->end && *j->p == ']') {
            j->p++;
            return 0;
        }
        char what[96];
        snprintf(what, sizeof(what), "',' or ']' of the list that began at %u:%u", open_line, open_col);
        return json_expected(j, j->p, what);
    }
}

static int read_pair(Json *j, Node *map, TreeKeys *keys) {
    if (j->p >= j->end || *j->p != '"')
        return json_expected(j, j->p, map->list.n ? "a key" : "a key or '}'");
    uint32_t line = j->line, col = json_col(j, j->p);
    Str key;
    int r = json_read_string(j, &key);
    if (r < 0)
        return r;
    skip_space(j);
    if (j->p >= j->end || *j->p != ':')
        return json_expected(j, j->p, "':' after the key");
    j->p++;
    skip_space(j);
    Node *child = NULL;
    if (j->depth == 1) {
        j->section = key;
        j->in_section = j->p < j->end && *j->p == '{';
    }
    r = j->o.each && j->depth == 2 && j->in_section ? read_piece(j, &child, key, line, col) : read_value(j, &child);
    if (r < 0)
        return r;
    lint_assume(child);
    child->key = key;
    child->key_line = line;
    child->key_col = col;
    Node *before = tree_keys_add(keys, map, child);
    if (before && (j->o.flags & JSON_REPEATS)) {
        child->next = before->next;
        *before = *child;
        return 0;
    }
    if (before) {
        j->bad = true;
        diag_add(j->tree.diag, DIAG_ERROR, j->tree.name, line, col, "the key \"%.*s\" is here already, at %u:%u",
                 (int) MIN(key.n, (size_t) 100), key.p, before->key_line, before->key_col);
        return 0;
    }
    node_append(map, child);
    return 0;
}

static int read_map(Json *j, Node *map) {
    const char *open = j->p++;
    uint32_t open_line = j->line, open_col = json_col(j, open);
    skip_space(j);
    if (j->p < j->end && *j->p == '}') {
        j->p++;
        return 0;
    }
    _cleanup_(tree_keys_done) TreeKeys keys;
    keys.n = 0;
    for (;;) {
        int r = read_pair(j, map, &keys);
        if (r < 0)
            return r;
        skip_space(j);
        if (j->p < j->end && *j->p == ',') {
            j->p++;
            skip_space(j);
            if (!trailing(j, '}'))
                continue;
        }
        if (j->p < j->end && *j->p == '}') {
            j->p++;
            return 0;
        }
        char what[96];
        snprintf(what, sizeof(what), "',' or '}' of the map that began at %u:%u", open_line, open_col);
        return json_expected(j, j->p, what);
    }
}

static int read_value(Json *j, Node **ret) {
    if (j->p >= j->end)
        return json_expected(j, j->p, "a value");
    char c = *j->p;
    NodeType type;
    switch (c) {
    case '"':
        type = NODE_STRING;
        break;
    case '{':
        type = NODE_MAP;
        break;
    case '[':
        type = NODE_LIST;
        break;
    case 't':
    case 'f':
        type = NODE_BOOL;
        break;
    case 'n':
        type = NODE_NULL;
        break;
    default:
        if (c != '-' && (c < '0' || c > '9'))
            return json_expected(j, j->p, "a value");
        type = NODE_NUMBER;
    }
    uint32_t col = json_col(j, j->p);
    Node *n = tree_node(&j->tree, type, j->line, col);
    if (!n)
        return -E2BIG;
    int r;
    switch (type) {
    case NODE_STRING:
        r = json_read_string(j, &n->text);
        break;
    case NODE_NUMBER:
        r = json_read_number(j, &n->text);
        break;
    case NODE_BOOL:
        n->boolean = c == 't';
        r = c == 't' ? read_literal(j, "true", 4) : read_literal(j, "false", 5);
        break;
    case NODE_NULL:
        r = read_literal(j, "null", 4);
        break;
    default:
        if (j->depth >= j->tree.limits->document_depth)
            return tree_limit(&j->tree, j->line, col, "values are nested deeper than %u", j->tree.limits->document_depth);
        j->depth++;
        r = type == NODE_MAP ? read_map(j, n) : read_list(j, n);
        j->depth--;
    }
    if (r < 0)
        return r;
    *ret = n;
    return 0;
}

/* A member of a section: its tree lives in an arena of its own until it was handed over. Of the member itself only the key and the type stay. */
static int read_piece(Json *j, Node **ret, Str key, uint32_t line, uint32_t col) {
    Arena piece = {.max = j->tree.arena->max};
    Tree outer = j->tree;
    Node *kept = tree_node(&outer, NODE_NULL, j->line, json_col(j, j->p)), *n = NULL;
    if (!kept)
        return -E2BIG;
    j->tree.arena = &piece;
    j->tree.spare = NULL;
    j->tree.n_spare = j->tree.batch = 0;
    int r = read_value(j, &n);
    if (r == 0) {
        n->key = key;
        n->key_line = line;
        n->key_col = col;
        r = j->o.each(j->o.userdata, j->section, n);
    }
    /* The limit on nodes is one of memory: what was taken down counts no more. */
    j->tree = outer;
    arena_done(&piece);
    *ret = kept;
    return r;
}

static int parse(Str text, const char *name, uint32_t line, const JsonOptions *o, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    Json j = {
        .tree = {.name = name, .limits = limits, .arena = a, .diag = d},
        .line = line,
        .o = *o,
    };
    /* Places are 32 bits wide. */
    uint64_t max = MIN(limits->document_bytes, (uint64_t) UINT32_MAX - 1);
    if (text.n > max)
        return tree_limit(&j.tree, line, 0, "the document has %zu bytes, more than %llu", text.n, (unsigned long long) max);
    /* A byte order mark is no JSON, but readers may ignore one (RFC 8259, 8.1), and some editors leave it. */
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from_at(text, 3);
    j.p = j.line_start = text.p ? text.p : "";
    j.end = j.p + text.n;
    skip_space(&j);
    Node *root = NULL;
    int r = read_value(&j, &root);
    if (r < 0)
        return r;
    skip_space(&j);
    if (j.p < j.end)
        return json_expected(&j, j.p, "nothing after the value");
    if (j.bad)
        return -EINVAL;
    *ret = root;
    return 0;
}

int json_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    return parse(text, name, 1, &(JsonOptions) {0}, limits, a, d, ret);
}

int json_parse_with(Str text, const char *name, const JsonOptions *o, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    return parse(text, name, 1, o, limits, a, d, ret);
}

int json_lines_next(Str *rest, const char *name, uint32_t *line, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    Str one;
    while (str_line(rest, &one)) {
        ++*line;
        if (str_trim(one).n == 0)
            continue;
        int r = parse(one, name, *line, &(JsonOptions) {0}, limits, a, d, ret);
        return r < 0 ? r : 1;
    }
    return 0;
}
