/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/language.h"

#include "analyze/lock-graph.h"

bool path_has_dir(Str path, const char *name) {
    Str want = str_from(name), part;
    for (;;) {
        ssize_t slash = str_chr(path, '/');
        if (slash < 0)
            return false;
        part = str_head(path, (size_t) slash);
        if (str_eq(part, want))
            return true;
        path = str_from_at(path, (size_t) slash + 1);
    }
}

bool path_in_package(Str path) {
    /* npm; Python; RubyGems; Cargo's and Go's caches of sources (registry/src/, pkg/mod/). */
    return path_has_dir(path, "node_modules") || path_has_dir(path, "site-packages") || path_has_dir(path, "dist-packages") || path_has_dir(path, "gems") ||
           str_find(path, STR("registry/src/")) >= 0 || str_find(path, STR("pkg/mod/")) >= 0;
}

Str path_dir(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? STR_NULL : str_head(path, (size_t) slash);
}

size_t language_paths_max(const AnalyzerInput *in) {
    return MIN(in->bytes.n * 16 + 4096, (size_t) 256 << 20);
}

Limits language_limits(const AnalyzerInput *in) {
    Limits l = *in->limits;
    l.document_nodes = MIN(l.document_nodes, (uint32_t) LANGUAGE_NODES);
    return l;
}

static const Node *finish(ProblemLog *log, Diag *d, int r, const Node *root, const char *format) {
    if (r < 0) {
        size_t before = log->n;
        problem_log_diag(log, d);
        if (log->n == before)
            problem_log(log, 0, "not %s, or over a limit", format);
    } else if (!root) {
        problem_log(log, 0, "an empty document");
    }
    diag_done(d);
    return r < 0 ? NULL : root;
}

const Node *language_json(ProblemLog *log, unsigned flags) {
    Limits limits = language_limits(log->in);
    Diag d = {0};
    Node *root = NULL;
    int r = json_parse_with(log->in->bytes, NULL, &(JsonOptions) {.flags = flags}, &limits, log->in->scratch, &d, &root);
    return finish(log, &d, r, root, "JSON");
}

const Node *language_yaml(ProblemLog *log) {
    Limits limits = language_limits(log->in);
    Diag d = {0};
    Node *root = NULL;
    size_t documents;
    int r = yaml_parse(log->in->bytes, NULL, &limits, log->in->scratch, &d, &root, &documents);
    return finish(log, &d, r, root, "YAML");
}

const Node *language_toml(ProblemLog *log) {
    Limits limits = language_limits(log->in);
    Diag d = {0};
    Node *root = NULL;
    int r = toml_parse(log->in->bytes, NULL, &limits, log->in->scratch, &d, &root);
    return finish(log, &d, r, root, "TOML");
}

Str node_scalar(const Node *n) {
    return n && (n->type == NODE_STRING || n->type == NODE_NUMBER) ? n->text : STR_NULL;
}

Str node_get_scalar(const Node *map, const char *key) {
    return node_scalar(node_get(map, key));
}

const Node *node_item(const Node *list, size_t n) {
    const Node *item = node_is(list, NODE_LIST) ? node_first(list) : NULL;
    while (item && n--)
        item = item->next;
    return item;
}

static bool has_upper(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return true;
    return false;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}

Str ascii_lower(Arena *a, Str s) {
    char *out = has_upper(s) ? arena_bytes(a, s.n) : NULL;
    if (!out)
        return s;
    for (size_t i = 0; i < s.n; i++)
        out[i] = lower(s.p[i]);
    return str_n(out, s.n);
}

Str pypi_name(Arena *a, Str name) {
    char *out = arena_bytes(a, name.n + 1);
    size_t n = 0;
    if (!out)
        return name;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c != '-' && c != '_' && c != '.')
            out[n++] = lower(c);
        else if (n == 0 || out[n - 1] != '-')
            out[n++] = '-';
    }
    return str_n(out, n);
}

static const struct {
    const char *name;
    size_t bytes;
} digests[] = {{"sha512", 64}, {"sha256", 32}, {"sha384", 48}, {"sha1", 20}, {"md5", 16}};

/* Values of the digits of base64 (RFC 4648) from the space on; -1: none. */
static const int8_t base64_values[96] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, -1, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, -1,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};

static int32_t base64_digit(char c) {
    return c >= ' ' && (unsigned char) c < 128 ? base64_values[c - ' '] : -1;
}

/* Exactly `want` bytes of base64 as hex digits. */
static bool base64_to_hex(Str s, size_t want, char *hex) {
    static const char digits[] = "0123456789abcdef";
    char group[6];
    size_t n = 0, i = 0;
    for (; n < want * 2 && i + 1 < s.n; i += 4) {
        /* Four digits are three bytes; the last group may end with padding. */
        int32_t a = base64_digit(s.p[i]), b = i + 1 < s.n ? base64_digit(s.p[i + 1]) : -1;
        int32_t c = i + 2 < s.n ? base64_digit(s.p[i + 2]) : -1, d = i + 3 < s.n ? base64_digit(s.p[i + 3]) : -1;
        size_t bytes = want - n / 2 < 3 ? want - n / 2 : 3;
        if ((a | b) < 0 || (bytes > 1 && c < 0) || (bytes > 2 && d < 0) || (bytes == 1 && c >= 0) || (bytes < 3 && d >= 0))
            return false;
        uint32_t bits = (uint32_t) a << 18 | (uint32_t) b << 12 | (uint32_t) (c & 63) << 6 | (uint32_t) (d & 63);
        for (size_t k = 0; k < 6; k++)
            group[k] = digits[bits >> (20 - 4 * k) & 15];
        memcpy(hex + n, group, bytes * 2);
        n += bytes * 2;
    }
    /* Nothing but padding or options ("?…") behind them. */
    return n == want * 2 && (i >= s.n || s.p[i] == '?' || s.p[i] == '=');
}

Str digest_sri(Arena *a, Str sri) {
    Str kind, rest;
    ssize_t space = str_chr(sri, ' ');
    if (space >= 0)
        sri = str_head(sri, (size_t) space);
    if (!str_cut(sri, '-', &kind, &rest))
        return STR_NULL;
    for (size_t d = 0; d < ARRAY_SIZE(digests); d++) {
        if (!str_eqz(kind, digests[d].name))
            continue;
        size_t n = kind.n + 1 + digests[d].bytes * 2;
        char *text = arena_bytes(a, n);
        if (!text || !base64_to_hex(rest, digests[d].bytes, text + kind.n + 1))
            return STR_NULL;
        memcpy(text, kind.p, kind.n);
        text[kind.n] = ':';
        return str_n(text, n);
    }
    return STR_NULL;
}

Str digest_hex(Arena *a, const char *kind, Str hex) {
    for (size_t d = 0; d < ARRAY_SIZE(digests); d++)
        if (strcmp(kind, digests[d].name) == 0 && hex.n == digests[d].bytes * 2) {
            for (size_t i = 0; i < hex.n; i++)
                if (!memchr("0123456789abcdefABCDEF", hex.p[i], 22))
                    return STR_NULL;
            return ascii_lower(a, arena_printf(a, "%s:%.*s", kind, STR_FMT(hex)));
        }
    return STR_NULL;
}

static Str license_one(const Node *n) {
    Str s = node_str(n);
    if (str_empty(s))
        s = node_get_str(n, "type");
    return str_trim(str_empty(s) ? node_get_str(n, "name") : s);
}

/* One line, and not a whole licence that somebody put in the place of its name. */
static bool license_fits(Str s) {
    return s.n && s.n <= 256 && !memchr(s.p, '\n', s.n);
}

Str license_text(Arena *a, const Node *license) {
    if (!node_is(license, NODE_LIST)) {
        Str one = license_one(license);
        return license_fits(one) ? one : STR_NULL;
    }
    Buf b = buf_new(1024);
    node_each(item, license) {
        Str one = license_one(item);
        if (!license_fits(one))
            continue;
        if (b.n)
            buf_putz(&b, " OR ");
        buf_str(&b, one);
    }
    Str text = b.failed || !b.n ? STR_NULL : arena_str(a, buf_view(&b));
    buf_done(&b);
    return text;
}

/* One line of text without control characters. Valid UTF-8, as the readers of trees see to it; the others ask here. */
static bool is_word(Str s, size_t max) {
    if (s.n == 0 || s.n > max)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char) s.p[i] <= 0x20 || s.p[i] == 0x7F)
            return false;
    return str_is_utf8(s);
}

static bool is_sane(ProblemLog *log, const PackageFact *p, bool unversioned) {
    Str name = str_head(p->name, 60);
    if (!is_word(p->name, LANGUAGE_NAME_MAX)) {
        if (str_empty(p->name))
            problem_log(log, p->line, "a package without a name");
        else
            problem_log(log, p->line, "a package whose name of %zu bytes is none: white space, control characters, invalid UTF-8, or more than %d bytes", p->name.n, LANGUAGE_NAME_MAX);
        return false;
    }
    if (!is_word(p->version, LANGUAGE_VERSION_MAX) && !(unversioned && str_empty(p->version))) {
        if (str_empty(p->version))
            problem_log(log, p->line, "package %.*s has no version", STR_FMT(name));
        else
            problem_log(log, p->line, "the version of %.*s is none: white space, control characters, invalid UTF-8, or more than %d bytes", STR_FMT(name), LANGUAGE_VERSION_MAX);
        return false;
    }
    return true;
}

static void put(ProblemLog *log, PackageFact *p) {
    p->source_name = p->name;
    p->source_version = p->version;
    Fact f = {.kind = FACT_PACKAGE, .package = *p};
    analyzer_put(log->analyzer, log->in, log->sink, &f);
}

void language_put(ProblemLog *log, PackageFact *p) {
    if (is_sane(log, p, false))
        put(log, p);
}

/* The text itself where it is part of the file: trees that were read in pieces are gone by the end. */
static Str keep(const LockSet *s, Str text) {
    Str whole = s->log->in->bytes;
    uintptr_t from = (uintptr_t) whole.p, at = (uintptr_t) text.p;
    return text.n == 0 || (at >= from && at - from < whole.n) ? text : arena_str(s->log->in->scratch, text);
}

void lock_add(LockSet *s, const PackageFact *p) {
    if (!is_sane(s->log, p, s->unversioned))
        return;
    char key[LANGUAGE_NAME_MAX + LANGUAGE_VERSION_MAX + 1];
    memcpy(key, p->name.p, p->name.n);
    key[p->name.n] = '\n';
    if (p->version.n)
        memcpy(key + p->name.n + 1, p->version.p, p->version.n);
    bool fresh;
    void **slot = map_slot(&s->by_key, str_n(key, p->name.n + 1 + p->version.n), &fresh);
    if (!fresh) {
        PackageFact *before = &s->packages.p[(uintptr_t) *slot];
        if (lock_flags_rank(p->flags) < lock_flags_rank(before->flags))
            before->flags = p->flags;
        if (str_empty(before->license))
            before->license = keep(s, p->license);
        return;
    }
    *slot = (void *) (uintptr_t) s->packages.n;
    PackageFact copy = *p;
    copy.type = s->type;
    copy.name = keep(s, p->name);
    copy.version = keep(s, p->version);
    copy.license = keep(s, p->license);
    copy.digest = keep(s, p->digest);
    vec_push(&s->packages, copy);
}

static int by_line(const void *a, const void *b) {
    const PackageFact *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    int r = str_cmp(x->name, y->name);
    return r ? r : str_cmp(x->version, y->version);
}

void lock_put(LockSet *s) {
    /* Most files are read in the order of their lines: large ones are not worth a sort for nothing. */
    bool sorted = true;
    for (size_t i = 1; i < s->packages.n && sorted; i++)
        sorted = by_line(&s->packages.p[i - 1], &s->packages.p[i]) <= 0;
    if (!sorted)
        vec_sort(&s->packages, by_line);
    for (size_t i = 0; i < s->packages.n; i++) {
        s->packages.p[i].flags |= PACKAGE_DECLARED;
        put(s->log, &s->packages.p[i]);
    }
    lock_done(s);
}

void lock_done(LockSet *s) {
    map_done(&s->by_key);
    vec_done(&s->packages);
}
