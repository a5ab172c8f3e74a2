/* SPDX-License-Identifier: Apache-2.0 */
/* Rocky Linux errata as its Apollo service has them: binary packages by architecture. */
#include "advisory/feed-rpm.h"
#include "base/map.h"
#include "base/vec.h"

typedef struct Entry {
    Str package, evr;
    Str arches[8];
    size_t n_arches;
} Entry;

static int rows(RpmAdvisory *adv, Str release, const Node *nvras) {
    _cleanup_(map_done) Map entries = {0};
    node_each(nvra, nvras) {
        Str name, evr, arch, s = node_str(nvra);
        if (rpm_nevra(s, true, &name, &evr, &arch) < 0 || str_eqz(arch, "src") || rpm_is_debug(name))
            continue;
        void **slot = map_slot(&entries, arena_printf(adv->a, "%.*s %.*s", STR_FMT(name), STR_FMT(evr)), NULL);
        Entry *e = *slot;
        if (!e) {
            *slot = e = arena_new(adv->a, Entry);
            *e = (Entry) {.package = name, .evr = evr};
        }
        bool known = false;
        for (size_t i = 0; i < e->n_arches; i++)
            known = known || str_eq(e->arches[i], arch);
        if (!known && e->n_arches < ARRAY_SIZE(e->arches))
            e->arches[e->n_arches++] = arch;
    }
    for (size_t i = 0; i < entries.n; i++) {
        const Entry *e = entries.entries[i].value;
        Str arches = e->arches[0];
        for (size_t k = 1; k < e->n_arches; k++)
            arches = arena_printf(adv->a, "%.*s %.*s", STR_FMT(arches), STR_FMT(e->arches[k]));
        int r = rpm_advisory_row(adv, release, e->package, STR_NULL, e->evr, arches, STR_NULL);
        if (r < 0)
            return r;
    }
    return 0;
}

static int record(const FeedInput *in, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    const Node *list = node_get(root, "advisories"); /* a page of the service's listing */
    if (list) {
        node_each(item, list) {
            int r = record(in, sink, a, item->line, item);
            if (r < 0 && r != -EINVAL)
                return r;
        }
        return 0;
    }
    Str id = node_get_str(root, "name"), severity = node_get_str(root, "severity");
    if (str_empty(id)) {
        sink->problem(sink->userdata, line, "no name");
        return -EINVAL;
    }
    RpmAdvisory adv = rpm_advisory_new(sink, a, id, node_get_str(root, "synopsis"));
    if (str_starts(severity, STR("SEVERITY_")))
        severity_parse(str_from_at(severity, 9), &adv.severity);
    int64_t published = feed_time(node_get_str(root, "publishedAt"));
    if (published != TIME_NONE)
        sink->date(sink->userdata, published);
    node_each(cve, node_get(root, "cves"))
        rpm_advisory_cve(&adv, node_get_str(cve, "name"));
    node_each(product, node_get(root, "rpms")) {
        /* "Rocky Linux SIG Cloud 9" are packages of a special interest group, beside the distribution's own. */
        Str release;
        if (!rpm_release(a, product->key, "Rocky Linux ", "rocky", &release))
            continue;
        int r = rows(&adv, release, node_get(product, "nvras"));
        if (r < 0)
            return r;
    }
    Str description = node_get_str(root, "description");
    VulnDetail common = feed_detail_new(id);
    common.title = feed_title(a, node_get_str(root, "synopsis"));
    int r = rpm_advisory_details(&adv, description, &common);
    node_each(cve, node_get(root, "cves")) {
        if (r < 0)
            return r;
        VulnDetail d = feed_detail_new(node_get_str(cve, "name"));
        Str vector = node_get_str(cve, "cvss3ScoringVector");
        if (!feed_is_cve(d.id) || !str_starts(vector, STR("CVSS:")) || vector.n > 300)
            continue;
        d.cvss[d.n_cvss++] = (Cvss) {.vector = vector, .source = STR("rocky"), .score10 = -1};
        r = sink->detail(sink->userdata, &d);
    }
    return r;
}

static bool detect(Str path, Str head) {
    return feed_has(head, "\"affectedProducts\"");
}

static int parse(const FeedInput *in, const FeedSink *sink) {
    return feed_each_record(in, sink, record);
}

const Feed feed_rocky_errata = {
    .name = "rocky-errata",
    .doc = "Rocky Linux errata (RLSA) as its Apollo service publishes them: binary packages by architecture.",
    .source = "https://errata.rockylinux.org/api/v2/advisories (BSD-3-Clause)",
    .detect = detect,
    .parse = parse,
    .lines = true,
    .fuzzer = "feed",
    .rank = 62,
};
