/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll db update. */
#include "advisory/update.h"
#include "cmd/db.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "cmd/scan-options.h"

static const Option options[] = {
    {.name = "--from",
     .arg = "URL",
     .doc = "Where to get it: an http(s) URL of a database file with URL.sha256 beside it, or oci://HOST/NAME:TAG; the first that works",
     .env = "PLIMSOLL_DB_URL",
     .config = "database.urls",
     .repeat = true},
    {0},
};

static void on_bytes(void *userdata, uint64_t more) {
    (void) userdata;
    progress_add(more, 0);
}

/* What goes on working when no source could be reached. */
static void tell_old(const char *path) {
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_(arena_done) Arena a = {0};
    AdvisoryFeed *feeds = NULL;
    size_t n = 0;
    if (advisory_db_open(path, &db, NULL) < 0 || advisory_db_feed_list(db, &a, &feeds, &n, NULL) < 0) {
        message_note("there is no advisory database at %s", path);
        return;
    }
    int64_t oldest = INT64_MAX, newest = TIME_NONE;
    for (size_t i = 0; i < n; i++) {
        if (feeds[i].info.date == TIME_NONE)
            continue;
        oldest = MIN(oldest, feeds[i].info.date);
        newest = MAX(newest, feeds[i].info.date);
    }
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    message_warning("the old database at %s stays in use; its feeds are from %s to %s", path, newest == TIME_NONE ? "-" : db_date(oldest, from), db_date(newest, to));
}

static int run(Cli *cli) {
    _cleanup_free_ char *path = db_path(cli);
    size_t n;
    const char *const *sources = cli_values(cli, "--from", &n);
    if (n == 0)
        return message_usage("db update", "no source: give --from URL, or set database.urls in plimsoll.yaml");
    _cleanup_(scan_request_done) ScanRequest rq = {0};
    int rc = scan_request(cli, &rq);
    if (rc)
        return rc;
    const RegistryOptions *registry = &rq.image.registry;
    HttpOptions http = {.ca_file = registry->ca_file,
                        .client_cert = registry->client_cert,
                        .client_key = registry->client_key,
                        .insecure_tls = registry->insecure_tls};
    UpdateOptions update = {.http = &http, .registry = registry, .progress = on_bytes};
    for (size_t i = 0; i < n; i++) {
        UpdateReport report;
        _cleanup_error_ Error err = {0};
        progress_begin("Getting the advisory database", 0, 0);
        int r = advisory_update(sources[i], path, &update, &report, &err);
        progress_end();
        if (r >= 0) {
            _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
            if (report.changed)
                buf_printf(&out, "%s: new database %s, %.1f MB downloaded\n", path, report.digest, (double) report.downloaded / 1e6);
            else
                buf_printf(&out, "%s: up to date, %s\n", path, report.digest);
            return output_write(cli, buf_view(&out));
        }
        message_error("%s", error_text(&err, r));
    }
    tell_old(path);
    return EXIT_INCOMPLETE;
}

const Command command_db_update = {
    .name = "db update",
    .summary = "Gets the advisory database from a web server or a registry",
    .description = "The checksum is verified before anything of the download is looked at, the content digest before the old database is replaced. When no source can "
                   "be reached the old one stays in use, its dates are shown, and the exit code is 3. An interrupted download over HTTP is gone on with the next time.",
    .examples = "plimsoll db update --from https://mirror.example/advisories.db.zst  # with advisories.db.zst.sha256 beside it\n"
                "plimsoll db update --from oci://registry.example/plimsoll/advisories:1  # an OCI artifact\n",
    .options = {options, database_options, registry_options},
    .workers = true,
    .run = run,
};
