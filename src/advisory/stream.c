/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/stream.h"

#include <math.h>
#include <stdarg.h>

#include "advisory/codec.h"
#include "base/fs.h"
#include "base/time.h"

enum { FLUSH_AT = 128 << 10 };

void stream_writer_init(StreamWriter *w, int fd, Buf *to) {
    *w = (StreamWriter) {.fd = fd, .to = to, .frame = buf_new(STREAM_FRAME_MAX), .now = time_now()};
}

void stream_writer_done(StreamWriter *w) {
    buf_done(&w->frame);
    map_done(&w->strings);
    map_done(&w->keys);
    map_done(&w->statements);
    arena_done(&w->arena);
}

int stream_flush(StreamWriter *w) {
    if (w->failed)
        return w->failed;
    if (w->frame.failed)
        return w->failed = w->frame.failed;
    if (w->frame.n == 0)
        return 0;
    unsigned char size[4];
    for (unsigned i = 0; i < 4; i++)
        size[i] = (unsigned char) (w->frame.n >> (8 * i));
    int r;
    if (w->to) {
        r = buf_add(w->to, size, sizeof(size));
        if (r >= 0)
            r = buf_add(w->to, w->frame.p, w->frame.n);
    } else {
        r = fs_write_all(w->fd, size, sizeof(size));
        if (r >= 0)
            r = fs_write_all(w->fd, w->frame.p, w->frame.n);
    }
    buf_clear(&w->frame);
    return w->failed = MIN(r, 0);
}

/* Ends a message. */
static int sent(StreamWriter *w) {
    return w->frame.n >= FLUSH_AT || w->frame.failed ? stream_flush(w) : w->failed;
}

static void tag(StreamWriter *w, StreamTag t) {
    buf_putc(&w->frame, (char) t);
}

static uint64_t string_number(StreamWriter *w, Str s) {
    if (str_empty(s))
        return 0;
    s = str_head(s, STREAM_STRING_MAX);
    void *known = map_get(&w->strings, s);
    if (known)
        return (uintptr_t) known;
    map_set(&w->strings, arena_str(&w->arena, s), (void *) (uintptr_t) (w->strings.n + 1));
    tag(w, STREAM_STRING);
    wire_put_str(&w->frame, s);
    sent(w);
    return w->strings.n;
}

/* The number of a definition by its encoded fields, which it sends when they are new. */
static uint64_t definition_number(StreamWriter *w, Map *map, StreamTag t, Str fields) {
    void *known = map_get(map, fields);
    if (known)
        return (uintptr_t) known - 1;
    map_set(map, arena_str(&w->arena, fields), (void *) (uintptr_t) (map->n + 1));
    tag(w, t);
    buf_str(&w->frame, fields);
    sent(w);
    return map->n - 1;
}

/* A few varints side by side, for keys of the definition maps. */
typedef struct Fields {
    char p[160];
    size_t n;
} Fields;

static void field(Fields *f, uint64_t v) {
    while (v >= 0x80) {
        f->p[f->n++] = (char) (v | 0x80);
        v >>= 7;
    }
    f->p[f->n++] = (char) v;
}

static int sink_row(void *userdata, Str release, Str package, const AdvisoryRow *row) {
    StreamWriter *w = userdata;
    if (str_empty(release) || str_empty(package) || str_empty(row->id) || row->status >= FIX_N_ || row->severity >= SEVERITY_N_)
        return -EINVAL;
    Fields key = {0}, st = {0};
    field(&key, string_number(w, release));
    field(&key, string_number(w, package));
    uint64_t key_at = definition_number(w, &w->keys, STREAM_KEY, str_n(key.p, key.n));
    field(&st, w->feed_at);
    field(&st, row->status);
    field(&st, row->severity);
    field(&st, row->binary_name);
    field(&st, row->malicious);
    const Str texts[] = {row->status_text, row->introduced, row->last_affected, row->advisory, row->module, row->arches, row->repositories, row->imports};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        field(&st, string_number(w, texts[i]));
    uint64_t statement = definition_number(w, &w->statements, STREAM_STATEMENT, str_n(st.p, st.n));
    uint64_t id = string_number(w, row->id), fixed = string_number(w, row->fixed);
    tag(w, STREAM_ROW);
    wire_put_u64(&w->frame, key_at);
    wire_put_u64(&w->frame, id);
    wire_put_u64(&w->frame, fixed);
    wire_put_u64(&w->frame, statement);
    return sent(w);
}

static bool has_probability(double v) {
    return !isnan(v) && v >= 0 && v <= 1;
}

static int sink_detail(void *userdata, const VulnDetail *d) {
    StreamWriter *w = userdata;
    if (str_empty(d->id) || d->severity >= SEVERITY_N_)
        return -EINVAL;
    int64_t cve;
    if (has_probability(d->epss) && has_probability(d->epss_percentile) && (d->epss > 0 || d->epss_percentile > 0) && cve_pack(d->id, &cve)) {
        tag(w, STREAM_EPSS);
        wire_put_i64(&w->frame, cve);
        wire_put_u64(&w->frame, (uint64_t) (d->epss * EPSS_SCALE + 0.5));
        wire_put_u64(&w->frame, (uint64_t) (d->epss_percentile * EPSS_SCALE + 0.5));
        sent(w);
    }
    if (d->kev) {
        uint64_t id = string_number(w, d->id), due = string_number(w, d->kev_due);
        tag(w, STREAM_KEV);
        wire_put_u64(&w->frame, id);
        wire_put_u64(&w->frame, due);
        sent(w);
    }
    bool more = d->title.n || d->n_cvss || d->severity || d->aliases.n || d->references.n || d->withdrawn ||
                d->published != TIME_NONE || d->modified != TIME_NONE;
    if (!more)
        return w->failed;
    uint64_t id = string_number(w, d->id);
    Buf blob = buf_new(STREAM_STRING_MAX);
    codec_detail_encode(&blob, d);
    int r = blob.failed;
    if (!r) {
        tag(w, STREAM_DETAIL);
        wire_put_u64(&w->frame, id);
        wire_put_str(&w->frame, buf_view(&blob));
        r = sent(w);
    }
    buf_done(&blob);
    return r == -E2BIG && !w->failed ? -EINVAL : r;
}

static int sink_eol(void *userdata, Str release, int64_t eol, int64_t extended) {
    StreamWriter *w = userdata;
    uint64_t at = string_number(w, release);
    if (!at)
        return -EINVAL;
    tag(w, STREAM_EOL);
    wire_put_u64(&w->frame, at);
    wire_put_i64(&w->frame, eol);
    wire_put_i64(&w->frame, extended);
    return sent(w);
}

static int sink_repository(void *userdata, Str repository, Str cpe) {
    StreamWriter *w = userdata;
    uint64_t at = string_number(w, repository), cpe_at = string_number(w, cpe);
    if (!at || !cpe_at)
        return -EINVAL;
    tag(w, STREAM_REPOSITORY);
    wire_put_u64(&w->frame, at);
    wire_put_u64(&w->frame, cpe_at);
    return sent(w);
}

static void sink_date(void *userdata, int64_t t) {
    StreamWriter *w = userdata;
    /* Some records are dated in the future (PyPA's are): the data as a whole is no younger than its reading. */
    if (t == TIME_NONE || t > w->now)
        return;
    w->dated = true;
    tag(w, STREAM_DATE);
    wire_put_i64(&w->frame, t);
    sent(w);
}

static void sink_count(void *userdata) {
    ((StreamWriter *) userdata)->records++;
}

_printf_(3, 4) static void sink_problem(void *userdata, uint32_t line, const char *fmt, ...) {
    StreamWriter *w = userdata;
    w->problems++;
    if (w->examples++ >= STREAM_EXAMPLES)
        return;
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    tag(w, STREAM_PROBLEM);
    wire_put_str(&w->frame, w->path);
    wire_put_u64(&w->frame, line);
    wire_put_str(&w->frame, str_n(text, n < 0 ? 0 : MIN((size_t) n, sizeof(text) - 1)));
    sent(w);
}

FeedSink stream_sink(StreamWriter *w) {
    return (FeedSink) {w, sink_row, sink_detail, sink_eol, sink_repository, sink_date, sink_count, sink_problem};
}

void stream_document(StreamWriter *w, const Feed *feed, Str path) {
    if (feed != w->feed) {
        tag(w, STREAM_FEED);
        wire_put_str(&w->frame, str_from(feed->name));
        sent(w);
        size_t n;
        const Feed *const *all = feeds(&n);
        for (w->feed_at = 0; w->feed_at + 1 < n && all[w->feed_at] != feed;)
            w->feed_at++;
    }
    w->feed = feed;
    w->path = path;
    w->dated = false;
    w->records = w->problems = 0;
}

int stream_document_end(StreamWriter *w, int64_t date) {
    if (!w->dated)
        sink_date(w, date);
    if (w->records) {
        tag(w, STREAM_RECORDS);
        wire_put_u64(&w->frame, w->records);
    }
    if (w->problems) {
        tag(w, STREAM_PROBLEMS);
        wire_put_u64(&w->frame, w->problems);
    }
    w->records = w->problems = 0;
    return sent(w);
}

void stream_skipped(StreamWriter *w, Str path) {
    tag(w, STREAM_SKIPPED);
    wire_put_str(&w->frame, path);
    sent(w);
}
