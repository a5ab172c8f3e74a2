/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "parse/elf.h"

static void inside(Str file, Str part) {
    if (part.n && (part.p < file.p || part.n > file.n || (size_t) (part.p - file.p) > file.n - part.n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str file = {(const char *) p, n};
    Elf e;
    Error err = {0};
    int r = elf_open(file, &e, &err);
    if (r < 0 && !err.message)
        abort();
    error_done(&err);
    if (r < 0)
        return 0;
    ElfSection section;
    ElfSegment segment;
    for (uint32_t i = 0; elf_section(&e, i, &section); i++) {
        inside(file, section.bytes);
        inside(file, section.name);
    }
    for (uint32_t i = 0; elf_segment(&e, i, &segment); i++)
        inside(file, segment.bytes);
    inside(file, elf_interpreter(&e));
    inside(file, elf_build_id(&e));
    ElfDynamic d = elf_dynamic(&e);
    uint64_t tag, value;
    while (elf_dynamic_next(&d, &tag, &value))
        inside(file, elf_dynamic_string(&d, value));
    if (elf_oddities(&e) >> ELF_ODD_N_)
        abort();
    return 0;
}
