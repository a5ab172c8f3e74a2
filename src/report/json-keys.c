/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and certificates of the inventory, as our report has them. */
#include "report/json-parts.h"

static void layer(JsonWriter *w, const char *key, int index) {
    if (index < 0)
        json_null(w, key);
    else
        json_i64(w, key, index);
}

static void line(JsonWriter *w, uint32_t n) {
    if (n)
        json_u64(w, "line", n);
    else
        json_null(w, "line");
}

static void bits(JsonWriter *w, uint32_t n) {
    if (n)
        json_u64(w, "bits", n);
    else
        json_null(w, "bits");
}

void json_inventory_certificate(JsonWriter *w, const Certificate *c) {
    const CertificateFact *f = &c->fact;
    json_str(w, "subject", f->subject);
    json_str(w, "issuer", f->issuer);
    json_str(w, "serial", f->serial);
    json_time(w, "not_before", f->not_before);
    json_time(w, "not_after", f->not_after);
    json_str(w, "algorithm", f->algorithm);
    json_str_null(w, "curve", f->curve);
    bits(w, f->bits);
    json_str_null(w, "hash", f->hash);
    json_bool(w, "ca", f->flags & CERTIFICATE_CA);
    json_bool(w, "self_issued", f->flags & CERTIFICATE_SELF_ISSUED);
    json_str(w, "digest", f->digest);
    json_str(w, "key_digest", f->key_digest);
    json_str(w, "path", c->path);
    line(w, f->line);
    layer(w, "layer", c->layer);
    json_u64(w, "places", c->n_places);
    json_str_null(w, "owner", c->owner);
    json_bool(w, "trust_store", c->trust_store);
}

void json_inventory_key(JsonWriter *w, const Key *k) {
    const KeyFact *f = &k->fact;
    json_strz(w, "kind", key_kind_name(f->kind));
    json_str(w, "format", f->format);
    json_str_null(w, "algorithm", f->algorithm);
    json_str_null(w, "curve", f->curve);
    bits(w, f->bits);
    json_bool(w, "encrypted", f->encrypted);
    json_str_null(w, "fingerprint", f->fingerprint);
    json_str_null(w, "subject", f->subject);
    json_u64(w, "keys", f->count);
    json_str(w, "path", k->path);
    line(w, f->line);
    layer(w, "layer", k->layer);
    layer(w, "deleted_in_layer", k->deleted);
    json_str_null(w, "owner", k->owner);
}
