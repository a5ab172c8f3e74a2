/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/collect.h"

#include "advisory/codec.h"
#include "advisory/stream.h"
#include "base/time.h"

enum {
    STRINGS_MAX = 50 * 1000 * 1000,
    NO_FEED = UINT32_MAX,
    SKIPPED_NAMED = 1000,
};

void collect_done(Collect *c) {
    map_done(&c->strings);
    map_done(&c->keys);
    vec_done(&c->key_list);
    vec_done(&c->statements);
    vec_done(&c->rows);
    vec_done(&c->details);
    vec_done(&c->epss);
    vec_done(&c->kev);
    vec_done(&c->repositories);
    vec_done(&c->eol);
    vec_done(&c->parts);
    arena_done(&c->arena);
}

void collect_reader_init(CollectReader *r, Collect *c, uint32_t file) {
    *r = (CollectReader) {.c = c, .file = file, .feed = NO_FEED, .pending = buf_new((size_t) STREAM_FRAME_MAX * 2)};
}

void collect_reader_done(CollectReader *r) {
    buf_done(&r->pending);
    vec_done(&r->strings);
    vec_done(&r->keys);
    vec_done(&r->statements);
    vec_done(&r->parts);
}

StringId collect_intern(Collect *c, Str s) {
    if (str_empty(s))
        return 0;
    void *known = map_get(&c->strings, s);
    if (known)
        return (StringId) (uintptr_t) known;
    map_set(&c->strings, arena_str(&c->arena, s), (void *) (uintptr_t) (c->strings.n + 1));
    return (StringId) c->strings.n;
}

static uint32_t key_number(Collect *c, CollectKey k) {
    Str bytes = str_n((const char *) &k, sizeof(k));
    void *known = map_get(&c->keys, bytes);
    if (known)
        return (uint32_t) (uintptr_t) known - 1;
    Str own = arena_str(&c->arena, bytes);
    map_set(&c->keys, own, (void *) (uintptr_t) (c->keys.n + 1));
    vec_push(&c->key_list, k);
    return (uint32_t) c->key_list.n - 1;
}

static StringId string_of(CollectReader *r, WireReader *w) {
    uint64_t at = wire_max(w, r->strings.n);
    return at ? r->strings.p[at - 1] : 0;
}

/* A string that must not be empty. */
static StringId name_of(CollectReader *r, WireReader *w) {
    StringId s = string_of(r, w);
    if (!s)
        w->bad = true;
    return s;
}

static void take_feed(CollectReader *r, WireReader *w) {
    Str name = wire_str(w);
    size_t n;
    const Feed *const *all = feeds(&n);
    r->feed = NO_FEED;
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, all[i]->name))
            r->feed = (uint32_t) i;
    if (r->feed == NO_FEED) {
        w->bad = true;
        return;
    }
    for (size_t i = 0; i < r->parts.n; i++)
        if (r->c->parts.p[r->parts.p[i]].feed == r->feed) {
            r->part_at = r->parts.p[i];
            return;
        }
    r->part_at = r->c->parts.n;
    vec_push(&r->parts, r->part_at);
    CollectPart part = {.file = r->file, .feed = r->feed, .date = TIME_NONE};
    vec_push(&r->c->parts, part);
}

static void take_statement(CollectReader *r, WireReader *w) {
    CollectStatement s = {.file = r->file};
    size_t n_feeds;
    feeds(&n_feeds);
    s.feed = (uint32_t) wire_max(w, n_feeds - 1);
    s.status = (uint8_t) wire_max(w, FIX_N_ - 1);
    s.severity = (uint8_t) wire_max(w, SEVERITY_N_ - 1);
    s.binary_name = wire_max(w, 1);
    s.malicious = wire_max(w, 1);
    StringId *const texts[] = {&s.status_text, &s.introduced, &s.last_affected, &s.advisory, &s.module, &s.arches, &s.repositories, &s.imports};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        *texts[i] = string_of(r, w);
    if (!wire_ok(w))
        return;
    vec_push(&r->c->statements, s);
    vec_push(&r->statements, (uint32_t) r->c->statements.n - 1);
}

static void take_row(CollectReader *r, WireReader *w) {
    uint64_t key = wire_u64(w);
    StringId id = name_of(r, w), fixed = string_of(r, w);
    uint64_t statement = wire_u64(w);
    if (!wire_ok(w) || key >= r->keys.n || statement >= r->statements.n) {
        w->bad = true;
        return;
    }
    CollectRow row = {r->keys.p[key], id, r->statements.p[statement], fixed};
    vec_push(&r->c->rows, row);
}

static void take_detail(CollectReader *r, WireReader *w) {
    StringId id = name_of(r, w);
    Str blob = wire_str(w);
    VulnDetail d;
    if (!wire_ok(w) || codec_detail_decode(blob, &d) < 0) {
        w->bad = true;
        return;
    }
    CollectDetail out = {id, r->feed, r->file, arena_str(&r->c->arena, blob)};
    vec_push(&r->c->details, out);
}

static void take_problem(CollectReader *r, WireReader *w) {
    Arena *a = &r->c->report->arena;
    Str path = wire_str(w);
    uint32_t line = (uint32_t) wire_max(w, UINT32_MAX);
    Str message = wire_str(w);
    if (!wire_ok(w))
        return;
    BuildProblem p = {arena_str(a, path), line, arena_str(a, message)};
    vec_push(&r->c->report->problems, p);
}

static void take_skipped(CollectReader *r, WireReader *w) {
    BuildReport *report = r->c->report;
    Str path = wire_str(w);
    report->files.p[r->file].skipped_documents++;
    report->n_skipped++;
    if (wire_ok(w) && report->skipped.n < SKIPPED_NAMED)
        vec_push(&report->skipped, arena_str(&report->arena, path));
}

static void take_message(CollectReader *r, StreamTag t, WireReader *w) {
    Collect *c = r->c;
    bool needs_feed = t != STREAM_STRING && t != STREAM_KEY && t != STREAM_FEED && t != STREAM_SKIPPED;
    if (needs_feed && r->feed == NO_FEED) {
        w->bad = true;
        return;
    }
    CollectPart *part = needs_feed ? &c->parts.p[r->part_at] : NULL;
    switch (t) {
    case STREAM_STRING: {
        Str s = wire_str(w);
        if (str_empty(s) || s.n > STREAM_STRING_MAX || c->strings.n >= STRINGS_MAX)
            w->bad = true;
        else
            vec_push(&r->strings, collect_intern(c, s));
        break;
    }
    case STREAM_KEY: {
        CollectKey k = {0};
        k.release = name_of(r, w);
        k.package = name_of(r, w);
        if (wire_ok(w))
            vec_push(&r->keys, key_number(c, k));
        break;
    }
    case STREAM_STATEMENT:
        take_statement(r, w);
        break;
    case STREAM_ROW:
        take_row(r, w);
        break;
    case STREAM_DETAIL:
        take_detail(r, w);
        break;
    case STREAM_EPSS: {
        CollectEpss e = {.cve = wire_i64(w), .epss = (uint32_t) wire_max(w, EPSS_SCALE), .percentile = (uint32_t) wire_max(w, EPSS_SCALE), .file = r->file};
        if (e.cve < 0 || cve_year(e.cve) > 9999)
            w->bad = true;
        if (wire_ok(w))
            vec_push(&c->epss, e);
        break;
    }
    case STREAM_KEV:
    case STREAM_REPOSITORY: {
        CollectPair p = {.file = r->file};
        p.a = name_of(r, w);
        p.b = string_of(r, w);
        if (!wire_ok(w))
            break;
        if (t == STREAM_KEV)
            vec_push(&c->kev, p);
        else
            vec_push(&c->repositories, p);
        break;
    }
    case STREAM_EOL: {
        CollectEol e = {.file = r->file};
        e.release = name_of(r, w);
        e.eol = wire_i64(w);
        e.extended = wire_i64(w);
        if (wire_ok(w))
            vec_push(&c->eol, e);
        break;
    }
    case STREAM_FEED:
        take_feed(r, w);
        break;
    case STREAM_DATE:
        lint_assume(part);
        part->date = MAX(part->date, wire_i64(w));
        break;
    case STREAM_RECORDS:
        lint_assume(part);
        part->records += wire_max(w, UINT32_MAX);
        c->report->files.p[r->file].documents++;
        break;
    case STREAM_PROBLEM:
        take_problem(r, w);
        break;
    case STREAM_PROBLEMS:
        lint_assume(part);
        part->problems += wire_max(w, UINT32_MAX);
        break;
    case STREAM_SKIPPED:
        take_skipped(r, w);
        break;
    default:
        w->bad = true;
    }
}

int collect_reader_push(CollectReader *r, Str bytes) {
    int rc = buf_str(&r->pending, bytes);
    if (rc < 0)
        return rc;
    Str rest = buf_view(&r->pending);
    while (rest.n >= 4) {
        const unsigned char *p = (const unsigned char *) rest.p;
        size_t n = (size_t) p[0] | (size_t) p[1] << 8 | (size_t) p[2] << 16 | (size_t) p[3] << 24;
        if (n > STREAM_FRAME_MAX)
            return -EBADMSG;
        if (rest.n - 4 < n)
            break;
        WireReader w = wire_reader(str_n(rest.p + 4, n));
        while (w.rest.n && wire_ok(&w)) {
            StreamTag t = (StreamTag) (unsigned char) w.rest.p[0];
            w.rest = str_from_at(w.rest, 1);
            take_message(r, t, &w);
        }
        if (!wire_ok(&w))
            return -EBADMSG;
        rest = str_from_at(rest, n + 4);
    }
    size_t done = r->pending.n - rest.n;
    if (done) {
        memmove(r->pending.p, r->pending.p + done, rest.n);
        r->pending.n = rest.n;
    }
    return 0;
}

int collect_reader_end(CollectReader *r) {
    return r->pending.n ? -EBADMSG : 0;
}
