/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as seconds since 1970-01-01T00:00:00Z, in UTC; TIME_NONE when not known. */
#pragma once

#include "base/str.h"

#define TIME_NONE INT64_MIN
/* 9999-12-31T23:59:59Z, the last that RFC 3339 can write. */
#define TIME_LAST INT64_C(253402300799)
enum { TIME_TEXT_MAX = 32 };

/* RFC 3339 ("2025-02-12T10:15:00Z", with fraction and offset, "T" or a space) or a bare date "2025-02-12". -EINVAL. */
int time_parse(Str s, int64_t *ret);
/* "2025-02-12T10:15:00Z"; "" for TIME_NONE. Returns buf. */
const char *time_format(int64_t t, char buf[static TIME_TEXT_MAX]);
/* "2025-02-12". */
const char *time_format_date(int64_t t, char buf[static TIME_TEXT_MAX]);
/* Days from civil date and back (proleptic Gregorian; Howard Hinnant's algorithms). month and day from 1. */
int64_t time_from_civil(int64_t year, unsigned month, unsigned day);
/* SOURCE_DATE_EPOCH when it is set and valid, else the clock. */
int64_t time_now(void);
/* Seconds of a clock that nobody sets: for what is done every so often. Says nothing of the date. */
int64_t time_steady(void);
int64_t time_steady_ms(void);
int64_t time_steady_ns(void);
