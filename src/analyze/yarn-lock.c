/* SPDX-License-Identifier: Apache-2.0 */
/* yarn.lock: yarn 1's own format (classic.yarnpkg.com/docs/yarn-lock) and the YAML of yarn 2 and later ("berry"). Neither tells what
 * only development needs. */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 9 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "yarn.lock") && !path_in_package(path);
}

/* "name@range" at the '@' that is not the scope's. */
static bool cut_name(Str pattern, Str *ret_name, Str *ret_range) {
    ssize_t at = pattern.n ? str_chr(str_from_at(pattern, 1), '@') : -1;
    if (at < 0)
        return false;
    *ret_name = str_head(pattern, (size_t) at + 1);
    *ret_range = str_from_at(pattern, (size_t) at + 2);
    return true;
}

/* A directory of the project or of this machine: no registry knows it. */
static bool is_local(Str range) {
    static const char *const protocols[] = {"file:", "link:", "workspace:", "portal:", "./", "../", "/"};
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
        if (str_starts(range, str_from(protocols[i])))
            return true;
    return false;
}

/* ---- Yarn 1 ---- */

static Str unquote(Str s) {
    s = str_trim(s);
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_n(s.p + 1, s.n - 2) : s;
}

/* `"a@^1", a@^2:`, of which the first pattern is enough: all have the same name. */
static bool take_header(Str line, PackageFact *p, bool *ret_local) {
    Str name, range;
    line = str_trim(line);
    if (line.n < 2 || line.p[line.n - 1] != ':')
        return false;
    line = str_head(line, line.n - 1);
    /* Ranges hold commas and spaces only within quotes. */
    ssize_t end = line.p[0] == '"' ? str_chr(str_from_at(line, 1), '"') : str_chr(line, ',');
    Str pattern = line.p[0] == '"' ? str_n(line.p + 1, end < 0 ? line.n - 1 : (size_t) end) : str_head(line, end < 0 ? line.n : (size_t) end);
    if (!cut_name(pattern, &name, &range))
        return false;
    p->name = name;
    *ret_local = is_local(range);
    /* Another package by this name: "alias@npm:real@^1". */
    if (str_starts(range, STR("npm:")) && cut_name(str_from_at(range, 4), &name, &range))
        p->name = name;
    return true;
}

static void run_classic(ProblemLog *log) {
    LockSet set = LOCK_SET(log, NPM);
    PackageFact p = {0};
    bool open = false, local = false;
    Str rest = log->in->bytes, line, key, value;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (str_empty(str_trim(line)) || line.p[0] == '#')
            continue;
        if (line.p[0] != ' ' && line.p[0] != '\t') {
            if (open && !local)
                lock_add(&set, &p);
            p = (PackageFact) {.line = n};
            open = take_header(line, &p, &local);
            if (!open)
                problem_log(log, n, "expected name@range and a colon, found \"%.*s\"", STR_FMT(str_head(line, 60)));
            continue;
        }
        if (p.line == 0) {
            problem_log(log, n, "expected name@range and a colon before this line");
            break;
        }
        /* Two spaces are the package's fields, four the names below "dependencies". */
        if (!open || !str_starts(line, STR("  ")) || (line.n > 2 && line.p[2] == ' ') || !str_cut(str_from_at(line, 2), ' ', &key, &value))
            continue;
        if (str_eqz(key, "version"))
            p.version = unquote(value);
        else if (str_eqz(key, "integrity"))
            p.digest = digest_sri(log->in->scratch, unquote(value));
        else if (str_eqz(key, "resolved") && is_local(unquote(value)))
            local = true;
    }
    if (open && !local)
        lock_add(&set, &p);
    lock_put(&set);
}

/* ---- Yarn 2 and later ---- */

static void run_berry(ProblemLog *log) {
    const Node *root = language_yaml(log);
    LockSet set = LOCK_SET(log, NPM);
    if (root && !node_is(root, NODE_MAP))
        problem_log(log, root->line, "expected a map, found %s", node_type_name(root->type));
    node_each(entry, root) {
        if (str_eqz(entry->key, "__metadata") || str_eqz(node_get_str(entry, "linkType"), "soft"))
            continue;
        PackageFact p = {.version = node_get_scalar(entry, "version"), .line = entry->key_line};
        Str resolution = node_get_str(entry, "resolution"), range;
        if (!cut_name(resolution, &p.name, &range)) {
            problem_log(log, entry->key_line, "expected a resolution \"name@protocol:version\", found \"%.*s\"", STR_FMT(str_head(resolution, 60)));
            continue;
        }
        /* A patched package is listed without its patch, too. */
        if (!is_local(range) && !str_starts(range, STR("patch:")))
            lock_add(&set, &p);
    }
    lock_put(&set);
}

/* Berry's files begin with a comment and "__metadata:". */
static bool is_berry(Str text) {
    Str line;
    while (str_line(&text, &line)) {
        if (str_starts(line, STR("__metadata:")))
            return true;
        if (str_trim(line).n && line.p[0] != '#')
            return false;
    }
    return false;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_yarn_lock, in, sink, 0};
    if (is_berry(in->bytes))
        run_berry(&log);
    else
        run_classic(&log);
    problem_log_end(&log);
}

const Analyzer analyzer_yarn_lock = {
    .name = "yarn-lock",
    .version = 1,
    .doc = "yarn.lock of yarn 1 and of yarn 2 and later",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "yarn-lock",
};
