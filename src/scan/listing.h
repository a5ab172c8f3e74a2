/* SPDX-License-Identifier: Apache-2.0 */
/* Listing: the entries of a layer by name, where somebody asks for more than the one word per path that merging needs. Encoded as records of
 * wire.h: bytes shared with the path before (varint), the rest of the path (string), mode and kind, size, content, what it leads to (links and scripts), digests. In the
 * order of an archive, in which neighbours share directories, that is 24 bytes a path where the paths have 66 (160,000 files of a Debian /usr). */
#pragma once

#include "base/buf.h"
#include "base/hash.h"
#include "base/wire.h"

typedef enum ListingKind {
    LISTING_NONE,
    LISTING_SIZES,
    LISTING_CONTENT, /* and a hash of each file's bytes: everything is read */
    LISTING_KIND_N_,
} ListingKind;

typedef struct ListedEntry {
    Str path;          /* canonical */
    uint32_t kind;     /* EntryKind: FILE, DIR or SYMLINK */
    uint32_t mode;     /* permissions with setuid, setgid and sticky bit; 0 for hard links but the first */
    uint64_t size;     /* bytes; 0 for hard links but the first */
    uint64_t content;  /* from LISTING_CONTENT on: XXH3-64 of a file's bytes, which tells doubles of honest files; else 0 */
    Str target;        /* symbolic links: as written. Where digests are asked for, hard links: canonical path of the file. From LISTING_CONTENT on: what stands behind "#!" in the first line of a file that may be run, at most LISTING_TARGET_MAX */
    Str digests[DIGEST_KIND_N_]; /* those asked for (LookFor.digests) of a file that is not empty; empty where it could not be read to its end */
} ListedEntry;
enum { LISTING_TARGET_MAX = 4096 };

/* The line behind "#!" at the beginning of a file, without white space around it; empty when there is none. */
Str listing_interpreter(uint32_t mode, Str bytes);

typedef struct ListingWriter {
    Buf bytes;
    Buf last;          /* path */
} ListingWriter;

void listing_put(ListingWriter *w, const ListedEntry *e);
/* Empties it: what comes next can be read without what came before. */
void listing_restart(ListingWriter *w);
void listing_writer_done(ListingWriter *w);

typedef struct ListingReader {
    WireReader wire;
    Buf path;          /* of the entry that listing_next() gave last */
} ListingReader;

ListingReader listing_reader(Str bytes);
/* 1 with *ret (its path is valid until the next call), 0 at the end, -EBADMSG. */
int listing_next(ListingReader *r, ListedEntry *ret);
void listing_reader_done(ListingReader *r);
bool listing_is_sound(Str bytes);
