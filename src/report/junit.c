/* SPDX-License-Identifier: Apache-2.0 */
/* JUnit XML, as continuous integration reads it. One suite holds a case per package, failing by its findings (with --fail-on: by those at
 * or over it), or a case per file that was checked, failing by what makes the exit code 1; the other holds a case per gap, an error unless it was allowed. Where nothing could be looked up the packages are skipped,
 * not passed. */
#include "report/by-package.h"
#include "report/format.h"
#include "report/summary.h"
#include "report/text.h"

static bool fails(const Report *r, const Finding *f) {
    if (r->artifact.kind == ARTIFACT_FILES)
        return finding_fails(f, r);
    return r->fail_on_set ? f->is_new && (f->severity >= r->fail_on || str_eqz(f->action, "deny")) : true;
}

static void attribute(Buf *out, const char *name, Str value) {
    buf_printf(out, " %s=\"", name);
    text_xml(out, value);
    buf_putc(out, '"');
}

/* One line per finding that fails (or does not). */
static size_t lines(Buf *out, const Report *r, const ByPackage *by, size_t package, bool failing) {
    size_t n = 0;
    for (size_t i = by->first[package]; i; i = by->next[i - 1]) {
        const Finding *f = &r->findings[i - 1];
        if (fails(r, f) != failing)
            continue;
        n++;
        buf_printf(out, "%s %.*s", severity_name(f->severity), STR_FMT(f->id));
        if (!f->package && !str_empty(f->path)) {
            buf_putz(out, " in ");
            finding_place(out, f);
        }
        size_t before = out->n;
        buf_putz(out, ": ");
        finding_fix(out, f);
        if (!str_empty(f->title) || !str_empty(f->detail)) {
            if (out->n > before + 2)
                buf_putz(out, ": ");
            finding_cell(out, f);
        }
        if (f->kev)
            buf_putz(out, " [known to be exploited]");
        buf_putc(out, '\n');
    }
    return n;
}

/* The lines as the text of an element. */
static void text_lines(Buf *out, Str text) {
    Str line;
    _cleanup_(buf_done) Buf clean = buf_new(BUF_OWN_MAX);
    while (str_line(&text, &line)) {
        buf_clear(&clean);
        text_clean(&clean, line);
        text_xml(out, buf_view(&clean));
        buf_putc(out, '\n');
    }
}

/* Class, name, and why it was skipped if nothing was found (STR_NULL: it was not). */
typedef struct Case {
    Str class, name, skipped;
} Case;

static Case package_case(const Report *r, size_t package, const Summary *s, Buf *b) {
    bool is_package = package < r->inventory.n_packages;
    const PackageFact *p = is_package ? &r->inventory.packages[package].fact : NULL;
    buf_clear(b);
    if (p)
        buf_printf(b, "%.*s %.*s %.*s", STR_FMT(p->name), STR_FMT(p->version), STR_FMT(p->arch));
    return (Case) {str_from(p ? package_type_name(p->type) : "artifact"), p ? buf_view(b) : r->artifact.reference,
                   s->no_data && is_package ? STR("vulnerabilities could not be looked up") : STR_NULL};
}

static Case file_case(const Report *r, size_t file) {
    const ReportFile *f = &r->files[file];
    return (Case) {f->kind, f->path, f->whole ? STR_NULL : STR("it could not be read as what it is")};
}

static void test_case(Buf *out, const Report *r, const ByPackage *by, size_t group, Case c) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(out, "    <testcase");
    attribute(out, "classname", c.class);
    attribute(out, "name", c.name);
    size_t n = lines(&b, r, by, group, true);
    if (n == 0 && by->first[group] == 0) {
        if (c.skipped.p)
            buf_printf(out, "><skipped message=\"%.*s\"/></testcase>\n", STR_FMT(c.skipped));
        else
            buf_putz(out, "/>\n");
        return;
    }
    buf_putz(out, ">\n");
    if (n) {
        buf_printf(out, "      <failure message=\"%zu finding%s\" type=\"%s\">", n, n == 1 ? "" : "s", severity_name(r->findings[by->first[group] - 1].severity));
        text_lines(out, buf_view(&b));
        buf_putz(out, "</failure>\n");
    }
    buf_clear(&b);
    if (lines(&b, r, by, group, false)) {
        buf_putz(out, "      <system-out>");
        text_lines(out, buf_view(&b));
        buf_putz(out, "</system-out>\n");
    }
    buf_putz(out, "    </testcase>\n");
}

static void gap_case(Buf *out, const Gap *g) {
    _cleanup_(buf_done) Buf clean = buf_new(BUF_OWN_MAX);
    buf_putz(out, "    <testcase");
    attribute(out, "classname", STR("coverage"));
    buf_printf(&clean, "%s ", gap_kind_name(g->kind));
    text_clean(&clean, g->subject);
    attribute(out, "name", buf_view(&clean));
    buf_printf(out, "><%s", g->allowed ? "skipped" : "error");
    buf_clear(&clean);
    text_clean(&clean, g->reason);
    attribute(out, "message", buf_view(&clean));
    if (!g->allowed)
        attribute(out, "type", str_from(gap_kind_name(g->kind)));
    buf_putz(out, "/></testcase>\n");
}

static void suite(Buf *out, const char *name, size_t tests, size_t failures, size_t errors, size_t skipped, int64_t as_of) {
    char time[TIME_TEXT_MAX];
    buf_printf(out, "  <testsuite name=\"%s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\"", name, tests, failures, errors, skipped);
    if (as_of != TIME_NONE) /* the format's time has no zone */
        buf_printf(out, " timestamp=\"%.19s\"", time_format(as_of, time));
    buf_putz(out, ">\n");
}

int format_junit_write(const Report *r, const FormatOptions *o, Buf *out) {
    Arena a = {0};
    Summary s = summary_of(r);
    bool files = r->artifact.kind == ARTIFACT_FILES;
    ByPackage by = files ? by_file(r, &a) : by_package(r, &a);
    _cleanup_(buf_done) Buf sentence = buf_new(BUF_OWN_MAX), name = buf_new(BUF_OWN_MAX);
    size_t n = files ? r->n_files : r->inventory.n_packages + 1, failures = 0, skipped = 0, gap_cases = MAX(r->coverage.n_gaps, (size_t) 1);
    for (size_t i = 0; i < n; i++) {
        bool failed = false;
        for (size_t k = by.first[i]; k && !failed; k = by.next[k - 1])
            failed = fails(r, &r->findings[k - 1]);
        failures += failed;
        skipped += by.first[i] == 0 && (files ? file_case(r, i) : package_case(r, i, &s, &name)).skipped.p;
    }
    buf_putz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out, "<testsuites name=\"plimsoll\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"0\">\n",
               n + gap_cases, failures, s.gaps, skipped + s.gaps_allowed);
    suite(out, files ? "files" : "packages", n, failures, 0, skipped, r->coverage.as_of);
    for (size_t i = 0; i < n; i++)
        test_case(out, r, &by, i, files ? file_case(r, i) : package_case(r, i, &s, &name));
    buf_putz(out, "    <system-out>");
    summary_sentence(&sentence, r, &s);
    text_xml(out, buf_view(&sentence));
    buf_putz(out, "</system-out>\n  </testsuite>\n");
    suite(out, "coverage", gap_cases, 0, s.gaps, s.gaps_allowed, r->coverage.as_of);
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        gap_case(out, &r->coverage.gaps[i]);
    if (r->coverage.n_gaps == 0)
        buf_putz(out, "    <testcase classname=\"coverage\" name=\"everything was looked at\"/>\n");
    buf_putz(out, "  </testsuite>\n</testsuites>\n");
    arena_done(&a);
    return out->failed;
}
