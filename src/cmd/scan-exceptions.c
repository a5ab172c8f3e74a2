/* SPDX-License-Identifier: Apache-2.0 */
/* Where exceptions come from: --vex, --ignore-file or .plimsollignore, and plimsoll.yaml; and which of them match nothing. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "advisory/vex.h"
#include "base/fs.h"
#include "cmd/config.h"
#include "cmd/message.h"
#include "cmd/scan-run.h"
#include "scan/attached.h"
#include "scan/exceptions.h"

enum {
    IGNORE_FILE_MAX = 16 << 20,
    SAID_MAX = 20, /* rules of one file that are named one by one */
};

static int add_vex(const ScanRequest *q, Report *r, int fd, const char *name) {
    _cleanup_error_ Error err = {0};
    VexDocument doc;
    int x = vex_open(fd, name, &q->limits, &r->arena, &doc, &err);
    if (x < 0)
        return message_fail(EXIT_USAGE, &err, x);
    for (size_t i = 0; i < doc.n_warnings; i++)
        message_warning("%.*s", STR_FMT(doc.warnings[i]));
    scan_add_exceptions(r, doc.format, str_from(name), doc.statements, doc.n);
    return 0;
}

static int cmp_name(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static int vex_file(const ScanRequest *q, Report *r, const char *path) {
    _cleanup_error_ Error err = {0};
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return message_fail(EXIT_USAGE, &err, error_errno(&err, -errno, "--vex: %s", path));
    return add_vex(q, r, fd, path);
}

/* Every *.json of a directory, in the order of their names. */
static int vex_directory(const ScanRequest *q, Report *r, const char *path) {
    _cleanup_error_ Error err = {0};
    Vec(char *) names = {0};
    DIR *d = opendir(path);
    int x = d ? 0 : message_fail(EXIT_USAGE, &err, error_errno(&err, -errno, "--vex: %s", path));
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.' && str_ends(str_from(e->d_name), STR(".json")))
            vec_push(&names, xasprintf("%s/%s", path, e->d_name));
    if (d)
        closedir(d);
    vec_sort(&names, cmp_name);
    if (x == 0 && names.n == 0)
        message_warning("--vex: %s: there is no *.json in this directory", path);
    for (size_t i = 0; i < names.n; i++) {
        if (x == 0)
            x = vex_file(q, r, names.p[i]);
        free(names.p[i]);
    }
    vec_done(&names);
    return x;
}

typedef struct TakeVex {
    const ScanRequest *q;
    Report *r;
    size_t n;
} TakeVex;

static int take_attached(void *userdata, const Attached *a, Error *err) {
    TakeVex *t = userdata;
    VexDocument doc;
    int x = vex_open(a->fd, a->name, &t->q->limits, &t->r->arena, &doc, err);
    if (x == -ENOMSG) {
        error_done(err); /* an attestation of something else, a bill of materials */
        return 0;
    }
    if (x < 0)
        return x;
    t->n++;
    for (size_t i = 0; i < doc.n_warnings; i++)
        message_warning("%.*s", STR_FMT(doc.warnings[i]));
    scan_add_exceptions(t->r, doc.format, str_from(a->name), doc.statements, doc.n);
    return 0;
}

static int attached_vex(const ScanRequest *q, Report *r) {
    _cleanup_error_ Error err = {0};
    TakeVex t = {q, r, 0};
    int x = scan_attached(&r->artifact, &q->image.registry, &q->limits, ATTACHED_VEX, take_attached, &t, &err);
    if (x < 0)
        return message_fail(x == -ENOTSUP ? EXIT_USAGE : EXIT_INCOMPLETE, &err, error_wrap(&err, x, "--vex oci"));
    if (t.n == 0)
        message_warning("--vex oci: no VEX document is attached to %.*s (%.*s)", STR_FMT(r->artifact.reference), STR_FMT(r->artifact.digest));
    return 0;
}

static int read_vex(const ScanRequest *q, Report *r, const char *where) {
    struct stat st;
    if (strcmp(where, "oci") == 0)
        return attached_vex(q, r);
    return stat(where, &st) == 0 && S_ISDIR(st.st_mode) ? vex_directory(q, r, where) : vex_file(q, r, where);
}

static int read_ignores(const ScanRequest *q, Report *r, const char *path, bool optional) {
    _cleanup_error_ Error err = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_free_ char *text = NULL;
    size_t n;
    IgnoreRules rules;
    int x = fs_read(path, IGNORE_FILE_MAX, &text, &n, &err);
    if (x == -ENOENT && optional)
        return 0;
    if (x < 0)
        return message_fail(EXIT_USAGE, &err, x);
    x = ignore_read(str_n(text, n), path, &q->limits, &r->arena, &rules, &d);
    message_diag(&d);
    if (x < 0)
        return EXIT_USAGE;
    scan_add_exceptions(r, rules.format, str_from(path), rules.rules, rules.n);
    return 0;
}

static void name_rule(Buf *out, const Exception *e) {
    for (size_t i = 0; i < e->n_ids; i++)
        buf_printf(out, "%s%.*s", i ? ", " : "", STR_FMT(e->ids[i]));
    if (e->package.n)
        buf_printf(out, "%s%.*s", out->n ? " in " : "", STR_FMT(e->package));
    for (size_t i = 0; i < e->n_purls; i++)
        buf_printf(out, "%s%.*s", out->n ? " in " : "", STR_FMT(e->purls[i]));
    for (size_t i = 0; i < e->n_paths; i++)
        buf_printf(out, "%s%.*s", out->n ? " in " : "", STR_FMT(e->paths[i]));
}

static void say_rule(const Exception *e) {
    _cleanup_(buf_done) Buf what = buf_new(BUF_OWN_MAX);
    char date[TIME_TEXT_MAX];
    name_rule(&what, e);
    if (e->matched == 0)
        message_warning("%.*s:%u:%u: the rule for %s is about nothing here", STR_FMT(e->source), e->line, e->col, what.n ? what.p : "any finding");
    else if (e->outlived && e->until_fix)
        message_warning("%.*s:%u:%u: the rule for %s ignores no longer %zu of its findings: a fix exists", STR_FMT(e->source), e->line, e->col, what.n ? what.p : "any finding", e->outlived);
    else if (e->outlived)
        message_warning("%.*s:%u:%u: the rule for %s expired on %s: %zu finding%s counted again", STR_FMT(e->source), e->line, e->col, what.n ? what.p : "any finding",
                        time_format_date(e->expires, date), e->outlived, e->outlived == 1 ? " is" : "s are");
}

/* A vendor's document speaks of many products: its statements are counted. A rule of the user's own is named. */
static void say_idle(const Report *r) {
    for (size_t i = 0, k = 0; i < r->n_exception_sources; k += r->exception_sources[i++].total) {
        const ExceptionSource *s = &r->exception_sources[i];
        size_t said = 0;
        if (exception_format_is_vex(s->format)) {
            if (s->unmatched)
                message_warning("%.*s: %zu of %zu VEX statements %s about nothing here", STR_FMT(s->name), s->unmatched, s->total, s->unmatched == 1 ? "is" : "are");
            continue;
        }
        for (size_t n = 0; n < s->total; n++) {
            const Exception *e = &r->exceptions[k + n];
            if (e->matched && !e->outlived)
                continue;
            if (said++ < SAID_MAX)
                say_rule(e);
        }
        if (said > SAID_MAX)
            message_warning("%.*s: %zu more rules are about nothing here or ended", STR_FMT(s->name), said - SAID_MAX);
    }
}

int scan_run_exceptions(Cli *cli, const ScanRequest *q, Report *r) {
    const Config *config = cli->config;
    int x = 0;
    for (const char *const *where = q->vex; *where && x == 0; where++)
        x = read_vex(q, r, *where);
    for (const char *const *path = q->ignore_files; *path && x == 0; path++)
        x = read_ignores(q, r, *path, false);
    if (x == 0 && !*q->ignore_files)
        x = read_ignores(q, r, ".plimsollignore", true);
    if (x != 0)
        return x;
    if (config && config->ignores.n)
        scan_add_exceptions(r, config->ignores.format, str_from(config->path), config->ignores.rules, config->ignores.n);
    scan_apply_exceptions(r);
    say_idle(r);
    return 0;
}
