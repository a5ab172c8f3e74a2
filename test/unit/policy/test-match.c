/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>

#include "base/alloc.h"
#include "parse/pattern.h"
#include "policy/match.h"
#include "unit/tap.h"

/* Random globs over a small alphabet, beside fnmatch(3). Its steps are not bounded, so the texts are short. */
TEST(globs_are_fnmatch) {
    static const char alphabet[] = "ab*?[]!-^\\AB/z", *const classes[] = {"[[:alpha:]]", "[![:digit:]]", "[[:upper:]x]", "[]a]", "[^]a]", "[a-", "[b-a]", "[a\\]]"};
    uint32_t seed = 7;
    size_t matched = 0;
    for (int i = 0; i < 300000; i++) {
        char pattern[64] = "", text[16] = "";
        for (int k = 0, n = (int) ((seed = seed * 1664525 + 1013904223) >> 29); k < n; k++) {
            uint32_t r = (seed = seed * 1664525 + 1013904223) >> 16;
            char one[2] = {alphabet[r % (sizeof(alphabet) - 1)]};
            size_t n_now = strlen(pattern);
            snprintf(pattern + n_now, sizeof(pattern) - n_now, "%s", r % 11 == 0 ? classes[(r >> 5) % ARRAY_SIZE(classes)] : one);
        }
        for (int k = 0, n = (int) ((seed = seed * 1664525 + 1013904223) >> 29); k < n; k++)
            text[k] = alphabet[((seed = seed * 1664525 + 1013904223) >> 16) % (sizeof(alphabet) - 1)];
        for (int fold = 0; fold < 2; fold++) {
            bool want = fnmatch(pattern, text, fold ? FNM_CASEFOLD : 0) == 0, got = glob_match(str_from(pattern), str_from(text), fold, NULL);
            matched += want;
            if (got != want)
                CHECK_MSG(false, "glob \"%s\" on \"%s\" (fold %d) is %d, fnmatch says %d", pattern, text, fold, got, want);
        }
    }
    CHECK(matched > 10000);
}

TEST(globs_end) {
    char pattern[2001], text[20001];
    for (size_t i = 0; i < 2000; i++)
        pattern[i] = i % 2 ? 'a' : '*';
    memset(text, 'a', 20000);
    pattern[2000] = text[20000] = 0;
    uint64_t work = 1 << 24;
    CHECK(glob_match(str_from(pattern), str_from(text), false, &work));
    pattern[1999] = 'b';
    CHECK(!glob_match(str_from(pattern), str_from(text), false, &work));
    CHECK(work > 0);
    memset(pattern + 1, 'a', 1998);
    CHECK(!glob_match(str_from(pattern), str_from(text), false, &work));
    CHECK_INT(work, 0);
    work = 100;
    CHECK(!text_contains_fold(str_from(text), STR("aaaaaaaaaaB"), &work));
    CHECK_INT(work, 0);
    CHECK(text_contains_fold(STR("xaAb"), STR("AB"), NULL));
}

TEST(sets) {
    _cleanup_(arena_done) Arena a = {0};
    Str items[300];
    for (size_t i = 0; i < 300; i++)
        items[i] = arena_printf(&a, "/usr/bin/item%zu", i * i);
    const StrSet *s = str_set_new(items, 300, &a);
    for (size_t i = 0; i < 300; i++)
        CHECK(str_set_has(s, items[i]));
    CHECK(!str_set_has(s, STR("/usr/bin/item2")));
    CHECK(!str_set_has(s, STR("")));
    CHECK(!str_set_has(str_set_new(NULL, 0, &a), STR("")));
    CHECK(str_set_has(str_set_new(&STR_NULL, 1, &a), STR("")));
}

TEST(prefixes) {
    _cleanup_(arena_done) Arena a = {0};
    enum { N = 200000 };
    Str *paths = arena_alloc(&a, N * sizeof(*paths));
    for (size_t i = 0; i < N; i++)
        paths[i] = arena_printf(&a, i % 50 == 7 ? "/top%zu/*/x" : "/top%zu/b", i);
    const PathTrie *t = path_trie_new(paths, N, &a);
    CHECK(path_trie_match(t, STR("/top5/b/c"), NULL) && path_trie_match(t, STR("top199999//b"), NULL) && path_trie_match(t, STR("/top7/any/x/y"), NULL));
    CHECK(!path_trie_match(t, STR("/top5"), NULL) && !path_trie_match(t, STR("/top5/bc"), NULL) && !path_trie_match(t, STR("/top200000/b"), NULL));
    CHECK(!path_trie_match(t, STR("/top7/b"), NULL) && !path_trie_match(t, STR(""), NULL));
    CHECK(path_trie_match(path_trie_new(&STR("/"), 1, &a), STR(""), NULL));
}

static void address(const char *text, int want_family, int want_prefix) {
    Value v;
    bool is = ip_parse(str_from(text), &v);
    CHECK_MSG(is == (want_family != 0), "\"%s\" is %d", text, is);
    if (is) {
        CHECK_INT(v.ip.family, want_family);
        CHECK_INT(v.ip.prefix, want_prefix);
    }
}

TEST(addresses) {
    address("10.0.0.1", 4, 32);
    address("10.0.0.1/0", 4, 0);
    address("fd00::1/128", 6, 128);
    address("::", 6, 128);
    address("", 0, 0);
    address("10.0.0", 0, 0);
    address("10.0.0.1/33", 0, 0);
    address("10.0.0.1/", 0, 0);
    address("fe80::1%eth0", 0, 0);
    address("0123456789012345678901234567890123456789012345678901", 0, 0);
    Value net, in, out;
    CHECK(ip_parse(STR("10.1.2.3/15"), &net) && ip_parse(STR("10.0.255.1"), &in) && ip_parse(STR("10.2.0.0"), &out));
    CHECK_INT(net.ip.bytes[1], 0);
    CHECK(ip_inside(&in.ip, &net.ip) && !ip_inside(&out.ip, &net.ip) && !ip_inside(&net.ip, &in.ip) && ip_inside(&net.ip, &net.ip));
}

/* -1: it does not compile. */
static int whole(const char *regex, const char *text) {
    _cleanup_(arena_done) Arena a = {0};
    PatternWork *w = pattern_work_new();
    size_t at;
    char why[160];
    const Pattern *p = pattern_new_whole(str_from(regex), &a, &at, why);
    int r = p ? pattern_whole(p, w, str_from(text)) : -1;
    pattern_work_free(w);
    return r;
}

static void pattern(const char *regex, const char *text, int want) {
    CHECK_MSG(whole(regex, text) == want, "\"%s\" on \"%s\"", regex, text);
}

TEST(patterns) {
    pattern("a|ab", "ab", 1);
    pattern("a.c", "a\xc3\xa9" "c", 1);
    pattern("[[:alpha:]*+]+", "a*+", 1);
    pattern("(?P<x>a)(?:b)(?i)C", "abc", 1);
    pattern(".*", "\xff", 0);
    pattern("(a|b)*", "\xff", 0);
    pattern("a$", "a\n", 0);
    pattern("", "", 1);
    static const char *const refused[] = {"(a)\\1", "(?=a)", "(?!a)", "(?<=a)b", "(?>a)", "a++", "(*COMMIT)a", "(?R)", "(?1)", "\\Ka", "\\Ga", "(?#x)a", "(?(1)a)", "(?|a)", "(?'n'a)", "a\\Cb", "("};
    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        pattern(refused[i], "a", -1);
}

/* ".*X.*" is searched for instead: the same regex in a group is not. */
TEST(patterns_searched) {
    static const char *const regexes[] = {
        "(?i).*(passw(or)?d|token).*", "(?s).*(curl|wget)[^|;&]*[|][ ]*(sudo )?sh.*", ".*a", ".*a|b.*", ".*(a|b)", ".*a\\.*", ".*a[.*]", ".*a[.]*.*", ".*", ".*.*", ".*?a.*", ".*a.*?",
        "(?s).*a", "(?i).*[^A].*", ".*^a.*", ".*a$", ".*\\ba.*", ".*(?:a|).*", ".*a{2}.*", ".*[[:alpha:]].*", ".*[]a].*", ".*\\Qa\\E.*", "(?i).*K.*", ".*\\n.*", "(?si).*a.*", "(?m).*^a.*", ".*(a.*", ".*a.*b.*",
    };
    static const char *const texts[] = {"", "a", "b", "ab", "ba", "xax", "A", "a\n", "\na", "x\nay", "a.", "a..", "a.*", "DB_PASSWORD", "db_passwd", "Token\n", "curl x | sudo sh", "curl x; | sh",
        "wget\n| sh", "\xff" "a", "a\xff", "\xc3\xa9" "a", "\xe2\x84\xaa", "aa", "xaab", "a]", "\n", "xay\nb"};
    for (size_t i = 0; i < ARRAY_SIZE(regexes); i++)
        for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
            _cleanup_free_ char *grouped = xasprintf("(?:%s)", regexes[i]);
            int want = whole(grouped, texts[k]);
            CHECK_MSG(whole(regexes[i], texts[k]) == want, "\"%s\" on \"%s\": expected %d", regexes[i], texts[k], want);
        }
    pattern("(?i).*(passw(or)?d|token).*", "DB_PASSWORD", 1);
    pattern("(?i).*(passw(or)?d|token).*", "DB_PASS\nWORD", 0);
}

TEST_MAIN()
