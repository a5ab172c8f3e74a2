/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll db status. */
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--verify", .doc = "Reads the whole database and compares it with the digest that it states"},
    {0},
};

static void write_table(Buf *out, const char *path, Str digest, const AdvisoryFeed *feeds, size_t n) {
    char date[TIME_TEXT_MAX];
    buf_printf(out, "%s  %.*s\n\n%-22s %-10s %9s %9s %8s  %s\n", path, STR_FMT(digest), "feed", "date", "records", "rows", "left out", "digest");
    for (size_t i = 0; i < n; i++) {
        const AdvisoryFeed *f = &feeds[i];
        buf_printf(out, "%-22.*s %-10s %9llu %9llu %8llu  %.*s\n", STR_FMT(f->info.name), db_date(f->info.date, date), (unsigned long long) f->info.records,
                   (unsigned long long) f->rows, (unsigned long long) f->problems, STR_FMT(str_head(f->info.digest, 19)));
    }
}

static void write_json(Buf *out, const char *path, Str digest, const AdvisoryFeed *feeds, size_t n) {
    JsonWriter w = json_writer(out, true);
    char date[TIME_TEXT_MAX];
    json_map(&w, NULL);
    json_strz(&w, "path", path);
    json_str(&w, "digest", digest);
    json_list(&w, "feeds");
    for (size_t i = 0; i < n; i++) {
        const AdvisoryFeed *f = &feeds[i];
        json_map(&w, NULL);
        json_str(&w, "name", f->info.name);
        json_str_opt(&w, "date", str_from(time_format(f->info.date, date)));
        json_u64(&w, "records", f->info.records);
        json_u64(&w, "rows", f->rows);
        json_u64(&w, "left_out", f->problems);
        json_str(&w, "digest", f->info.digest);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}

static int run(Cli *cli) {
    _cleanup_free_ char *path = db_path(cli);
    _cleanup_error_ Error err = {0};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    int r = db_open(path, &db, &err);
    if (r >= 0 && cli_flag(cli, "--verify"))
        r = advisory_db_verify(db, &err);
    _cleanup_(arena_done) Arena a = {0};
    AdvisoryFeed *feeds = NULL;
    size_t n = 0;
    if (r >= 0)
        r = advisory_db_feed_list(db, &a, &feeds, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        write_json(&out, path, advisory_db_digest(db), feeds, n);
    else
        write_table(&out, path, advisory_db_digest(db), feeds, n);
    return output_write(cli, buf_view(&out));
}

const Command command_db_status = {
    .name = "db status",
    .summary = "Shows what the advisory database holds, feed by feed",
    .description = "For each feed: the date of its newest data, how many records were read and how many were nonsense and left out, how many rows they gave, and "
                   "the digest of its input. The dates of feeds differ: each is the publisher's own.",
    .examples = "plimsoll db status  # of the database in use\n"
                "plimsoll db status --verify --format json  # checks every byte first\n",
    .options = {options, database_options},
    .run = run,
};
