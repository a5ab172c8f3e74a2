/* SPDX-License-Identifier: Apache-2.0 */
/* Runs an analyzer over fuzzed bytes at each of some paths; every fact must survive its encoding. */
#pragma once

#include <stdlib.h>

#include "analyze/analyzer.h"

static void fuzz_put(void *userdata, const Fact *f) {
    Buf *b = userdata;
    buf_clear(b);
    fact_encode(b, f);
    WireReader r = wire_reader(buf_view(b));
    Fact again;
    if (b->failed || fact_decode(&r, &again) != 1 || again.kind != f->kind || r.rest.n)
        abort();
}

static inline void fuzz_analyzer(const char *name, const char *const *paths, const uint8_t *p, size_t n) {
    const Analyzer *a = analyzer_by_name(str_from(name));
    Limits limits = limits_default();
    Buf b = buf_new(BUF_OWN_MAX);
    FactSink sink = {fuzz_put, &b};
    AnalyzerContext context = {0};
    for (; *paths; paths++) {
        Arena scratch = {0};
        AnalyzerInput in = {.path = str_from(*paths), .bytes = {(const char *) p, n}, .limits = &limits, .context = &context, .scratch = &scratch};
        FileInfo info = {.path = in.path, .mode = 0755, .size = n, .head = str_head(in.bytes, ANALYZER_HEAD)};
        bool by_path = a->wants(in.path), by_content = n && a->wants_content && a->wants_content(&info);
        if (!by_path && !a->wants_content)
            abort();
        if (!by_path && !by_content)
            continue;
        a->run(&in, &sink);
        arena_done(&scratch);
    }
    analyzer_context_done(&context);
    buf_done(&b);
}

#define FUZZ_ANALYZER(name, ...)                                              \
    int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);                   \
    int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {                  \
        fuzz_analyzer(name, (const char *const[]) {__VA_ARGS__, NULL}, p, n); \
        return 0;                                                             \
    }
