/* SPDX-License-Identifier: Apache-2.0 */
/* LayerFacts: all that is remembered of one layer (or directory tree): its facts, and a word per entry that says what the entry
 * hides of the layers below. This is what the cache stores. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "model/fact.h"
#include "scan/listing.h"

/* What an entry of a layer does to the view, in the low bits of its index word; the rest is a hash of the path. */
typedef enum EntryKind {
    ENTRY_FILE,     /* also devices, pipes, hard links: hides what lay at and below its path */
    ENTRY_DIR,
    ENTRY_SYMLINK,
    ENTRY_WHITEOUT, /* the path is that of the hidden file */
    ENTRY_OPAQUE,   /* the path is that of the directory */
} EntryKind;
enum { ENTRY_KIND_BITS = 3 };

/* 8 bytes per path. The seed is fixed: the words go into the cache. */
static inline uint64_t entry_word(uint64_t path_hash, EntryKind kind) {
    return path_hash << ENTRY_KIND_BITS | kind;
}
uint64_t entry_hash(Str path);

typedef struct LayerFacts {
    Buf facts;            /* sequence of: position in `index` (varint), real path (string), fact_encode() */
    Vec(uint64_t) index;  /* entry words in the order of the archive; a later entry wins */
    Buf links;            /* sequence of: position, path, target, hard (0/1): the links that matter to analyzers */
    Buf listing;          /* listing.h; empty unless asked for */
    uint64_t entries;     /* archive members or files seen */
    uint64_t bytes;       /* uncompressed bytes */
} LayerFacts;

void layer_facts_done(LayerFacts *l);

typedef struct LocatedFact {
    uint64_t position; /* entries of the same layer from here on come after it */
    Str real;          /* where the file lies; differs from fact.path when a link led an analyzer there */
    Fact fact;
} LocatedFact;

void located_fact_encode(Buf *b, const LocatedFact *f);
/* 1 with *ret, 0 at the end, -EBADMSG. */
int located_fact_decode(WireReader *r, LocatedFact *ret);

typedef struct LayerLink {
    uint64_t position;
    Str path, target; /* target as written for symbolic links, canonical path for hard links */
    bool hard;
} LayerLink;

void layer_link_encode(Buf *b, const LayerLink *l);
int layer_link_decode(WireReader *r, LayerLink *ret);

/* An alias shows analyzers a file under another path: files at `from` (or below it) are analysed as if they lay at `to`. */
typedef struct PathAlias {
    Str from, to;
} PathAlias;

/* What to look for in a layer: part of its cache key. */
typedef struct LookFor {
    uint64_t analyzers;        /* bit i: analyzers()[i] */
    const PathAlias *aliases;
    size_t n_aliases;
    Str secret_rules;          /* compiled; empty: those that come with the program */
    Str secret_key;            /* for fingerprints; empty: none */
    const char *secrets_digest; /* of both: what the cache goes by; NULL when there are none */
    Str yara_rules;            /* compiled; empty: none */
    const char *yara_digest;   /* of their texts; NULL: none */
    uint32_t yara_seconds;     /* that they may take for one file; what took longer is not cached */
    ListingKind listing;
    uint32_t digests;          /* that it holds of files, from LISTING_CONTENT on: bit 1 << DigestKind */
    uint32_t package_digests;  /* likewise, of those that lie where packages of distributions put theirs */
} LookFor;
