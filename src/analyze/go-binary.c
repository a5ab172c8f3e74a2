/* SPDX-License-Identifier: Apache-2.0 */
/* Programs built by Go: the modules that its linker wrote into them, the standard library as the module "stdlib", and for each the packages of it
 * that are linked in, as the names of the functions tell. */
#include "analyze/binary.h"
#include "analyze/table.h"
#include "base/map.h"
#include "base/vec.h"
#include "parse/go-binary.h"

enum { MODULES_MAX = 100 * 1000, PACKAGES_MAX = 1000 * 1000, LINKED_BYTES_MAX = 64 << 20 };

typedef struct Module {
    Str import_path;  /* what the import paths of its packages begin with */
    Str name, version;
    Buf linked;
} Module;

typedef struct GoProgram {
    const AnalyzerInput *in;
    ProblemLog *problems;
    Vec(Module) modules; /* in their order; the standard library is the last */
    Map by_import_path;
    Str main_package, flags;
} GoProgram;

static bool is_hex(char c, uint8_t *ret) {
    if (c >= '0' && c <= '9')
        *ret = (uint8_t) (c - '0');
    else if (c >= 'a' && c <= 'f')
        *ret = (uint8_t) (c - 'a' + 10);
    else
        return false;
    return true;
}

/* An import path as source code has it: names of functions write some bytes of it as %xx. */
static Str unescape(Arena *a, Str path) {
    if (str_chr(path, '%') < 0)
        return path;
    char *to = arena_bytes(a, path.n);
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++) {
        uint8_t high, low;
        if (path.p[i] == '%' && i + 2 < path.n && is_hex(path.p[i + 1], &high) && is_hex(path.p[i + 2], &low)) {
            to[n++] = (char) (high << 4 | low);
            i += 2;
        } else {
            to[n++] = path.p[i];
        }
    }
    return str_n(to, n);
}

/* "go1.22.1" is 1.22.1, "go1.22" 1.22.0, "go1.22rc1" 1.22.0-rc.1: Semantic Versioning, as Go's vulnerability database writes them. Empty for a
 * toolchain between releases. */
static Str toolchain_version(Arena *a, Str toolchain) {
    Str text = toolchain, number;
    str_split(&text, ' ', &number);
    if (!str_starts(number, STR("go")))
        return STR_NULL;
    number = str_from_at(number, 2);
    /* What distributions and vendors append. */
    for (size_t i = 0; i < number.n; i++)
        if (number.p[i] == '-' || number.p[i] == '+')
            number = str_head(number, i);
    size_t dots = 0, end = 0;
    while (end < number.n && ((number.p[end] >= '0' && number.p[end] <= '9') || number.p[end] == '.'))
        dots += number.p[end++] == '.';
    Str release = str_head(number, end), stage = str_from_at(number, end);
    if (dots < 1 || dots > 2)
        return STR_NULL;
    const char *zero = dots == 1 ? ".0" : "";
    size_t letters = 0;
    while (letters < stage.n && stage.p[letters] >= 'a' && stage.p[letters] <= 'z')
        letters++;
    if (stage.n == 0)
        return arena_printf(a, "%.*s%s", STR_FMT(release), zero);
    if (letters == 0 || letters == stage.n)
        return STR_NULL;
    return arena_printf(a, "%.*s%s-%.*s.%.*s", STR_FMT(release), zero, STR_FMT(str_head(stage, letters)), STR_FMT(str_from_at(stage, letters)));
}

static bool is_release(Str v) {
    size_t dots = 0;
    if (str_starts(v, STR("v")))
        v = str_from_at(v, 1);
    if (v.n == 0 || v.p[0] < '0' || v.p[0] > '9')
        return false;
    for (size_t i = 0; i < v.n && v.p[i] != '-' && v.p[i] != '+'; i++)
        if (v.p[i] == '.')
            dots++;
        else if (v.p[i] < '0' || v.p[i] > '9')
            return false;
    return dots == 2;
}

/* The release that the builder set by the linker's -X: "-X main.version=1.2.3", or such a variable of one of the module's own packages. */
static Str version_by_flags(const GoProgram *g, Str module) {
    Str rest = g->flags, word, variable, value, found = STR_NULL;
    while (str_split(&rest, ' ', &word)) {
        while (word.n && (word.p[0] == '"' || word.p[0] == '\'' || word.p[0] == '\\'))
            word = str_from_at(word, 1);
        if (str_starts(word, STR("-X=")))
            word = str_from_at(word, 3);
        if (!str_cut(word, '=', &variable, &value))
            continue;
        while (value.n && (value.p[value.n - 1] == '"' || value.p[value.n - 1] == '\'' || value.p[value.n - 1] == '\\'))
            value.n--;
        ssize_t dot = str_rchr(variable, '.');
        if (dot < 0 || !is_release(value) || !str_ieq(str_from_at(variable, (size_t) dot + 1), STR("version")))
            continue;
        Str package = str_head(variable, (size_t) dot);
        str_lint(package);
        if (str_eqz(package, "main"))
            return value;
        if (str_empty(found) && str_starts(package, module) && (package.n == module.n || package.p[module.n] == '/'))
            found = value;
    }
    return found;
}

/* No linker writes others: white space, control characters, what is no UTF-8. */
static bool is_word(Str s) {
    enum { WORD_MAX = 1024 };
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t) s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return s.n == 0 || (s.n <= WORD_MAX && str_is_utf8(s));
}

static void add_module(GoProgram *g, const GoLine *line) {
    if (str_empty(line->path))
        return;
    if (g->modules.n >= MODULES_MAX) {
        problem_log(g->problems, 0, "more than %d modules in the build information", MODULES_MAX);
        return;
    }
    Module m = {.import_path = line->path, .name = line->path, .version = line->version, .linked = buf_new(LINKED_BYTES_MAX)};
    /* Another module takes its place; a directory does not say what it holds, so that the module stays the best guess. */
    if (!str_empty(line->by_version) && !str_eqz(line->by_version, "(devel)")) {
        m.name = line->by_path;
        m.version = line->by_version;
    }
    if (str_eqz(m.version, "(devel)"))
        m.version = STR_NULL;
    if (!is_word(m.name) || !is_word(m.version)) {
        problem_log(g->problems, 0, "a module whose path or version is none: white space, control characters, invalid UTF-8, or longer than any");
        return;
    }
    bool is_new;
    void **slot = map_slot(&g->by_import_path, m.import_path, &is_new);
    if (!is_new)
        return;
    vec_push(&g->modules, m);
    *slot = (void *) (uintptr_t) g->modules.n;
}

static void read_modules(GoProgram *g, Str text) {
    GoLine line;
    size_t main_module = 0;
    while (go_line_next(&text, &line))
        switch (line.kind) {
        case GO_LINE_PATH:
            g->main_package = line.path;
            break;
        case GO_LINE_MODULE:
            add_module(g, &line);
            main_module = g->modules.n;
            break;
        case GO_LINE_DEPENDENCY:
            add_module(g, &line);
            break;
        case GO_LINE_SETTING:
            if (str_eqz(line.path, "-ldflags"))
                g->flags = line.version;
            break;
        case GO_LINE_OTHER:
            break;
        }
    if (main_module && str_empty(g->modules.p[main_module - 1].version))
        g->modules.p[main_module - 1].version = version_by_flags(g, g->modules.p[main_module - 1].import_path);
}

/* The module that a package belongs to: the one with the longest path at its beginning. NULL when it is of none. */
static Module *module_of(GoProgram *g, Str package) {
    enum { PARTS_MAX = 64 };
    unsigned parts = 0;
    for (Str head = package; head.n && parts < PARTS_MAX; parts++) {
        uintptr_t i = (uintptr_t) map_get(&g->by_import_path, head);
        if (i)
            return &g->modules.p[i - 1];
        ssize_t slash = str_rchr(head, '/');
        head = str_head(head, slash < 0 ? 0 : (size_t) slash);
    }
    /* A path without a dot in its first part is of the standard library, and so are the copies that it keeps of other modules. */
    Str first = package, rest;
    str_cut(package, '/', &first, &rest);
    return str_chr(first, '.') < 0 && !str_eq(package, g->main_package) ? &g->modules.p[g->modules.n - 1] : NULL;
}

static int compare_paths(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

/* Which packages are linked in; false when that cannot be told: no table, or one with other names than Go's own. */
static bool read_linked(GoProgram *g, const Program *p) {
    Str names, name, last = STR_NULL;
    if (!go_function_names(p, &names))
        return false;
    Map seen = {0};
    Vec(Str) paths = {0};
    while (str_split(&names, '\0', &name) && paths.n < PACKAGES_MAX) {
        Str package = go_function_package(name);
        bool is_new;
        /* Those of one package mostly stand together. */
        if (str_empty(package) || str_eq(package, last))
            continue;
        last = package;
        map_slot(&seen, package, &is_new);
        if (is_new)
            vec_push(&paths, str_eqz(package, "main") && g->main_package.n ? g->main_package : unescape(g->in->scratch, package));
    }
    bool complete = paths.n < PACKAGES_MAX && map_has(&seen, STR("runtime")) && map_has(&seen, STR("main"));
    map_done(&seen);
    vec_sort(&paths, compare_paths);
    for (size_t i = 0; complete && i < paths.n; i++) {
        Module *m = module_of(g, paths.p[i]);
        if (!m)
            continue;
        Str path = paths.p[i];
        /* In the name of the module that is really there: advisories speak of that one. */
        if (m->import_path.n && !str_eq(m->name, m->import_path) && str_starts(path, m->import_path)) {
            buf_str(&m->linked, m->name);
            path = str_from_at(path, m->import_path.n);
        }
        buf_str(&m->linked, path);
        buf_putc(&m->linked, '\n');
    }
    vec_done(&paths);
    return complete;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_go_binary, in, sink, 0};
    GoProgram g = {.in = in, .problems = &problems};
    Program p;
    GoBuild build;
    /* What no system would load is no program. */
    if (program_open(in->bytes, in->scratch, &p, NULL) < 0)
        goto end;
    int r = go_build_find(&p, &build);
    if (r == -EBADMSG)
        problem_log(&problems, 0, "damaged Go build information: the program's modules are not known");
    if (r < 0)
        goto end;
    read_modules(&g, build.modules);
    Module stdlib = {.name = STR("stdlib"), .version = toolchain_version(in->scratch, build.toolchain), .linked = buf_new(LINKED_BYTES_MAX)};
    vec_push(&g.modules, stdlib);
    bool linked_known = read_linked(&g, &p);
    for (size_t i = 0; i < g.modules.n; i++) {
        const Module *m = &g.modules.p[i];
        Fact f = {.kind = FACT_PACKAGE, .package = {.type = PACKAGE_GOLANG, .name = m->name, .version = m->version, .source_name = m->name, .source_version = m->version}};
        if (!m->linked.failed)
            f.package.linked = linked_known && m->linked.n == 0 ? STR("\n") : buf_view(&m->linked);
        analyzer_put(&analyzer_go_binary, in, sink, &f);
    }
end:
    for (size_t i = 0; i < g.modules.n; i++)
        buf_done(&g.modules.p[i].linked);
    vec_done(&g.modules);
    map_done(&g.by_import_path);
    problem_log_end(&problems);
}

const Analyzer analyzer_go_binary = {
    .name = "go-binary",
    .version = 1,
    .doc = "Programs built by Go: their modules, the standard library, and the packages linked in",
    .roots = (const char *const[]) {"", NULL},
    .wants = binary_wants,
    .wants_content = binary_wants_content,
    .run = run,
    .fuzzer = "go-binary",
};
