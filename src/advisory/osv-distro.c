/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/osv-distro.h"

enum { IDS_MAX = 1000 };

typedef struct Record {
    const OsvDistro *distro;
    const FeedSink *sink;
    Str *ids;             /* that rows are about */
    size_t n_ids;
    AdvisoryRow row;
    Str release, package;
} Record;

static Str without_prefix(const OsvDistro *distro, Str id) {
    Str prefix = str_from(distro->id_prefix);
    return str_starts(id, prefix) && feed_is_cve(str_from_at(id, prefix.n)) ? str_from_at(id, prefix.n) : id;
}

static void add_ids(Record *r, const Node *list) {
    node_each(item, list) {
        Str id = without_prefix(r->distro, node_str(item));
        bool known = !feed_is_cve(id) || r->n_ids == IDS_MAX;
        for (size_t i = 0; i < r->n_ids && !known; i++)
            known = str_eq(r->ids[i], id);
        if (!known)
            r->ids[r->n_ids++] = id;
    }
}

static int emit(void *userdata, Str introduced, Str fixed, Str last) {
    Record *r = userdata;
    AdvisoryRow row = r->row;
    row.introduced = introduced;
    row.fixed = fixed;
    row.last_affected = last;
    if (row.status == FIX_UNKNOWN)
        row.status = str_empty(fixed) ? FIX_AFFECTED : FIX_FIXED;
    if (str_eqz(fixed, "0")) { /* "fixed" before every version */
        row.status = FIX_NOT_AFFECTED;
        row.fixed = STR_NULL;
    }
    for (size_t i = 0; i < r->n_ids; i++) {
        row.id = r->ids[i];
        int rc = r->sink->row(r->sink->userdata, r->release, r->package, &row);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Debian states an urgency, Ubuntu a severity of type "Ubuntu". */
static void rate(AdvisoryRow *row, const Node *root, const Node *affected) {
    Str urgency = node_get_str(node_get(affected, "ecosystem_specific"), "urgency");
    if (str_empty(urgency))
        urgency = node_get_str(node_get(affected, "database_specific"), "urgency");
    if (str_eqz(urgency, "end-of-life")) {
        row->status = FIX_END_OF_LIFE;
        row->status_text = urgency;
    }
    const Node *lists[] = {node_get(affected, "severity"), node_get(root, "severity")};
    for (size_t i = 0; i < ARRAY_SIZE(lists) && str_empty(urgency); i++)
        node_each(item, lists[i])
            if (str_eqz(node_get_str(item, "type"), "Ubuntu"))
                urgency = node_get_str(item, "score");
    /* What is no word for a severity ("not yet assigned") leaves it unknown. */
    (void) severity_parse(urgency, &row->severity);
}

int osv_distro_record(const OsvDistro *distro, const FeedSink *sink, Arena *a, uint32_t line, const Node *root) {
    Str own = without_prefix(distro, node_get_str(root, "id"));
    if (str_empty(own)) {
        sink->problem(sink->userdata, line, "an OSV record without \"id\"");
        return -EINVAL;
    }
    Record r = {.distro = distro, .sink = sink, .ids = arena_alloc(a, (IDS_MAX + 1) * sizeof(Str))};
    bool advisory = !feed_is_cve(own);
    if (advisory) {
        add_ids(&r, node_get(root, "upstream"));
        add_ids(&r, node_get(root, "aliases"));
        if (r.n_ids == 0)
            add_ids(&r, node_get(root, "related"));
        r.row.advisory = own;
    }
    if (r.n_ids == 0)
        r.ids[r.n_ids++] = own;

    VulnDetail d = feed_osv_detail(a, root, STR("nvd"));
    d.id = own;
    sink->date(sink->userdata, d.modified);
    int rc = sink->detail(sink->userdata, &d);
    if (rc < 0 || d.withdrawn)
        return rc;

    node_each(affected, node_get(root, "affected")) {
        const Node *package = node_get(affected, "package");
        Str ecosystem = node_get_str(package, "ecosystem"), rest, name;
        r.package = node_get_str(package, "name");
        if (!str_cut(ecosystem, ':', &name, &rest) || !str_eqz(name, distro->ecosystem))
            continue;
        char key[64];
        r.row = (AdvisoryRow) {.advisory = advisory ? own : STR_NULL};
        if (!distro->release(rest, key, sizeof(key), &r.row.repositories))
            continue;
        if (str_empty(r.package)) {
            sink->problem(sink->userdata, line, "%.*s: an affected package without name", STR_FMT(own));
            return -EINVAL;
        }
        r.release = str_from(key);
        rate(&r.row, root, affected);
        rc = feed_osv_ranges(affected, emit, &r);
        if (rc < 0)
            return rc;
    }
    return 0;
}

bool osv_distro_detect(Str head, const char *ecosystem) {
    ssize_t at = str_find(head, STR("\"ecosystem\""));
    if (at < 0)
        return false;
    Str rest = str_trim(str_from_at(head, (size_t) at + 11));
    if (rest.n == 0 || rest.p[0] != ':')
        return false;
    rest = str_trim(str_from_at(rest, 1));
    return rest.n && rest.p[0] == '"' && str_starts(str_from_at(rest, 1), str_from(ecosystem));
}
