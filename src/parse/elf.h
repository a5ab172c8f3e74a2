/* SPDX-License-Identifier: Apache-2.0 */
/* ELF programs and libraries, both classes and byte orders (System V ABI, gabi chapters "Object Files" and "Program Loading"; elf(5)). All of the
 * file is in memory; what is handed out are slices of it. Every table is clipped to the file: what lies outside is not there, and Elf.damage says so.
 * Names and tables cost one look each; nothing is followed twice. */
#pragma once

#include "base/error.h"
#include "base/str.h"

/* Values that callers ask for. */
enum {
    ELF_TYPE_EXEC = 2, ELF_TYPE_DYN = 3,
    ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2, ELF_PT_INTERP = 3, ELF_PT_NOTE = 4, ELF_PT_GNU_STACK = 0x6474e551,
    ELF_PF_X = 1, ELF_PF_W = 2, ELF_PF_R = 4,
    ELF_SHT_NOBITS = 8,
    ELF_DT_NEEDED = 1, ELF_DT_SONAME = 14, ELF_DT_RPATH = 15, ELF_DT_RUNPATH = 29,
};

typedef enum ElfDamage {
    ELF_DAMAGE_SEGMENTS = 1 << 0,      /* the program header table does not lie in the file as a whole */
    ELF_DAMAGE_SECTIONS = 1 << 1,      /* likewise the section header table */
    ELF_DAMAGE_SECTION_NAMES = 1 << 2, /* there are sections, and no table of their names */
} ElfDamage;

typedef struct Elf {
    Str file;
    bool is_64, big_endian;
    uint16_t type, machine;
    uint64_t entry;                    /* address of the first instruction */
    uint32_t n_segments, n_sections;   /* those that lie in the file */
    uint32_t segment_size, section_size; /* bytes of a table's entry */
    Str segments, sections, names;     /* the tables */
    uint32_t damage;                   /* ElfDamage */
} Elf;

typedef struct ElfSegment {
    uint32_t type, flags;
    uint64_t address, memory, offset, size; /* memory: bytes when loaded; size: bytes that the file should have */
    Str bytes;                              /* those that it has */
} ElfSegment;

typedef struct ElfSection {
    Str name;
    uint32_t type;
    uint64_t address, offset, size;
    Str bytes;                              /* empty for SHT_NOBITS */
} ElfSection;

/* 0; -EBADMSG when it is no ELF file or its header is nonsense. */
int elf_open(Str file, Elf *ret, Error *err);
/* Number i, from 0; false when there is none. */
bool elf_segment(const Elf *e, uint32_t i, ElfSegment *ret);
bool elf_section(const Elf *e, uint32_t i, ElfSection *ret);
/* The first of this name. */
bool elf_section_named(const Elf *e, const char *name, ElfSection *ret);

/* The program interpreter's path; empty when there is none. */
Str elf_interpreter(const Elf *e);

typedef struct ElfNote {
    Str owner;  /* without its NUL: "GNU", "Go" */
    uint32_t type;
    Str content;
} ElfNote;
/* The next note of a PT_NOTE segment's or a note section's bytes; false at the end or at damage. */
bool elf_note_next(const Elf *e, Str *notes, ElfNote *ret);
/* The GNU build id; empty when there is none. */
Str elf_build_id(const Elf *e);

typedef struct ElfDynamic {
    const Elf *elf;
    Str rest, strings;
} ElfDynamic;
ElfDynamic elf_dynamic(const Elf *e);
/* The next entry before DT_NULL. */
bool elf_dynamic_next(ElfDynamic *d, uint64_t *ret_tag, uint64_t *ret_value);
/* The string that the value of DT_NEEDED and its like stands for; empty when it lies outside. */
Str elf_dynamic_string(const ElfDynamic *d, uint64_t value);

/* What honest compilers and linkers do not make, or seldom: for the search for malware. */
typedef enum ElfOddity {
    ELF_ODD_NO_SECTIONS = 1 << 0,   /* no section table: cut off on purpose, or packed */
    ELF_ODD_BROKEN_TABLES = 1 << 1, /* a table lies outside of the file */
    ELF_ODD_WRITE_EXECUTE = 1 << 2, /* a loaded segment is both writable and executable */
    ELF_ODD_EXECUTABLE_STACK = 1 << 3,
    ELF_ODD_ENTRY = 1 << 4,         /* the entry point lies in no executable segment */
    ELF_ODD_UPX = 1 << 5,           /* UPX's marks: packed */
    ELF_ODD_APPENDED = 1 << 6,      /* bytes behind everything that the tables speak of (self-extracting programs have them, too) */
    ELF_ODD_N_ = 7,
} ElfOddity;
uint32_t elf_oddities(const Elf *e);
/* "no-section-table" …, of one bit. */
const char *elf_oddity_name(ElfOddity o);
