/* SPDX-License-Identifier: Apache-2.0 */
/* Debian Policy 5.6.12 and deb-version(7). */
#include <limits.h>

#include "version/digits.h"
#include "version/version.h"

typedef struct Parts {
    Str epoch, upstream, revision;
    bool has_epoch, has_revision;
} Parts;

static Parts split(Str v) {
    Parts p = {.upstream = v};
    Str rest = v;
    Str epoch = version_take_digits(&rest);
    if (epoch.n && rest.n && rest.p[0] == ':') {
        p.epoch = epoch;
        p.upstream = str_from_at(rest, 1);
        p.has_epoch = true;
    }
    ssize_t dash = str_rchr(p.upstream, '-');
    if (dash >= 0) {
        p.revision = str_from_at(p.upstream, (size_t) dash + 1);
        p.upstream = str_head(p.upstream, (size_t) dash);
        p.has_revision = true;
    }
    str_lint(p.upstream);
    str_lint(p.revision);
    return p;
}

/* What a character that is no digit weighs: "~" before the end, the end before letters, letters before all else. A digit
 * ends the part like the end does. */
static int weight(Str s) {
    str_lint(s);
    if (s.n == 0 || version_is_digit(s.p[0]))
        return 0;
    if (s.p[0] == '~')
        return -1;
    return version_is_alpha(s.p[0]) ? (unsigned char) s.p[0] : (unsigned char) s.p[0] + 256;
}

/* Parts without digits and numbers take turns. */
static int compare_part(Str a, Str b) {
    while (a.n || b.n) {
        int wa = weight(a), wb = weight(b);
        while (wa || wb) {
            if (wa != wb)
                return wa < wb ? -1 : 1;
            a = str_from_at(a, 1);
            b = str_from_at(b, 1);
            wa = weight(a);
            wb = weight(b);
        }
        Str na = version_take_digits(&a), nb = version_take_digits(&b);
        int r = version_compare_digits(na, nb);
        if (r)
            return r;
    }
    return 0;
}

int version_dpkg_compare(Str a, Str b) {
    Parts pa = split(a), pb = split(b);
    int r = version_compare_digits(pa.epoch, pb.epoch);
    if (r == 0)
        r = compare_part(pa.upstream, pb.upstream);
    return r ? r : compare_part(pa.revision, pb.revision);
}

static bool all_of(Str s, const char *others) {
    for (size_t i = 0; i < s.n; i++)
        if (!version_is_digit(s.p[i]) && !version_is_alpha(s.p[i]) && (!s.p[i] || !strchr(others, s.p[i])))
            return false;
    return true;
}

bool version_dpkg_valid(Str v) {
    Parts p = split(v);
    uint64_t epoch;
    if (p.has_epoch && str_to_u64(p.epoch, INT_MAX, &epoch) < 0)
        return false;
    /* A colon belongs to the upstream version only behind an epoch. */
    if (!p.has_epoch && str_chr(v, ':') >= 0)
        return false;
    if (p.upstream.n == 0 || !version_is_digit(p.upstream.p[0]) || (p.has_revision && p.revision.n == 0))
        return false;
    return all_of(p.upstream, ".+-~:") && all_of(p.revision, ".+~");
}
