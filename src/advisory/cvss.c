/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/cvss.h"

#include <math.h>

#include "advisory/cvss4.h"

typedef struct Metric {
    const char *name;
    const char *values;  /* separated by spaces, in the order that the scoring below counts on */
    bool mandatory;
} Metric;

enum { METRICS_MAX = 32, VALUE_NONE = 0xff };

/* v2 guide, section 2. */
enum { V2_AV, V2_AC, V2_AU, V2_C, V2_I, V2_A };
static const Metric v2_metrics[] = {
    {"AV", "L A N", true},   {"AC", "H M L", true},         {"Au", "M S N", true},
    {"C", "N P C", true},    {"I", "N P C", true},          {"A", "N P C", true},
    {"E", "U POC F H ND"},   {"RL", "OF TF W U ND"},        {"RC", "UC UR C ND"},
    {"CDP", "N L LM MH H ND"}, {"TD", "N L M H ND"},
    {"CR", "L M H ND"},      {"IR", "L M H ND"},            {"AR", "L M H ND"},
};

/* v3.1 specification, sections 2 to 4; v3.0 has the same metrics. */
enum { V3_AV, V3_AC, V3_PR, V3_UI, V3_S, V3_C, V3_I, V3_A };
static const Metric v3_metrics[] = {
    {"AV", "N A L P", true}, {"AC", "L H", true},  {"PR", "N L H", true}, {"UI", "N R", true},
    {"S", "U C", true},      {"C", "H L N", true}, {"I", "H L N", true},  {"A", "H L N", true},
    {"E", "X U P F H"},      {"RL", "X O T W U"},  {"RC", "X U R C"},
    {"CR", "X L M H"},       {"IR", "X L M H"},    {"AR", "X L M H"},
    {"MAV", "X N A L P"},    {"MAC", "X L H"},     {"MPR", "X N L H"},    {"MUI", "X N R"},
    {"MS", "X U C"},         {"MC", "X N L H"},    {"MI", "X N L H"},     {"MA", "X N L H"},
};

/* v4.0 specification, sections 2 to 5. The modified metrics stand in the order of the ones they modify, so that
 * V4_MODIFIED + i replaces metric i; "X" stands last, so that values count alike in both. */
enum { V4_AV, V4_AC, V4_AT, V4_PR, V4_UI, V4_VC, V4_VI, V4_VA, V4_SC, V4_SI, V4_SA, V4_E, V4_CR, V4_IR, V4_AR, V4_MODIFIED };
static const Metric v4_metrics[] = {
    {"AV", "N A L P", true}, {"AC", "L H", true},    {"AT", "N P", true},
    {"PR", "N L H", true},   {"UI", "N P A", true},
    {"VC", "H L N", true},   {"VI", "H L N", true},  {"VA", "H L N", true},
    {"SC", "H L N", true},   {"SI", "H L N", true},  {"SA", "H L N", true},
    {"E", "A P U X"},        {"CR", "H M L X"},      {"IR", "H M L X"},  {"AR", "H M L X"},
    {"MAV", "N A L P X"},    {"MAC", "L H X"},       {"MAT", "N P X"},
    {"MPR", "N L H X"},      {"MUI", "N P A X"},
    {"MVC", "H L N X"},      {"MVI", "H L N X"},     {"MVA", "H L N X"},
    {"MSC", "H L N X"},      {"MSI", "H L N S X"},   {"MSA", "H L N S X"},
    {"S", "X N P"},          {"AU", "X N Y"},        {"R", "X A U I"},   {"V", "X D C"},
    {"RE", "X L M H"},       {"U", "X Clear Green Amber Red"},
};

/* Fills v[i] with the position of metric i's value, VALUE_NONE where it is not stated. */
static int read_metrics(Str s, const Metric *metrics, size_t n, uint8_t v[static METRICS_MAX]) {
    memset(v, VALUE_NONE, METRICS_MAX);
    if (str_empty(s) || s.p[s.n - 1] == '/')
        return -EINVAL;
    Str part, name, value;
    while (str_split(&s, '/', &part)) {
        if (!str_cut(part, ':', &name, &value))
            return -EINVAL;
        size_t i = 0;
        while (i < n && !str_eqz(name, metrics[i].name))
            i++;
        if (i == n || v[i] != VALUE_NONE)
            return -EINVAL;
        Str words = str_from(metrics[i].values), word;
        for (uint8_t k = 0; str_split(&words, ' ', &word); k++)
            if (str_eq(word, value)) {
                v[i] = k;
                break;
            }
        if (v[i] == VALUE_NONE)
            return -EINVAL;
    }
    for (size_t i = 0; i < n; i++)
        if (metrics[i].mandatory && v[i] == VALUE_NONE)
            return -EINVAL;
    return 0;
}

/* v2 guide, section 3.2.1. */
static int score_v2(const uint8_t *v) {
    static const double av[] = {0.395, 0.646, 1.0}, ac[] = {0.35, 0.61, 0.71}, au[] = {0.45, 0.56, 0.704}, cia[] = {0, 0.275, 0.66};
    double impact = 10.41 * (1 - (1 - cia[v[V2_C]]) * (1 - cia[v[V2_I]]) * (1 - cia[v[V2_A]]));
    double exploitability = 20 * av[v[V2_AV]] * ac[v[V2_AC]] * au[v[V2_AU]];
    if (v[V2_C] == 0 && v[V2_I] == 0 && v[V2_A] == 0)
        return 0;
    /* The smallest distance of any v2 score from a half is larger than this, so that only exact halves are moved. */
    return (int) floor((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10 + 0.5 + 1e-9);
}

/* v3.1 specification, section 7.1, and its Roundup (appendix A), which gives v3.0's scores as published, too. */
static int score_v3(const uint8_t *v) {
    static const double av[] = {0.85, 0.62, 0.55, 0.2}, ac[] = {0.77, 0.44}, ui[] = {0.85, 0.62}, cia[] = {0.56, 0.22, 0};
    static const double pr[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}};
    bool changed = v[V3_S] == 1;
    double iss = 1 - (1 - cia[v[V3_C]]) * (1 - cia[v[V3_I]]) * (1 - cia[v[V3_A]]);
    double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
    if (impact <= 0)
        return 0;
    double sum = impact + 8.22 * av[v[V3_AV]] * ac[v[V3_AC]] * pr[changed][v[V3_PR]] * ui[v[V3_UI]];
    double score = fmin(changed ? 1.08 * sum : sum, 10);
    long hundred_thousandths = lround(score * 100000);
    return (int) ((hundred_thousandths + 9999) / 10000);
}

static int score_v4(const uint8_t *v, bool all) {
    uint8_t m[V4_MODIFIED];
    for (size_t i = 0; i < V4_MODIFIED; i++) {
        m[i] = v[i];
        if (i >= V4_SC && i <= V4_SA)
            m[i]++; /* 0 is "Safety", which only a modified metric can state */
        if (i >= V4_E && (!all || m[i] == 3 || m[i] == VALUE_NONE))
            m[i] = 0; /* not stated: the worst is assumed */
    }
    for (size_t i = 0; i < V4_E && all; i++) {
        static const uint8_t x[V4_E] = {4, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4};
        uint8_t modified = v[V4_MODIFIED + i];
        if (modified == VALUE_NONE || modified == x[i])
            continue;
        m[i] = i < V4_SC ? modified : modified == 3 ? 0 : (uint8_t) (modified + 1);
    }
    Cvss4 c = {
        .av = m[V4_AV], .pr = m[V4_PR], .ui = m[V4_UI], .ac = m[V4_AC], .at = m[V4_AT],
        .vc = m[V4_VC], .vi = m[V4_VI], .va = m[V4_VA], .sc = m[V4_SC], .si = m[V4_SI], .sa = m[V4_SA],
        .cr = m[V4_CR], .ir = m[V4_IR], .ar = m[V4_AR], .e = m[V4_E],
    };
    return cvss4_score10(&c);
}

int cvss_parse(Str vector, CvssScore *ret) {
    uint8_t v[METRICS_MAX];
    CvssScore s;
    int r;
    if (str_starts(vector, STR("CVSS:4.0/"))) {
        r = read_metrics(str_from_at(vector, 9), v4_metrics, ARRAY_SIZE(v4_metrics), v);
        if (r < 0)
            return r;
        s = (CvssScore) {CVSS_V40, score_v4(v, false), score_v4(v, true)};
    } else if (str_starts(vector, STR("CVSS:3.0/")) || str_starts(vector, STR("CVSS:3.1/"))) {
        r = read_metrics(str_from_at(vector, 9), v3_metrics, ARRAY_SIZE(v3_metrics), v);
        if (r < 0)
            return r;
        s.version = vector.p[7] == '0' ? CVSS_V30 : CVSS_V31;
        s.base10 = s.score10 = score_v3(v);
    } else {
        if (vector.n > 2 && vector.p[0] == '(' && vector.p[vector.n - 1] == ')')
            vector = str_n(vector.p + 1, vector.n - 2);
        r = read_metrics(vector, v2_metrics, ARRAY_SIZE(v2_metrics), v);
        if (r < 0)
            return r;
        s.version = CVSS_V2;
        s.base10 = s.score10 = score_v2(v);
    }
    *ret = s;
    return 0;
}

CvssVersion cvss_version(Str vector) {
    return str_starts(vector, STR("CVSS:4.0/"))   ? CVSS_V40
           : str_starts(vector, STR("CVSS:3.1/")) ? CVSS_V31
           : str_starts(vector, STR("CVSS:3.0/")) ? CVSS_V30
                                                  : CVSS_V2;
}

int cvss_score10(Str vector) {
    CvssScore s;
    return cvss_parse(vector, &s) < 0 ? -1 : s.score10;
}

Severity cvss_severity(CvssVersion version, int score10) {
    if (score10 < 0)
        return SEVERITY_UNKNOWN;
    if (version == CVSS_V2)
        return score10 >= 70 ? SEVERITY_HIGH : score10 >= 40 ? SEVERITY_MEDIUM : SEVERITY_LOW;
    return score10 >= 90   ? SEVERITY_CRITICAL
           : score10 >= 70 ? SEVERITY_HIGH
           : score10 >= 40 ? SEVERITY_MEDIUM
           : score10 > 0   ? SEVERITY_LOW
                           : SEVERITY_NEGLIGIBLE;
}

Severity cvss_vector_severity(Str vector) {
    CvssScore s;
    return cvss_parse(vector, &s) < 0 ? SEVERITY_UNKNOWN : cvss_severity(s.version, s.score10);
}
