/* SPDX-License-Identifier: Apache-2.0 */
/* Program: what the formats of executables have in common, for readers of what compilers leave inside: the ranges that are loaded and the named
 * sections. ELF (elf.h), PE (Microsoft's "PE Format") and Mach-O (Apple's loader.h), the last also as the first part of a universal file. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

typedef struct ProgramPart {
    Str name;         /* ".rodata", "__TEXT,__text"; empty for loaded ranges */
    uint64_t address; /* when loaded */
    Str bytes;        /* those of the file */
    bool writable;    /* loaded ranges only */
} ProgramPart;

typedef struct Program {
    size_t file_size;
    bool is_64, big_endian;
    ProgramPart *loaded, *sections;
    size_t n_loaded, n_sections;
} Program;

/* Does a file that begins so have one of the formats, as something that can be run or loaded? 20 bytes are enough. */
bool program_detect(Str head);
/* 0; -EBADMSG when it is none of the formats or its header is nonsense. Parts that lie outside of the file are left out; in `a`. */
int program_open(Str file, Arena *a, Program *ret, Error *err);
/* The first section of this name that has bytes; NULL when there is none. */
const ProgramPart *program_section(const Program *p, const char *name);
/* What the file has from `address` on, up to the end of the loaded range; empty when nothing is loaded there. */
Str program_at(const Program *p, uint64_t address);
