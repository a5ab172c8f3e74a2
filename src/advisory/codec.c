/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/codec.h"

#include "base/alloc.h"
#include "base/time.h"

/* Flags of a row's head, above status (4 bits), severity (3 bits) and binary name (1 bit). */
enum {
    HAS_STATUS_TEXT = 1 << 8,
    HAS_INTRODUCED = 1 << 9,
    HAS_FIXED = 1 << 10,
    HAS_LAST = 1 << 11,
    HAS_ADVISORY = 1 << 12,
    HAS_MODULE = 1 << 13,
    HAS_ARCHES = 1 << 14,
    HAS_REPOSITORIES = 1 << 15,
    HEAD_MAX = 0xFFFF,
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

void codec_rows_encode(Buf *b, const Str *strings, size_t n_strings, const CodecRow *rows, size_t n) {
    wire_put_u64(b, n_strings);
    for (size_t i = 0; i < n_strings; i++)
        wire_put_str(b, strings[i]);
    wire_put_u64(b, n);
    for (size_t i = 0; i < n; i++) {
        const CodecRow *r = &rows[i];
        uint32_t head = (uint32_t) r->status | (uint32_t) r->severity << 4 | (uint32_t) r->binary_name << 7;
        const uint32_t refs[] = {r->status_text, r->introduced, r->fixed, r->last_affected, r->advisory, r->module, r->arches, r->repositories};
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            head |= refs[k] ? (uint32_t) HAS_STATUS_TEXT << k : 0;
        wire_put_u64(b, head);
        wire_put_u64(b, r->feed);
        if (r->cve >= 0) {
            wire_put_u64(b, cve_year(r->cve) - YEAR_BASE);
            wire_put_u64(b, cve_number(r->cve));
        } else {
            wire_put_u64(b, 0);
            wire_put_u64(b, r->id);
        }
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            if (refs[k])
                wire_put_u64(b, refs[k]);
    }
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
    /* Likewise four bytes for every row. */
    size_t n = (size_t) wire_max(&r, blob.n / 4);
    if (n > scratch->ids_cap) {
        scratch->ids_cap = MAX(n, (size_t) 256);
        scratch->ids = xreallocarray(scratch->ids, scratch->ids_cap, CVE_TEXT_MAX);
    }
    const Str *strings = scratch->strings;
    for (size_t i = 0; i < n && wire_ok(&r); i++) {
        char *id = scratch->ids + i * CVE_TEXT_MAX;
        uint64_t head = wire_max(&r, HEAD_MAX), feed = wire_max(&r, n_feeds), year = wire_max(&r, 9999 - YEAR_BASE);
        AdvisoryRow out = {.status = (FixStatus) (head & 15), .severity = (Severity) (head >> 4 & 7), .binary_name = head >> 7 & 1};
        if (feed >= n_feeds || out.status >= FIX_N_ || out.severity >= SEVERITY_N_)
            return -EBADMSG;
        out.feed = feeds[feed];
        if (year) {
            uint64_t number = wire_max(&r, ((uint64_t) 1 << 39) - 1);
            out.id = str_n(id, cve_unpack(cve_of((unsigned) year + YEAR_BASE, number), id));
        } else
            out.id = string_ref(&r, strings, n_strings);
        Str *const refs[] = {&out.status_text, &out.introduced, &out.fixed, &out.last_affected, &out.advisory, &out.module, &out.arches, &out.repositories};
        for (unsigned k = 0; k < ARRAY_SIZE(refs); k++)
            if (head & (uint64_t) HAS_STATUS_TEXT << k)
                *refs[k] = string_ref(&r, strings, n_strings);
        if (!wire_ok(&r))
            return -EBADMSG;
        int rc = row(userdata, &out);
        if (rc < 0)
            return rc;
    }
    return wire_ok(&r) && r.rest.n == 0 ? 0 : -EBADMSG;
}

void codec_detail_encode(Buf *b, const VulnDetail *d) {
    wire_put_u64(b, (uint64_t) d->severity << 1 | d->withdrawn);
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
    }
}

int codec_detail_decode(Str blob, VulnDetail *ret) {
    WireReader r = wire_reader(blob);
    VulnDetail d = {.epss = -1, .epss_percentile = -1};
    uint64_t head = wire_max(&r, ((uint64_t) SEVERITY_N_ - 1) << 1 | 1);
    d.severity = (Severity) (head >> 1);
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
        d.cvss[i].score10 = -1;
    }
    if (!wire_ok(&r) || r.rest.n)
        return -EBADMSG;
    *ret = d;
    return 0;
}

static void put24(unsigned char *p, uint32_t v) {
    p[0] = (unsigned char) (v >> 16);
    p[1] = (unsigned char) (v >> 8);
    p[2] = (unsigned char) v;
}

static uint32_t get24(const unsigned char *p) {
    return (uint32_t) p[0] << 16 | (uint32_t) p[1] << 8 | p[2];
}

void codec_epss_put(Buf *b, uint8_t low, uint32_t epss, uint32_t percentile) {
    unsigned char out[EPSS_ENTRY] = {low};
    put24(out + 1, epss);
    put24(out + 4, percentile);
    buf_add(b, out, sizeof(out));
}

bool codec_epss_find(Str blob, uint8_t low, double *ret_epss, double *ret_percentile) {
    const unsigned char *p = (const unsigned char *) blob.p;
    size_t lo = 0, hi = blob.n / EPSS_ENTRY;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const unsigned char *e = p + mid * EPSS_ENTRY;
        if (e[0] == low) {
            *ret_epss = (double) get24(e + 1) / EPSS_SCALE;
            *ret_percentile = (double) get24(e + 4) / EPSS_SCALE;
            return true;
        }
        if (e[0] < low)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}
