/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/macho.h"

#include "base/bytes.h"

enum {
    MAGIC_32 = 0xfeedface, MAGIC_64 = 0xfeedfacf, MAGIC_FAT = 0xcafebabe,
    FAT_HEADER = 8, FAT_PART = 20, FAT_PARTS_MAX = 30, /* class files begin with version 45 */
    COMMAND_SEGMENT = 0x1, COMMAND_SEGMENT_64 = 0x19, PROTECTION_WRITE = 2,
    NAME = 16,
};

static uint32_t u32(const Program *p, const char *at) {
    return p->big_endian ? be32(at) : le32(at);
}
static uint64_t word(const Program *p, const char *at) {
    if (!p->is_64)
        return u32(p, at);
    return p->big_endian ? be64(at) : le64(at);
}

bool macho_detect(Str head) {
    if (head.n < FAT_HEADER)
        return false;
    uint32_t big = be32(head.p), little = le32(head.p);
    return big == MAGIC_32 || big == MAGIC_64 || little == MAGIC_32 || little == MAGIC_64 ||
           (big == MAGIC_FAT && be32(head.p + 4) > 0 && be32(head.p + 4) <= FAT_PARTS_MAX);
}

/* A segment's load command and the sections that follow in it. */
static void add_segment(Program *p, Arena *a, Str file, Str command) {
    size_t wide = p->is_64 ? 8 : 4, fixed = 24 + 4 * wide + 16, section = p->is_64 ? 80 : 68;
    if (command.n < fixed)
        return;
    const char *c = command.p + 24;
    uint64_t address = word(p, c), offset = word(p, c + 2 * wide), size = word(p, c + 3 * wide);
    size_t n = u32(p, c + 4 * wide + 8);
    if (offset < file.n)
        p->loaded[p->n_loaded++] = (ProgramPart) {
            .address = address,
            .bytes = str_head(str_from_at(file, (size_t) offset), (size_t) MIN(size, (uint64_t) file.n)),
            .writable = u32(p, c + 4 * wide + 4) & PROTECTION_WRITE,
        };
    Str rest = str_from_at(command, fixed);
    n = MIN(n, rest.n / section);
    for (size_t i = 0; i < n; i++) {
        const char *s = rest.p + i * section;
        Str name = arena_printf(a, "%.*s,%.*s", (int) strnlen(s + NAME, NAME), s + NAME, (int) strnlen(s, NAME), s);
        uint64_t bytes = word(p, s + 2 * NAME + wide);
        uint32_t at = u32(p, s + 2 * NAME + 2 * wide);
        p->sections[p->n_sections++] = (ProgramPart) {
            .name = name,
            .address = word(p, s + 2 * NAME),
            .bytes = str_head(str_from_at(file, at), (size_t) MIN(bytes, (uint64_t) file.n)),
        };
    }
}

int macho_open(Str file, Arena *a, Program *ret, Error *err) {
    if (!macho_detect(file))
        return error_set(err, -EBADMSG, "no Mach-O header");
    Str whole = file;
    if (be32(file.p) == MAGIC_FAT) {
        if (file.n < FAT_HEADER + FAT_PART)
            return error_set(err, -EBADMSG, "truncated: no table of parts behind the universal header");
        const char *part = file.p + FAT_HEADER;
        whole = str_head(str_from_at(file, be32(part + 8)), be32(part + 12));
    }
    Program p = {.file_size = whole.n};
    size_t header = 28;
    if (whole.n < header + 4 || be32(whole.p) == MAGIC_FAT || !macho_detect(whole))
        return error_set(err, -EBADMSG, "no Mach-O header in the universal file's first part");
    p.big_endian = be32(whole.p) == MAGIC_32 || be32(whole.p) == MAGIC_64;
    p.is_64 = u32(&p, whole.p) == MAGIC_64;
    header += p.is_64 ? 4 : 0;
    size_t n = u32(&p, whole.p + 16);
    Str commands = str_head(str_from_at(whole, header), u32(&p, whole.p + 20));
    /* Eight bytes are the smallest command, a section has its place in one. */
    n = MIN(n, commands.n / 8);
    p.loaded = arena_alloc(a, n * sizeof(*p.loaded));
    p.sections = arena_alloc(a, commands.n / 68 * sizeof(*p.sections));
    for (size_t i = 0; i < n && commands.n >= 8; i++) {
        uint32_t kind = u32(&p, commands.p), size = u32(&p, commands.p + 4);
        if (size < 8 || size > commands.n)
            break;
        if (kind == (p.is_64 ? COMMAND_SEGMENT_64 : COMMAND_SEGMENT))
            add_segment(&p, a, whole, str_head(commands, size));
        commands = str_from_at(commands, size);
    }
    *ret = p;
    return 0;
}
