/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/notice.h"

#include <stdio.h>

#include "base/time.h"
#include "parse/json-write.h"

static const char *const severities[] = {"Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"};

void notice_write(DeliverFormat format, const Notice *n, Buf *out) {
    const char *severity = severities[n->severity & 7];
    time_t seconds = (time_t) (n->time / 1000000000);
    struct tm tm = {0};
    localtime_r(&seconds, &tm);
    _cleanup_(buf_done) Buf text = buf_new(out->max);
    buf_printf(&text, "%02d:%02d:%02d.%09lld: %s %s", tm.tm_hour, tm.tm_min, tm.tm_sec, (long long) (n->time % 1000000000), severity, n->text);
    if (format == DELIVER_TEXT) {
        buf_str(out, buf_view(&text));
        return;
    }
    char date[TIME_TEXT_MAX], when[TIME_TEXT_MAX + 16];
    time_format(n->time / 1000000000, date);
    snprintf(when, sizeof(when), "%.*s.%09lldZ", (int) strlen(date) - 1, date, (long long) (n->time % 1000000000));
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_strz(&w, "hostname", n->hostname);
    json_str(&w, "output", buf_view(&text));
    json_map(&w, "output_fields");
    if (n->of_key)
        json_str(&w, n->of_key, n->of);
    json_u64(&w, n->count_key, n->count);
    json_end(&w);
    json_strz(&w, "priority", severity);
    json_str(&w, "rule", n->rule);
    json_strz(&w, "source", "internal");
    json_list(&w, "tags");
    json_end(&w);
    json_strz(&w, "time", when);
    json_end(&w);
}
