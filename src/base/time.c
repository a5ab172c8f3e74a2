/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t DAY = 86400;

int64_t time_from_civil(int64_t y, unsigned m, unsigned d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned) (y - era * 400);
    unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (era * 146097 + (int64_t) doe - 719468) * DAY;
}

/* Exactly n digits at *s, consumed. */
static bool digits(Str *s, size_t n, unsigned *ret) {
    uint64_t v;
    if (s->n < n || str_to_u64(str_head(*s, n), 9999, &v) < 0)
        return false;
    *ret = (unsigned) v;
    *s = str_from_at(*s, n);
    return true;
}

static bool eat(Str *s, const char *any) {
    if (s->n == 0 || !strchr(any, s->p[0]) || s->p[0] == 0)
        return false;
    *s = str_from_at(*s, 1);
    return true;
}

int time_parse(Str s, int64_t *ret) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned y, mo, d, h = 0, mi = 0, sec = 0, oh = 0, om = 0;
    int sign = 0;
    if (!digits(&s, 4, &y) || !eat(&s, "-") || !digits(&s, 2, &mo) || !eat(&s, "-") || !digits(&s, 2, &d))
        return -EINVAL;
    if (mo < 1 || mo > 12 || d < 1)
        return -EINVAL;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (d > days[mo - 1] + (mo == 2 && leap ? 1u : 0u))
        return -EINVAL;
    if (s.n) {
        if (!eat(&s, "Tt ") || !digits(&s, 2, &h) || !eat(&s, ":") || !digits(&s, 2, &mi))
            return -EINVAL;
        if (eat(&s, ":") && !digits(&s, 2, &sec))
            return -EINVAL;
        if (eat(&s, ".")) {
            size_t n = 0;
            while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
                n++;
            if (n == 0)
                return -EINVAL;
            s = str_from_at(s, n);
        }
        if (s.n && !eat(&s, "Zz")) {
            sign = s.p[0] == '+' ? 1 : -1;
            if (!eat(&s, "+-") || !digits(&s, 2, &oh))
                return -EINVAL;
            eat(&s, ":");
            if (!digits(&s, 2, &om))
                return -EINVAL;
        }
        if (s.n || h > 23 || mi > 59 || sec > 60 || oh > 23 || om > 59)
            return -EINVAL;
    }
    int64_t t = time_from_civil(y, mo, d) + (int64_t) h * 3600 + (int64_t) mi * 60 + (int64_t) sec - sign * ((int64_t) oh * 3600 + (int64_t) om * 60);
    if (t > TIME_LAST)
        return -EINVAL;
    *ret = t;
    return 0;
}

const char *time_format(int64_t t, char buf[static TIME_TEXT_MAX]) {
    struct tm tm;
    time_t tt = (time_t) t;
    buf[0] = 0;
    if (t != TIME_NONE && gmtime_r(&tt, &tm))
        strftime(buf, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return buf;
}

const char *time_format_date(int64_t t, char buf[static TIME_TEXT_MAX]) {
    time_format(t, buf);
    char *end = strchr(buf, 'T');
    if (end)
        *end = 0;
    return buf;
}

int64_t time_now(void) {
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t v;
    if (epoch && str_to_u64(str_from(epoch), TIME_LAST, &v) == 0)
        return (int64_t) v;
    return (int64_t) time(NULL);
}

int64_t time_steady_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t time_steady_ms(void) {
    return time_steady_ns() / 1000000;
}

int64_t time_steady(void) {
    return time_steady_ns() / 1000000000;
}
