/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

enum { TITLE_MAX = 300, JOIN_MAX = 4096 };

VulnDetail feed_detail_new(Str id) {
    return (VulnDetail) {.id = id, .published = TIME_NONE, .modified = TIME_NONE, .epss = -1, .epss_percentile = -1};
}

int feed_json(const FeedInput *in, const FeedSink *sink, Arena *a, Node **ret) {
    _cleanup_free_ char *name = str_dup(in->path);
    _cleanup_(diag_done) Diag d = {0};
    int r = json_parse(in->bytes, name, in->limits, a, &d, ret);
    if (r < 0)
        sink->problem(sink->userdata, d.items.n ? d.items.p[0].line : 0, "%s", d.items.n ? d.items.p[0].message : "no JSON document");
    return r;
}

/* A document of its own: one record, or a list of them. */
static int each_of_document(const FeedInput *in, const FeedSink *sink, FeedRecord *record) {
    _cleanup_(arena_done) Arena a = {0};
    Node *root = NULL;
    int r = feed_json(in, sink, &a, &root);
    if (r < 0) {
        sink->count(sink->userdata);
        return r == -EINVAL || r == -E2BIG ? 0 : r;
    }
    bool list = node_is(root, NODE_LIST);
    for (const Node *item = list ? node_first(root) : root; item && (r >= 0 || r == -EINVAL); item = list ? item->next : NULL) {
        r = record(in, sink, &a, item->line, item);
        sink->count(sink->userdata);
    }
    return r == -EINVAL ? 0 : r;
}

/* Not JSON Lines, whose first line holds a whole record? */
static bool is_document(Str bytes) {
    Str line = STR_NULL;
    while (str_empty(line) && str_line(&bytes, &line))
        line = str_trim(line);
    return str_starts(line, STR("[")) || (str_starts(line, STR("{")) && !str_ends(line, STR("}")));
}

int feed_each_record(const FeedInput *in, const FeedSink *sink, FeedRecord *record) {
    if (in->first_line <= 1 && is_document(in->bytes))
        return each_of_document(in, sink, record);
    _cleanup_free_ char *name = str_dup(in->path);
    uint32_t base = in->first_line ? in->first_line - 1 : 0, line = 0;
    Str rest = in->bytes;
    for (;;) {
        Arena a = {0};
        Diag d = {0};
        Node *root = NULL;
        int r = json_lines_next(&rest, name, &line, in->limits, &a, &d, &root);
        if (r > 0) {
            r = record(in, sink, &a, base + line, root);
            sink->count(sink->userdata);
            r = r == -EINVAL ? 1 : r < 0 ? r : 1;
        } else if (r < 0) {
            sink->problem(sink->userdata, base + line, "%s", d.items.n ? d.items.p[0].message : "no JSON value");
            /* A record that is too large costs that record; json_lines_next() has moved on. */
            r = r == -EINVAL || r == -E2BIG ? 1 : r;
        }
        diag_done(&d);
        arena_done(&a);
        if (r <= 0)
            return r;
    }
}

/* A cursor over JSON text that knows strings and brackets, nothing more. */
typedef struct Scan {
    Str s;
    size_t at;
    uint32_t line;
} Scan;

static void scan_space(Scan *c) {
    while (c->at < c->s.n) {
        char ch = c->s.p[c->at];
        if (ch == '\n')
            c->line++;
        else if (ch != ' ' && ch != '\t' && ch != '\r')
            break;
        c->at++;
    }
}

static int scan_string(Scan *c, Str *ret) {
    if (c->at >= c->s.n || c->s.p[c->at] != '"')
        return -EINVAL;
    size_t start = ++c->at;
    for (;;) {
        const char *q = memchr(c->s.p + c->at, '"', c->s.n - c->at);
        if (!q)
            return -EINVAL;
        size_t end = (size_t) (q - c->s.p), slashes = 0;
        c->at = end + 1;
        while (end - slashes > start && c->s.p[end - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0) {
            *ret = str_n(c->s.p + start, end - start);
            return 0;
        }
    }
}

static int scan_value(Scan *c, Str *ret) {
    size_t start = c->at, depth = 0;
    Str ignored;
    do {
        if (c->at >= c->s.n)
            return -EINVAL;
        char ch = c->s.p[c->at];
        if (ch == '"') {
            if (scan_string(c, &ignored) < 0)
                return -EINVAL;
            continue;
        }
        if (ch == '{' || ch == '[')
            depth++;
        else if (ch == '}' || ch == ']' || ch == ',') {
            if (depth == 0)
                break;
            depth -= ch != ',';
        } else if (ch == '\n')
            c->line++;
        c->at++;
    } while (depth > 0 || (c->at < c->s.n && c->s.p[c->at] != ',' && c->s.p[c->at] != '}' && c->s.p[c->at] != ']'));
    *ret = str_trim(str_n(c->s.p + start, c->at - start));
    return str_empty(*ret) ? -EINVAL : 0;
}

int feed_each_member(Str object, uint32_t line, int (*member)(void *userdata, Str key, Str value, uint32_t line), void *userdata) {
    Scan c = {object, 0, line};
    scan_space(&c);
    if (c.at >= c.s.n || c.s.p[c.at++] != '{')
        return -EINVAL;
    scan_space(&c);
    if (c.at < c.s.n && c.s.p[c.at] == '}')
        return 0;
    for (;;) {
        Str key, value;
        scan_space(&c);
        if (scan_string(&c, &key) < 0)
            return -EINVAL;
        scan_space(&c);
        if (c.at >= c.s.n || c.s.p[c.at++] != ':')
            return -EINVAL;
        scan_space(&c);
        uint32_t at_line = c.line;
        if (scan_value(&c, &value) < 0)
            return -EINVAL;
        int r = member(userdata, key, value, at_line);
        if (r < 0)
            return r;
        scan_space(&c);
        if (c.at >= c.s.n)
            return -EINVAL;
        char ch = c.s.p[c.at++];
        if (ch == '}')
            return 0;
        if (ch != ',')
            return -EINVAL;
    }
}

Str feed_title(Arena *a, Str text) {
    text = str_trim(text);
    ssize_t end = str_find(text, STR("\n"));
    Str line = end < 0 ? text : str_trim(str_head(text, (size_t) end));
    bool cut = false;
    if (line.n > TITLE_MAX) {
        cut = true;
        line = str_head(line, TITLE_MAX);
        ssize_t space = str_rchr(line, ' ');
        if (space > TITLE_MAX / 2)
            line = str_head(line, (size_t) space);
        else
            while (line.n && ((unsigned char) line.p[line.n] & 0xC0) == 0x80)
                line.n--;
    }
    char *out = arena_bytes(a, line.n + 4);
    if (!out)
        return STR_NULL;
    for (size_t i = 0; i < line.n; i++)
        out[i] = (unsigned char) line.p[i] < 0x20 || line.p[i] == 0x7F ? ' ' : line.p[i];
    if (cut)
        memcpy(out + line.n, "…", 3);
    return str_n(out, line.n + (cut ? 3 : 0));
}

static bool joined_has(const char *p, size_t n, Str word) {
    Str rest = str_n(p, n), part;
    while (str_split(&rest, ' ', &part))
        if (str_eq(part, word))
            return true;
    return false;
}

int feed_yaml_record(const FeedInput *in, const FeedSink *sink, int (*record)(const FeedSink *sink, Arena *a, const Node *root, Str path)) {
    _cleanup_free_ char *name = str_dup(in->path);
    Arena a = {0};
    Diag d = {0};
    Node *root = NULL;
    size_t documents;
    int r = yaml_parse(in->bytes, name, in->limits, &a, &d, &root, &documents);
    if (r < 0)
        sink->problem(sink->userdata, d.items.n ? d.items.p[0].line : 0, "%s", d.items.n ? d.items.p[0].message : "no YAML document");
    else if (!node_is(root, NODE_MAP)) {
        sink->problem(sink->userdata, 1, "expected a map");
        r = -EINVAL;
    } else if ((r = record(sink, &a, root, in->path)) == -EINVAL)
        r = 0; /* told */
    diag_done(&d);
    arena_done(&a);
    return r;
}

Str feed_join(Arena *a, const Node *list, const char *key, size_t max) {
    char out[JOIN_MAX];
    size_t n = 0, words = 0;
    node_each(item, list) {
        Str s = key ? node_get_str(item, key) : node_str(item);
        bool plain = s.n > 0 && s.n < 1000;
        for (size_t i = 0; plain && i < s.n; i++)
            plain = (unsigned char) s.p[i] > 0x20 && s.p[i] != 0x7F;
        if (!plain || n + s.n + 1 > sizeof(out) || joined_has(out, n, s))
            continue;
        if (n)
            out[n++] = ' ';
        memcpy(out + n, s.p, s.n);
        n += s.n;
        if (++words == max)
            break;
    }
    return arena_str(a, str_n(out, n));
}

int64_t feed_time(Str s) {
    int64_t t;
    return time_parse(s, &t) < 0 ? TIME_NONE : t;
}

bool feed_is_cve(Str s) {
    if (s.n < 10 || s.n > 28 || !str_starts(s, STR("CVE-")) || s.p[8] != '-')
        return false;
    for (size_t i = 4; i < s.n; i++)
        if (i != 8 && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return true;
}

bool feed_has(Str text, const char *needle) {
    return str_find(text, str_from(needle)) >= 0;
}

Str feed_basename(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
}

void feed_osv_severity(const Node *list, Str source, VulnDetail *d) {
    node_each(item, list) {
        Str type = node_get_str(item, "type"), vector = node_get_str(item, "score");
        if (!str_starts(type, STR("CVSS_")) || str_empty(vector) || vector.n > 300 || d->n_cvss == ARRAY_SIZE(d->cvss))
            continue;
        d->cvss[d->n_cvss++] = (Cvss) {.vector = vector, .source = source, .score10 = -1};
    }
}

VulnDetail feed_osv_detail(Arena *a, const Node *root, Str source) {
    VulnDetail d = feed_detail_new(node_get_str(root, "id"));
    Str summary = node_get_str(root, "summary");
    d.title = feed_title(a, str_empty(summary) ? node_get_str(root, "details") : summary);
    d.aliases = feed_join(a, node_get(root, "aliases"), NULL, 50);
    d.references = feed_join(a, node_get(root, "references"), "url", 10);
    d.published = feed_time(node_get_str(root, "published"));
    d.modified = feed_time(node_get_str(root, "modified"));
    d.withdrawn = !str_empty(node_get_str(root, "withdrawn"));
    feed_osv_severity(node_get(root, "severity"), source, &d);
    return d;
}

int feed_osv_ranges(const Node *affected, int (*range)(void *userdata, Str introduced, Str fixed, Str last), void *userdata) {
    node_each(r, node_get(affected, "ranges")) {
        if (str_eqz(node_get_str(r, "type"), "GIT"))
            continue;
        Str introduced = STR_NULL;
        bool open = false;
        node_each(event, node_get(r, "events")) {
            const Node *in = node_get(event, "introduced"), *fixed = node_get(event, "fixed"), *last = node_get(event, "last_affected");
            int rc = 0;
            if (node_is(in, NODE_STRING)) {
                if (open) /* two beginnings in a row: the first range has no end */
                    rc = range(userdata, introduced, STR_NULL, STR_NULL);
                introduced = str_eqz(in->text, "0") ? STR_NULL : in->text;
                open = true;
            } else if (node_is(fixed, NODE_STRING) && open) {
                rc = range(userdata, introduced, fixed->text, STR_NULL);
                open = false;
            } else if (node_is(last, NODE_STRING) && open) {
                rc = range(userdata, introduced, STR_NULL, last->text);
                open = false;
            }
            if (rc < 0)
                return rc;
        }
        if (open) {
            int rc = range(userdata, introduced, STR_NULL, STR_NULL);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}
