/* SPDX-License-Identifier: Apache-2.0 */
/* Amazon Linux security advisories: updateinfo as JSON. The collection names release and repository:
 * "amazon-linux-2023", "amazon-linux-2", "amazon-linux-2---postgresql14" (an extras topic), "amazon-linux-ami" (the first one). */
#include "advisory/feed-rpm.h"

#include <ctype.h>

#include "base/map.h"

/* Extras bring other versions of packages that the core repository has, too, and a package does not tell where it came from. The
 * version in a topic's name does: what is older than it is not of the topic. "postgresql14" and "14.5-1" give "14", with the epoch. */
static Str topic_version(Arena *a, Str topic, Str evr) {
    size_t i = topic.n;
    while (i > 0 && (isdigit((unsigned char) topic.p[i - 1]) || topic.p[i - 1] == '.'))
        i--;
    Str version = str_from_at(topic, i), epoch = STR_NULL, rest = evr, front;
    if (str_empty(version) || !isdigit((unsigned char) version.p[0]))
        return STR_NULL;
    if (str_cut(evr, ':', &epoch, &front))
        rest = front;
    if (!str_starts(rest, version) || (rest.n > version.n && isdigit((unsigned char) rest.p[version.n])))
        return STR_NULL;
    return str_empty(epoch) ? version : arena_printf(a, "%.*s:%.*s", STR_FMT(epoch), STR_FMT(version));
}

/* The release key, and the topic of an extras repository. */
static bool collection_release(Str collection, Str *ret_release, Str *ret_topic) {
    static const struct {
        const char *collection, *release;
    } releases[] = {
        {"amazon-linux-2023", "amazon:2023"}, {"amazon-linux-2022", "amazon:2022"}, {"amazon-linux-2", "amazon:2"},
        {"amazon-linux-ami", "amazon:2018.03"}, {"amazon-linux", "amazon:2018.03"},
    };
    ssize_t at = str_find(collection, STR("---"));
    *ret_topic = at < 0 ? STR_NULL : str_from_at(collection, (size_t) at + 3);
    if (at >= 0)
        collection = str_head(collection, (size_t) at);
    for (size_t i = 0; i < ARRAY_SIZE(releases); i++)
        if (str_eqz(collection, releases[i].collection)) {
            *ret_release = str_from(releases[i].release);
            return true;
        }
    return false;
}

typedef struct Entry {
    Str package, evr, arches;
} Entry;

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    Str id = node_get_str(root, "ID"), release, topic;
    const Node *collection = node_path(root, "Pkglist", "Collection", NULL);
    if (str_empty(id)) {
        sink->problem(sink->userdata, line, "no ID");
        return -EINVAL;
    }
    int64_t updated = feed_time(str_head(node_get_str(node_get(root, "Updated"), "Date"), 10));
    if (updated != TIME_NONE)
        sink->date(sink->userdata, updated);
    if (!collection_release(node_get_str(collection, "Short"), &release, &topic)) {
        sink->problem(sink->userdata, line, "%.*s: unknown collection \"%.*s\"", STR_FMT(str_head(id, 60)),
                      STR_FMT(str_head(node_get_str(collection, "Short"), 60)));
        return -EINVAL;
    }
    RpmAdvisory adv = rpm_advisory_new(sink, a, id, STR_NULL);
    severity_parse(node_get_str(root, "Severity"), &adv.severity);
    if (!str_empty(topic))
        adv.status_text = arena_printf(a, "amzn2extra-%.*s", STR_FMT(topic));
    node_each(ref, node_path(root, "References", "Reference", NULL))
        rpm_advisory_cve(&adv, node_get_str(ref, "ID"));

    _cleanup_(map_done) Map entries = {0};
    node_each(p, node_get(collection, "Package")) {
        Str name = node_get_str(p, "Name"), epoch = node_get_str(p, "Epoch"), version = node_get_str(p, "Version"), arch = node_get_str(p, "Arch");
        Str build = node_get_str(p, "Release");
        if (str_empty(name) || str_empty(version) || str_empty(build) || rpm_is_debug(name) || str_eqz(arch, "src"))
            continue;
        Str evr = str_empty(epoch) || str_eqz(epoch, "0")
                      ? arena_printf(a, "%.*s-%.*s", STR_FMT(version), STR_FMT(build))
                      : arena_printf(a, "%.*s:%.*s-%.*s", STR_FMT(epoch), STR_FMT(version), STR_FMT(build));
        void **slot = map_slot(&entries, arena_printf(a, "%.*s %.*s", STR_FMT(name), STR_FMT(evr)), NULL);
        Entry *e = *slot;
        if (!e) {
            *slot = e = arena_new(a, Entry);
            *e = (Entry) {name, evr, arch};
        } else if (e->arches.n < 100 && !str_has_word(e->arches, arch)) {
            e->arches = arena_printf(a, "%.*s %.*s", STR_FMT(e->arches), STR_FMT(arch));
        }
    }
    for (size_t i = 0; i < entries.n; i++) {
        const Entry *e = entries.entries[i].value;
        int r = rpm_advisory_row(&adv, release, e->package, topic_version(a, topic, e->evr), e->evr, e->arches, STR_NULL);
        if (r < 0)
            return r;
    }
    VulnDetail d = feed_detail_new(id);
    d.title = feed_title(a, node_get_str(root, "Title"));
    return adv.n_cves ? 0 : sink->detail(sink->userdata, &d);
}

static bool detect(Str path, Str head) {
    return feed_head_id(head, "ALAS");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_amazon_alas = {
    .name = "amazon-alas",
    .doc = "Amazon Linux security advisories (ALAS) for Amazon Linux 1, 2, 2022 and 2023, core and extras repositories.",
    .source = "https://alas.aws.amazon.com/",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 63,
};
