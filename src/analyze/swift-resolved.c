/* SPDX-License-Identifier: Apache-2.0 */
/* Package.resolved of Swift, versions 1 to 3 (github.com/swiftlang/swift-package-manager, "PackageManager"). A package is its repository's address. */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 16 && path.p[path.n - 1] == 'd' && str_eqz(path_base(path), "Package.resolved");
}

/* "https://user@github.com/owner/name.git" and "git@github.com:owner/name.git" are "github.com/owner/name". */
static Str repository(Arena *a, Str url) {
    Str rest = url, host, path;
    ssize_t at = str_find(url, STR("://"));
    bool scp = at < 0;
    if (!scp)
        rest = str_from_at(url, (size_t) at + 3);
    if (!str_cut(rest, scp ? ':' : '/', &host, &path))
        return STR_NULL;
    at = str_rchr(host, '@');
    host = str_from_at(host, (size_t) (at + 1));
    ssize_t port = scp ? -1 : str_chr(host, ':');
    if (port >= 0)
        host = str_head(host, (size_t) port);
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    if (str_ends(path, STR(".git")))
        path.n -= 4;
    return host.n && path.n ? arena_printf(a, "%.*s/%.*s", STR_FMT(ascii_lower(a, host)), STR_FMT(path)) : STR_NULL;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_swift_resolved, in, sink, 0};
    LockSet set = LOCK_SET(&log, SWIFT);
    const Node *root = language_json(&log, 0), *pins = node_path(root, "object", "pins", NULL);
    if (!pins)
        pins = node_get(root, "pins");
    if (root && !node_is(pins, NODE_LIST))
        problem_log(&log, root->line, "expected a list of pins");
    node_each(pin, pins) {
        const Node *state = node_get(pin, "state");
        Str kind = node_get_str(pin, "kind"), url = node_get_str(pin, node_get(pin, "location") ? "location" : "repositoryURL");
        PackageFact p = {.version = node_get_str(state, "version"), .line = pin->line};
        /* A branch or a commit is no version. */
        if (str_eqz(kind, "localSourceControl") || (str_empty(p.version) && !str_empty(node_get_str(state, "revision"))))
            continue;
        p.name = str_eqz(kind, "registry") ? node_get_str(pin, "identity") : repository(in->scratch, url);
        lock_add(&set, &p);
    }
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_swift_resolved = {
    .name = "swift-resolved",
    .version = 1,
    .doc = "Package.resolved of Swift, versions 1 to 3",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "swift-resolved",
};
