/* SPDX-License-Identifier: Apache-2.0 */
/* TOML 1.0.0. The rules about which table may be opened again where (specification, "Keys" and "Table") are kept by how a
 * table came to be. */
#include <stdio.h>

#include "parse/toml-private.h"

typedef enum How {
    HOW_IMPLIED, /* a table that only headers of tables inside of it have named */
    HOW_HEADER,  /* [name], or one table of [[name]] */
    HOW_DOTTED,  /* by the dots of a key */
    HOW_INLINE,  /* {…}: complete where it stands */
    HOW_TABLES,  /* the list of [[name]] */
    HOW_LIST,    /* […]: complete where it stands */
} How;

/* Every node of a list or map is the first member of one of these. */
struct TomlGroup {
    Node node;
    How how;
    uint32_t depth; /* from 1 */
    TomlGroup *before;
    TreeKeys keys;
};

/* One part of a dotted key. */
typedef struct Part {
    Str key;
    uint32_t line, col;
} Part;

int toml_error(Toml *t, const char *p, const char *message) {
    return diag_add(t->tree.diag, DIAG_ERROR, t->tree.name, t->line, toml_col(t, p), "%s", message);
}

int toml_expected(Toml *t, const char *p, const char *what) {
    char buf[32];
    return diag_add(t->tree.diag, DIAG_ERROR, t->tree.name, t->line, toml_col(t, p), "expected %s, found %s", what,
                    tree_describe(p, t->end, buf));
}

static TomlGroup *group(const Node *n) {
    return (TomlGroup *) n;
}

static TomlGroup *new_group(Toml *t, How how, uint32_t depth, uint32_t line, uint32_t col) {
    if (depth > t->tree.limits->document_depth) {
        tree_limit(&t->tree, line, col, "values are nested deeper than %u", t->tree.limits->document_depth);
        return NULL;
    }
    if (tree_count(&t->tree, line, col) < 0)
        return NULL;
    bool map = how != HOW_TABLES && how != HOW_LIST;
    /* A list has no keys. */
    TomlGroup *g = arena_alloc(t->tree.arena, map ? sizeof(*g) : offsetof(TomlGroup, keys));
    if (!g) {
        tree_no_memory(&t->tree, line, col);
        return NULL;
    }
    g->node.type = map ? NODE_MAP : NODE_LIST;
    g->node.line = line;
    g->node.col = col;
    g->how = how;
    g->depth = depth;
    if (map) {
        g->before = t->made;
        t->made = g;
    }
    return g;
}

static void name_node(Node *n, const Part *part) {
    n->key = part->key;
    n->key_line = part->line;
    n->key_col = part->col;
}

/* Appends under a key that is known to be new. */
static void add_new(TomlGroup *parent, Node *child, const Part *part) {
    name_node(child, part);
    tree_keys_add(&parent->keys, &parent->node, child);
    node_append(&parent->node, child);
}

/* The key is taken already by something that may not be opened here: said, and remembered. */
static void taken(Toml *t, const Part *part, const Node *there, const char *why) {
    t->bad = true;
    diag_add(t->tree.diag, DIAG_ERROR, t->tree.name, part->line, part->col, "the key \"%.*s\" is here already, %s at %u:%u",
             (int) MIN(part->key.n, (size_t) 100), part->key.p, why, there->key_line, there->key_col);
}

static const char *what_is(const Node *n) {
    if (n->type == NODE_MAP)
        return group(n)->how == HOW_INLINE ? "as an inline table, which is complete," : "as a table,";
    if (n->type == NODE_LIST)
        return group(n)->how == HOW_LIST ? "as a list, which is complete," : "as a list of tables,";
    return "as a value,";
}

static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int read_part(Toml *t, Part *ret) {
    const char *start = t->p;
    ret->line = t->line;
    ret->col = toml_col(t, start);
    if (toml_at(t, '"') || toml_at(t, '\''))
        return toml_line_string(t, &ret->key);
    while (t->p < t->end && is_bare(*t->p))
        t->p++;
    ret->key = str_n(start, (size_t) (t->p - start));
    return ret->key.n ? 0 : toml_expected(t, start, "a key");
}

/* Past a dot, with the blanks around it; false when there is none. */
static bool take_dot(Toml *t) {
    toml_skip_blank(t);
    if (!toml_at(t, '.'))
        return false;
    t->p++;
    toml_skip_blank(t);
    return true;
}

static int read_value(Toml *t, uint32_t depth, Node **ret);

/* A comment up to the end of its line, which stays. */
static int skip_comment(Toml *t) {
    if (!toml_at(t, '#'))
        return 0;
    for (t->p++; t->p < t->end && !toml_newline(t, t->p); t->p++) {
        unsigned char c = (unsigned char) *t->p;
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return toml_error(t, t->p, "a control character inside a comment");
    }
    return 0;
}

/* Blanks, line breaks and comments, as lists may hold. */
static int skip_lines(Toml *t) {
    for (;;) {
        toml_skip_blank(t);
        int r = skip_comment(t);
        if (r < 0)
            return r;
        size_t n = toml_newline(t, t->p);
        if (n == 0)
            return 0;
        t->p += n;
        toml_next_line(t, t->p);
    }
}

static int read_list(Toml *t, TomlGroup *list) {
    uint32_t line = list->node.line, col = list->node.col;
    t->p++;
    for (;;) {
        int r = skip_lines(t);
        if (r < 0)
            return r;
        if (toml_at(t, ']'))
            break;
        Node *child;
        r = read_value(t, list->depth + 1, &child);
        if (r < 0)
            return r;
        node_append(&list->node, child);
        r = skip_lines(t);
        if (r < 0)
            return r;
        if (toml_at(t, ',')) {
            t->p++;
        } else if (!toml_at(t, ']')) {
            char what[96];
            snprintf(what, sizeof(what), "',' or ']' of the list that began at %u:%u", line, col);
            return toml_expected(t, t->p, what);
        }
    }
    t->p++;
    return 0;
}

/* The table that the dots of a key lead to from `table`; NULL with *ret_r: 0 when it may not be opened (said), or the error. */
static TomlGroup *step_dotted(Toml *t, TomlGroup *table, const Part *part, int *ret_r) {
    const Node *there = tree_keys_find(&table->keys, &table->node, part->key);
    *ret_r = 0;
    if (!there) {
        TomlGroup *fresh = new_group(t, HOW_DOTTED, table->depth + 1, part->line, part->col);
        if (fresh)
            add_new(table, &fresh->node, part);
        else
            *ret_r = -E2BIG;
        return fresh;
    }
    if (there->type == NODE_MAP && (group(there)->how == HOW_DOTTED || group(there)->how == HOW_IMPLIED)) {
        group(there)->how = HOW_DOTTED;
        return group(there);
    }
    taken(t, part, there, there->type == NODE_MAP && group(there)->how == HOW_HEADER ? "as a table with a header of its own," : what_is(there));
    return NULL;
}

/* key = value, the key perhaps dotted, into `table`. */
static int read_pair(Toml *t, TomlGroup *table) {
    Part part;
    bool skip = false;
    int r;
    for (;;) {
        r = read_part(t, &part);
        if (r < 0)
            return r;
        if (!take_dot(t))
            break;
        TomlGroup *next = skip ? NULL : step_dotted(t, table, &part, &r);
        if (r < 0)
            return r;
        skip = !next;
        table = next ? next : table;
    }
    if (!toml_at(t, '='))
        return toml_expected(t, t->p, "'=' after the key");
    t->p++;
    toml_skip_blank(t);
    Node *child;
    r = read_value(t, table->depth + 1, &child);
    if (r < 0 || skip)
        return r;
    const Node *there = tree_keys_find(&table->keys, &table->node, part.key);
    if (there)
        taken(t, &part, there, what_is(there));
    else
        add_new(table, child, &part);
    return 0;
}

static int read_inline(Toml *t, TomlGroup *table) {
    uint32_t line = table->node.line, col = table->node.col;
    t->p++;
    toml_skip_blank(t);
    if (toml_at(t, '}')) {
        t->p++;
        return 0;
    }
    for (;;) {
        int r = read_pair(t, table);
        if (r < 0)
            return r;
        toml_skip_blank(t);
        if (toml_at(t, '}'))
            break;
        if (!toml_at(t, ',')) {
            char what[96];
            snprintf(what, sizeof(what), "',' or '}' of the inline table that began at %u:%u", line, col);
            return toml_expected(t, t->p, what);
        }
        t->p++;
        toml_skip_blank(t);
    }
    t->p++;
    return 0;
}

/* `depth` is that of the value, should it be a list or a table. */
static int read_value(Toml *t, uint32_t depth, Node **ret) {
    if (t->p >= t->end)
        return toml_expected(t, t->p, "a value");
    char c = *t->p;
    uint32_t col = toml_col(t, t->p);
    int r;
    if (c == '[' || c == '{') {
        TomlGroup *g = new_group(t, c == '[' ? HOW_LIST : HOW_INLINE, depth, t->line, col);
        if (!g)
            return -E2BIG;
        r = c == '[' ? read_list(t, g) : read_inline(t, g);
        if (r < 0)
            return r;
        *ret = &g->node;
        return 0;
    }
    Node *n = tree_node(&t->tree, NODE_STRING, t->line, col);
    if (!n)
        return -E2BIG;
    r = c == '"' || c == '\'' ? toml_string(t, &n->text) : toml_plain(t, n);
    if (r < 0)
        return r;
    *ret = n;
    return 0;
}

/* One step of a header's name that is not its last. */
static TomlGroup *step_header(Toml *t, TomlGroup *table, const Part *part, int *ret_r) {
    const Node *there = tree_keys_find(&table->keys, &table->node, part->key);
    *ret_r = 0;
    if (!there) {
        TomlGroup *fresh = new_group(t, HOW_IMPLIED, table->depth + 1, part->line, part->col);
        if (fresh)
            add_new(table, &fresh->node, part);
        else
            *ret_r = -E2BIG;
        return fresh;
    }
    if (there->type == NODE_LIST && group(there)->how == HOW_TABLES)
        return group(there->list.last);
    if (there->type == NODE_MAP && group(there)->how != HOW_INLINE)
        return group(there);
    taken(t, part, there, what_is(there));
    return NULL;
}

/* [name] in `parent`; NULL when it may not be (said, unless memory or a limit: *ret_r). */
static TomlGroup *open_table(Toml *t, TomlGroup *parent, const Part *part, int *ret_r) {
    const Node *there = tree_keys_find(&parent->keys, &parent->node, part->key);
    *ret_r = 0;
    if (there && there->type == NODE_MAP && group(there)->how == HOW_IMPLIED) {
        TomlGroup *g = group(there);
        g->how = HOW_HEADER;
        g->node.line = g->node.key_line = part->line;
        g->node.col = g->node.key_col = part->col;
        return g;
    }
    if (there) {
        taken(t, part, there, what_is(there));
        return NULL;
    }
    TomlGroup *fresh = new_group(t, HOW_HEADER, parent->depth + 1, part->line, part->col);
    if (fresh)
        add_new(parent, &fresh->node, part);
    else
        *ret_r = -E2BIG;
    return fresh;
}

/* One more table of [[name]] in `parent`. */
static TomlGroup *open_tables(Toml *t, TomlGroup *parent, const Part *part, int *ret_r) {
    const Node *there = tree_keys_find(&parent->keys, &parent->node, part->key);
    *ret_r = 0;
    if (there && (there->type != NODE_LIST || group(there)->how != HOW_TABLES)) {
        taken(t, part, there, what_is(there));
        return NULL;
    }
    TomlGroup *list = there ? group(there) : new_group(t, HOW_TABLES, parent->depth + 1, part->line, part->col);
    TomlGroup *fresh = list ? new_group(t, HOW_HEADER, list->depth + 1, part->line, part->col) : NULL;
    if (!fresh) {
        *ret_r = -E2BIG;
        return NULL;
    }
    if (!there)
        add_new(parent, &list->node, part);
    node_append(&list->node, &fresh->node);
    return fresh;
}

/* On '['. A table that may not be opened is read all the same, for its errors, and belongs to nothing. */
static int read_header(Toml *t, TomlGroup *root, TomlGroup **ret) {
    bool tables = t->end - t->p >= 2 && t->p[1] == '[';
    t->p += tables ? 2 : 1;
    toml_skip_blank(t);
    TomlGroup *table = root;
    Part part;
    int r;
    for (;;) {
        r = read_part(t, &part);
        if (r < 0)
            return r;
        if (!take_dot(t))
            break;
        if (table)
            table = step_header(t, table, &part, &r);
        if (r < 0)
            return r;
    }
    if (!toml_at(t, ']') || (tables && (t->end - t->p < 2 || t->p[1] != ']')))
        return toml_expected(t, t->p, tables ? "']]' after the table's name" : "']' after the table's name");
    t->p += tables ? 2 : 1;
    if (table)
        table = tables ? open_tables(t, table, &part, &r) : open_table(t, table, &part, &r);
    if (r < 0)
        return r;
    *ret = table ? table : new_group(t, HOW_HEADER, 1, part.line, part.col);
    return *ret ? 0 : -E2BIG;
}

static int read_document(Toml *t, TomlGroup *root) {
    TomlGroup *table = root;
    for (;;) {
        int r = skip_lines(t);
        if (r < 0)
            return r;
        if (t->p >= t->end)
            return t->bad ? -EINVAL : 0;
        r = *t->p == '[' ? read_header(t, root, &table) : read_pair(t, table);
        if (r < 0)
            return r;
        toml_skip_blank(t);
        r = skip_comment(t);
        if (r < 0)
            return r;
        if (t->p < t->end && !toml_newline(t, t->p))
            return toml_expected(t, t->p, "the end of the line");
    }
}

int toml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    Toml t = {.tree = {.name = name, .limits = limits, .arena = a, .diag = d}, .line = 1};
    /* Places are 32 bits wide. */
    uint64_t max = MIN(limits->document_bytes, (uint64_t) UINT32_MAX - 1);
    if (text.n > max)
        return tree_limit(&t.tree, 1, 0, "the document has %zu bytes, more than %llu", text.n, (unsigned long long) max);
    if (!str_is_utf8(text)) {
        TreePlace place = tree_place(text);
        tree_place_byte(&place, tree_utf8_until(text));
        return diag_add(d, DIAG_ERROR, name, place.line, tree_place_col(&place), "invalid UTF-8: byte 0x%02X",
                        place.at < text.n ? (unsigned char) text.p[place.at] : 0);
    }
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from_at(text, 3);
    t.p = t.line_start = text.p ? text.p : "";
    t.end = t.p + text.n;
    TomlGroup *root = new_group(&t, HOW_HEADER, 1, 1, 1);
    int r = root ? read_document(&t, root) : -E2BIG;
    for (TomlGroup *g = t.made; g; g = g->before)
        tree_keys_done(&g->keys);
    if (r < 0)
        return r;
    *ret = &root->node;
    return 0;
}
