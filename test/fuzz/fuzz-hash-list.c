/* SPDX-License-Identifier: Apache-2.0 */
/* What a list is said to hold is found in it, and what is refused has a place and a reason. */
#include <stdlib.h>

#include "scan/hash-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n), line, file, name;
    _cleanup_(hash_list_freep) HashList *l = hash_list_new();
    Diag d = {0};
    size_t whole = 0;
    if ((hash_list_add(l, text, "fuzz", &d) < 0) != (d.errors > 0))
        abort();
    for (size_t i = 0; i < d.items.n; i++)
        if (d.items.p[i].line == 0 || d.items.p[i].col == 0)
            abort();
    hash_list_sort(l);
    /* The same text searched where it lies answers the same. */
    _cleanup_(hash_list_freep) HashList *sorted = hash_list_new();
    bool in_order = hash_list_add_sorted(sorted, text, "fuzz");
    if (in_order && d.errors)
        abort();
    while (str_line(&text, &line)) {
        char digest[32];
        line = str_trim(line);
        if (line.n < 64 || (line.n > 64 && line.p[64] != ' ' && line.p[64] != '\t'))
            continue;
        size_t i = 0;
        for (; i < 64; i++) {
            const char c = line.p[i];
            int x = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
            if (x < 0)
                break;
            digest[i / 2] = (char) (i % 2 ? (uint8_t) digest[i / 2] | x : x << 4);
        }
        bool found = i == 64 && hash_list_find(l, str_n(digest, 32), &file, &name);
        whole += found;
        Str other;
        if (in_order && i == 64 && (hash_list_find(sorted, str_n(digest, 32), &file, &other) != found || (found && !str_eq(name, other))))
            abort();
    }
    if (whole < hash_list_count(l))
        abort();
    diag_done(&d);
    return 0;
}
