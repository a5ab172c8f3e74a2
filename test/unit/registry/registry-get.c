/* SPDX-License-Identifier: Apache-2.0 */
/* registry-get [OPTION=VALUE]… REFERENCE: pulls everything that a reference names and says what it got, for the shell tests.
 *
 *     manifest DIGEST MEDIA_TYPE BYTES
 *     blob DIGEST BYTES SHA256
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "parse/node.h"
#include "registry/registry.h"

static int get_blob(Registry *r, Str digest, uint64_t size, bool slow, Error *err) {
    _cleanup_(registry_blob_closep) RegistryBlob *b = NULL;
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    int q = registry_blob_open(r, digest, size, &b, err);
    if (q < 0)
        return q;
    char chunk[40 * 1000];
    unsigned long long total = 0;
    for (;;) {
        ssize_t n = registry_blob_read(b, chunk, slow ? 1000 : sizeof(chunk), err);
        if (n < 0)
            return (int) n;
        if (n == 0)
            break;
        hasher_add(h, chunk, (size_t) n);
        total += (unsigned long long) n;
    }
    char hex[DIGEST_HEX_MAX + 1];
    hasher_hex(h, hex);
    printf("blob %.*s %llu %s\n", STR_FMT(digest), total, hex);
    return 0;
}

static int get_manifest(Registry *r, Str name, bool sized, bool slow, unsigned depth, Error *err) {
    Limits limits = limits_default();
    _cleanup_(registry_manifest_done) RegistryManifest m = {0};
    int q = registry_manifest_get(r, name, (size_t) limits.manifest_bytes, &m, err);
    if (q < 0)
        return q;
    printf("manifest %s %s %zu\n", m.digest, m.media_type, m.n);
    _cleanup_(arena_done) Arena a = {0};
    Node *root;
    if (json_parse(str_n(m.bytes, m.n), "manifest", &limits, &a, NULL, &root) < 0)
        return error_set(err, -EBADMSG, "manifest is not JSON");
    if (depth == 0)
        node_each(child, node_get(root, "manifests")) {
            q = get_manifest(r, node_get_str(child, "digest"), sized, slow, 1, err);
            if (q < 0)
                return q;
        }
    const Node *config = node_get(root, "config");
    int64_t size = 0;
    node_i64(node_get(config, "size"), &size);
    if (config && (q = get_blob(r, node_get_str(config, "digest"), sized ? (uint64_t) size : UINT64_MAX, slow, err)) < 0)
        return q;
    node_each(layer, node_get(root, "layers")) {
        node_i64(node_get(layer, "size"), &size);
        q = get_blob(r, node_get_str(layer, "digest"), sized ? (uint64_t) size : UINT64_MAX, slow, err);
        if (q < 0)
            return q;
    }
    return 0;
}

int main(int argc, char **argv) {
    RegistryOptions o = {.retries = 3, .timeout_s = 2};
    char *mirrors[8] = {0};
    size_t n_mirrors = 0;
    bool sized = true, slow = false;
    const char *reference = NULL;
    for (int i = 1; i < argc; i++) {
        char *v = strchr(argv[i], '=');
        Str name = v ? str_n(argv[i], (size_t) (v - argv[i])) : str_from(argv[i]);
        v = v ? v + 1 : v;
        if (str_eqz(name, "ca"))
            o.ca_file = v;
        else if (str_eqz(name, "cert"))
            o.client_cert = v;
        else if (str_eqz(name, "key"))
            o.client_key = v;
        else if (str_eqz(name, "plain"))
            o.plain_http = true;
        else if (str_eqz(name, "insecure"))
            o.insecure_tls = true;
        else if (str_eqz(name, "user"))
            o.username = v;
        else if (str_eqz(name, "password"))
            o.password = v;
        else if (str_eqz(name, "mirror") && n_mirrors < ARRAY_SIZE(mirrors) - 1)
            mirrors[n_mirrors++] = v;
        else if (str_eqz(name, "retries"))
            o.retries = (unsigned) strtoul(v, NULL, 10);
        else if (str_eqz(name, "unsized"))
            sized = false;
        else if (str_eqz(name, "slow"))
            slow = true;
        else
            reference = argv[i];
    }
    o.mirrors = mirrors;
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_error_ Error err = {0};
    RegistryRef ref;
    _cleanup_(registry_closep) Registry *r = NULL;
    int q = registry_ref_parse(str_from(reference), &a, &ref, &err);
    if (q == 0)
        q = registry_open(&ref, &o, &r, &err);
    if (q == 0)
        q = get_manifest(r, ref.digest.n ? ref.digest : ref.tag, sized, slow, 0, &err);
    if (q < 0) {
        fprintf(stderr, "%s: %s\n", strerrorname_np(-q), error_text(&err, q));
        return 1;
    }
    return 0;
}
