/* SPDX-License-Identifier: Apache-2.0 */
/* What the parent takes from elsewhere: files of the cache (first byte even; sealed here, for no fuzzer meets a checksum by chance) and the
 * frames that a worker answers with. Whatever is accepted must be fit to be merged. */
#include <stdlib.h>

#include "scan/cache-file.h"
#include "scan/job-frames.h"
#include "scan/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static ssize_t from_memory(void *userdata, void *p, size_t n) {
    Str *rest = userdata;
    n = MIN(MIN(n, rest->n), (size_t) 100); /* short reads meet every state */
    if (n)
        memcpy(p, rest->p, n);
    *rest = str_from_at(*rest, n);
    return (ssize_t) n;
}

static void merge(const LayerFacts *facts) {
    Inventory inv = {0};
    const PathAlias *aliases;
    size_t n;
    _cleanup_(merge_freep) Merge *m = merge_new();
    if (merge_layer(m, 0, facts, NULL) < 0 || merge_layer(m, 1, facts, NULL) < 0)
        abort();
    merge_aliases(m, UINT64_MAX, &aliases, &n);
    merge_inventory(m, &inv);
    inventory_done(&inv);
}

/* An answer of ours must come back as it went. */
static void again(Str key, const LayerFacts *facts) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    LayerFacts back;
    if (cache_file_encode(key, facts, &b) < 0 || cache_file_decode(buf_view(&b), key, &back) < 0 || !str_eq(buf_view(&back.facts), buf_view(&facts->facts)) ||
        back.index.n != facts->index.n || back.entries != facts->entries)
        abort();
    layer_facts_done(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static const Str key = STR("key");
    LayerFacts facts = {0};
    if (n < 1)
        return 0;
    int r;
    if (p[0] & 1) {
        Limits limits = limits_default();
        limits.entries = 1000;
        limits.file_bytes = 1 << 16;
        Str rest = str_n((const char *) p + 1, n - 1);
        FrameReader f = {from_memory, &rest, &limits};
        r = frames_gather(&f, &facts, NULL);
    } else {
        size_t size = CACHE_FILE_HEAD + n - 1;
        _cleanup_free_ char *file = malloc(size);
        memcpy(file + CACHE_FILE_HEAD, p + 1, n - 1);
        cache_file_seal(file, size);
        r = cache_file_decode(str_n(file, size), key, &facts);
    }
    if (r >= 0) {
        merge(&facts);
        again(key, &facts);
    }
    layer_facts_done(&facts);
    return 0;
}
