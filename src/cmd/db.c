/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/db.h"

const Option db_options[] = {
    {.name = "--db", .arg = "FILE", .doc = "Advisory database; otherwise advisories.db in the user's data directory", .env = "PLIMSOLL_DB", .config = "database.file", .is_file = true},
    {0},
};

char *db_path(const Cli *cli) {
    const char *path = cli_value(cli, "--db");
    return path && *path ? xstrdup(path) : advisory_db_default_path();
}

const char *db_date(int64_t t, char buf[static TIME_TEXT_MAX]) {
    return t == TIME_NONE ? "-" : time_format_date(t, buf);
}
