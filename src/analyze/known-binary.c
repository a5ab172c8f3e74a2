/* SPDX-License-Identifier: Apache-2.0 */
/* Programs and libraries that no package manager installed, by their own version strings: known-binary.list.h; and two that say it in a file, Java's
 * "release" and Go's "VERSION". */
#include "analyze/binary.h"
#include "analyze/table.h"
#include "parse/program.h"

enum { LINE_MAX_ = 256, TEXT_MAX = 64 * 1024 };

typedef struct KnownBinary {
    const char *name, *files;
    Str before;
    const char *version;
    Str after;
} KnownBinary;

static const KnownBinary table[] = {
#define KNOWN_BINARY(name, files, before, version, after) {name, files, STR(before), version, STR(after)},
#include "analyze/known-binary.list.h"
#undef KNOWN_BINARY
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_alnum(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "*" is any text, "#" a number. The pattern ends at `end`. A name is at most a path's length, and patterns have two stars. */
static bool name_fits(const char *p, const char *end, Str name) {
    const char *star = NULL;
    size_t at = 0, back = 0;
    while (at < name.n || p < end) {
        if (p < end && *p == '*') {
            star = ++p;
            back = at;
        } else if (p < end && at < name.n && *p == '#' && is_digit(name.p[at])) {
            while (at < name.n && is_digit(name.p[at]))
                at++;
            p++;
        } else if (p < end && at < name.n && *p == name.p[at]) {
            p++;
            at++;
        } else if (star && back < name.n) {
            p = star;
            at = ++back;
        } else {
            return false;
        }
    }
    return true;
}

static bool file_fits(const KnownBinary *k, Str name) {
    for (const char *p = k->files; *p;) {
        const char *end = strchrnul(p, '|');
        if (name_fits(p, end, name))
            return true;
        p = *end ? end + 1 : end;
    }
    return false;
}

/* The first number with a dot in a name: "3.11" of "libpython3.11.so.1.0". */
static Str number_in(Str name) {
    size_t at = 0;
    while (at < name.n && !is_digit(name.p[at]))
        at++;
    size_t end = at;
    while (end < name.n && (is_digit(name.p[end]) || (name.p[end] == '.' && end + 1 < name.n && is_digit(name.p[end + 1]))))
        end++;
    return str_n(name.p + at, end - at);
}

/* The length of the version at the start of `text` in the form that ends at `end`; 0 when it has another form. */
static size_t form_fits(const char *form, const char *end, Str number, Str text) {
    size_t at = 0;
    for (; form < end; form++) {
        if (*form == '#') {
            size_t start = at;
            while (at < text.n && is_digit(text.p[at]))
                at++;
            if (at == start)
                return 0;
        } else if (*form == '@') {
            /* Letters and digits that may follow: "1.1.1w", "8.3.0RC1". */
            if (at < text.n && !is_digit(text.p[at]))
                while (at < text.n && is_alnum(text.p[at]))
                    at++;
        } else if (*form == '^') {
            if (number.n == 0 || !str_starts(str_from_at(text, at), number))
                return 0;
            at += number.n;
        } else if (at < text.n && text.p[at] == *form) {
            at++;
        } else {
            return 0;
        }
    }
    /* Not the beginning of a longer number. */
    if (at < text.n && (is_digit(text.p[at]) || (text.p[at] == '.' && at + 1 < text.n && is_digit(text.p[at + 1]))))
        return 0;
    return at;
}

static bool after_fits(Str after, Str rest) {
    if (!str_starts(after, STR("~")))
        return str_starts(rest, after);
    Str line = str_head(rest, LINE_MAX_);
    const char *nul = line.n ? memchr(line.p, 0, line.n) : NULL;
    return str_find(nul ? str_head(line, (size_t) (nul - line.p)) : line, str_from_at(after, 1)) >= 0;
}

/* The version that a part of the program holds; empty when none. */
static Str version_in(const KnownBinary *k, Str name, Str bytes) {
    enum { TRIES_MAX = 8 * 1000 * 1000 }; /* the largest of the programs has two million NULs */
    Str number = number_in(name);
    ssize_t at;
    for (unsigned tries = 0; tries < TRIES_MAX && (at = str_find(bytes, k->before)) >= 0; tries++) {
        bytes = str_from_at(bytes, (size_t) at + k->before.n);
        if (k->before.p[0] == 0)
            while (bytes.n && bytes.p[0] == 0)
                bytes = str_from_at(bytes, 1);
        for (const char *form = k->version; *form;) {
            const char *end = strchrnul(form, '|');
            size_t n = form_fits(form, end, number, str_head(bytes, LINE_MAX_));
            if (n && after_fits(k->after, str_from_at(bytes, n)))
                return str_head(bytes, n);
            form = *end ? end + 1 : end;
        }
    }
    return STR_NULL;
}

static void put(const AnalyzerInput *in, FactSink *sink, Str name, Str version) {
    Fact f = {.kind = FACT_PACKAGE, .package = {.type = PACKAGE_GENERIC, .name = name, .version = version, .source_name = name, .source_version = version}};
    analyzer_put(&analyzer_known_binary, in, sink, &f);
}

/* Java's "release" has JAVA_VERSION="17.0.15", Go's "VERSION" begins with go1.22.1. */
static bool version_file(Str path, Str text, Str *ret_name, Str *ret_version) {
    Str base = path_base(path), line, key, value;
    if (str_eqz(base, "VERSION") && str_starts(text, STR("go1."))) {
        *ret_name = STR("golang");
        str_line(&text, &line);
        *ret_version = str_from_at(str_trim(line), 2);
        return true;
    }
    if (!str_eqz(base, "release"))
        return false;
    text = str_head(text, TEXT_MAX);
    while (str_line(&text, &line))
        if (str_cut(line, '=', &key, &value) && str_eqz(key, "JAVA_VERSION")) {
            value = str_trim(value);
            if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
                value = str_n(value.p + 1, value.n - 2);
            *ret_name = STR("java");
            *ret_version = value;
            return true;
        }
    return false;
}

static bool wants_content(const FileInfo *f) {
    Str base = path_base(f->path), name, version;
    /* Bitnami's images say themselves what their programs are. */
    if (str_starts(f->path, STR("opt/bitnami/")))
        return false;
    if (version_file(f->path, f->head, &name, &version))
        return true;
    /* Most files are no programs: to see that costs less than to compare names. */
    if (!binary_wants_content(f))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (file_fits(&table[i], base))
            return true;
    return false;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    Str base = path_base(in->path), name, version;
    if (version_file(in->path, in->bytes, &name, &version)) {
        if (version.n && version.n <= 64 && is_digit(version.p[0]) && str_is_utf8(version))
            put(in, sink, name, version);
        return;
    }
    Program p;
    if (program_open(in->bytes, in->scratch, &p, NULL) < 0)
        return;
    const ProgramPart *constants = program_section(&p, ".rodata");
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (!file_fits(&table[i], base))
            continue;
        version = constants ? version_in(&table[i], base, constants->bytes) : STR_NULL;
        size_t budget = p.file_size; /* loaded ranges may overlap */
        for (size_t k = 0; k < p.n_loaded && str_empty(version); k++) {
            if (p.loaded[k].bytes.n > budget)
                break;
            budget -= p.loaded[k].bytes.n;
            version = version_in(&table[i], base, p.loaded[k].bytes);
        }
        if (version.n)
            put(in, sink, str_from(table[i].name), version);
    }
}

const Analyzer analyzer_known_binary = {
    .name = "known-binary",
    .version = 1,
    .doc = "Well-known programs and libraries by their own version strings: node, python, nginx, openssl, java, …",
    .roots = (const char *const[]) {"", NULL},
    .wants = binary_wants,
    .wants_content = wants_content,
    .run = run,
    .fuzzer = "known-binary",
};
