/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker that parses feed documents answers: frames (four bytes of length, little-endian, then whole messages). A message is a
 * tag byte and its fields in wire encoding. Strings, package keys and statements are defined once each and referred to by number, so
 * that a row is a handful of bytes. The parent trusts nothing of it. */
#pragma once

#include "advisory/feed.h"
#include "base/map.h"

enum {
    STREAM_FRAME_MAX = 4 << 20,     /* a worker flushes long before */
    STREAM_STRING_MAX = 256 << 10,
    STREAM_EXAMPLES = 5,            /* problems of one file that are told in full */
};

typedef enum StreamTag {
    STREAM_STRING = 'S',     /* text; numbered from 1 */
    STREAM_KEY = 'P',        /* release, package; numbered from 0 */
    STREAM_STATEMENT = 'U',  /* place of its feed in feeds(), then all of a row but key, id and fixed; numbered from 0 */
    STREAM_ROW = 'R',        /* key, id, fixed, statement */
    STREAM_DETAIL = 'D',     /* id, blob of codec_detail_encode() */
    STREAM_EPSS = 'E',       /* packed CVE, probability, percentile (× EPSS_SCALE) */
    STREAM_KEV = 'K',        /* id, due date */
    STREAM_EOL = 'L',        /* release, end, extended end */
    STREAM_REPOSITORY = 'C', /* name, cpe */
    STREAM_FEED = 'F',       /* name: what follows is of this feed */
    STREAM_DATE = 'T',       /* date of the data */
    STREAM_RECORDS = 'N',    /* count */
    STREAM_PROBLEM = 'B',    /* path, line, message */
    STREAM_PROBLEMS = 'M',   /* count of all, told in full or not */
    STREAM_SKIPPED = 'X',    /* path of a document that no feed recognises */
} StreamTag;

/* Worker side. */
typedef struct StreamWriter {
    int fd;                  /* frames go here … */
    Buf *to;                 /* … or here, when not NULL */
    Buf frame;
    Arena arena;
    Map strings, keys, statements;
    uint64_t records, problems;
    size_t examples;
    const Feed *feed;
    size_t feed_at;          /* its place in feeds() */
    Str path;                /* of the document at hand */
    int64_t now;             /* no date later than this is a feed's */
    bool dated;              /* the document told its date */
    int failed;
} StreamWriter;

void stream_writer_init(StreamWriter *w, int fd, Buf *to);
void stream_writer_done(StreamWriter *w);
/* The sink for parsers; what it takes belongs to the feed and the document set before. */
FeedSink stream_sink(StreamWriter *w);
void stream_document(StreamWriter *w, const Feed *feed, Str path);
/* Closes the document: counts, and `date` when the document told none. */
int stream_document_end(StreamWriter *w, int64_t date);
void stream_skipped(StreamWriter *w, Str path);
int stream_flush(StreamWriter *w);
