/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-util.h"

static bool detect(Str path, Str head) {
    (void) path;
    return feed_has(head, "\"catalogVersion\"") && feed_has(head, "\"vulnerabilities\"");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_free_ char *name = str_dup(in->path);
    Arena a = {0};
    Diag d = {0};
    Node *root = NULL;
    int r = json_parse(in->bytes, name, in->limits, &a, &d, &root);
    if (r < 0)
        sink->problem(sink->userdata, d.items.n ? d.items.p[0].line : 0, "%s", d.items.n ? d.items.p[0].message : "no JSON document");
    else
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
    diag_done(&d);
    arena_done(&a);
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
