/* SPDX-License-Identifier: Apache-2.0 */
#include "base/nearest.h"

enum { NAME_MAX_BYTES = 64 };

/* Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours each cost 1. */
static unsigned distance(Str a, Str b) {
    unsigned rows[3][NAME_MAX_BYTES + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];
    for (unsigned j = 0; j <= b.n; j++)
        above[j] = j;
    for (unsigned i = 1; i <= a.n; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= b.n; j++) {
            unsigned cost = a.p[i - 1] != b.p[j - 1];
            row[j] = MIN(MIN(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        unsigned *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[b.n];
}

Str nearest_name(Str names, Str s) {
    Str best = STR_NULL, name;
    /* One slip in four letters, at most three: farther names would puzzle more than help. */
    unsigned best_distance = (unsigned) MIN(s.n / 4 + 1, (size_t) 3) + 1;
    if (s.n > NAME_MAX_BYTES || s.n == 0)
        return best;
    while (str_split(&names, '|', &name)) {
        if (name.n > NAME_MAX_BYTES || name.n == 0)
            continue;
        unsigned d = distance(s, name);
        if (d < best_distance && d < name.n) {
            best_distance = d;
            best = name;
        }
    }
    return best;
}
