/* SPDX-License-Identifier: Apache-2.0 */
/* requirements.txt (pip.pypa.io, "Requirements File Format"): the lines that pin one version. */
#include "analyze/language.h"

static bool wants(Str path) {
    if (path.n < 16 || path.p[path.n - 1] != 't' || !str_ends(path, STR(".txt")))
        return false;
    Str base = path_base(path);
    return (str_find(base, STR("requirements")) >= 0 || str_eqz(path_base(path_dir(path)), "requirements")) && !path_in_package(path);
}

/* One requirement may go over several lines that end with a backslash: options (hashes) stand on the further ones. */
static bool next_requirement(Str *rest, uint32_t *line_number, Str *ret, uint32_t *ret_line) {
    Str line;
    if (!str_line(rest, &line))
        return false;
    *ret_line = ++*line_number;
    *ret = line;
    while (line.n && line.p[line.n - 1] == '\\' && str_line(rest, &line))
        ++*line_number;
    if (ret->n && ret->p[ret->n - 1] == '\\')
        *ret = str_head(*ret, ret->n - 1);
    return true;
}

static Str until(Str s, const char *stops) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] && strchr(stops, s.p[i]))
            return str_head(s, i);
    return s;
}

/* "name[extra]==1.2; marker --hash=…": false when it pins nothing. */
static bool pinned(Str line, Str *ret_name, Str *ret_version) {
    Str name, version;
    ssize_t comment = str_find(line, STR(" #"));
    line = str_trim(comment < 0 ? line : str_head(line, (size_t) comment));
    if (line.n == 0 || line.p[0] == '#' || line.p[0] == '-')
        return false;
    Str before = until(line, ";");
    ssize_t eq = str_find(before, STR("=="));
    if (eq <= 0 || memchr("!<>~", before.p[eq - 1], 4))
        return false;
    version = str_from_at(before, (size_t) eq + 2);
    if (version.n && version.p[0] == '=')
        version = str_from_at(version, 1);
    version = until(str_trim(version), " \t,");
    name = str_trim(until(str_head(before, (size_t) eq), "[(@ \t<>!~"));
    /* "1.*" is a range; a name is letters, digits and .-_ only (PEP 508). */
    if (version.n && version.p[version.n - 1] == ')')
        version.n--;
    if (name.n == 0 || version.n == 0 || memchr(version.p, '*', version.n))
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'))
            return false;
    }
    *ret_name = name;
    *ret_version = version;
    return true;
}

/* By convention only: requirements-dev.txt, dev-requirements.txt, requirements/test.txt. */
static bool is_dev_file(Str base) {
    static const char *const words[] = {"dev", "develop", "development", "test", "tests", "testing", "lint", "doc", "docs"};
    for (size_t i = 0; i < base.n;) {
        size_t n = 0;
        while (i + n < base.n && ((base.p[i + n] >= 'a' && base.p[i + n] <= 'z') || (base.p[i + n] >= 'A' && base.p[i + n] <= 'Z')))
            n++;
        for (size_t w = 0; w < ARRAY_SIZE(words); w++)
            if (str_ieq(str_n(base.p + i, n), str_from(words[w])))
                return true;
        i += n + 1;
    }
    return false;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_requirements, in, sink, 0};
    LockSet set = LOCK_SET(&log, PYPI);
    Str base = path_base(in->path), line;
    Str rest = str_from_at(in->bytes, str_starts(in->bytes, STR("\xEF\xBB\xBF")) ? 3 : 0);
    uint32_t n = 0, at, flags = is_dev_file(base) ? PACKAGE_DEV : 0;
    while (next_requirement(&rest, &n, &line, &at)) {
        PackageFact p = {.line = at, .flags = flags};
        if (!pinned(line, &p.name, &p.version))
            continue;
        p.name = pypi_name(in->scratch, p.name);
        lock_add(&set, &p);
    }
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_requirements = {
    .name = "requirements",
    .version = 1,
    .doc = "Python requirements files: what they pin to one version",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "requirements",
};
