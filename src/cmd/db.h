/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands around the advisory database share. */
#pragma once

#include "advisory/db.h"
#include "cmd/command.h"

/* The database's path: --db, its variable or setting, or the default place. A fresh string; the caller frees. */
char *db_path(const Cli *cli);
/* advisory_db_open() with what to do when there is none. */
int db_open(const char *path, AdvisoryDb **ret, Error *err);
/* "2025-02-12", "-" when unknown; into buf. */
const char *db_date(int64_t t, char buf[static TIME_TEXT_MAX]);
