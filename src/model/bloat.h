/* SPDX-License-Identifier: Apache-2.0 */
/* Bloat: what an image carries and does not need. Strings belong to the Arena of its maker. Bytes are those of file contents, as the layers' tars state them. */
#pragma once

#include "model/report.h"

typedef struct BloatLayer {
    uint64_t files, bytes;      /* regular files in it */
    uint64_t overwritten;       /* bytes of them that an upper layer replaces */
    uint64_t deleted;           /* … or removes */
} BloatLayer;

typedef struct BloatCount {
    uint64_t files, bytes;
} BloatCount;

/* A file that nobody sees. */
typedef struct BloatFile {
    Str path;
    uint64_t size;
    int layer, hidden_by;
    bool deleted;               /* else it is overwritten */
} BloatFile;

typedef struct BloatPlace {
    Str path;
    int layer;
} BloatPlace;

enum { BLOAT_PLACES_MAX = 10 };

/* Visible files with the same content. */
typedef struct BloatDouble {
    uint64_t content, size, copies;
    BloatPlace places[BLOAT_PLACES_MAX]; /* by path */
    size_t n_places;
} BloatDouble;

typedef struct BloatDir {
    Str path;
    uint64_t bytes, files;      /* visible, with all that lies below */
} BloatDir;

/* A program that the image's configuration starts, or that such a program is run by. */
typedef struct BloatProgram {
    Str name;                   /* as the configuration or the script writes it */
    Str path;                   /* where it lies, links resolved */
    Str script;                 /* the path of the script that names it as its interpreter; empty for what the configuration names */
    Str interpreter;            /* the line behind its own "#!" */
    const Package *owner;       /* NULL: no package */
} BloatProgram;

/* Why a removal may break something after all. */
typedef enum BloatCaution {
    BLOAT_SAFE,
    BLOAT_DATA,                 /* data or tools that others use without saying so */
    BLOAT_LIBRARIES,            /* shared libraries, and there are programs of no package */
    BLOAT_SCRIPT,               /* programs, and the entry point is a script that may call them */
    BLOAT_CAUTION_N_,
} BloatCaution;

typedef struct BloatRemoval {
    const Package *package;     /* nothing needs it */
    const Package **frees;      /* what only it needs; in the inventory's order */
    size_t n_frees;
    uint64_t bytes, setid_files, vulnerabilities; /* of all of them */
    BloatCaution caution;
} BloatRemoval;

typedef struct Bloat {
    BloatLayer *layers;         /* as Artifact.layers; none for directories */
    size_t n_layers;
    BloatCount all, visible, overwritten, deleted;
    BloatCount duplicated;      /* copies beyond the first of visible files */
    BloatFile *hidden;          /* the largest, by size and path */
    size_t n_hidden;
    BloatDouble *doubles;       /* by what the copies waste */
    size_t n_doubles;
    uint64_t all_doubles;       /* contents that there are several of */
    BloatDir *dirs;
    size_t n_dirs;
    BloatProgram *programs;
    size_t n_programs;
    bool shell, package_manager; /* among them */
    uint64_t other_programs;    /* files that may be run and belong to no package */
    bool has_packages;          /* of a distribution, whose dependencies are known */
    BloatRemoval *removals;     /* by bytes, then name; the first `top` of … */
    size_t n_removals, all_removals;
    BloatRemoval unneeded;      /* all that nothing needs, together; package NULL */
    bool has_vulnerabilities;   /* an advisory database was asked */
    uint64_t documentation;     /* bytes below usr/share/doc, man, info, locale */
    Str base, base_reason;      /* a smaller base; empty: none is known */
} Bloat;

/* "data", "libraries", "script"; NULL for BLOAT_SAFE. */
const char *bloat_caution_name(BloatCaution c);
const char *bloat_caution_doc(BloatCaution c);
