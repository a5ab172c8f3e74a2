/* SPDX-License-Identifier: Apache-2.0 */
/* CVSS v4.0: a vector falls into a MacroVector (a level in each of six equivalence sets), whose score is looked up; then the
 * score sinks towards the next lower MacroVectors, in proportion to the vector's distance from the worst vector of its own
 * MacroVector. All arithmetic is in whole numbers, so that rounding never depends on floating point. */
#include "advisory/cvss4.h"

/* Scores × 10 of the MacroVectors (section 8.3, table "MacroVector scores"), by EQ1·2 + EQ2, EQ3 and EQ4·6 + EQ5·2 + EQ6;
 * 0 where the combination does not exist. */
static const uint8_t scores[6][3][18] = {
    {
        {100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68},
        {98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48},
        {0, 92, 0, 82, 0, 72, 0, 79, 0, 69, 0, 50, 0, 69, 0, 55, 0, 27},
    },
    {
        {99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53},
        {95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30},
        {0, 86, 0, 75, 0, 52, 0, 71, 0, 52, 0, 29, 0, 63, 0, 29, 0, 17},
    },
    {
        {98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49},
        {94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25},
        {0, 83, 0, 70, 0, 54, 0, 65, 0, 58, 0, 26, 0, 53, 0, 21, 0, 13},
    },
    {
        {95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30},
        {89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16},
        {0, 71, 0, 59, 0, 30, 0, 58, 0, 26, 0, 15, 0, 23, 0, 13, 0, 6},
    },
    {
        {93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22},
        {85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8},
        {0, 64, 0, 51, 0, 20, 0, 47, 0, 21, 0, 11, 0, 24, 0, 9, 0, 4},
    },
    {
        {88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11},
        {75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2},
        {0, 53, 0, 24, 0, 14, 0, 24, 0, 12, 0, 5, 0, 10, 0, 3, 0, 1},
    },
};

/* The worst vectors of each level, as steps (section 8.2, "highest severity vectors"). The number of steps from there to the
 * mildest vector of the level is the depth. */
static const struct {
    uint8_t depth, n;
    uint8_t max[3][3]; /* AV, PR, UI */
} eq1_levels[3] = {
    {1, 1, {{0, 0, 0}}},
    {4, 3, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {5, 2, {{3, 0, 0}, {1, 1, 1}}},
};
static const struct {
    uint8_t depth, n;
    uint8_t max[2][2]; /* AC, AT */
} eq2_levels[2] = {
    {1, 1, {{0, 0}}},
    {2, 2, {{1, 0}, {0, 1}}},
};
/* EQ3 and EQ6 depend on each other: [EQ3][EQ6]. */
static const struct {
    uint8_t depth, n;
    uint8_t max[5][6]; /* VC, VI, VA, CR, IR, AR */
} eq36_levels[3][2] = {
    {{7, 1, {{0, 0, 0, 0, 0, 0}}},
     {6, 2, {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}}},
    {{8, 2, {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}},
     {8, 5, {{1, 0, 1, 0, 1, 0}, {1, 0, 0, 0, 1, 1}, {0, 1, 0, 1, 0, 1}, {0, 1, 1, 1, 0, 0}, {1, 1, 0, 0, 0, 1}}}},
    {{0, 0, {{0}}},
     {10, 1, {{1, 1, 1, 0, 0, 0}}}},
};
static const uint8_t eq4_depth[3] = {6, 5, 4};

/* Steps from the first worst vector that is at least as bad in every metric. */
static int distance(const uint8_t *v, const uint8_t *max, size_t n_max, size_t n) {
    for (size_t i = 0; i < n_max; i++, max += n) {
        int sum = 0;
        bool above = true;
        for (size_t k = 0; k < n && above; k++) {
            above = v[k] >= max[k];
            sum += v[k] - max[k];
        }
        if (above)
            return sum;
    }
    return 0;
}

int cvss4_score10(const Cvss4 *m) {
    if (m->vc == 2 && m->vi == 2 && m->va == 2 && m->sc == 3 && m->si == 3 && m->sa == 3)
        return 0;
    bool av = m->av == 0, pr = m->pr == 0, ui = m->ui == 0;
    unsigned eq1 = av && pr && ui ? 0 : (av || pr || ui) && m->av != 3 ? 1 : 2;
    unsigned eq2 = m->ac == 0 && m->at == 0 ? 0 : 1;
    unsigned eq3 = m->vc == 0 && m->vi == 0 ? 0 : m->vc == 0 || m->vi == 0 || m->va == 0 ? 1 : 2;
    unsigned eq4 = m->si == 0 || m->sa == 0 ? 0 : m->sc == 1 || m->si == 1 || m->sa == 1 ? 1 : 2;
    unsigned eq5 = m->e;
    unsigned eq6 = (m->cr == 0 && m->vc == 0) || (m->ir == 0 && m->vi == 0) || (m->ar == 0 && m->va == 0) ? 0 : 1;
    unsigned low = eq4 * 6 + eq5 * 2 + eq6;
    int value = scores[eq1 * 2 + eq2][eq3][low];

    /* Each lower MacroVector that exists: how far the score may sink towards it, and how far of that it does. EQ5 has one
     * vector a level: it counts, but nothing sinks. */
    int n = 0;
    /* Common denominator of all depths: 1 2 4 5 6 7 8 10. */
    enum { DENOMINATOR = 840 };
    int sum = 0;
    if (eq1 < 2) {
        int lower = scores[(eq1 + 1) * 2 + eq2][eq3][low];
        const uint8_t v[3] = {m->av, m->pr, m->ui};
        sum += (value - lower) * distance(v, eq1_levels[eq1].max[0], eq1_levels[eq1].n, 3) * (DENOMINATOR / eq1_levels[eq1].depth);
        n++;
    }
    if (eq2 < 1) {
        int lower = scores[eq1 * 2 + 1][eq3][low];
        const uint8_t v[2] = {m->ac, m->at};
        sum += (value - lower) * distance(v, eq2_levels[eq2].max[0], eq2_levels[eq2].n, 2) * (DENOMINATOR / eq2_levels[eq2].depth);
        n++;
    }
    if (eq3 < 2) {
        int lower = eq6 == 1 ? scores[eq1 * 2 + eq2][eq3 + 1][low] : scores[eq1 * 2 + eq2][eq3][low + 1];
        if (eq3 == 0 && eq6 == 0)
            lower = MAX(lower, (int) scores[eq1 * 2 + eq2][1][low]);
        const uint8_t v[6] = {m->vc, m->vi, m->va, m->cr, m->ir, m->ar};
        sum += (value - lower) * distance(v, eq36_levels[eq3][eq6].max[0], eq36_levels[eq3][eq6].n, 6)
               * (DENOMINATOR / eq36_levels[eq3][eq6].depth);
        n++;
    }
    if (eq4 < 2) {
        int lower = scores[eq1 * 2 + eq2][eq3][low + 6];
        const uint8_t max[3] = {1, (uint8_t) eq4, (uint8_t) eq4}, v[3] = {m->sc, m->si, m->sa};
        sum += (value - lower) * distance(v, max, 1, 3) * (DENOMINATOR / eq4_depth[eq4]);
        n++;
    }
    if (eq5 < 2)
        n++;
    if (n == 0)
        return value;
    /* value - sum / (840 n), halves rounded up. */
    int denominator = DENOMINATOR * n, numerator = value * denominator - sum;
    int score = (2 * numerator + denominator) / (2 * denominator);
    return score < 0 ? 0 : score > 100 ? 100 : score;
}
