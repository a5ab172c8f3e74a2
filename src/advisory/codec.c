/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/codec.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/time.h"

/* Flags of a row's head, above status (4 bits), severity (3 bits), binary name (1 bit) and malicious (1 bit). */
enum {
    HAS_STRINGS = 1 << 9, /* status text, then the others in the order of the lists below */
    HEAD_MAX = 0x3FFFF,
    YEAR_BASE = 1969, /* 0 says that the id is a string */
    ROWS_BLOB_MAX = 64 << 20,
};

bool cve_pack(Str id, int64_t *ret) {
    uint64_t year, number;
    if (id.n < 13 || id.n > 20 || !str_starts(id, STR("CVE-")) || id.p[8] != '-')
        return false;
    if (str_to_u64(str_n(id.p + 4, 4), 9999, &year) < 0 || str_to_u64(str_from_at(id, 9), ((uint64_t) 1 << 39) - 1, &number) < 0)
        return false;
    if (year <= YEAR_BASE || (id.n > 13 && id.p[9] == '0'))
        return false;
    *ret = cve_of((unsigned) year, number);
    return true;
}

size_t cve_unpack(int64_t packed, char out[static CVE_TEXT_MAX]) {
    unsigned year = cve_year(packed) % 10000;
    uint64_t number = cve_number(packed);
    char digits[24];
    size_t n = 0;
    do
        digits[n++] = (char) ('0' + number % 10);
    while ((number /= 10) > 0 || n < 4);
    memcpy(out, "CVE-0000-", 9);
    for (unsigned i = 0; i < 4; i++, year /= 10)
        out[7 - i] = (char) ('0' + year % 10);
    for (size_t i = 0; i < n; i++)
        out[9 + i] = digits[n - 1 - i];
    return 9 + n;
}

void codec_rows_encode(Buf *b, Str package, const Str *strings, size_t n_strings, const CodecRow *rows, size_t n) {
    uint32_t detail = 0;
    wire_put_str(b, package);
    wire_put_u64(b, n_strings);
    for (size_t i = 0; i < n_strings; i++)
        wire_put_str(b, strings[i]);
    wire_put_u64(b, n);
    for (size_t i = 0; i < n; i++) {
        const CodecRow *r = &rows[i];
        uint32_t head = (uint32_t) r->status | (uint32_t) r->severity << 4 | (uint32_t) r->binary_name << 7 | (uint32_t) r->malicious << 8;
        const uint32_t refs[] = {r->status_text, r->introduced, r->fixed, r->last_affected, r->advisory, r->module, r->arches, r->repositories, r->imports};
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            head |= refs[k] ? (uint32_t) HAS_STRINGS << k : 0;
        wire_put_u64(b, head);
        wire_put_u64(b, r->feed);
        if (r->cve >= 0) {
            wire_put_u64(b, cve_year(r->cve) - YEAR_BASE);
            wire_put_u64(b, cve_number(r->cve));
        } else {
            wire_put_u64(b, 0);
            wire_put_u64(b, r->id);
        }
        wire_put_i64(b, (int64_t) r->detail - detail);
        detail = r->detail;
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            if (refs[k])
                wire_put_u64(b, refs[k]);
    }
}

Str codec_rows_package(Str blob) {
    WireReader r = wire_reader(blob);
    Str package = wire_str(&r);
    return wire_ok(&r) ? package : STR_NULL;
}

void codec_scratch_done(CodecScratch *s) {
    free(s->strings);
    free(s->ids);
    *s = (CodecScratch) {0};
}

static Str string_ref(WireReader *r, const Str *strings, size_t n) {
    uint64_t at = wire_max(r, n);
    if (at == 0) { /* never written: an absent string has no reference */
        r->bad = true;
        return STR_NULL;
    }
    return strings[at - 1];
}

int codec_rows_decode(Str blob, const Str *feeds, size_t n_feeds, CodecScratch *scratch,
                      int (*row)(void *userdata, const AdvisoryRow *r), void *userdata) {
    if (blob.n > ROWS_BLOB_MAX)
        return -EBADMSG;
    WireReader r = wire_reader(blob);
    wire_str(&r);
    /* Every string takes at least one byte of the blob: its length bounds the table. */
    size_t n_strings = (size_t) wire_max(&r, blob.n);
    if (!wire_ok(&r))
        return -EBADMSG;
    if (n_strings > scratch->cap) {
        scratch->cap = MAX(n_strings, (size_t) 256);
        scratch->strings = xreallocarray(scratch->strings, scratch->cap, sizeof(Str));
    }
    for (size_t i = 0; i < n_strings; i++)
        scratch->strings[i] = wire_str(&r);
    /* Likewise five bytes for every row. */
    size_t n = (size_t) wire_max(&r, blob.n / 5);
    uint64_t detail = 0;
    if (n > scratch->ids_cap) {
        scratch->ids_cap = MAX(n, (size_t) 256);
        scratch->ids = xreallocarray(scratch->ids, scratch->ids_cap, CVE_TEXT_MAX);
    }
    const Str *strings = scratch->strings;
    for (size_t i = 0; i < n && wire_ok(&r); i++) {
        char *id = scratch->ids + i * CVE_TEXT_MAX;
        uint64_t head = wire_max(&r, HEAD_MAX), feed = wire_max(&r, n_feeds), year = wire_max(&r, 9999 - YEAR_BASE);
        AdvisoryRow out = {.status = (FixStatus) (head & 15), .severity = (Severity) (head >> 4 & 7), .binary_name = head >> 7 & 1, .malicious = head >> 8 & 1};
        if (feed >= n_feeds || out.status >= FIX_N_ || out.severity >= SEVERITY_N_)
            return -EBADMSG;
        out.feed = feeds[feed];
        if (year) {
            uint64_t number = wire_max(&r, ((uint64_t) 1 << 39) - 1);
            out.id = str_n(id, cve_unpack(cve_of((unsigned) year + YEAR_BASE, number), id));
        } else
            out.id = string_ref(&r, strings, n_strings);
        detail += (uint64_t) wire_i64(&r);
        if (detail > UINT32_MAX)
            return -EBADMSG;
        out.detail = (uint32_t) detail;
        Str *const refs[] = {&out.status_text, &out.introduced, &out.fixed, &out.last_affected, &out.advisory, &out.module, &out.arches, &out.repositories, &out.imports};
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            if (head & (uint64_t) HAS_STRINGS << k)
                *refs[k] = string_ref(&r, strings, n_strings);
        if (!wire_ok(&r))
            return -EBADMSG;
        int rc = row(userdata, &out);
        if (rc < 0)
            return rc;
    }
    return wire_ok(&r) && r.rest.n == 0 ? 0 : -EBADMSG;
}

static bool has_probability(double v) {
    return v >= 0 && v <= 1; /* false for NaN too */
}

void codec_detail_encode(Buf *b, const VulnDetail *d) {
    bool epss = has_probability(d->epss) && has_probability(d->epss_percentile);
    wire_put_str(b, d->id);
    wire_put_u64(b, (uint64_t) d->severity << 3 | (uint64_t) epss << 2 | (uint64_t) d->kev << 1 | d->withdrawn);
    wire_put_str(b, d->title);
    wire_put_str(b, d->severity_source);
    wire_put_str(b, d->aliases);
    wire_put_str(b, d->references);
    wire_put_i64(b, d->published == TIME_NONE ? INT64_MAX : d->published);
    wire_put_i64(b, d->modified == TIME_NONE ? INT64_MAX : d->modified);
    wire_put_u64(b, d->n_cvss);
    for (size_t i = 0; i < d->n_cvss; i++) {
        wire_put_str(b, d->cvss[i].vector);
        wire_put_str(b, d->cvss[i].source);
        wire_put_u64(b, (uint64_t) d->cvss[i].score10 + 1);
    }
    if (d->kev)
        wire_put_str(b, d->kev_due);
    if (epss) {
        wire_put_u64(b, (uint64_t) (d->epss * EPSS_SCALE + 0.5));
        wire_put_u64(b, (uint64_t) (d->epss_percentile * EPSS_SCALE + 0.5));
    }
}

int codec_detail_decode(Str blob, VulnDetail *ret) {
    WireReader r = wire_reader(blob);
    VulnDetail d = {.epss = -1, .epss_percentile = -1};
    d.id = wire_str(&r);
    uint64_t head = wire_max(&r, ((uint64_t) SEVERITY_N_ - 1) << 3 | 7);
    d.severity = (Severity) (head >> 3);
    d.kev = head >> 1 & 1;
    d.withdrawn = head & 1;
    d.title = wire_str(&r);
    d.severity_source = wire_str(&r);
    d.aliases = wire_str(&r);
    d.references = wire_str(&r);
    d.published = wire_i64(&r);
    d.modified = wire_i64(&r);
    d.published = d.published == INT64_MAX ? TIME_NONE : d.published;
    d.modified = d.modified == INT64_MAX ? TIME_NONE : d.modified;
    d.n_cvss = (size_t) wire_max(&r, ARRAY_SIZE(d.cvss));
    for (size_t i = 0; i < d.n_cvss; i++) {
        d.cvss[i].vector = wire_str(&r);
        d.cvss[i].source = wire_str(&r);
        d.cvss[i].score10 = (int) wire_max(&r, 101) - 1;
    }
    if (d.kev)
        d.kev_due = wire_str(&r);
    if (head >> 2 & 1) {
        d.epss = (double) wire_max(&r, EPSS_SCALE) / EPSS_SCALE;
        d.epss_percentile = (double) wire_max(&r, EPSS_SCALE) / EPSS_SCALE;
    }
    if (!wire_ok(&r) || r.rest.n)
        return -EBADMSG;
    *ret = d;
    return 0;
}

void codec_block_put(Buf *block, Str detail) {
    wire_put_str(block, detail);
}

int codec_block_get(Str block, size_t at, VulnDetail *ret) {
    WireReader r = wire_reader(block);
    for (size_t i = 0; i < at; i++)
        wire_str(&r);
    Str detail = wire_str(&r);
    return wire_ok(&r) ? codec_detail_decode(detail, ret) : -EBADMSG;
}

void codec_cve_put(Buf *b, int64_t last, const CodecCve *c) {
    wire_put_u64(b, (uint64_t) (c->cve - last));
    wire_put_u64(b, (uint64_t) c->detail << 1 | c->has_epss);
    if (c->has_epss) {
        wire_put_u64(b, c->epss);
        wire_put_u64(b, c->percentile);
    }
}

int codec_cve_find(Str block, int64_t cve, CodecCve *ret) {
    WireReader r = wire_reader(block);
    CodecCve c = {0};
    while (r.rest.n && wire_ok(&r)) {
        c.cve += (int64_t) wire_max(&r, (uint64_t) INT64_MAX - (uint64_t) c.cve);
        uint64_t head = wire_max(&r, (uint64_t) UINT32_MAX << 1 | 1);
        c.detail = (uint32_t) (head >> 1);
        c.has_epss = head & 1;
        c.epss = c.has_epss ? (uint32_t) wire_max(&r, EPSS_SCALE) : 0;
        c.percentile = c.has_epss ? (uint32_t) wire_max(&r, EPSS_SCALE) : 0;
        if (!wire_ok(&r) || c.cve > cve)
            break;
        if (c.cve == cve) {
            *ret = c;
            return 1;
        }
    }
    return wire_ok(&r) ? 0 : -EBADMSG;
}

enum { INDEX_HASH = 8, INDEX_NUMBER = 4 };

uint64_t index_hash(Str name) {
    return hash_seeded(name.p, name.n, 0);
}

static int by_hash(const void *x, const void *y) {
    const IndexEntry *a = x, *b = y;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

void codec_index_encode(Buf *b, IndexEntry *entries, size_t n) {
    if (n > 1)
        qsort(entries, n, sizeof(*entries), by_hash);
    unsigned char out[INDEX_HASH];
    for (size_t i = 0; i < n; i++) {
        put_le64(out, entries[i].hash);
        buf_add(b, out, INDEX_HASH);
    }
    for (size_t i = 0; i < n; i++) {
        put_le32(out, entries[i].number);
        buf_add(b, out, INDEX_NUMBER);
    }
}

static uint64_t hash_at(Str index, size_t at) {
    return le64(index.p + at * INDEX_HASH);
}

ssize_t codec_index_find(Str index, Str name) {
    uint64_t hash = index_hash(name);
    size_t n = index.n / (INDEX_HASH + INDEX_NUMBER), lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (hash_at(index, mid) < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && hash_at(index, lo) == hash ? (ssize_t) lo : -1;
}

uint32_t codec_index_number(Str index, ssize_t *at) {
    size_t n = index.n / (INDEX_HASH + INDEX_NUMBER), i = (size_t) *at;
    *at = i + 1 < n && hash_at(index, i + 1) == hash_at(index, i) ? *at + 1 : -1;
    return le32(index.p + n * INDEX_HASH + i * INDEX_NUMBER);
}
