/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/pe.h"

#include "base/bytes.h"

enum {
    DOS_HEADER = 64, DOS_PE_OFFSET = 60,
    COFF_HEADER = 24,                     /* with the signature in front of it */
    OPTIONAL_MAGIC_32 = 0x10b, OPTIONAL_MAGIC_64 = 0x20b, OPTIONAL_MIN = 32,
    SECTION = 40, SECTION_NAME = 8, SECTION_WRITE = 31, /* the highest bit of its characteristics */
};

int pe_open(Str file, Arena *a, Program *ret, Error *err) {
    if (file.n < DOS_HEADER || memcmp(file.p, "MZ", 2) != 0)
        return error_set(err, -EBADMSG, "no DOS header");
    uint32_t at = le32(file.p + DOS_PE_OFFSET);
    Str coff = str_from_at(file, at);
    if (coff.n < COFF_HEADER + OPTIONAL_MIN || memcmp(coff.p, "PE\0\0", 4) != 0)
        return error_set(err, -EBADMSG, "no PE header at byte %u", at);
    size_t n = le16(coff.p + 6), optional = le16(coff.p + 20);
    uint16_t magic = le16(coff.p + COFF_HEADER);
    if ((magic != OPTIONAL_MAGIC_32 && magic != OPTIONAL_MAGIC_64) || optional < OPTIONAL_MIN)
        return error_set(err, -EBADMSG, "a PE optional header of kind 0x%x and %zu bytes", magic, optional);
    Program p = {.file_size = file.n, .is_64 = magic == OPTIONAL_MAGIC_64};
    uint64_t base = p.is_64 ? le64(coff.p + COFF_HEADER + 24) : le32(coff.p + COFF_HEADER + 28);
    Str table = str_from_at(coff, COFF_HEADER + optional);
    n = MIN(n, table.n / SECTION);
    p.loaded = arena_alloc(a, n * sizeof(*p.loaded));
    p.sections = arena_alloc(a, n * sizeof(*p.sections));
    for (size_t i = 0; i < n; i++) {
        const char *s = table.p + i * SECTION;
        Str bytes = str_head(str_from_at(file, le32(s + 20)), le32(s + 16));
        ProgramPart part = {.name = str_n(s, strnlen(s, SECTION_NAME)), .address = base + le32(s + 12), .bytes = bytes, .writable = le32(s + 36) >> SECTION_WRITE};
        p.sections[p.n_sections++] = part;
        p.loaded[p.n_loaded++] = part;
    }
    *ret = p;
    return 0;
}
