/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll db build FEED_DIR. */
#include "advisory/build.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/scan-options.h"

enum { EXAMPLES_SHOWN = 20 };

static void on_file(void *userdata, size_t file, size_t files, Str path) {
    (void) userdata;
    (void) file;
    (void) files;
    (void) path;
    progress_add(0, 1);
}

static int failed_files(const BuildReport *report) {
    int n = 0;
    for (size_t i = 0; i < report->files.n; i++) {
        const BuildFile *f = &report->files.p[i];
        if (str_empty(f->failure))
            continue;
        n++;
        message_error("%.*s: %.*s; nothing of this file is in the database", STR_FMT(f->path), STR_FMT(f->failure));
    }
    return n;
}

/* The first skipped document of a file: the list is in path order. */
static Str first_skipped(const BuildReport *report, Str file) {
    for (size_t i = 0; i < report->skipped.n; i++)
        if (str_starts(report->skipped.p[i], file))
            return str_from_at(report->skipped.p[i], MIN(file.n + 1, report->skipped.p[i].n));
    return STR_NULL;
}

static void tell_what_is_missing(const BuildReport *report) {
    for (size_t i = 0; i < report->files.n; i++) {
        const BuildFile *f = &report->files.p[i];
        Str member = f->skipped_documents ? first_skipped(report, f->path) : STR_NULL;
        if (!str_empty(member))
            message_note("skipped: %.*s: no feed recognises %llu of its documents, such as %.*s", STR_FMT(f->path), (unsigned long long) f->skipped_documents, STR_FMT(member));
        else if (f->skipped_documents || (str_empty(f->failure) && f->documents == 0))
            message_note("skipped: %.*s: no feed recognises it", STR_FMT(f->path));
    }
    uint64_t problems = 0;
    for (size_t i = 0; i < report->feeds.n; i++)
        problems += report->feeds.p[i].problems;
    for (size_t i = 0; i < report->problems.n && i < EXAMPLES_SHOWN; i++) {
        const BuildProblem *p = &report->problems.p[i];
        if (p->line)
            message_warning("%.*s:%u: %.*s", STR_FMT(p->path), p->line, STR_FMT(p->message));
        else
            message_warning("%.*s: %.*s", STR_FMT(p->path), STR_FMT(p->message));
    }
    if (problems > MIN(report->problems.n, (size_t) EXAMPLES_SHOWN))
        message_warning("%llu record%s left out as nonsense; `plimsoll db status` counts them per feed", (unsigned long long) problems, problems == 1 ? " was" : "s were");
}

static void summary(const BuildReport *report, const char *path, Buf *out) {
    char date[TIME_TEXT_MAX];
    for (size_t i = 0; i < report->feeds.n; i++) {
        const BuildFeed *f = &report->feeds.p[i];
        buf_printf(out, "%-22.*s %10s %9llu %-7s %9llu %s", STR_FMT(f->name), db_date(f->date, date), (unsigned long long) f->records,
                   f->records == 1 ? "record" : "records", (unsigned long long) f->rows, f->rows == 1 ? "row" : "rows");
        if (f->problems)
            buf_printf(out, "  %llu left out", (unsigned long long) f->problems);
        buf_putc(out, '\n');
    }
    buf_printf(out, "%s: %llu package%s, %llu row%s, %llu vulnerabilit%s, %.1f MB, %s\n", path, (unsigned long long) report->packages,
               report->packages == 1 ? "" : "s", (unsigned long long) report->rows, report->rows == 1 ? "" : "s", (unsigned long long) report->vulnerabilities,
               report->vulnerabilities == 1 ? "y" : "ies", (double) report->size / 1e6, report->digest);
}

static int run(Cli *cli) {
    _cleanup_free_ char *path = db_path(cli);
    _cleanup_error_ Error err = {0};
    _cleanup_(build_report_done) BuildReport report = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    progress_begin("Reading feeds", 0, 0);
    BuildOptions options = {.progress = on_file};
    int r = advisory_build(cli->args[0], path, &options, &report, &err);
    progress_end();
    int failed = failed_files(&report);
    tell_what_is_missing(&report);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    summary(&report, path, &out);
    r = output_write(cli, buf_view(&out));
    return r ? r : failed ? EXIT_INCOMPLETE : EXIT_DONE;
}

const Command command_db_build = {
    .name = "db build",
    .summary = "Builds the advisory database from feed files",
    .arguments = "FEED_DIR",
    .description = "Reads every file below FEED_DIR in confined workers: JSON, JSON Lines, YAML, CSV and XML documents as their publishers write them, also "
                   "compressed (zstd, gzip, xz, bzip2) and in tar and zip archives. Each document is recognised by its content. The database is replaced when all is read; "
                   "the same files give the same bytes.\n\n"
                   "Documents that no feed recognises and records that are nonsense are named and counted. A file that cannot be read to its end is left out "
                   "whole, and the exit code is 3.",
    .examples = "plimsoll db build /srv/feeds  # all feed files of a directory\n"
                "plimsoll db build --db ./advisories.db /srv/feeds  # into a file of your own\n",
    .options = {database_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
