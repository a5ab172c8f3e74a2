/* SPDX-License-Identifier: Apache-2.0 */
#include <zstd.h>

#include "advisory/cvss.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "tap.h"

TEST(scores_of_published_examples) {
    static const struct {
        const char *vector;
        CvssVersion version;
        int base, score;
    } cases[] = {
        /* v2 guide, section 3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062. */
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C", CVSS_V2, 78, 78},
        {"AV:N/AC:L/Au:N/C:C/I:C/A:C", CVSS_V2, 100, 100},
        {"(AV:L/AC:H/Au:N/C:C/I:C/A:C)", CVSS_V2, 62, 62},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:N", CVSS_V2, 0, 0},
        {"AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", CVSS_V2, 78, 78},
        /* v3.0 and v3.1 example documents: CVE-2013-1937, CVE-2014-0160, CVE-2014-6271, CVE-2012-1342, CVE-2015-1098. */
        {"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CVSS_V30, 61, 61},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", CVSS_V31, 75, 75},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", CVSS_V31, 98, 98},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", CVSS_V31, 58, 58},
        {"CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", CVSS_V31, 78, 78},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", CVSS_V31, 100, 100},
        {"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", CVSS_V31, 0, 0},
        {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:U/RL:O/RC:U/MAV:P", CVSS_V31, 75, 75},
        /* v4.0 specification and its examples document. */
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", CVSS_V40, 100, 100},
        {"CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_V40, 73, 73},
        {"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_V40, 77, 77},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", CVSS_V40, 88, 88},
        {"CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:H/SI:H/SA:H", CVSS_V40, 72, 72},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", CVSS_V40, 0, 0},
        {"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N/E:P/S:N/AU:Y/R:A/V:D/RE:L/U:Amber", CVSS_V40, 51, 20},
        {"CVSS:4.0/SA:N/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/E:X", CVSS_V40, 93, 93},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        CvssScore s = {0};
        CHECK_MSG(cvss_parse(str_from(cases[i].vector), &s) == 0 && s.version == cases[i].version && s.base10 == cases[i].base
                      && s.score10 == cases[i].score,
                  "%s: %d %d, expected %d %d", cases[i].vector, s.base10, s.score10, cases[i].base, cases[i].score);
    }
}

TEST(malformed_vectors_have_no_score) {
    static const char *const bad[] = {
        "", "(", "()", "CVSS:3.1", "CVSS:3.1/", "CVSS:5.0/AV:N", "AV:N",
        "AV:N/AC:L/Au:N/C:N/I:N",                                   /* a metric is missing */
        "AV:N/AC:L/Au:N/C:N/I:N/A:C/",                              /* ends in a separator */
        "AV:N/AC:L/Au:N/C:N/I:N/A:C/A:C",                           /* twice */
        "AV:N//AC:L/Au:N/C:N/I:N/A:C",                              /* empty */
        "AV:N/AC:L/Au:N/C:N/I:N/A:Q",                               /* unknown value */
        "AV:N/AC:L/Au:N/C:N/I:N/A:C/ZZ:C",                          /* unknown metric */
        "AV/AC:L/Au:N/C:N/I:N/A:C",                                 /* no value */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:C",             /* v2's value in v3 */
        "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",             /* unknown version */
        "cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H ",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:S", /* safety is for modified metrics only */
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/U:amber",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        CvssScore s;
        CHECK_MSG(cvss_parse(str_from(bad[i]), &s) == -EINVAL, "\"%s\" was taken", bad[i]);
        CHECK_INT(cvss_score10(str_from(bad[i])), -1);
    }
    CHECK_INT(cvss_vector_severity(STR("AV:N")), SEVERITY_UNKNOWN);
}

TEST(ratings_by_version) {
    CHECK_INT(cvss_severity(CVSS_V31, 0), SEVERITY_NEGLIGIBLE);
    CHECK_INT(cvss_severity(CVSS_V31, 1), SEVERITY_LOW);
    CHECK_INT(cvss_severity(CVSS_V31, 39), SEVERITY_LOW);
    CHECK_INT(cvss_severity(CVSS_V40, 40), SEVERITY_MEDIUM);
    CHECK_INT(cvss_severity(CVSS_V30, 69), SEVERITY_MEDIUM);
    CHECK_INT(cvss_severity(CVSS_V30, 89), SEVERITY_HIGH);
    CHECK_INT(cvss_severity(CVSS_V30, 90), SEVERITY_CRITICAL);
    CHECK_INT(cvss_severity(CVSS_V2, 0), SEVERITY_LOW);
    CHECK_INT(cvss_severity(CVSS_V2, 100), SEVERITY_HIGH);
    CHECK_INT(cvss_severity(CVSS_V31, -1), SEVERITY_UNKNOWN);
    CHECK_INT(cvss_vector_severity(STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")), SEVERITY_CRITICAL);
}

typedef struct Choice {
    const char *name, *values;
} Choice;
static const Choice base4[] = {
    {"AV", "NALP"}, {"AC", "LH"},  {"AT", "NP"},  {"PR", "NLH"}, {"UI", "NPA"}, {"VC", "HLN"},
    {"VI", "HLN"},  {"VA", "HLN"}, {"SC", "HLN"}, {"SI", "HLN"}, {"SA", "HLN"},
};
static const Choice more4[] = {
    {"E", "XAPU"},   {"CR", "XHML"},  {"IR", "XHML"},  {"AR", "XHML"},  {"MAV", "XNALP"}, {"MAC", "XLH"},   {"MAT", "XNP"},   {"MPR", "XNLH"},
    {"MUI", "XNPA"}, {"MVC", "XHLN"}, {"MVI", "XHLN"}, {"MVA", "XHLN"}, {"MSC", "XHLN"},  {"MSI", "XHLNS"}, {"MSA", "XHLNS"},
};
enum { ALL4 = 4 * 2 * 2 * 3 * 3 * 729, SOME4 = 20000 };

/* The digests come from another implementation: test/case/advisory/cvss4/peer.js. */
TEST(v4_agrees_with_another_implementation_on_all_base_vectors) {
    uint8_t *scores = xmalloc(ALL4);
    for (size_t n = 0; n < ALL4; n++) {
        size_t rest = n, digit[ARRAY_SIZE(base4)];
        for (size_t i = ARRAY_SIZE(base4); i-- > 0; rest /= strlen(base4[i].values))
            digit[i] = rest % strlen(base4[i].values);
        Buf b = buf_new(1024);
        buf_putz(&b, "CVSS:4.0");
        for (size_t i = 0; i < ARRAY_SIZE(base4); i++)
            buf_printf(&b, "/%s:%c", base4[i].name, base4[i].values[digit[i]]);
        scores[n] = (uint8_t) cvss_score10(buf_view(&b));
        buf_done(&b);
    }
    char hex[65];
    sha256_hex(scores, ALL4, hex);
    free(scores);
    CHECK_STR(str_from(hex), "b204fffe59458f72475692a6fb2b3c698dd8f51db85f16c37c302d21131941e1");
}

TEST(v4_agrees_with_another_implementation_on_environmental_vectors) {
    uint32_t seed = 42;
#define RANDOM(n) (seed = (seed * 1103515245u + 12345u) & 0x7fffffffu, (seed >> 8) % (n))
    uint8_t *scores = xmalloc(SOME4);
    for (size_t n = 0; n < SOME4; n++) {
        Buf b = buf_new(1024);
        buf_putz(&b, "CVSS:4.0");
        for (size_t i = 0; i < ARRAY_SIZE(base4); i++)
            buf_printf(&b, "/%s:%c", base4[i].name, base4[i].values[RANDOM(strlen(base4[i].values))]);
        for (size_t i = 0; i < ARRAY_SIZE(more4); i++)
            if (RANDOM(2u))
                buf_printf(&b, "/%s:%c", more4[i].name, more4[i].values[RANDOM(strlen(more4[i].values))]);
        scores[n] = (uint8_t) cvss_score10(buf_view(&b));
        buf_done(&b);
    }
    char hex[65];
    sha256_hex(scores, SOME4, hex);
    free(scores);
    CHECK_STR(str_from(hex), "c81ac51f624a1cc41be463322bc8cdba4e7503a1dc357bf1331df5f2b90470b9");
}

/* Compares every vector that follows `vector_key` with the score that follows `score_key` in the same object. */
static size_t compare_stated(Str text, const char *score_key, const char *vector_key, size_t *ret_bad) {
    size_t n = 0;
    for (ssize_t at; (at = str_find(text, str_from(score_key))) >= 0;) {
        text = str_from_at(text, (size_t) at + strlen(score_key));
        Str score, vector, rest;
        if (!str_cut(text, '"', &score, &rest) || !str_starts(rest, str_from(vector_key)))
            continue;
        if (!str_cut(str_from_at(rest, strlen(vector_key)), '"', &vector, &rest) || str_empty(score) || str_empty(vector))
            continue;
        double stated = strtod(score.p, NULL);
        CvssScore s = {.base10 = -1};
        cvss_parse(vector, &s);
        n++;
        if (s.base10 != (int) (stated * 10 + 0.5)) {
            (*ret_bad)++;
            printf("# %.*s: %d, stated %.*s\n", STR_FMT(vector), s.base10, STR_FMT(score));
        }
    }
    return n;
}

TEST(agrees_with_the_scores_that_real_records_state) {
    const char *shared = getenv("PLIMSOLL_SHARED");
    _cleanup_free_ char *path = xasprintf("%s/advisories/redhat/redhat-cve-slim.jsonl.zst", shared ? shared : "../shared");
    _cleanup_free_ char *packed = NULL;
    size_t n_packed;
    if (fs_read(path, (size_t) 256 << 20, &packed, &n_packed, NULL) < 0)
        SKIP("no shared records beside the clone");
    size_t max = (size_t) 256 << 20;
    char *text = xmalloc(max);
    ZSTD_DCtx *d = ZSTD_createDCtx();
    ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, 27);
    size_t n = ZSTD_decompressDCtx(d, text, max, packed, n_packed);
    ZSTD_freeDCtx(d);
    CHECK(!ZSTD_isError(n));
    if (!ZSTD_isError(n)) {
        size_t bad = 0;
        size_t v3 = compare_stated(str_n(text, n), "\"cvss3_base_score\":\"", ",\"cvss3_scoring_vector\":\"", &bad);
        size_t v2 = compare_stated(str_n(text, n), "\"cvss_base_score\":\"", ",\"cvss_scoring_vector\":\"", &bad);
        CHECK_MSG(v2 > 10000 && v3 > 10000, "%zu v2 and %zu v3 vectors", v2, v3);
        CHECK_INT(bad, 0);
    }
    free(text);
}

TEST_MAIN()
