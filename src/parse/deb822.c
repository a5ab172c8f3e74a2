/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/deb822.h"

void deb822_init(Deb822 *r, Str text, const char *name) {
    /* The fields are set as they are read: clearing them would cost more than a small file. */
    r->rest = text;
    r->name = name;
    r->line = 1;
    r->paragraph = 0;
    r->n = 0;
}

/* The line at the front, without its line break; *ret_all is its length with it. */
static Str front_line(Str s, size_t *ret_all) {
    const char *end = memchr(s.p, '\n', s.n);
    size_t n = end ? (size_t) (end - s.p) : s.n;
    *ret_all = n + (end != NULL);
    return str_head(s, n);
}

/* Spaces and tabs divide paragraphs like an empty line does (deb822(5)). */
static bool is_blank(Str line) {
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
            return false;
    return true;
}

static bool goes_on(Str rest) {
    return rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

/* How many bytes of `rest` go on with the value above it: lines that begin with white space and hold more, and comments between them. */
static size_t continuation(Str rest, uint32_t *lines) {
    size_t at = 0, end = 0;
    uint32_t n = 0;
    for (;;) {
        Str here = str_from_at(rest, at);
        bool comment = here.n && here.p[0] == '#';
        if (!comment && !goes_on(here))
            break;
        size_t all;
        Str line = front_line(here, &all);
        if (!comment && is_blank(line))
            break;
        at += all;
        n++;
        if (!comment) {
            end = at;
            *lines = n;
        }
    }
    return end;
}

/* The name at the front, which a colon follows; names hold no spaces, colons or control characters, and do not begin with "-" (Policy
 * 5.1). STR_NULL when there is none. */
static Str front_name(Str s) {
    size_t n = 0;
    while (n < s.n && (unsigned char) s.p[n] > ' ' && s.p[n] != ':' && s.p[n] != 0x7F)
        n++;
    return n > 0 && n < s.n && s.p[n] == ':' && s.p[0] != '-' ? str_head(s, n) : STR_NULL;
}

static const Deb822Field *find(const Deb822 *r, Str name) {
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i].name.n == name.n && str_ieq(r->fields[i].name, name))
            return &r->fields[i];
    return NULL;
}

/* The same for names that differ in case only. */
static uint64_t name_bit(Str name) {
    unsigned first = (unsigned char) name.p[0] & 0x1F, last = (unsigned char) name.p[name.n - 1] & 0x1F;
    return UINT64_C(1) << ((first * 7 + last * 3 + name.n) % 64);
}

static int add(Deb822 *r, Str name, Str value, uint32_t line, Diag *d) {
    uint64_t bit = name_bit(name);
    const Deb822Field *before = r->seen & bit ? find(r, name) : NULL;
    r->seen |= bit;
    if (before)
        return diag_add(d, DIAG_ERROR, r->name, line, 1, "the field \"%.*s\" is here already, at line %u", (int) MIN(name.n, (size_t) 100),
                        name.p, before->line);
    if (r->n == DEB822_FIELDS_MAX) {
        diag_add(d, DIAG_ERROR, r->name, line, 1, "more than %d fields in one paragraph", DEB822_FIELDS_MAX);
        return -E2BIG;
    }
    r->fields[r->n++] = (Deb822Field) {name, str_trim(value), line};
    return 0;
}

/* Takes one field, with all of its lines, off the front. */
static int take_field(Deb822 *r, Diag *d) {
    Str name = front_name(r->rest);
    size_t all;
    Str line = front_line(str_from_at(r->rest, name.n), &all);
    size_t whole = name.n + all;
    uint32_t number = r->line, more = 0;
    if (goes_on(str_from_at(r->rest, whole)) || str_starts(str_from_at(r->rest, whole), STR("#")))
        whole += continuation(str_from_at(r->rest, whole), &more);
    Str value = str_from_at(str_head(r->rest, whole), name.n + 1);
    r->rest = str_from_at(r->rest, whole);
    r->line += 1 + more;
    if (!name.p)
        return diag_add(d, DIAG_ERROR, r->name, number, 1, "expected \"Field: value\", found \"%.*s\"", (int) MIN(line.n, (size_t) 60), line.p);
    return add(r, name, value, number, d);
}

int deb822_next(Deb822 *r, Diag *d) {
    int result = 0;
    bool began = false;
    r->n = 0;
    r->seen = 0;
    while (r->rest.n) {
        size_t all;
        char c = r->rest.p[0];
        bool blank = (c == '\n' || c == ' ' || c == '\t' || c == '\r') && is_blank(front_line(r->rest, &all));
        if (blank || c == '#') {
            front_line(r->rest, &all);
            r->rest = str_from_at(r->rest, all);
            r->line++;
            if (blank && began)
                break;
            continue;
        }
        if (!began)
            r->paragraph = r->line;
        began = true;
        /* Over the limit the rest of the paragraph is only passed over. */
        int e = take_field(r, result == -E2BIG ? NULL : d);
        if (result == 0)
            result = e;
        else if (e == -E2BIG)
            result = e;
    }
    return result < 0 ? result : began;
}

const Deb822Field *deb822_field(const Deb822 *r, const char *name) {
    return find(r, str_from(name));
}

Str deb822_get(const Deb822 *r, const char *name) {
    const Deb822Field *f = deb822_field(r, name);
    return f ? f->value : STR_NULL;
}

bool deb822_line(Str *value, Str *ret) {
    Str line;
    while (str_line(value, &line)) {
        if (line.n && line.p[0] == '#')
            continue;
        line = str_trim(line);
        *ret = str_eqz(line, ".") ? str_head(line, 0) : line;
        return true;
    }
    return false;
}
