/* SPDX-License-Identifier: Apache-2.0 */
/* The content digest of an advisory database: over what the tables hold, not over SQLite's pages. */
#pragma once

#include "base/error.h"
#include "store/store.h"

enum { ADVISORY_DIGEST_MAX = 7 + 64 + 1 };
/* Writes "sha256:…". */
int advisory_content_digest(Store *s, char ret[static ADVISORY_DIGEST_MAX], Error *err);
