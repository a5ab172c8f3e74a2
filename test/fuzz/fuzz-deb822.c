/* SPDX-License-Identifier: Apache-2.0 */
/* Every slice lies in the text, lines only grow, and what is refused has a reason. */
#include <stdlib.h>

#include "parse/deb822.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void inside(Str s, Str text) {
    if (s.n && (s.p < text.p || s.p + s.n > text.p + text.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    Deb822 r;
    Diag d = {0};
    deb822_init(&r, text, "fuzz");
    uint32_t last = 0;
    size_t errors = 0;
    int e;
    while ((e = deb822_next(&r, &d))) {
        if ((e < 0) != (d.errors > errors))
            abort();
        errors = d.errors;
        for (size_t i = 0; i < r.n; i++) {
            const Deb822Field *f = &r.fields[i];
            inside(f->name, text);
            inside(f->value, text);
            if (f->line <= last || f->line > n + 1 || f->name.n == 0)
                abort();
            last = f->line;
            Str value = f->value, line;
            while (deb822_line(&value, &line))
                inside(line, text);
        }
    }
    if (r.rest.n || d.errors != errors)
        abort();
    diag_done(&d);
    return 0;
}
