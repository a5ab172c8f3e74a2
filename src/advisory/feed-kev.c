/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    (void) path;
    return feed_has(head, "\"catalogVersion\"") && feed_has(head, "\"vulnerabilities\"");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_(arena_done) Arena a = {0};
    Node *root = NULL;
    int r = feed_json(in, sink, &a, &root);
    if (r == 0)
        sink->date(sink->userdata, feed_time(node_get_str(root, "dateReleased")));
    node_each(item, node_get(root, "vulnerabilities")) {
        Str id = node_get_str(item, "cveID"), due = node_get_str(item, "dueDate");
        sink->count(sink->userdata);
        if (!feed_is_cve(id) || (!str_empty(due) && feed_time(due) == TIME_NONE)) {
            sink->problem(sink->userdata, item->line, "an entry without a CVE id, or with a due date that is none");
            continue;
        }
        VulnDetail detail = feed_detail_new(id);
        detail.title = feed_title(&a, node_get_str(item, "vulnerabilityName"));
        detail.kev = true;
        detail.kev_due = due;
        r = sink->detail(sink->userdata, &detail);
        if (r < 0)
            break;
    }
    return r;
}

const Feed feed_kev = {
    .name = "kev",
    .doc = "CISA: vulnerabilities known to be exploited, with due dates",
    .source = "https://www.cisa.gov/known-exploited-vulnerabilities-catalog; CC0",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 90,
};
