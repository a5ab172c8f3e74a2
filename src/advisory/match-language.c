/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/match-language.h"

typedef enum Place { PLACE_BEFORE, PLACE_IN, PLACE_FIXED, PLACE_ABOVE_LAST } Place;

static Place place_of(const VersionScheme *scheme, Str v, const AdvisoryRow *r) {
    if (!str_empty(r->introduced) && scheme->compare(v, r->introduced) < 0)
        return PLACE_BEFORE;
    if (!str_empty(r->fixed) && scheme->compare(v, r->fixed) >= 0)
        return PLACE_FIXED;
    if (!str_empty(r->last_affected) && scheme->compare(v, r->last_affected) > 0)
        return PLACE_ABOVE_LAST;
    return PLACE_IN;
}

static bool has_line(Str lines, Str line) {
    Str l;
    while (str_split(&lines, '\n', &l))
        if (str_eq(l, line))
            return true;
    return false;
}

static bool is_linked(const PackageFact *f, const AdvisoryRow *r) {
    Str words = r->imports, path;
    while (str_split(&words, ' ', &path))
        if (has_line(f->linked, path))
            return true;
    return false;
}

/* What "not affected" takes out of the ranges of the same record. */
static bool excepted(const VersionScheme *scheme, Str v, Str advisory, const AdvisoryRow *rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (rows[i].status == FIX_NOT_AFFECTED && str_eq(rows[i].advisory, advisory) && place_of(scheme, v, &rows[i]) == PLACE_IN)
            return true;
    return false;
}

static bool affects(const VersionScheme *scheme, Str v, const AdvisoryRow *r, const AdvisoryRow *rows, size_t n) {
    return r->status != FIX_NOT_AFFECTED && place_of(scheme, v, r) == PLACE_IN && !excepted(scheme, v, r->advisory, rows, n);
}

static bool any_affects(const VersionScheme *scheme, Str v, const AdvisoryRow *rows, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (affects(scheme, v, &rows[i], rows, n))
            return true;
    return false;
}

/* The lowest fix above the installed version that no record takes for affected; where all are, the lowest. NULL: none is named. */
static const AdvisoryRow *fix_above(const VersionScheme *scheme, Str v, const AdvisoryRow *rows, size_t n) {
    const AdvisoryRow *lowest = NULL, *clean = NULL;
    for (size_t i = 0; i < n; i++) {
        const AdvisoryRow *r = &rows[i];
        if (r->status != FIX_FIXED || str_empty(r->fixed) || scheme->compare(r->fixed, v) <= 0)
            continue;
        if (!lowest || scheme->compare(r->fixed, lowest->fixed) < 0)
            lowest = r;
        if ((!clean || scheme->compare(r->fixed, clean->fixed) < 0) && !any_affects(scheme, r->fixed, rows, n))
            clean = r;
    }
    return clean ? clean : lowest;
}

MatchDecision match_language(const VersionScheme *scheme, const PackageFact *f, const AdvisoryRow *rows, size_t n) {
    static const MatchReason reasons[] = {
        [PLACE_BEFORE] = MATCH_BEFORE_INTRODUCED, [PLACE_IN] = MATCH_VENDOR_SAYS_NOT, [PLACE_FIXED] = MATCH_AT_OR_ABOVE_FIX, [PLACE_ABOVE_LAST] = MATCH_ABOVE_LAST};
    MatchDecision d = {.rows = rows, .n_rows = n, .row = &rows[0], .reason = reasons[place_of(scheme, f->version, &rows[0])], .compared = f->version};
    const AdvisoryRow *in = NULL, *unlinked = NULL;
    bool linked = str_empty(f->linked);
    for (size_t i = 0; i < n; i++) {
        const AdvisoryRow *r = &rows[i];
        if (!affects(scheme, f->version, r, rows, n))
            continue;
        in = in ? in : r;
        /* Records that name import paths know more than those that speak of the whole module. */
        if (!str_empty(f->linked) && !str_empty(r->imports)) {
            if (is_linked(f, r))
                linked = true;
            else
                unlinked = unlinked ? unlinked : r;
        }
    }
    if (!in)
        return d;
    if (unlinked && !linked) {
        d.row = unlinked;
        d.reason = MATCH_NOT_LINKED;
        return d;
    }
    const AdvisoryRow *fix = fix_above(scheme, f->version, rows, n);
    d.affected = true;
    d.row = fix ? fix : in;
    d.fixed = fix ? fix->fixed : STR_NULL;
    d.reason = fix ? MATCH_BELOW_FIX : MATCH_IN_RANGE;
    return d;
}
