/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/program.h"

#include "base/bytes.h"
#include "parse/elf.h"
#include "parse/macho.h"
#include "parse/pe.h"

enum { PARTS_MAX = 65536 }; /* more than any linker writes; a header may claim four billion */

static int open_elf(Str file, Arena *a, Program *ret, Error *err) {
    Elf e;
    int r = elf_open(file, &e, err);
    if (r < 0)
        return r;
    Program p = {.file_size = file.n, .is_64 = e.is_64, .big_endian = e.big_endian};
    ElfSegment segment;
    ElfSection section;
    uint32_t n_segments = MIN(e.n_segments, (uint32_t) PARTS_MAX), n_sections = MIN(e.n_sections, (uint32_t) PARTS_MAX);
    p.loaded = arena_alloc(a, n_segments * sizeof(*p.loaded));
    p.sections = arena_alloc(a, n_sections * sizeof(*p.sections));
    for (uint32_t i = 0; i < n_segments && elf_segment(&e, i, &segment); i++)
        if (segment.type == ELF_PT_LOAD)
            p.loaded[p.n_loaded++] = (ProgramPart) {.address = segment.address, .bytes = segment.bytes, .writable = segment.flags & ELF_PF_W};
    for (uint32_t i = 0; i < n_sections && elf_section(&e, i, &section); i++)
        p.sections[p.n_sections++] = (ProgramPart) {.name = section.name, .address = section.address, .bytes = section.bytes};
    *ret = p;
    return 0;
}

bool program_detect(Str head) {
    if (str_starts(head, STR("\177ELF")) && head.n >= 20) {
        uint16_t type = head.p[5] == 2 ? be16(head.p + 16) : le16(head.p + 16);
        return type == ELF_TYPE_EXEC || type == ELF_TYPE_DYN;
    }
    return str_starts(head, STR("MZ")) || macho_detect(head);
}

int program_open(Str file, Arena *a, Program *ret, Error *err) {
    if (str_starts(file, STR("\177ELF")))
        return open_elf(file, a, ret, err);
    if (str_starts(file, STR("MZ")))
        return pe_open(file, a, ret, err);
    if (macho_detect(file))
        return macho_open(file, a, ret, err);
    return error_set(err, -EBADMSG, "neither ELF nor PE nor Mach-O");
}

const ProgramPart *program_section(const Program *p, const char *name) {
    for (size_t i = 0; i < p->n_sections; i++)
        if (p->sections[i].bytes.n && str_eqz(p->sections[i].name, name))
            return &p->sections[i];
    return NULL;
}

Str program_at(const Program *p, uint64_t address) {
    for (size_t i = 0; i < p->n_loaded; i++) {
        const ProgramPart *l = &p->loaded[i];
        if (address >= l->address && address - l->address < l->bytes.n)
            return str_from_at(l->bytes, (size_t) (address - l->address));
    }
    return STR_NULL;
}
