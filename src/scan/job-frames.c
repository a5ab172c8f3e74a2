/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job-frames.h"

/* Exactly n bytes: 1, 0 when they end before. */
static int read_all(const FrameReader *f, void *to, size_t n) {
    size_t got = 0;
    while (got < n) {
        ssize_t r = f->read(f->userdata, (char *) to + got, n - got);
        if (r <= 0)
            return 0;
        got += (size_t) r;
    }
    return 1;
}

bool facts_are_sound(Str payload) {
    WireReader r = wire_reader(payload);
    LocatedFact f;
    int n;
    while ((n = located_fact_decode(&r, &f)) == 1)
        ;
    return n == 0;
}

bool links_are_sound(Str payload) {
    WireReader r = wire_reader(payload);
    LayerLink l;
    int n;
    while ((n = layer_link_decode(&r, &l)) == 1)
        ;
    return n == 0;
}

static int nonsense(Error *err) {
    return error_set(err, -EBADMSG, "a worker answered nonsense: the layer may have taken it over");
}

static int take_frame(const FrameHeader *h, Buf *payload, const Limits *limits, LayerFacts *ret, Error *err) {
    Str s = buf_view(payload);
    switch (h->type) {
    case FRAME_FACTS:
        return facts_are_sound(s) && buf_str(&ret->facts, s) == 0 ? 0 : nonsense(err);
    case FRAME_LINKS:
        return links_are_sound(s) && buf_str(&ret->links, s) == 0 ? 0 : nonsense(err);
    case FRAME_LISTING:
        return listing_is_sound(s) && buf_str(&ret->listing, s) == 0 ? 0 : nonsense(err);
    case FRAME_INDEX: {
        size_t n = s.n / sizeof(uint64_t);
        if (s.n % sizeof(uint64_t) || ret->index.n + n > limits->entries)
            return nonsense(err);
        if (n == 0)
            return 0;
        vec_reserve(&ret->index, n);
        memcpy(ret->index.p + ret->index.n, s.p, s.n);
        ret->index.n += n;
        return 0;
    }
    case FRAME_END: {
        WireReader r = wire_reader(s);
        ret->entries = wire_u64(&r);
        ret->bytes = wire_u64(&r);
        return wire_ok(&r) ? 0 : nonsense(err);
    }
    default:
        return nonsense(err);
    }
}

int frames_gather(const FrameReader *f, LayerFacts *ret, Error *err) {
    _cleanup_(buf_done) Buf payload = buf_new((size_t) f->limits->file_bytes * 2 + FRAME_MAX);
    FrameHeader h;
    if (ret->facts.max == 0)
        ret->facts = buf_new(BUF_OWN_MAX);
    if (ret->links.max == 0)
        ret->links = buf_new((size_t) 64 << 20);
    if (ret->listing.max == 0)
        ret->listing = buf_new(BUF_OWN_MAX);
    while (read_all(f, &h, sizeof(h)) == 1) {
        buf_clear(&payload);
        if (buf_reserve(&payload, h.n) < 0)
            return nonsense(err);
        if (h.n && read_all(f, payload.p, h.n) != 1)
            return 0; /* worker_wait() tells why */
        payload.n = h.n;
        int r = take_frame(&h, &payload, f->limits, ret, err);
        if (r < 0)
            return r;
    }
    return 0;
}
