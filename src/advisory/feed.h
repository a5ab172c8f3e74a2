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
    Str bytes;            /* one whole document after decompression: a JSON, JSON Lines, YAML, CSV or XML file */
    const Limits *limits;
} FeedInput;

typedef struct Feed {
    const char *name;     /* "debian-osv" */
    const char *doc;      /* what it is and who publishes it */
    const char *source;   /* documentation of the format, and its licence */
    /* Is this document one of ours? Decides on the first few KiB (`head`), not on the path alone where it can. The first feed in
     * table order that says yes gets it. */
    bool (*detect)(Str path, Str head);
    int (*parse)(const FeedInput *in, const FeedSink *sink);
    const char *fuzzer;
    unsigned rank;        /* lower wins where feeds state the same detail */
} Feed;

const Feed *const *feeds(size_t *ret_n);
const Feed *feed_by_name(Str name);
