/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content-hash.h"

ContentHash content_hash_new(const LookFor *l) {
    ContentHash c = {0};
    if (l->listing < LISTING_CONTENT)
        return c;
    c.content = hash_stream_new();
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if ((l->digests | l->package_digests) >> k & 1)
            c.of[k] = hasher_new(k);
    return c;
}

bool content_packaged(Str path) {
    static const Str dirs[] = {STR("usr/"), STR("etc/"), STR("var/"), STR("lib/"), STR("lib64/"), STR("lib32/"), STR("libx32/"), STR("bin/"), STR("sbin/"), STR("opt/"), STR("boot/"), STR("root/")};
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        if (str_starts(path, dirs[i]))
            return true;
    return false;
}

uint32_t content_digests(const LookFor *l, Str path) {
    return l->digests | (l->package_digests && content_packaged(path) ? l->package_digests : 0);
}

void content_hash_add(ContentHash *c, uint32_t digests, const void *p, size_t n) {
    hash_stream_add(c->content, p, n);
    c->digests = digests;
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if (digests >> k & 1)
            hasher_add(c->of[k], p, n);
}

void content_hash_end(ContentHash *c, bool whole, ListedEntry *e) {
    const uint64_t content = hash_stream_end(c->content);
    if (whole)
        e->content = content;
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++) {
        const size_t n = c->digests >> k & 1 ? hasher_raw(c->of[k], c->bytes[k]) : 0;
        if (whole)
            e->digests[k] = str_n((const char *) c->bytes[k], n);
    }
    c->digests = 0;
}

void content_hash_done(ContentHash *c) {
    if (c->content)
        hash_stream_free(c->content);
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if (c->of[k])
            hasher_free(c->of[k]);
    *c = (ContentHash) {0};
}
