/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll explain: why a vulnerability was or was not reported. */
#include "advisory/match.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-run.h"
#include "report/text.h"
#include "scan/findings.h"

typedef struct Explain {
    Str id;
    const Package *package;
    Buf *out;
    Arena scratch;
    size_t n_packages, n_affected;
} Explain;

static void line(Explain *e, const char *label, Str value) {
    if (!str_empty(value))
        text_line(e->out, "    %-12s %.*s", label, STR_FMT(value));
}

static int on_decision(void *userdata, const MatchDecision *d) {
    Explain *e = userdata;
    bool named = str_eq(d->row->id, e->id);
    for (size_t i = 0; i < d->n_rows && !named; i++)
        named = str_eq(d->rows[i].advisory, e->id);
    if (!named)
        return 0;
    const PackageFact *p = &e->package->fact;
    Str passed_over = scan_passed_over(&e->scratch, e->package, &(MatchOptions) {0});
    e->n_packages++;
    e->n_affected += d->affected && str_empty(passed_over);
    buf_putc(e->out, '\n');
    text_cleanf(e->out, "%.*s %.*s", STR_FMT(p->name), STR_FMT(p->version));
    if (!str_empty(p->arch))
        text_cleanf(e->out, " (%.*s)", STR_FMT(p->arch));
    text_line(e->out, ": %s", !d->affected ? "not affected" : str_empty(passed_over) ? "AFFECTED" : "not reported");
    line(e, "because", match_reason_text(&e->scratch, d));
    line(e, "but", d->affected ? passed_over : STR_NULL);
    line(e, "source", arena_printf(&e->scratch, "%.*s %.*s", STR_FMT(p->source_name), STR_FMT(p->source_version)));
    for (size_t i = 0; i < d->n_rows; i++) {
        const AdvisoryRow *r = &d->rows[i];
        text_cleanf(e->out, "    record%s %.*s says %s", &d->rows[i] == d->row ? " *" : "  ", STR_FMT(r->feed), fix_status_name(r->status));
        if (!str_empty(r->status_text))
            text_cleanf(e->out, " (%.*s)", STR_FMT(r->status_text));
        if (!str_empty(r->introduced))
            text_cleanf(e->out, ", introduced in %.*s", STR_FMT(r->introduced));
        if (!str_empty(r->fixed))
            text_cleanf(e->out, ", fixed in %.*s", STR_FMT(r->fixed));
        if (!str_empty(r->last_affected))
            text_cleanf(e->out, ", up to %.*s", STR_FMT(r->last_affected));
        if (!str_empty(r->imports))
            text_cleanf(e->out, ", in %.*s", STR_FMT(r->imports));
        if (r->severity != SEVERITY_UNKNOWN)
            text_cleanf(e->out, ", severity %s", severity_name(r->severity));
        if (!str_empty(r->advisory))
            text_cleanf(e->out, ", %.*s", STR_FMT(r->advisory));
        if (!str_empty(r->module))
            text_cleanf(e->out, ", module %.*s", STR_FMT(r->module));
        if (!str_empty(r->arches))
            text_cleanf(e->out, ", for %.*s", STR_FMT(r->arches));
        if (!str_empty(r->repositories))
            text_cleanf(e->out, ", in %.*s", STR_FMT(r->repositories));
        buf_putc(e->out, '\n');
    }
    line(e, "listed in", e->package->path);
    return 0;
}

static int about(AdvisoryDb *db, Explain *e, Error *err) {
    VulnDetail v;
    int r = advisory_db_detail(db, e->id, &e->scratch, &v, err);
    if (r <= 0)
        return r;
    e->id = v.id; /* an alias is looked up by the id that findings have */
    char date[TIME_TEXT_MAX];
    line(e, "title", v.title);
    line(e, "aliases", v.aliases);
    line(e, "published", str_from(time_format_date(v.published, date)));
    for (size_t i = 0; i < v.n_cvss; i++)
        line(e, "cvss", arena_printf(&e->scratch, "%.1f %.*s (%.*s)", v.cvss[i].score10 / 10.0, STR_FMT(v.cvss[i].vector), STR_FMT(v.cvss[i].source)));
    if (v.kev)
        line(e, "kev", arena_printf(&e->scratch, "known to be exploited; due %.*s", STR_FMT(v.kev_due)));
    if (v.epss >= 0)
        line(e, "epss", arena_printf(&e->scratch, "%.5f", v.epss));
    return 0;
}

static int explain(AdvisoryDb *db, const Report *r, Explain *e, Error *err) {
    _cleanup_(matcher_freep) Matcher *m = NULL;
    text_line(e->out, "%.*s in %.*s (%.*s)", STR_FMT(e->id), STR_FMT(r->artifact.reference), STR_FMT(r->inventory.os.release));
    int x = about(db, e, err);
    if (x >= 0)
        x = matcher_new(db, &r->inventory, &m, err);
    for (size_t i = 0; x >= 0 && i < r->inventory.n_packages; i++) {
        e->package = &r->inventory.packages[i];
        x = matcher_package(m, e->package, on_decision, e, err);
    }
    if (x < 0)
        return x;
    buf_putc(e->out, '\n');
    if (e->n_packages == 0)
        text_line(e->out, "No record of %.*s is about a package that is installed here (%zu packages looked at).", STR_FMT(e->id), r->inventory.n_packages);
    else
        text_line(e->out, "%zu of %zu packages with a record are affected. The record marked * decided.", e->n_affected, e->n_packages);
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        text_line(e->out, "Not seen: %.*s: %.*s", STR_FMT(r->coverage.gaps[i].subject), STR_FMT(r->coverage.gaps[i].reason));
    return 0;
}

static int run(Cli *cli) {
    ScanRequest q;
    _cleanup_(report_done) Report r = {0};
    _cleanup_error_ Error err = {0};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    int x = scan_request(cli, &q);
    _cleanup_free_ char *path = q.db_path ? xstrdup(q.db_path) : advisory_db_default_path();
    if (x == 0 && (x = advisory_db_open(path, &db, &err)) < 0)
        x = message_fail(EXIT_INCOMPLETE, &err, x);
    if (x == 0)
        x = scan_run_collect(cli, &q, cli->args[1], &r);
    if (x == 0) {
        Explain e = {.id = str_from(cli->args[0]), .out = &out};
        scan_finish(&r);
        x = explain(db, &r, &e, &err);
        x = x < 0 ? message_fail(EXIT_INCOMPLETE, &err, x) : output_write(cli, buf_view(&out));
        if (x == 0 && report_incomplete(&r))
            x = EXIT_INCOMPLETE;
        arena_done(&e.scratch);
    }
    scan_request_done(&q);
    return x;
}

const Command command_explain = {
    .name = "explain",
    .summary = "Says why a vulnerability was or was not reported for an image",
    .arguments = "ID IMAGE",
    .description = "For each installed package that a record of ID (a CVE or a vendor's advisory) is about: the versions that were compared, every record with its status, and which one decided.",
    .examples = "plimsoll explain CVE-2024-3094 debian:12  # is the liblzma back door in here?\n",
    .options = {database_options, image_options, cache_options, registry_options},
    .min_args = 2,
    .max_args = 2,
    .workers = true,
    .run = run,
};
