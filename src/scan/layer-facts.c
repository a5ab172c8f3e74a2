/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer-facts.h"

#include "base/hash.h"

enum { PATH_SEED = 0x506c696d /* "Plim" */ };

uint64_t entry_hash(Str path) {
    return hash_seeded(path.p, path.n, PATH_SEED);
}

void layer_facts_done(LayerFacts *l) {
    buf_done(&l->facts);
    vec_done(&l->index);
    buf_done(&l->links);
    buf_done(&l->listing);
}

void located_fact_encode(Buf *b, const LocatedFact *f) {
    wire_put_u64(b, f->position);
    wire_put_str(b, f->real);
    fact_encode(b, &f->fact);
}

int located_fact_decode(WireReader *r, LocatedFact *ret) {
    LocatedFact f;
    if (r->rest.n == 0 && !r->bad)
        return 0;
    f.position = wire_u64(r);
    f.real = wire_str(r);
    int n = wire_ok(r) ? fact_decode(r, &f.fact) : 0;
    if (n != 1)
        return -EBADMSG;
    *ret = f;
    return 1;
}

void layer_link_encode(Buf *b, const LayerLink *l) {
    wire_put_u64(b, l->position);
    wire_put_str(b, l->path);
    wire_put_str(b, l->target);
    wire_put_u64(b, l->hard);
}

int layer_link_decode(WireReader *r, LayerLink *ret) {
    LayerLink l;
    if (r->rest.n == 0 && !r->bad)
        return 0;
    l.position = wire_u64(r);
    l.path = wire_str(r);
    l.target = wire_str(r);
    l.hard = wire_max(r, 1);
    if (!wire_ok(r))
        return -EBADMSG;
    *ret = l;
    return 1;
}
