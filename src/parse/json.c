/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259, strictly unless asked otherwise. JSON strings hold no raw line breaks, so that lines are counted in white space and
 * comments only and a column is a subtraction. */
#include <stdio.h>

#include "parse/tree.h"

typedef struct Json {
    Tree tree;
    const char *p, *end;
    const char *line_start;
    uint32_t line;
    uint32_t depth;
    bool bad; /* a duplicate key was met: reading goes on for the other errors */
    JsonOptions o;
    Str section;         /* the key of the root's member at hand */
    bool in_section;     /* it is a map: its members are pieces */
} Json;

static uint32_t col_at(const Json *j, const char *p) {
    return (uint32_t) (p - j->line_start) + 1;
}

static int expected(Json *j, const char *p, const char *what) {
    char buf[32];
    return diag_add(j->tree.diag, DIAG_ERROR, j->tree.name, j->line, col_at(j, p), "expected %s, found %s", what, tree_describe(p, j->end, buf));
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

/* Byte-parallel tests over eight bytes: the high bit of each byte that is below n (n <= 128), or equal to c. */
#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)
#define BELOW(w, n) (((w) - ONES * (n)) & ~(w) & HIGH)
#define EQUAL(w, c) BELOW((w) ^ (ONES * (unsigned char) (c)), 1)

/* The first quote, backslash or control character at or after p; *ret_high: bytes over 0x7F were passed. */
static inline const char *scan_plain(const char *p, const char *end, bool *ret_high) {
    uint64_t high = 0;
    while (end - p >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        uint64_t stop = BELOW(w, 0x20) | EQUAL(w, '"') | EQUAL(w, '\\');
        if (stop) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            /* Borrows only disturb bytes above the first hit, so that the lowest one is exact. */
            unsigned shift = (unsigned) __builtin_ctzll(stop) & ~7u;
            high |= shift ? w << (64 - shift) : 0;
            *ret_high |= (high & HIGH) != 0;
            return p + shift / 8;
#else
            break;
#endif
        }
        high |= w;
        p += 8;
    }
    *ret_high |= (high & HIGH) != 0;
    for (; p < end; p++) {
        unsigned char c = (unsigned char) *p;
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        *ret_high |= c >= 0x80;
    }
    return p;
}

static int hex4(const char *p, const char *end) {
    int v = 0;
    for (int i = 0; i < 4; i++) {
        if (p + i >= end)
            return -1;
        char c = p[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static int error_at(Json *j, const char *p, const char *message) {
    return diag_add(j->tree.diag, DIAG_ERROR, j->tree.name, j->line, col_at(j, p), "%s", message);
}

/* One escape at *p (on the backslash): writes its bytes to *out and moves both on. */
static int read_escape(Json *j, const char **p, char **out) {
    const char *s = *p;
    if (s + 1 >= j->end)
        return expected(j, s + 1, "a character after '\\'");
    char c = s[1], plain = 0;
    switch (c) {
    case '"':
    case '\\':
    case '/':
        plain = c;
        break;
    case 'b':
        plain = '\b';
        break;
    case 'f':
        plain = '\f';
        break;
    case 'n':
        plain = '\n';
        break;
    case 'r':
        plain = '\r';
        break;
    case 't':
        plain = '\t';
        break;
    case 'u':
        break;
    default:
        return expected(j, s + 1, "one of \"\\/bfnrtu after '\\'");
    }
    if (plain) {
        *(*out)++ = plain;
        *p = s + 2;
        return 0;
    }
    int unit = hex4(s + 2, j->end);
    if (unit < 0)
        return error_at(j, s, "expected four hexadecimal digits after '\\u'");
    uint32_t code = (uint32_t) unit;
    const char *after = s + 6;
    if (code >= 0xDC00 && code <= 0xDFFF)
        return error_at(j, s, "the second half of a surrogate pair without its first half");
    if (code >= 0xD800 && code <= 0xDBFF) {
        int low = j->end - after >= 6 && after[0] == '\\' && after[1] == 'u' ? hex4(after + 2, j->end) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return error_at(j, s, "the first half of a surrogate pair without its second half");
        code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t) low - 0xDC00);
        after += 6;
    }
    *out += tree_put_utf8(*out, code);
    *p = after;
    return 0;
}

/* The first byte that is no UTF-8, for the message. */
static int bad_utf8(Json *j, const char *from, const char *to) {
    const char *p = from + tree_utf8_until(str_n(from, (size_t) (to - from)));
    char what[48];
    snprintf(what, sizeof(what), "invalid UTF-8: byte 0x%02X", p < to ? (unsigned char) *p : 0);
    return error_at(j, p, what);
}

/* A string that holds escapes; `at` is the first backslash. Unescaped it is never longer than it was. */
static int read_escaped(Json *j, const char *start, const char *at, Str *ret) {
    bool high = false;
    const char *close = at;
    while (close < j->end && *close == '\\')
        close = scan_plain(close + MIN((ptrdiff_t) 2, j->end - close), j->end, &high);
    char *text = arena_bytes(j->tree.arena, (size_t) (close - start));
    if (!text)
        return tree_no_memory(&j->tree, j->line, col_at(j, start));
    char *out = text;
    const char *p = start;
    while (p < close) {
        size_t run = (size_t) (at - p);
        memcpy(out, p, run);
        out += run;
        p = at;
        if (p >= close)
            break;
        int r = read_escape(j, &p, &out);
        if (r < 0)
            return r;
        at = scan_plain(p, close, &high);
    }
    *ret = str_n(text, (size_t) (out - text));
    j->p = close;
    return 0;
}

/* On the opening quote; ends behind the closing one. */
static int read_string(Json *j, Str *ret) {
    const char *open = j->p, *start = open + 1;
    bool high = false;
    const char *p = scan_plain(start, j->end, &high);
    Str text = str_n(start, (size_t) (p - start));
    if (p < j->end && *p == '\\') {
        int r = read_escaped(j, start, p, &text);
        if (r < 0)
            return r;
        p = j->p;
        high = true;
    }
    if (p >= j->end)
        return error_at(j, open, "this string does not end");
    if (*p != '"') {
        char buf[32], message[96];
        snprintf(message, sizeof(message), "%s inside a string: control characters must be escaped", tree_describe(p, j->end, buf));
        return error_at(j, p, message);
    }
    if (high && !str_is_utf8(str_n(start, (size_t) (p - start))))
        return bad_utf8(j, start, p);
    j->p = p + 1;
    *ret = text;
    return 0;
}

static inline bool is_digit(const Json *j, const char *p) {
    return p < j->end && *p >= '0' && *p <= '9';
}

static int read_number(Json *j, Str *ret) {
    const char *start = j->p, *p = start;
    p += *p == '-';
    if (!is_digit(j, p))
        return expected(j, p, "a digit");
    if (*p == '0') {
        p++;
        if (is_digit(j, p))
            return error_at(j, p - 1, "a number may not start with a superfluous 0");
    }
    while (is_digit(j, p))
        p++;
    if (p < j->end && *p == '.') {
        p++;
        if (!is_digit(j, p))
            return expected(j, p, "a digit after the decimal point");
        while (is_digit(j, p))
            p++;
    }
    if (p < j->end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < j->end && (*p == '+' || *p == '-'))
            p++;
        if (!is_digit(j, p))
            return expected(j, p, "a digit in the exponent");
        while (is_digit(j, p))
            p++;
    }
    *ret = str_n(start, (size_t) (p - start));
    j->p = p;
    return 0;
}

static int read_literal(Json *j, const char *word, size_t n) {
    if ((size_t) (j->end - j->p) < n || memcmp(j->p, word, n) != 0)
        return expected(j, j->p, "a value");
    j->p += n;
    return 0;
}

static int read_value(Json *j, Node **ret);
static int read_piece(Json *j, Node **ret, Str key, uint32_t line, uint32_t col);

static int read_list(Json *j, Node *list) {
    const char *open = j->p++;
    uint32_t open_line = j->line, open_col = col_at(j, open);
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
        tree_append(list, child);
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
        return expected(j, j->p, what);
    }
}

static int read_pair(Json *j, Node *map, TreeKeys *keys) {
    if (j->p >= j->end || *j->p != '"')
        return expected(j, j->p, map->list.n ? "a key" : "a key or '}'");
    uint32_t line = j->line, col = col_at(j, j->p);
    Str key;
    int r = read_string(j, &key);
    if (r < 0)
        return r;
    skip_space(j);
    if (j->p >= j->end || *j->p != ':')
        return expected(j, j->p, "':' after the key");
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
    tree_append(map, child);
    return 0;
}

static int read_map(Json *j, Node *map) {
    const char *open = j->p++;
    uint32_t open_line = j->line, open_col = col_at(j, open);
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
        return expected(j, j->p, what);
    }
}

static int read_value(Json *j, Node **ret) {
    if (j->p >= j->end)
        return expected(j, j->p, "a value");
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
            return expected(j, j->p, "a value");
        type = NODE_NUMBER;
    }
    uint32_t col = col_at(j, j->p);
    Node *n = tree_node(&j->tree, type, j->line, col);
    if (!n)
        return -E2BIG;
    int r;
    switch (type) {
    case NODE_STRING:
        r = read_string(j, &n->text);
        break;
    case NODE_NUMBER:
        r = read_number(j, &n->text);
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
    Node *kept = tree_node(&outer, NODE_NULL, j->line, col_at(j, j->p)), *n = NULL;
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
        return expected(&j, j.p, "nothing after the value");
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
