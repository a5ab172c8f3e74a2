/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll db get CVE-…: all that the database says of one vulnerability. */
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"
#include "report/text.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--package", .letter = 'p', .arg = "NAME", .doc = "Only rows of this package, as the advisories name it: mostly the source package"},
    {.name = "--release", .arg = "RELEASE", .doc = "Only rows of this release: debian:12, alpine:3.20, ubuntu:22.04, rhel:9 …"},
    {0},
};

typedef struct FoundRow {
    Str release, package;
    AdvisoryRow row;
} FoundRow;

typedef struct Find {
    Arena *a;
    Str package, release; /* empty: any */
    Vec(FoundRow) rows;
} Find;

static int take(void *userdata, Str release, Str package, const AdvisoryRow *row) {
    Find *f = userdata;
    if ((f->package.n && !str_eq(f->package, package)) || (f->release.n && !str_eq(f->release, release)))
        return 0;
    FoundRow out = {arena_str(f->a, release), arena_str(f->a, package), *row};
    Str *const fields[] = {&out.row.id, &out.row.feed, &out.row.status_text, &out.row.introduced, &out.row.fixed, &out.row.last_affected,
                           &out.row.advisory, &out.row.module, &out.row.arches, &out.row.repositories};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        *fields[i] = arena_str(f->a, *fields[i]);
    vec_push(&f->rows, out);
    return 0;
}

static void each_word(Buf *out, const char *label, Str words) {
    Str word;
    while (str_split(&words, ' ', &word)) {
        text_line(out, "%-12s %.*s", label, STR_FMT(word));
        label = "";
    }
}

static void table_detail(Buf *out, const VulnDetail *d) {
    char date[TIME_TEXT_MAX];
    text_line(out, "%.*s  %.*s", STR_FMT(d->id), STR_FMT(d->title));
    if (d->withdrawn)
        text_line(out, "%-12s the publisher took it back", "withdrawn");
    if (d->severity)
        text_line(out, "%-12s %s (%.*s)", "severity", severity_name(d->severity), STR_FMT(d->severity_source));
    for (size_t i = 0; i < d->n_cvss; i++) {
        text_cleanf(out, "%-12s ", i ? "" : "cvss");
        if (d->cvss[i].score10 >= 0)
            text_cleanf(out, "%d.%d  ", d->cvss[i].score10 / 10, d->cvss[i].score10 % 10);
        text_line(out, "%.*s  (%.*s)", STR_FMT(d->cvss[i].vector), STR_FMT(d->cvss[i].source));
    }
    if (d->kev)
        text_line(out, "%-12s known to be exploited, due %.*s", "kev", STR_FMT(d->kev_due));
    if (d->epss >= 0)
        text_line(out, "%-12s %.5f, percentile %.3f", "epss", d->epss, d->epss_percentile);
    if (d->published != TIME_NONE)
        text_line(out, "%-12s %s", "published", time_format_date(d->published, date));
    if (d->modified != TIME_NONE)
        text_line(out, "%-12s %s", "modified", time_format_date(d->modified, date));
    if (d->aliases.n)
        text_line(out, "%-12s %.*s", "aliases", STR_FMT(d->aliases));
    each_word(out, "references", d->references);
}

static void table_rows(Buf *out, const FoundRow *rows, size_t n) {
    if (n == 0)
        return;
    buf_putc(out, '\n');
    text_line(out, "%-16s %-28s %-19s %-28s %-10s %s", "release", "package", "status", "fixed", "severity", "feed, advisory, details");
    for (size_t i = 0; i < n; i++) {
        const AdvisoryRow *r = &rows[i].row;
        Str fixed = r->fixed.n ? r->fixed : STR("-");
        text_cleanf(out, "%-16.*s %-28.*s %-19s %-28.*s %-10s %.*s", STR_FMT(rows[i].release), STR_FMT(rows[i].package), fix_status_name(r->status), STR_FMT(fixed),
                   r->severity ? severity_name(r->severity) : "-", STR_FMT(r->feed));
        const struct {
            const char *label;
            Str value;
        } more[] = {{"", r->advisory}, {"", r->status_text}, {"from ", r->introduced}, {"to ", r->last_affected}, {"module ", r->module}, {"arch ", r->arches}, {"only ", r->repositories}};
        for (size_t k = 0; k < ARRAY_SIZE(more); k++)
            if (more[k].value.n)
                text_cleanf(out, ", %s%.*s", more[k].label, STR_FMT(more[k].value));
        if (r->binary_name)
            buf_putz(out, ", binary package");
        buf_putc(out, '\n');
    }
}

static void json_words(JsonWriter *w, const char *key, Str words) {
    Str word;
    if (str_empty(words))
        return;
    json_list(w, key);
    while (str_split(&words, ' ', &word))
        json_str(w, NULL, word);
    json_end(w);
}

static void json_date(JsonWriter *w, const char *key, int64_t t) {
    char text[TIME_TEXT_MAX];
    json_str_opt(w, key, str_from(time_format(t, text)));
}

static void json_detail(JsonWriter *w, const VulnDetail *d) {
    json_str_opt(w, "title", d->title);
    if (d->withdrawn)
        json_bool(w, "withdrawn", true);
    if (d->severity) {
        json_strz(w, "severity", severity_name(d->severity));
        json_str(w, "severity_source", d->severity_source);
    }
    json_list(w, "cvss");
    for (size_t i = 0; i < d->n_cvss; i++) {
        json_map(w, NULL);
        json_str(w, "vector", d->cvss[i].vector);
        json_str(w, "source", d->cvss[i].source);
        if (d->cvss[i].score10 >= 0)
            json_double(w, "score", d->cvss[i].score10 / 10.0);
        json_end(w);
    }
    json_end(w);
    json_bool(w, "kev", d->kev);
    json_str_opt(w, "kev_due", d->kev_due);
    if (d->epss >= 0) {
        json_double(w, "epss", d->epss);
        json_double(w, "epss_percentile", d->epss_percentile);
    }
    json_date(w, "published", d->published);
    json_date(w, "modified", d->modified);
    json_words(w, "aliases", d->aliases);
    json_words(w, "references", d->references);
}

static void json_rows(JsonWriter *w, const FoundRow *rows, size_t n) {
    json_list(w, "rows");
    for (size_t i = 0; i < n; i++) {
        const AdvisoryRow *r = &rows[i].row;
        json_map(w, NULL);
        json_str(w, "release", rows[i].release);
        json_str(w, "package", rows[i].package);
        json_str(w, "feed", r->feed);
        json_strz(w, "status", fix_status_name(r->status));
        json_str_opt(w, "status_text", r->status_text);
        json_str_opt(w, "introduced", r->introduced);
        json_str_opt(w, "fixed", r->fixed);
        json_str_opt(w, "last_affected", r->last_affected);
        if (r->severity)
            json_strz(w, "severity", severity_name(r->severity));
        json_str_opt(w, "advisory", r->advisory);
        json_str_opt(w, "module", r->module);
        json_words(w, "arches", r->arches);
        json_words(w, "repositories", r->repositories);
        if (r->binary_name)
            json_bool(w, "binary_package", true);
        json_end(w);
    }
    json_end(w);
}

static int run(Cli *cli) {
    _cleanup_free_ char *path = db_path(cli);
    _cleanup_error_ Error err = {0};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_(arena_done) Arena a = {0};
    Str id = str_from(cli->args[0]);
    Find f = {.a = &a, .package = str_from(cli_value(cli, "--package")), .release = str_from(cli_value(cli, "--release"))};
    VulnDetail d = {.id = id, .published = TIME_NONE, .modified = TIME_NONE, .epss = -1};
    int r = db_open(path, &db, &err), known = 0;
    if (r >= 0)
        r = known = advisory_db_detail(db, id, &a, &d, &err);
    if (r >= 0)
        r = advisory_db_find(db, id, take, &f, &err);
    if (r < 0) {
        vec_done(&f.rows);
        return message_fail(EXIT_INCOMPLETE, &err, r);
    }
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    if (strcmp(cli_value(cli, "--format"), "json") == 0) {
        JsonWriter w = json_writer(&out, true);
        json_map(&w, NULL);
        json_str(&w, "id", id);
        json_bool(&w, "known", known || f.rows.n);
        json_detail(&w, &d);
        json_rows(&w, f.rows.p, f.rows.n);
        json_end(&w);
        buf_putc(&out, '\n');
    } else if (known || f.rows.n) {
        table_detail(&out, &d);
        table_rows(&out, f.rows.p, f.rows.n);
    }
    bool nothing = !known && f.rows.n == 0;
    vec_done(&f.rows);
    if (nothing)
        message_warning("%s: no feed of the database at %s knows it", cli->args[0], path);
    r = output_write(cli, buf_view(&out));
    return r ? r : nothing ? EXIT_INCOMPLETE : EXIT_DONE;
}

const Command command_db_get = {
    .name = "db get",
    .summary = "Shows all that the advisory database says of a vulnerability",
    .arguments = "ID",
    .description = "ID is a CVE id, or an id of a vendor such as DSA-5532-1. What is known of the vulnerability itself comes first, then a row for each package and "
                   "release that a feed speaks of. The exit code is 3 when no feed knows it.",
    .examples = "plimsoll db get CVE-2024-3094  # everything\n"
                "plimsoll db get CVE-2024-3094 --release debian:12 --format json  # one release, for scripts\n",
    .options = {options, database_options},
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
