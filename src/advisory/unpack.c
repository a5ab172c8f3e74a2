/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/unpack.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "base/time.h"

enum {
    PIECE = 1 << 20,      /* lines are handed to parsers in pieces of about this size */
    READ_BLOCK = 128 << 10,
};

typedef struct Unpack {
    struct archive *ar;
    int fd;
    char *block;          /* READ_BLOCK bytes */
    const Limits *limits;
    StreamWriter *w;
    Buf buf;
    char *message;
    size_t message_size;
} Unpack;

static int archive_failed(Unpack *u, const char *doing) {
    const char *why = archive_error_string(u->ar);
    snprintf(u->message, u->message_size, "%s: %s", doing, why ? why : "unknown fault");
    return -EBADMSG;
}

/* Reads on until the buffer holds `want` bytes or the document ends: 1 more may come, 0 it ended. */
static int fill(Unpack *u, size_t want) {
    while (u->buf.n < want) {
        int r = buf_reserve(&u->buf, MIN(want - u->buf.n, (size_t) PIECE));
        if (r < 0) {
            snprintf(u->message, u->message_size, "a document is larger than %llu bytes", (unsigned long long) u->buf.max);
            return r;
        }
        la_ssize_t n = archive_read_data(u->ar, u->buf.p + u->buf.n, MIN(want - u->buf.n, (size_t) PIECE));
        if (n < 0)
            return archive_failed(u, "decompressing");
        if (n == 0)
            return 0;
        u->buf.n += (size_t) n;
        u->buf.p[u->buf.n] = 0;
    }
    return 1;
}

static int parse_lines(Unpack *u, const Feed *feed, const FeedSink *sink, Str path) {
    FeedInput in = {.path = path, .first_line = 1, .limits = u->limits};
    size_t want = PIECE;
    for (;;) {
        int more = fill(u, want);
        if (more < 0)
            return more;
        ssize_t end = more ? str_rchr(buf_view(&u->buf), '\n') : (ssize_t) u->buf.n - 1;
        if (end < 0 && more) { /* one line longer than the piece */
            want = u->buf.n + u->buf.n / 2 + PIECE;
            continue;
        }
        size_t n = (size_t) (end + 1);
        in.bytes = str_n(u->buf.p ? u->buf.p : "", n);
        int r = n ? feed->parse(&in, sink) : 0;
        if (r < 0)
            return r;
        if (!more)
            return 0;
        for (const char *p = u->buf.p, *stop = p + n; (p = memchr(p, '\n', (size_t) (stop - p))); p++)
            in.first_line++;
        memmove(u->buf.p, u->buf.p + n, u->buf.n - n);
        u->buf.n -= n;
        want = PIECE;
    }
}

static int parse_whole(Unpack *u, const Feed *feed, const FeedSink *sink, Str path) {
    int more = fill(u, u->buf.max);
    if (more > 0) {
        snprintf(u->message, u->message_size, "a document is larger than %llu bytes", (unsigned long long) u->buf.max);
        return -E2BIG;
    }
    if (more < 0)
        return more;
    FeedInput in = {.path = path, .bytes = buf_view(&u->buf), .first_line = 1, .limits = u->limits};
    return feed->parse(&in, sink);
}

/* Mostly the first few KiB tell. Where none of the feeds sees its own in them, or only a general one that takes what the others leave, the
 * first record of JSON Lines or the first megabyte is looked at: a long text may stand before what tells. */
static int recognise(Unpack *u, Str path, const Feed **ret) {
    int more = fill(u, FEED_HEAD_MAX);
    if (more < 0)
        return more;
    const Feed *feed = feed_detect(path, str_head(buf_view(&u->buf), FEED_HEAD_MAX));
    if (more > 0 && (!feed || feed->general)) {
        if ((more = fill(u, PIECE)) < 0)
            return more;
        Str head = str_head(buf_view(&u->buf), PIECE), line, rest;
        if (str_cut(head, '\n', &line, &rest) && str_starts(line, STR("{")) && str_ends(str_trim(line), STR("}")))
            head = line;
        if (head.n > FEED_HEAD_MAX)
            feed = feed_detect(path, head);
    }
    *ret = feed;
    return 0;
}

static int document(Unpack *u, Str path, int64_t date) {
    const Feed *feed;
    buf_clear(&u->buf);
    int r = recognise(u, path, &feed);
    if (r < 0)
        return r;
    if (!feed) {
        stream_skipped(u->w, path);
        return 0;
    }
    FeedSink sink = stream_sink(u->w);
    stream_document(u->w, feed, path);
    r = feed->lines ? parse_lines(u, feed, &sink, path) : parse_whole(u, feed, &sink, path);
    if (r == -EINVAL) { /* this document is nonsense: told by the feed or here, never silent */
        if (u->w->problems == 0)
            sink.problem(sink.userdata, 0, "the document is not in this feed's format");
        r = 0;
    }
    if (r < 0)
        return r;
    return stream_document_end(u->w, date);
}

/* libarchive's own reader would ask for more than a confined worker may do. */
static la_ssize_t read_block(struct archive *ar, void *userdata, const void **ret) {
    Unpack *u = userdata;
    ssize_t n;
    do
        n = read(u->fd, u->block, READ_BLOCK);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        archive_set_error(ar, errno, "reading: %s", strerror(errno));
    *ret = u->block;
    return n;
}

static int walk(Unpack *u, Str path) {
    bool single = false;
    for (uint64_t entries = 0;; entries++) {
        struct archive_entry *entry;
        int rc = archive_read_next_header(u->ar, &entry);
        if (rc == ARCHIVE_EOF)
            return 0;
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            return archive_failed(u, "reading the archive");
        if (entries >= u->limits->entries) {
            snprintf(u->message, u->message_size, "more than %llu members", (unsigned long long) u->limits->entries);
            return -E2BIG;
        }
        /* A file that is no archive is one document; libarchive calls it "data". */
        single = archive_format(u->ar) == ARCHIVE_FORMAT_RAW;
        if (!single && archive_entry_filetype(entry) != AE_IFREG)
            continue;
        const char *name = archive_entry_pathname(entry);
        char joined[1024];
        int n = single ? snprintf(joined, sizeof(joined), "%.*s", STR_FMT(path))
                       : snprintf(joined, sizeof(joined), "%.*s/%s", STR_FMT(path), name ? name : "(unnamed)");
        if (n < 0)
            return -EINVAL;
        int64_t date = !single && archive_entry_mtime_is_set(entry) ? (int64_t) archive_entry_mtime(entry) : TIME_NONE;
        int r = document(u, str_n(joined, MIN((size_t) n, sizeof(joined) - 1)), date);
        if (r < 0)
            return r;
    }
}

int feed_unpack(int fd, Str path, const Limits *limits, StreamWriter *w, char *ret_message, size_t message_size) {
    ret_message[0] = 0;
    _cleanup_free_ char *block = xmalloc(READ_BLOCK);
    Unpack u = {.fd = fd, .block = block, .limits = limits, .w = w, .buf = buf_new((size_t) limits->document_bytes), .message = ret_message, .message_size = message_size};
    u.ar = archive_read_new();
    if (!u.ar)
        return -ENOMEM;
    archive_read_support_filter_gzip(u.ar);
    archive_read_support_filter_bzip2(u.ar);
    archive_read_support_filter_xz(u.ar);
    archive_read_support_filter_zstd(u.ar);
    archive_read_support_format_tar(u.ar);
    archive_read_support_format_zip(u.ar);
    archive_read_support_format_raw(u.ar);
    archive_read_support_format_empty(u.ar);
    int r = archive_read_open(u.ar, &u, NULL, read_block, NULL) == ARCHIVE_OK ? walk(&u, path) : archive_failed(&u, "opening");
    if (r >= 0)
        r = stream_flush(w);
    archive_read_free(u.ar);
    buf_done(&u.buf);
    return r;
}
