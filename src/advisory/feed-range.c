/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-range.h"

int cut_compare(const VersionScheme *scheme, Cut a, Cut b) {
    bool ends = a.side == CUT_START || a.side == CUT_END || b.side == CUT_START || b.side == CUT_END;
    int r = ends ? 0 : scheme->compare(a.version, b.version);
    return r ? r : (int) a.side - (int) b.side;
}

/* No version is below "1.3.A" that is not below all pre-releases of 1.3 (Gem::Version: letters before digits, "A" first). */
static Str before_all(Arena *a, Str version) {
    return arena_printf(a, "%.*s.A", STR_FMT(version));
}

int feed_range_span(const VersionRange *range, uint32_t alternative, Arena *a, VersionSpan *ret) {
    static const struct {
        CutSide from, to; /* CUT_END, CUT_START: no bound on this side */
    } sides[] = {
        [VERSION_OP_EQ] = {CUT_BELOW, CUT_ABOVE},     [VERSION_OP_LT] = {CUT_END, CUT_BELOW}, [VERSION_OP_LE] = {CUT_END, CUT_ABOVE},
        [VERSION_OP_GT] = {CUT_ABOVE, CUT_START},     [VERSION_OP_GE] = {CUT_BELOW, CUT_START}, [VERSION_OP_BEFORE] = {CUT_END, CUT_BELOW},
    };
    VersionSpan out = {{CUT_START, STR_NULL}, {CUT_END, STR_NULL}, false};
    for (size_t i = 0; i < range->n; i++) {
        const VersionBound *b = &range->bounds[i];
        if (b->alternative != alternative)
            continue;
        if (b->op == VERSION_OP_NE)
            return -EINVAL;
        Str version = b->op == VERSION_OP_BEFORE ? before_all(a, b->version) : b->version;
        Cut from = {sides[b->op].from, version}, to = {sides[b->op].to, version};
        if (from.side != CUT_END && cut_compare(range->scheme, from, out.from) > 0)
            out.from = from;
        if (to.side != CUT_START && cut_compare(range->scheme, to, out.to) < 0)
            out.to = to;
    }
    *ret = out;
    return 0;
}

int feed_range_rows(const FeedSink *sink, Str release, Str package, const AdvisoryRow *row, Cut from, Cut to, bool fix) {
    AdvisoryRow out = *row;
    if (from.side != CUT_START)
        out.introduced = from.version;
    if (to.side == CUT_ABOVE)
        out.last_affected = to.version;
    else if (to.side != CUT_END)
        out.fixed = to.version;
    out.status = fix && to.side == CUT_BELOW ? FIX_FIXED : FIX_AFFECTED;
    int r = sink->row(sink->userdata, release, package, &out);
    if (r < 0 || from.side != CUT_ABOVE)
        return r;
    AdvisoryRow not = *row;
    not.status = FIX_NOT_AFFECTED;
    not.introduced = not.last_affected = from.version;
    return sink->row(sink->userdata, release, package, &not);
}
