/* SPDX-License-Identifier: Apache-2.0 */
/* All that a header hands out lies inside of its blob. */
#include <stdlib.h>

#include "parse/rpm-header.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void inside(Str blob, Str s) {
    if (s.n && (s.p < blob.p || s.p + s.n > blob.p + blob.n))
        abort();
}

static void strings(Str blob, RpmStrings s) {
    Str one;
    uint32_t n = 0, all = s.n;
    while (rpm_strings_next(&s, &one)) {
        inside(blob, one);
        n++;
    }
    if (n != all)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str blob = str_n((const char *) p, n), a, b, c;
    RpmHeader h;
    _cleanup_error_ Error err = {0};
    if (rpm_header_parse(blob, &h, &err) < 0)
        return 0;
    const Str all[] = {h.name, h.version, h.release, h.arch, h.source_rpm, h.license, h.vendor, h.packager,
                       h.modularity, h.sha256_hex, h.sha1_hex, h.md5, h.dir_indexes, h.modes, h.file_flags, h.verify_flags, h.file_states};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        inside(blob, all[i]);
    strings(blob, h.requires);
    strings(blob, h.base_names);
    strings(blob, h.dir_names);
    strings(blob, h.old_names);
    strings(blob, h.file_digests);
    if (rpm_source_split(h.source_rpm, &a, &b, &c)) {
        inside(blob, a);
        inside(blob, b);
        inside(blob, c);
    }
    return 0;
}
