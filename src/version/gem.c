/* SPDX-License-Identifier: Apache-2.0 */
/* RubyGems' Gem::Version: runs of digits and of letters are segments, "-" stands for ".pre.", a word comes before any number, missing
 * segments are 0, and zeros in front of the first word do not count. */
#include "version/digits.h"
#include "version/version.h"

typedef struct Segments {
    Str rest;
    size_t zeros;  /* to give out before what is next in `rest` */
    bool had_word;
} Segments;

/* One run of digits or letters; "pre" for a "-". Empty at the end. */
static Str scan(Str *s) {
    while (s->n && !version_is_digit(s->p[0]) && !version_is_alpha(s->p[0])) {
        bool dash = s->p[0] == '-';
        *s = str_from_at(*s, 1);
        if (dash)
            return STR("pre");
    }
    if (s->n && version_is_digit(s->p[0]))
        return version_take_digits(s);
    return version_take_letters(s);
}

static bool is_zero(Str segment) {
    Str rest = segment;
    return version_take_digits(&rest).n && rest.n == 0 && version_compare_digits(segment, STR("0")) == 0;
}

/* The next segment, "0" behind the last one. */
static Str next(Segments *s) {
    if (s->zeros) {
        s->zeros--;
        return STR("0");
    }
    Str segment = scan(&s->rest);
    if (!s->had_word && is_zero(segment)) {
        size_t zeros = 0;
        Str ahead = s->rest, after = s->rest, follower = scan(&after);
        while (is_zero(follower)) {
            zeros++;
            ahead = after;
            follower = scan(&after);
        }
        s->rest = ahead;
        if (follower.n && version_is_digit(follower.p[0])) {
            s->zeros = zeros;
            return segment;
        }
        segment = scan(&s->rest);
    }
    if (segment.n && version_is_alpha(segment.p[0]))
        s->had_word = true;
    return segment.n ? segment : STR("0");
}

int version_gem_compare(Str a, Str b) {
    Segments sa = {.rest = a}, sb = {.rest = b};
    while (sa.rest.n || sb.rest.n || sa.zeros || sb.zeros) {
        Str x = next(&sa), y = next(&sb);
        bool word_x = version_is_alpha(x.p[0]), word_y = version_is_alpha(y.p[0]);
        if (word_x != word_y)
            return word_x ? -1 : 1;
        int r = word_x ? str_cmp(x, y) : version_compare_digits(x, y);
        if (r)
            return r;
    }
    return 0;
}

/* One or more of letters and digits, of "-" too if `dash`. */
static bool take_part(Str *s, bool dash) {
    size_t n = 0;
    while (n < s->n && (version_is_digit(s->p[n]) || version_is_alpha(s->p[n]) || (dash && s->p[n] == '-')))
        n++;
    *s = str_from_at(*s, n);
    return n > 0;
}

/* An empty version is 0. */
bool version_gem_valid(Str v) {
    Str s = str_trim(v);
    if (s.n == 0)
        return true;
    if (version_take_digits(&s).n == 0)
        return false;
    bool dash = false;
    while (s.n) {
        if (s.p[0] == '-' && !dash)
            dash = true;
        else if (s.p[0] != '.')
            return false;
        s = str_from_at(s, 1);
        if (!take_part(&s, dash))
            return false;
    }
    return true;
}
