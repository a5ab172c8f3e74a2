/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json-parts.h"

#include "base/hash.h"

void json_time(JsonWriter *w, const char *key, int64_t t) {
    char text[TIME_TEXT_MAX];
    if (t == TIME_NONE)
        json_null(w, key);
    else
        json_strz(w, key, time_format(t, text));
}

void json_str_null(JsonWriter *w, const char *key, Str s) {
    if (str_empty(s))
        json_null(w, key);
    else
        json_str(w, key, s);
}

void json_parts(JsonWriter *w, const char *key, Str s, char separator) {
    Str part;
    json_list(w, key);
    while (str_split(&s, separator, &part))
        if (part.n)
            json_str(w, NULL, part);
    json_end(w);
}

void json_layer(JsonWriter *w, size_t index, const LayerInfo *l) {
    json_u64(w, "index", index);
    json_str_null(w, "digest", l->digest);
    json_str_null(w, "diff_id", l->diff_id);
    json_str_null(w, "media_type", l->media_type);
    json_u64(w, "size", l->size);
    json_str_null(w, "created_by", l->created_by);
}

void json_gap(JsonWriter *w, const Gap *g) {
    json_strz(w, "kind", gap_kind_name(g->kind));
    json_bool(w, "allowed", g->allowed);
    json_str(w, "subject", g->subject);
    json_str(w, "reason", g->reason);
}

void json_location(JsonWriter *w, const PackageLocation *l) {
    json_str(w, "path", l->path);
    if (l->line)
        json_u64(w, "line", l->line);
    else
        json_null(w, "line");
    if (l->layer >= 0)
        json_i64(w, "layer", l->layer);
    else
        json_null(w, "layer");
    json_bool(w, "declared", l->declared);
}

void json_archive(JsonWriter *w, const ArchiveSourceFact *a) {
    json_str(w, "kind", a->kind);
    json_str(w, "uri", a->uri);
    json_str_null(w, "suite", a->suite);
    json_str_null(w, "components", a->components);
    json_str_null(w, "signed_by", a->signed_by);
    json_u64(w, "line", a->line);
}

void uuid_of(const char *space, Str bytes, char ret[static UUID_TEXT + 1]) {
    char hex[DIGEST_HEX_MAX + 1];
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    hasher_add(h, space, strlen(space) + 1);
    hasher_add(h, bytes.p, bytes.n);
    hasher_hex(h, hex);
    hex[12] = '5';
    hex[16] = "89ab"[hex[16] & 3];
    snprintf(ret, UUID_TEXT + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void uuid_seal(Buf *out, size_t from, const char *space) {
    char uuid[UUID_TEXT + 1];
    if (out->failed)
        return;
    Str all = str_from_at(buf_view(out), from);
    ssize_t at = str_find(all, STR(UUID_NIL));
    if (at < 0)
        return;
    uuid_of(space, all, uuid);
    memcpy(out->p + from + at, uuid, UUID_TEXT);
}
