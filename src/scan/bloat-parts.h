/* SPDX-License-Identifier: Apache-2.0 */
/* What the files bloat*.c share. */
#pragma once

#include "base/vec.h"
#include "scan/bloat.h"
#include "scan/words.h"

/* What belongs to one package. */
typedef struct Part {
    uint64_t bytes, setid_files, programs, libraries;
} Part;

typedef struct Content {
    uint64_t hash, size;
} Content;

typedef struct DirSize {
    uint64_t key, bytes, files;
} DirSize;

enum { VIA_MAX = 4 };

/* A path at which a program is looked for. */
typedef struct Wanted {
    Str name, path, script;     /* as in BloatProgram */
    Str target;                 /* the interpreter of the file there */
    size_t via[VIA_MAX];        /* packages (+ 1) that own links on the way */
    unsigned depth;             /* scripts between it and the configuration */
    bool found, asked;          /* asked: its interpreter is wanted too */
} Wanted;

struct BloatScan {
    Report *report;
    const Limits *limits;
    size_t top;
    unsigned pass;              /* how often all entries were told */
    Words owners;               /* entry_hash(package_path()) -> package + 1 */
    Vec(Part) parts;            /* per package of the inventory */
    Vec(Content) contents;      /* of visible files */
    Words dir_index;            /* entry_hash() -> index + 1 into dirs */
    Vec(DirSize) dirs;
    Buf dir;                    /* that the entry before lay in, and … */
    Vec(size_t) dir_chain;      /* … the indices of it and those above */
    Words links;                /* entry_hash() -> offset + 1 into link_targets */
    Buf link_targets;           /* records of wire.h */
    Vec(BloatFile) hidden;      /* the largest; paths are malloced */
    Words double_index, named_dirs; /* what names are wanted of: -> index + 1 */
    Vec(Wanted) wanted;
    Words wanted_index;         /* entry_hash() -> index + 1 of the last one there; they are few: others are found by walking */
    Bloat b;
};

uint64_t bloat_key(Str path);
/* Package + 1 that owns a file; 0: none. */
size_t bloat_owner(const BloatScan *s, Str path);

/* bloat-entry.c: the programs that the configuration names. */
void bloat_entry_begin(BloatScan *s);
/* A visible file. */
void bloat_entry_file(BloatScan *s, const ListedEntry *e);
/* Asks for the interpreters of what was found: true when there are new places to look at. */
bool bloat_entry_next(BloatScan *s);
void bloat_entry_finish(BloatScan *s);

/* bloat-packages.c */
void bloat_packages(BloatScan *s, bool matched);

/* bloat-base.c: b->base, when there is a smaller one. */
void bloat_base(Report *r, Bloat *b);
