/* SPDX-License-Identifier: Apache-2.0 */
/* For each file named on standard input: a line with its TOML as JSON, or "error: " and the first message. */
#include <stdio.h>

#include "base/fs.h"
#include "parse/json-write.h"

int main(void) {
    char path[4096];
    while (fgets(path, sizeof(path), stdin)) {
        path[strcspn(path, "\n")] = 0;
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = fs_read(path, (size_t) 64 << 20, &text, &n, NULL);
        if (r < 0)
            return 1;
        Limits limits = limits_default();
        Arena a = {0};
        Diag d = {0};
        Node *root;
        if (toml_parse(str_n(text, n), "t", &limits, &a, &d, &root) < 0) {
            printf("error: %u:%u %s\n", d.items.p[0].line, d.items.p[0].col, d.items.p[0].message);
        } else {
            Buf b = buf_new(BUF_OWN_MAX);
            JsonWriter w = json_writer(&b, false);
            json_node(&w, NULL, root);
            printf("%s\n", b.p);
            buf_done(&b);
        }
        diag_done(&d);
        arena_done(&a);
    }
    return 0;
}
