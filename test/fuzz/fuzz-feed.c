/* SPDX-License-Identifier: Apache-2.0 */
/* Documents of every feed, as a publisher or whoever stands between may send them. The first byte picks the feed: 0 asks detect(). What a feed
 * says goes through the worker's encoding and the parent's decoding of it. */
#include <stdlib.h>

#include "advisory/codec.h"
#include "advisory/collect.h"
#include "advisory/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    if (n == 0)
        return 0;
    size_t n_feeds;
    const Feed *const *all = feeds(&n_feeds);
    Str text = str_n((const char *) p + 1, n - 1), path = STR("dir/debian.json");
    const Feed *feed = p[0] % (n_feeds + 1) ? all[p[0] % (n_feeds + 1) - 1] : feed_detect(path, str_head(text, FEED_HEAD_MAX));
    if (!feed)
        return 0;
    Limits limits = limits_default();
    Buf out = buf_new((size_t) 1 << 28);
    StreamWriter w;
    stream_writer_init(&w, -1, &out);
    FeedSink sink = stream_sink(&w);
    stream_document(&w, feed, path);
    FeedInput in = {.path = path, .bytes = text, .first_line = 1, .limits = &limits};
    int r = feed->parse(&in, &sink);
    stream_document_end(&w, 0);
    if (stream_flush(&w) == 0 && (r == 0 || r == -EINVAL)) {
        BuildReport report = {0};
        vec_push(&report.files, (BuildFile) {.path = STR("f")});
        Collect c = {.report = &report};
        CollectReader reader;
        collect_reader_init(&reader, &c, 0);
        if (collect_reader_push(&reader, buf_view(&out)) < 0 || collect_reader_end(&reader) < 0)
            abort();
        collect_reader_done(&reader);
        collect_done(&c);
        build_report_done(&report);
    }
    stream_writer_done(&w);
    buf_done(&out);
    return 0;
}
