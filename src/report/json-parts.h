/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that several JSON formats share. */
#pragma once

#include "model/report.h"
#include "parse/json-write.h"

/* RFC 3339, or null when unknown. */
void json_time(JsonWriter *w, const char *key, int64_t t);
/* A string, or null when it is empty. */
void json_str_null(JsonWriter *w, const char *key, Str s);
/* A list of the parts of `s` between separators; empty parts are left out. */
void json_parts(JsonWriter *w, const char *key, Str s, char separator);

/* The members (without the braces) of a layer, a gap, an archive source: the same in our report and inside SBOM properties. */
void json_layer(JsonWriter *w, size_t index, const LayerInfo *l);
void json_gap(JsonWriter *w, const Gap *g);
void json_location(JsonWriter *w, const PackageLocation *l);
void json_archive(JsonWriter *w, const ArchiveSourceFact *a);
/* Likewise of a certificate and a key (json-keys.c). */
void json_inventory_certificate(JsonWriter *w, const Certificate *c);
void json_inventory_key(JsonWriter *w, const Key *k);

enum { UUID_TEXT = 36 };
#define UUID_NIL "00000000-0000-0000-0000-000000000000"
/* A UUID (RFC 9562 layout, version 5 bits) made of SHA-256 over a namespace word and the bytes. */
void uuid_of(const char *space, Str bytes, char ret[static UUID_TEXT + 1]);
/* Replaces the UUID_NIL that stands in `out` at or after `from` by one made of all bytes from `from` on: a document that names itself. */
void uuid_seal(Buf *out, size_t from, const char *space);
