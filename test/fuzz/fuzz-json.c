/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON reader accepts must be read again, the same, after our writer wrote it. */
#include <stdlib.h>

#include "parse/json-write.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void write_tree(Buf *out, const Node *n, bool pretty) {
    buf_clear(out);
    JsonWriter w = json_writer(out, pretty);
    json_node(&w, NULL, n);
}

static int each(void *userdata, Str section, const Node *member) {
    (void) section;
    *(size_t *) userdata += member->key.n;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    Limits limits = limits_default();
    Arena a = {0};
    Diag d = {0};
    Node *root, *again;
    Buf first = buf_new(BUF_OWN_MAX), second = buf_new(BUF_OWN_MAX);
    int r = json_parse(text, "fuzz", &limits, &a, &d, &root);
    if (r < 0 && d.errors == 0)
        abort();
    if (r == 0) {
        write_tree(&first, root, n % 2);
        if (json_parse(buf_view(&first), "fuzz", &limits, &a, &d, &again) < 0 || d.errors)
            abort();
        write_tree(&second, again, n % 2);
        if (!str_eq(buf_view(&first), buf_view(&second)))
            abort();
    }
    /* What is JSON is so with every option; comments and repeats only allow more. */
    size_t keys = 0;
    JsonOptions o = {.flags = JSON_COMMENTS | JSON_REPEATS, .each = each, .userdata = &keys};
    if (json_parse_with(text, "fuzz", &o, &limits, &a, &d, &again) < 0 && r == 0)
        abort();
    uint32_t line = 0;
    Str rest = text;
    while (json_lines_next(&rest, "fuzz", &line, &limits, &a, &d, &root))
        ;
    if (rest.n)
        abort();
    buf_done(&first);
    buf_done(&second);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
