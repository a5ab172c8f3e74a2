/* SPDX-License-Identifier: Apache-2.0 */
/* Feed: one publisher's format -> rows and details of the advisory database. One file per feed; the table is feed.list.h. A feed's
 * parser runs in a confined worker: it sees the bytes of one document, opens nothing, and must be deterministic. Adding one:
 * docs/adding/feed.md. */
#pragma once

#include "advisory/db.h"
#include "base/diag.h"
#include "base/limits.h"

/* Takes what a parser found; copies what it keeps. All return 0 or a negative errno that the parser hands on. */
typedef struct FeedSink {
    void *userdata;
    /* `release` as os_release_key() writes it ("debian:12", "rhel:9"), or an ecosystem for language packages ("npm", "pypi", "go" …). */
    int (*row)(void *userdata, Str release, Str package, const AdvisoryRow *row);
    /* Merges with what other feeds say of the same id: longest-known title wins by feed rank, cvss vectors accumulate. */
    int (*detail)(void *userdata, const VulnDetail *detail);
    int (*eol)(void *userdata, Str release, int64_t eol, int64_t extended);
    /* Red Hat: repository (content set) -> CPE. */
    int (*repository_cpe)(void *userdata, Str repository, Str cpe);
    /* The date the feed's data is from, as far as the document tells: the newest wins. */
    void (*date)(void *userdata, int64_t t);
    /* One record was read. */
    void (*count)(void *userdata);
    /* One record is nonsense: it is skipped and counted; `line` 0 when unknown. */
    void (*problem)(void *userdata, uint32_t line, const char *fmt, ...) _printf_(3, 4);
} FeedSink;

typedef struct FeedInput {
    Str path;             /* member or file path, for detection and messages: "debian/debian-osv.jsonl" */
    Str bytes;            /* after decompression: one whole document, or whole lines of one (Feed.lines) */
    uint32_t first_line;  /* number of the first line in `bytes`; 0 and 1 mean the document's first */
    const Limits *limits;
} FeedInput;

typedef struct Feed {
    const char *name;     /* "debian-osv" */
    const char *doc;      /* what it is and who publishes it */
    const char *source;   /* documentation of the format, and its licence */
    /* Is this document one of ours? Decides on its beginning (`head`: some KiB, at most a megabyte), not on the path alone where it can. The first feed in
     * table order that says yes gets it. */
    bool (*detect)(Str path, Str head);
    /* Also called by fuzzers with any bytes. Calls sink->count once per record. AdvisoryRow.feed and VulnDetail's kev, epss fields
     * may be left zero where the feed has nothing to do with them (epss below 0 or NaN: none; see feed_detail_new()). */
    int (*parse)(const FeedInput *in, const FeedSink *sink);
    /* The format is a record a line (JSON Lines, CSV): parse() is called several times for a large document, with whole lines each time. */
    bool lines;
    bool aliases;         /* the aliases of its records are names of the same vulnerability: records of one become one (alias.c) */
    bool general;         /* recognises what special feeds may speak of: they are asked once more, with a longer head */
    const char *fuzzer;
    unsigned rank;        /* lower wins where feeds state the same detail */
} Feed;

const Feed *const *feeds(size_t *ret_n);
/* NULL when there is none of this name. */
const Feed *feed_by_name(Str name);
/* The first feed of the table that recognises the document; NULL when none does. */
const Feed *feed_detect(Str path, Str head);
/* Bytes of a document that detect() sees. */
enum { FEED_HEAD_MAX = 8192 };

#define FEED(name) extern const Feed feed_##name;
#include "advisory/feed.list.h"
#undef FEED
