/* SPDX-License-Identifier: Apache-2.0 */
/* updateinfo.xml: the first line is the document's path, which names the release. */
#include <stdlib.h>

#include "advisory/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int row(void *userdata, Str release, Str package, const AdvisoryRow *r) {
    if (str_empty(release) || str_empty(package) || str_empty(r->id) || str_starts(r->fixed, STR("0:")))
        abort();
    return 0;
}
static int detail(void *userdata, const VulnDetail *d) {
    if (str_empty(d->id))
        abort();
    return 0;
}
static int eol(void *userdata, Str release, int64_t standard, int64_t extended) {
    return 0;
}
static int repository_cpe(void *userdata, Str repository, Str cpe) {
    return 0;
}
static void date(void *userdata, int64_t t) {
}
static void count(void *userdata) {
}
_printf_(3, 4) static void problem(void *userdata, uint32_t line, const char *fmt, ...) {
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str rest = str_n((const char *) p, n), path = STR_NULL;
    Limits limits = limits_default();
    limits.document_nodes = 100000;
    if (!str_line(&rest, &path))
        return 0;
    FeedSink sink = {NULL, row, detail, eol, repository_cpe, date, count, problem};
    FeedInput in = {.path = path, .bytes = rest, .limits = &limits};
    feed_by_name(STR("updateinfo"))->parse(&in, &sink);
    return 0;
}
