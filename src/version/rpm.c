/* SPDX-License-Identifier: Apache-2.0 */
/* rpm-version(7): segments of digits or letters compare, what separates them does not count, "~" sorts before the end and "^" behind it. */
#include "version/digits.h"
#include "version/version.h"

typedef struct Parts {
    Str epoch, version, release;
    bool has_release;
} Parts;

static Parts split(Str v) {
    Parts p = {.epoch = STR("0"), .version = v};
    Str rest = v;
    Str epoch = version_take_digits(&rest);
    /* ":1.0" has the epoch 0, said with no digits. */
    if (rest.n && rest.p[0] == ':') {
        p.epoch = epoch;
        p.version = str_from_at(rest, 1);
    }
    ssize_t dash = str_rchr(p.version, '-');
    if (dash >= 0) {
        p.release = str_from_at(p.version, (size_t) dash + 1);
        p.version = str_head(p.version, (size_t) dash);
        p.has_release = true;
    }
    return p;
}

static Str skip_separators(Str s) {
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a slice with bytes has a pointer to them. */
    while (s.n && !version_is_digit(s.p[0]) && !version_is_alpha(s.p[0]) && s.p[0] != '~' && s.p[0] != '^')
        s = str_from_at(s, 1);
    return s;
}

/* Kinds of what comes next, in their order. */
enum { TILDE, END, CARET, LETTERS, DIGITS };

static int kind(Str s) {
    if (s.n == 0)
        return END;
    return s.p[0] == '~' ? TILDE : s.p[0] == '^' ? CARET : version_is_digit(s.p[0]) ? DIGITS : LETTERS;
}

static int compare_part(Str a, Str b) {
    for (;;) {
        a = skip_separators(a);
        b = skip_separators(b);
        int ka = kind(a), kb = kind(b), r = 0;
        if (ka != kb)
            return ka < kb ? -1 : 1;
        switch (ka) {
        case END:
            return 0;
        case TILDE:
        case CARET:
            a = str_from_at(a, 1);
            b = str_from_at(b, 1);
            break;
        case LETTERS:
            r = str_cmp(version_take_letters(&a), version_take_letters(&b));
            break;
        default:
            r = version_compare_digits(version_take_digits(&a), version_take_digits(&b));
        }
        if (r)
            return r;
    }
}

int version_rpm_compare(Str a, Str b) {
    Parts pa = split(a), pb = split(b);
    int r = version_compare_digits(pa.epoch, pb.epoch);
    if (r == 0)
        r = compare_part(pa.version, pb.version);
    if (r == 0 && pa.has_release != pb.has_release)
        r = pa.has_release ? 1 : -1;
    return r ? r : compare_part(pa.release, pb.release);
}

static bool valid_part(Str s) {
    for (size_t i = 0; i < s.n; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a slice with bytes has a pointer to them. */
        if (!version_is_digit(s.p[i]) && !version_is_alpha(s.p[i]) && (!s.p[i] || !strchr("._+~^", s.p[i])))
            return false;
    return s.n > 0;
}

bool version_rpm_valid(Str v) {
    Parts p = split(v);
    uint64_t epoch;
    return str_to_u64(p.epoch, UINT32_MAX, &epoch) == 0 && valid_part(p.version) && (!p.has_release || valid_part(p.release));
}
