/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/db.h"

char *db_path(const Cli *cli) {
    const char *path = cli_value(cli, "--db");
    return path && *path ? xstrdup(path) : advisory_db_default_path();
}

int db_open(const char *path, AdvisoryDb **ret, Error *err) {
    int r = advisory_db_open(path, ret, err);
    if (r == -ENOENT)
        return error_set(err, r, "%s: there is no advisory database; make one with `plimsoll db update` or `plimsoll db build FEED_DIR`", path);
    return r;
}

const char *db_date(int64_t t, char buf[static TIME_TEXT_MAX]) {
    return t == TIME_NONE ? "-" : time_format_date(t, buf);
}
