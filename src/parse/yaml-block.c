/* SPDX-License-Identifier: Apache-2.0 */
/* A reader for the YAML that manifests are written in, several times as fast as libyaml's tokens and events: block maps and lists, scalars of one line, literal blocks,
 * flow collections of one line, comments, documents behind "---". It never guesses and never reports: at the first byte that might mean something else to libyaml it
 * gives up, and libyaml reads the whole text. Trees are the same, places too; test-yaml and the fuzzer hold one against the other. */
#include "parse/yaml-private.h"

enum {
    END = -1,        /* the indentation behind a document's last line */
    KEY_BYTES = 500 /* libyaml takes keys up to 1024 characters as they are written */
};

typedef struct Block {
    Tree tree;
    unsigned flags;
    const char *p, *end;
    const char *line_start;
    uint32_t line;
    int indent; /* of the line at hand, in bytes; END */
} Block;

typedef struct Token {
    Str text;
    bool quoted;
    uint32_t line, col;
} Token;

/* The end counts as a line break. */
static char at(const Block *b, const char *p) {
    return p < b->end ? *p : '\n';
}

static bool blank_at(const Block *b, const char *p) {
    return at(b, p) == ' ' || at(b, p) == '\n';
}

static uint32_t col_of(const Block *b, const char *p) {
    return (uint32_t) (p - b->line_start) + 1;
}

static void skip_spaces(Block *b) {
    while (b->p < b->end && *b->p == ' ')
        b->p++;
}

static void skip_line(Block *b) {
    const char *nl = b->p < b->end ? memchr(b->p, '\n', (size_t) (b->end - b->p)) : NULL;
    b->p = nl ? nl + 1 : b->end;
    b->line++;
}

/* From a line's beginning to the next line that says something. */
static void find_line(Block *b) {
    for (; b->p < b->end; skip_line(b)) {
        b->line_start = b->p;
        skip_spaces(b);
        if (at(b, b->p) == '\n' || *b->p == '#')
            continue;
        Str rest = {b->p, (size_t) (b->end - b->p)};
        b->indent = (int) (b->p - b->line_start);
        if (b->indent == 0 && (str_starts(rest, STR("---")) || str_starts(rest, STR("..."))))
            b->indent = END;
        return;
    }
    b->indent = END;
}

/* Behind a value only a comment may stand; then on to the next line. */
static bool end_line(Block *b) {
    const char *value_end = b->p;
    skip_spaces(b);
    if (at(b, b->p) != '\n' && (*b->p != '#' || b->p == value_end))
        return false;
    skip_line(b);
    find_line(b);
    return true;
}

static bool is_dash(const Block *b) {
    return at(b, b->p) == '-' && blank_at(b, b->p + 1);
}

/* A key: in the block it ends at a colon with a blank behind it. */
static bool is_key(const Block *b) {
    return at(b, b->p) == ':' && blank_at(b, b->p + 1);
}

static bool read_single_quoted(Block *b, Token *t) {
    const char *start = ++b->p;
    size_t twice = 0;
    for (;; b->p++) {
        if (at(b, b->p) == '\n')
            return false;
        if (*b->p != '\'')
            continue;
        if (at(b, b->p + 1) != '\'')
            break;
        b->p++;
        twice++;
    }
    t->text = (Str) {start, (size_t) (b->p++ - start)};
    if (!twice)
        return true;
    char *out = arena_bytes(b->tree.arena, t->text.n);
    size_t n = 0;
    for (size_t i = 0; out && i < t->text.n; i++) {
        out[n++] = t->text.p[i];
        i += t->text.p[i] == '\'';
    }
    t->text = (Str) {out, n};
    return out;
}

static bool read_double_quoted(Block *b, Token *t) {
    const char *start = ++b->p;
    size_t escapes = 0;
    for (; at(b, b->p) != '"'; b->p++) {
        if (at(b, b->p) == '\n')
            return false;
        if (*b->p == '\\') {
            b->p++;
            escapes++;
            if (at(b, b->p) == '\n')
                return false;
        }
    }
    t->text = (Str) {start, (size_t) (b->p++ - start)};
    if (!escapes)
        return true;
    char *out = arena_bytes(b->tree.arena, t->text.n);
    size_t n = 0;
    for (size_t i = 0; out && i < t->text.n; i++) {
        char c = t->text.p[i];
        if (c == '\\') {
            c = t->text.p[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c == '"' || c == '\\' || c == '/' ? c : 0;
            if (!c)
                return false;
        }
        out[n++] = c;
    }
    t->text = (Str) {out, n};
    return out;
}

static bool read_plain(Block *b, Token *t) {
    const char *start = b->p, *p = start;
    if (strchr("?:,[]{}#&*!|>'\"%@`", *p) || (*p == '-' && blank_at(b, p + 1)))
        return false;
    for (; p < b->end && *p != '\n'; p++)
        if ((*p == ':' && blank_at(b, p + 1)) || (*p == '#' && p[-1] == ' '))
            break;
    while (p[-1] == ' ')
        p--;
    b->p = p;
    t->text = (Str) {start, (size_t) (p - start)};
    return true;
}

/* Words without anything in them that could mean more, and quoted scalars. */
static bool read_flow_plain(Block *b, Token *t) {
    const char *start = b->p, *p = start;
    for (; p < b->end; p++) {
        bool name = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || memchr("_./~+=$", *p, 7) || (*p == '-' && (p > start || !blank_at(b, p + 1)));
        if (!name)
            break;
    }
    b->p = p;
    t->text = (Str) {start, (size_t) (p - start)};
    return p > start && !(p == start + 1 && *start == '-');
}

/* A scalar of one line; its text is the document's own where that can be. */
static bool read_token(Block *b, bool flow, Token *t) {
    char c = at(b, b->p);
    *t = (Token) {.quoted = c == '"' || c == '\'', .line = b->line, .col = col_of(b, b->p)};
    return c == '"' ? read_double_quoted(b, t) : c == '\'' ? read_single_quoted(b, t) : flow ? read_flow_plain(b, t) : read_plain(b, t);
}

static Node *scalar_node(Block *b, const Token *t) {
    NodeType type = t->quoted ? NODE_STRING : yaml_scalar_looks(t->text, b->flags, b->tree.arena);
    Node *n = tree_node(&b->tree, type, t->line, t->col);
    return n && yaml_scalar_fill(n, t->text, b->tree.arena) ? n : NULL;
}

/* Merge keys and keys that are there already are libyaml's. */
static bool add_member(Block *b, Node *map, TreeKeys *keys, const Token *key, Node *child) {
    if (key->text.n > KEY_BYTES || str_eqz(key->text, "<<"))
        return false;
    child->key = arena_str(b->tree.arena, key->text);
    child->key_line = key->line;
    child->key_col = key->col;
    if (!child->key.p || tree_count(&b->tree, key->line, key->col) < 0 || tree_keys_add(keys, map, child))
        return false;
    tree_append(map, child);
    return true;
}

static bool read_flow(Block *b, uint32_t depth, Node **ret);

static bool read_flow_value(Block *b, uint32_t depth, Node **ret) {
    char c = at(b, b->p);
    if (c == '{' || c == '[')
        return read_flow(b, depth, ret);
    Token t;
    if (!read_token(b, true, &t))
        return false;
    *ret = scalar_node(b, &t);
    return *ret;
}

static bool read_flow(Block *b, uint32_t depth, Node **ret) {
    bool map = *b->p == '{';
    char close = map ? '}' : ']';
    _cleanup_(tree_keys_done) TreeKeys keys;
    keys.n = 0;
    Node *n = depth < b->tree.limits->document_depth ? tree_node(&b->tree, map ? NODE_MAP : NODE_LIST, b->line, col_of(b, b->p)) : NULL;
    if (!n)
        return false;
    b->p++;
    skip_spaces(b);
    while (at(b, b->p) != close) {
        Token key;
        Node *child;
        if (map && (!read_token(b, true, &key) || at(b, b->p) != ':' || at(b, ++b->p) != ' '))
            return false;
        skip_spaces(b);
        if (!read_flow_value(b, depth + 1, &child))
            return false;
        if (!map)
            tree_append(n, child);
        else if (!add_member(b, n, &keys, &key, child))
            return false;
        skip_spaces(b);
        if (at(b, b->p) == close)
            break;
        if (at(b, b->p) != ',')
            return false;
        b->p++;
        skip_spaces(b);
        if (at(b, b->p) == close)
            return false;
    }
    b->p++;
    *ret = n;
    return true;
}

/* A literal block ("|" or "|-") whose first line says how far it is indented, in a collection with this indentation. */
static bool read_literal(Block *b, int indent, Node **ret) {
    uint32_t line = b->line, col = col_of(b, b->p);
    bool strip = at(b, ++b->p) == '-';
    b->p += strip;
    skip_spaces(b);
    if (at(b, b->p) != '\n')
        return false;
    skip_line(b);
    const char *first = b->p;
    skip_spaces(b);
    size_t inner = (size_t) (b->p - first);
    if ((int) inner <= indent || inner == 0 || at(b, b->p) == '\n')
        return false;
    /* As much as there could be; what follows is looked at once only. */
    const char *stop = first;
    for (const char *p = first; p < b->end;) {
        const char *nl = memchr(p, '\n', (size_t) (b->end - p));
        const char *text = p;
        while (text < b->end && *text == ' ')
            text++;
        if (at(b, text) != '\n' && (size_t) (text - p) < inner)
            break;
        if (!nl)
            return false;
        p = stop = nl + 1;
    }
    char *out = arena_bytes(b->tree.arena, (size_t) (stop - first));
    size_t n = 0, kept = 0; /* up to the last line that is not empty */
    if (!out)
        return false;
    for (b->p = first; b->p < stop;) {
        const char *start = b->p;
        skip_line(b);
        size_t length = (size_t) (b->p - start);
        if (length > inner + 1) {
            memcpy(out + n, start + inner, length - inner);
            n += length - inner;
            kept = n;
        } else {
            out[n++] = '\n';
        }
    }
    find_line(b);
    Node *node = tree_node(&b->tree, NODE_STRING, line, col);
    if (!node)
        return false;
    node->text = (Str) {out, kept - strip};
    *ret = node;
    return true;
}

static bool read_block(Block *b, uint32_t depth, Node **ret);
static bool read_map(Block *b, int col, Token key, uint32_t depth, Node **ret);
static bool read_list(Block *b, bool in_map, uint32_t depth, Node **ret);

/* What stands behind "-" or "key:", in a collection with this indentation. Afterwards the next line is at hand. */
static bool read_value(Block *b, int indent, bool in_map, uint32_t depth, Node **ret) {
    const char *behind = b->p;
    Token t = {.line = b->line, .col = col_of(b, behind)};
    skip_spaces(b);
    char c = at(b, b->p);
    if (c == '\n' || (c == '#' && b->p > behind)) {
        b->p = behind;
        if (!end_line(b))
            return false;
        if (b->indent > indent)
            return read_block(b, depth, ret);
        if (in_map && b->indent == indent && is_dash(b))
            return read_list(b, true, depth, ret);
        *ret = tree_node(&b->tree, NODE_NULL, t.line, t.col);
        return *ret;
    }
    if (is_dash(b))
        return !in_map && read_block(b, depth, ret);
    if (c == '|')
        return read_literal(b, indent, ret);
    if (c == '{' || c == '[')
        return read_flow(b, depth, ret) && end_line(b);
    int col = (int) (b->p - b->line_start);
    if (!read_token(b, false, &t))
        return false;
    if (is_key(b))
        return !in_map && read_map(b, col, t, depth, ret);
    *ret = scalar_node(b, &t);
    return *ret && end_line(b);
}

/* A value, after which the collection goes on or ends; a line between its indentation and the value's is neither. */
static bool read_entry(Block *b, int indent, bool in_map, uint32_t depth, Node **ret) {
    return read_value(b, indent, in_map, depth, ret) && b->indent <= indent;
}

/* `in_map`: its dashes stand below the key itself, so that the map may go on behind it. */
static bool read_list(Block *b, bool in_map, uint32_t depth, Node **ret) {
    int col = (int) (b->p - b->line_start);
    Node *list = depth < b->tree.limits->document_depth ? tree_node(&b->tree, NODE_LIST, b->line, (uint32_t) col + 1) : NULL;
    if (!list)
        return false;
    do {
        Node *child;
        if (!is_dash(b) && in_map)
            break;
        if (!is_dash(b))
            return false;
        b->p++;
        if (!read_entry(b, col, false, depth + 1, &child))
            return false;
        tree_append(list, child);
    } while (b->indent == col);
    *ret = list;
    return true;
}

/* `key`: its first one, which was read. */
static bool read_map(Block *b, int col, Token key, uint32_t depth, Node **ret) {
    _cleanup_(tree_keys_done) TreeKeys keys;
    keys.n = 0;
    Node *map = depth < b->tree.limits->document_depth ? tree_node(&b->tree, NODE_MAP, key.line, key.col) : NULL;
    if (!map)
        return false;
    for (;;) {
        Node *child;
        if (!is_key(b))
            return false;
        b->p++;
        if (!read_entry(b, col, true, depth + 1, &child) || !add_member(b, map, &keys, &key, child))
            return false;
        if (b->indent < col)
            break;
        if (!read_token(b, false, &key))
            return false;
    }
    *ret = map;
    return true;
}

/* A map or a list that begins here. */
static bool read_block(Block *b, uint32_t depth, Node **ret) {
    int col = (int) (b->p - b->line_start);
    Token key;
    if (is_dash(b))
        return read_list(b, false, depth, ret);
    return read_token(b, false, &key) && read_map(b, col, key, depth, ret);
}

static bool read_documents(Block *b, Node **ret_first, size_t *ret_n) {
    Node *first = NULL, *last = NULL, *root;
    size_t n = 0;
    find_line(b);
    do {
        if (b->p < b->end && b->indent == END) {
            if (!str_starts((Str) {b->p, (size_t) (b->end - b->p)}, STR("---\n")))
                return false;
            skip_line(b);
            find_line(b);
        }
        if (b->indent == END || !read_block(b, 0, &root) || b->indent != END)
            return false;
        if (last)
            last->next = root;
        else
            first = root;
        last = root;
        n++;
    } while (b->p < b->end);
    *ret_first = first;
    *ret_n = n;
    return true;
}

/* No tabs, no control characters, nothing that is a line break or no character to libyaml, and UTF-8. */
static bool is_ordinary(Str text) {
    bool ascii = true;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        if ((c >= 0x20 && c < 0x7F) || c == '\n')
            continue;
        /* U+0080 to U+00BF, U+2028, U+2029, U+D000 to U+DFFF, U+F000 and up. */
        if (c < 0x80 || c == 0xC2 || c == 0xED || c >= 0xEF || (c == 0xE2 && i + 2 < text.n && text.p[i + 1] == '\x80' && (text.p[i + 2] == '\xA8' || text.p[i + 2] == '\xA9')))
            return false;
        ascii = false;
    }
    return ascii || str_is_utf8(text);
}

bool yaml_read_block(Tree *t, Str text, unsigned flags, Node **ret_first, size_t *ret_n) {
    if (text.n == 0 || text.n > INT32_MAX || !is_ordinary(text))
        return false;
    ArenaMark mark = arena_mark(t->arena);
    /* Limits are passed without a word: who reads it then says so. */
    Block b = {.tree = {.name = t->name, .limits = t->limits, .arena = t->arena}, .flags = flags, .p = text.p, .end = text.p + text.n, .line_start = text.p, .line = 1};
    if (read_documents(&b, ret_first, ret_n))
        return true;
    arena_rewind(t->arena, mark);
    return false;
}
