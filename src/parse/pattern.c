/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "parse/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

/* A start that needs more than this is no secret but a trap. */
enum { STEPS_MAX = 200000, DEPTH_MAX = 5000, HEAP_KIB_MAX = 4096, PATTERN_BYTES_MAX = 65536 };

struct Pattern {
    pcre2_code *code;
    uint32_t groups;
    /* pattern_new_whole(): of ".*X" and ".*X.*" the X, which is searched for only where it can begin: ten times as fast. NULL: it has another shape */
    pcre2_code *inner;
    bool any;               /* its dots mean line feeds, too */
};

struct PatternWork {
    pcre2_match_context *context;
    pcre2_match_data *data;
};

Pattern *pattern_new(Str regex, unsigned flags, size_t *ret_offset, char why[static 160]) {
    int error;
    PCRE2_SIZE at;
    /* "$" means the very end, as in RE2. A pattern that names characters beyond one byte needs UTF-8. */
    uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C | (flags & PATTERN_CASELESS ? PCRE2_CASELESS : 0);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR) regex.p, regex.n, options, &error, &at, NULL);
    if (!code)
        code = pcre2_compile((PCRE2_SPTR) regex.p, regex.n, options | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at, NULL);
    if (!code) {
        pcre2_get_error_message(error, (PCRE2_UCHAR *) why, 160);
        *ret_offset = at;
        return NULL;
    }
    Pattern *p = xcalloc(1, sizeof(*p));
    p->code = code;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &p->groups);
    return p;
}

/* What RE2 refuses, and what looks like it: the offset, or -1. */
static ssize_t beyond_re2(Str regex, const char **ret_why) {
    bool class = false;
    for (size_t i = 0; i + 1 < regex.n; i++) {
        char c = regex.p[i], next = regex.p[i + 1];
        Str rest = str_from_at(regex, i);
        if (c == '\\') {
            *ret_why = "no back-reference and no \\G, \\K, \\R, \\X, \\N, \\g, \\k here";
            if (!class && ((next >= '1' && next <= '9') || strchr("GKRXNgk", next)))
                return (ssize_t) i;
            i++;
        } else if (class && c == '[' && next == ':') {
            ssize_t end = str_find(str_from_at(regex, i + 2), STR(":]"));
            i += end < 0 ? 1 : (size_t) end + 3;
        } else if (class) {
            class = c != ']';
        } else if (c == '[') {
            class = true;
            i += next == '^' ? 1 : 0;
            i += i + 1 < regex.n && regex.p[i + 1] == ']' ? 1 : 0; /* the first one is a character */
        } else if (str_starts(rest, STR("(*"))) {
            *ret_why = "no verbs here";
            return (ssize_t) i;
        } else if (str_starts(rest, STR("(?"))) {
            Str kind = str_from_at(rest, 2);
            *ret_why = "only groups (…), (?:…), (?P<name>…), (?<name>…) and flags i, m, s, U, nothing that looks around";
            bool named = str_starts(kind, STR("P<")) || (str_starts(kind, STR("<")) && kind.n > 1 && kind.p[1] != '=' && kind.p[1] != '!');
            if (!named && !(kind.n && strchr(":imsU-", kind.p[0])))
                return (ssize_t) i;
        } else if (strchr("*+?}", c) && next == '+') {
            *ret_why = "no possessive repetition here";
            return (ssize_t) i;
        }
    }
    return -1;
}

static void *arena_take(size_t n, void *a) {
    return arena_alloc(a, n);
}
static void arena_keep(void *p, void *a) {}

typedef struct Inner {
    Str flags, x;           /* "(?is)" or empty; the regex without flags and dots */
    bool open_end;          /* ".*" stood behind it, too */
} Inner;

/* Is there nothing in it that ".*" before or behind would not go with as a whole? *ret_dot: where its last dot is, if that is one of its own and means any character. */
static bool is_one_branch(Str x, size_t *ret_dot) {
    bool class = false;
    int depth = 0;
    for (size_t i = 0; i < x.n; i++) {
        char c = x.p[i], next = i + 1 < x.n ? x.p[i + 1] : 0;
        if (c == '\\') {
            if (next == 'Q' || next == 'E')
                return false;
            i++;
        } else if (c == '[') {
            i += !class && next == '^';
            if (class || (i + 1 < x.n && x.p[i + 1] == ']'))
                return false;
            class = true;
        } else if (class) {
            class = c != ']';
        } else if (c == '(') {
            if (next == '?' && !str_starts(str_from_at(x, i), STR("(?:")))
                return false;
            depth++;
        } else if (c == ')') {
            depth--;
        } else if (c == '|' && depth == 0) {
            return false;
        } else if (c == '.' && depth == 0) {
            *ret_dot = i;
        }
    }
    return !class && depth == 0;
}

/* Only of simple shapes, and flags i and s: what it does not know stays as it is. */
static bool inner_of(Str regex, Inner *ret) {
    static const char *const flags[] = {"(?i)", "(?s)", "(?is)", "(?si)"};
    size_t dot = SIZE_MAX;
    *ret = (Inner) {.x = regex};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (str_starts(regex, str_from(flags[i])))
            *ret = (Inner) {.flags = str_from(flags[i]), .x = str_from_at(regex, strlen(flags[i]))};
    if (!str_starts(ret->x, STR(".*")) || ret->x.n == 2 || strchr("?+*{|", ret->x.p[2]))
        return false;
    ret->x = str_from_at(ret->x, 2);
    if (!is_one_branch(ret->x, &dot))
        return false;
    ret->open_end = str_ends(ret->x, STR(".*")) && dot == ret->x.n - 2;
    if (ret->open_end)
        ret->x = str_head(ret->x, dot);
    return ret->x.n > 0;
}

static void add_inner(Pattern *p, Str regex, uint32_t options, pcre2_compile_context *context, Arena *a) {
    Inner inner;
    int error;
    PCRE2_SIZE at;
    if (!inner_of(regex, &inner))
        return;
    Str text = arena_printf(a, "%.*s(?:%.*s)", STR_FMT(inner.flags), STR_FMT(inner.x));
    options &= ~(PCRE2_ANCHORED | (inner.open_end ? PCRE2_ENDANCHORED : 0));
    p->inner = text.p ? pcre2_compile((PCRE2_SPTR) text.p, text.n, options, &error, &at, context) : NULL;
    p->any = str_chr(inner.flags, 's') >= 0;
}

Pattern *pattern_new_whole(Str regex, Arena *a, size_t *ret_offset, char why[static 160]) {
    const char *refused;
    ssize_t bad = beyond_re2(regex, &refused);
    if (bad >= 0) {
        snprintf(why, 160, "%s", refused);
        *ret_offset = (size_t) bad;
        return NULL;
    }
    pcre2_general_context *general = pcre2_general_context_create(arena_take, arena_keep, a);
    pcre2_compile_context *context = general ? pcre2_compile_context_create(general) : NULL;
    if (!context) {
        snprintf(why, 160, "too large");
        *ret_offset = 0;
        return NULL;
    }
    pcre2_set_max_pattern_length(context, PATTERN_BYTES_MAX);
    int error;
    PCRE2_SIZE at;
    uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR) regex.p, regex.n, options, &error, &at, context);
    Pattern *p = code ? arena_new(a, Pattern) : NULL;
    if (!p) {
        pcre2_get_error_message(error, (PCRE2_UCHAR *) why, 160);
        *ret_offset = at;
        return NULL;
    }
    p->code = code;
    add_inner(p, regex, options, context, a);
    return p;
}

int pattern_whole(const Pattern *p, PatternWork *w, Str text) {
    pcre2_set_offset_limit(w->context, PCRE2_UNSET);
    if (p->inner && text.n && (p->any || !memchr(text.p, '\n', text.n)) && str_is_utf8(text)) {
        int found = pcre2_match(p->inner, (PCRE2_SPTR) text.p, text.n, 0, 0, w->data, w->context);
        return found >= 0 ? 1 : found == PCRE2_ERROR_NOMATCH ? 0 : -E2BIG;
    }
    int n = pcre2_match(p->code, (PCRE2_SPTR) (text.p ? text.p : ""), text.n, 0, 0, w->data, w->context);
    if (n < 0)
        return n == PCRE2_ERROR_NOMATCH ? 0 : -E2BIG;
    /* Beside bytes that are no UTF-8, its anchors are content with the ends of what is. */
    const PCRE2_SIZE *o = pcre2_get_ovector_pointer(w->data);
    return o[0] == 0 && o[1] == text.n;
}

void pattern_free(Pattern *p) {
    if (!p)
        return;
    pcre2_code_free(p->code);
    free(p);
}

uint32_t pattern_groups(const Pattern *p) {
    return p->groups;
}

PatternWork *pattern_work_new(void) {
    PatternWork *w = xcalloc(1, sizeof(*w));
    w->context = pcre2_match_context_create(NULL);
    w->data = pcre2_match_data_create(32, NULL);
    if (!w->context || !w->data)
        abort(); /* a few hundred bytes: memory is out */
    pcre2_set_match_limit(w->context, STEPS_MAX);
    pcre2_set_depth_limit(w->context, DEPTH_MAX);
    pcre2_set_heap_limit(w->context, HEAP_KIB_MAX);
    return w;
}

void pattern_work_free(PatternWork *w) {
    if (!w)
        return;
    pcre2_match_data_free(w->data);
    pcre2_match_context_free(w->context);
    free(w);
}

int pattern_match(const Pattern *p, PatternWork *w, Str text, size_t from, size_t last, uint32_t group, PatternMatch *ret) {
    pcre2_set_offset_limit(w->context, last);
    int n = pcre2_match(p->code, (PCRE2_SPTR) text.p, text.n, from, from == last ? PCRE2_ANCHORED : 0, w->data, w->context);
    if (n == PCRE2_ERROR_NOMATCH)
        return 0;
    if (n < 0)
        return -E2BIG;
    const PCRE2_SIZE *o = pcre2_get_ovector_pointer(w->data);
    uint32_t have = n ? (uint32_t) n : pcre2_get_ovector_count(w->data);
    *ret = (PatternMatch) {o[0], o[1], o[0], o[1]};
    if (o[1] < o[0])
        return 0; /* \K moved the start behind the end */
    uint32_t k = group;
    for (k = group ? group : 1; !group && k < have && o[2 * k] == PCRE2_UNSET; k++)
        ;
    if (k < have && o[2 * k] != PCRE2_UNSET) {
        ret->group_start = o[2 * k];
        ret->group_end = o[2 * k + 1];
    }
    return 1;
}

bool pattern_found(const Pattern *p, PatternWork *w, Str text) {
    PatternMatch m;
    return pattern_match(p, w, text.p ? text : STR(""), 0, text.n, 0, &m) == 1;
}
