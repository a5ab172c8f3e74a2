/* SPDX-License-Identifier: Apache-2.0 */
/* What the Dockerfile reader accepts has its places in order and inside of the text; what it refuses has a reason. */
#include <stdlib.h>

#include "parse/dockerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_words(const DockerInstruction *in, const DockerWord *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (words[i].at < in->at || words[i].end < words[i].at || words[i].end > in->end || words[i].text.n > DOCKERFILE_BYTES)
            abort();
        if (i > 0 && words[i].at < words[i - 1].end)
            abort();
    }
}

static void check_instruction(const Dockerfile *f, const DockerInstruction *in) {
    uint32_t line, col;
    dockerfile_place(f, in->at, &line, &col);
    if (in->at > in->end || in->end > f->text.n || line != in->line || col != in->col || in->n_pieces == 0)
        abort();
    check_words(in, in->flags, in->n_flags);
    check_words(in, in->words, in->n_words);
    /* Every byte of the joined text stands where the pieces say. */
    for (size_t i = 0; i < in->line_text.n; i++) {
        size_t at = dockerfile_offset(f, in, in->line_text.p + i);
        if (at >= f->text.n || f->text.p[at] != in->line_text.p[i])
            abort();
    }
    for (size_t i = 0; i < in->n_heredocs; i++) {
        const DockerHeredoc *h = &in->heredocs[i];
        if (h->end - h->at != h->body.n || h->body.p != f->text.p + h->at || h->end > in->end)
            abort();
    }
    if (in->stage ? in->index < in->stage->first || in->index >= in->stage->first + in->stage->n : in->kind != DOCKER_ARG)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Dockerfile f = {0};
    int r = dockerfile_parse(str_n((const char *) p, n), "fuzz", &limits, &a, &d, &f);
    if ((r < 0) != (d.errors > 0))
        abort();
    if (r == 0) {
        if (f.n_stages == 0)
            abort();
        for (size_t i = 0; i < f.n_instructions; i++) {
            if (f.instructions[i]->index != i)
                abort();
            check_instruction(&f, f.instructions[i]);
        }
    }
    diag_done(&d);
    arena_done(&a);
    return 0;
}
