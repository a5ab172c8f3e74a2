/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPEs the packages of a Red Hat repository have. CPEs are handed on without their front, as redhat-osv's ecosystems have
 * them: "cpe:/o:redhat:enterprise_linux:9::baseos" is "enterprise_linux:9::baseos". */
#include "advisory/feed-rpm.h"

static int parse(const FeedInput *in, const FeedSink *sink) {
    _cleanup_(arena_done) Arena a = {0};
    Node *root = NULL;
    int r = feed_json(in, sink, &a, &root);
    if (r < 0)
        return r == -EINVAL || r == -E2BIG ? 0 : r;
    node_each(repository, node_get(root, "data")) {
        sink->count(sink->userdata);
        node_each(cpe, node_get(repository, "cpes")) {
            Str s = node_str(cpe);
            if (!str_starts(s, STR("cpe:/o:redhat:")) && !str_starts(s, STR("cpe:/a:redhat:")))
                continue;
            r = sink->repository_cpe(sink->userdata, repository->key, str_from_at(s, 14));
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static bool detect(Str path, Str head) {
    return feed_has(head, "\"data\"") && feed_has(head, "\"cpes\"") && feed_has(head, "cpe:/");
}

const Feed feed_redhat_repository_cpe = {
    .name = "redhat-repository-cpe",
    .doc = "Red Hat's mapping from repositories (content sets) to CPEs.",
    .source = "https://security.access.redhat.com/data/meta/v1/repository-to-cpe.json (CC-BY-4.0)",
    .detect = detect,
    .parse = parse,
    .fuzzer = "feed",
    .rank = 90,
};
