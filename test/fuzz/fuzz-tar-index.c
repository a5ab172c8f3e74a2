/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported lies inside the archive. */
#include <stdlib.h>

#include "parse/tar-index.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static ssize_t read_at(void *userdata, void *to, size_t n, uint64_t at) {
    Str s = str_from_at(*(const Str *) userdata, (size_t) at);
    n = MIN(n, s.n);
    if (n)
        memcpy(to, s.p, n);
    return (ssize_t) n;
}

static int member(void *userdata, const TarMember *m) {
    Str s = *(const Str *) userdata;
    if (m->offset > s.n || m->size > s.n - m->offset)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str s = str_n((const char *) p, n);
    Limits limits = limits_default();
    TarIndex t = {.read = read_at, .member = member, .userdata = &s, .size = n, .max_members = 1000};
    int r = tar_index(&t, &limits);
    if (r < 0 && !t.message[0])
        abort();
    return 0;
}
