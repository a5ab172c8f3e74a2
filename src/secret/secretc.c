/* SPDX-License-Identifier: Apache-2.0 */
/* Runs when the program is built: `secretc OUT.c RULES.yaml…` checks and compiles the rules and writes the blob as C. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/hash.h"
#include "secret/compile.h"

Str secret_builtin_blob(void) {
    return STR_NULL;
}

const char *secret_builtin_digest(void) {
    return "";
}

static int fail(const char *what) {
    fprintf(stderr, "secretc: %s\n", what);
    return 1;
}

static void write_c(FILE *f, Str blob) {
    fputs("/* Made by secretc from rules/secret. */\n#include \"secret/compile.h\"\n\nstatic const char blob[] =\n", f);
    for (size_t i = 0; i < blob.n; i++) {
        if (i % 64 == 0)
            fputs(i ? "\"\n\"" : "\"", f);
        fprintf(f, "\\%03o", (unsigned char) blob.p[i]);
    }
    fputs("\";\n\nStr secret_builtin_blob(void) {\n    return STR(blob);\n}\n\n", f);
    char hex[65];
    sha256_hex(blob.p, blob.n, hex);
    fprintf(f, "const char *secret_builtin_digest(void) {\n    return \"%s\";\n}\n", hex);
}

int main(int argc, char **argv) {
    SecretSet set = {0};
    Diag d = {0};
    Error err = {0};
    Limits limits = limits_default();
    Buf blob = {0};
    int r = 0;
    if (argc < 3)
        return fail("usage: secretc OUT.c RULES.yaml…");
    for (int i = 2; i < argc; i++) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int x = fs_read(argv[i], 1 << 24, &text, &n, &err);
        if (x < 0)
            return fail(error_text(&err, x));
        x = secret_rules_read(str_n(text, n), argv[i], &limits, &set, &d);
        r = x < 0 ? x : r;
    }
    if (r == 0)
        r = secret_compile(&set, &blob, &d, &err);
    if (d.items.n) {
        _cleanup_free_ char *text = diag_text(&d);
        fputs(text, stderr);
    }
    if (r < 0)
        return fail(error_text(&err, r));
    FILE *f = fopen(argv[1], "w");
    if (!f)
        return fail("cannot write the output");
    write_c(f, buf_view(&blob));
    if (fclose(f) != 0)
        return fail("cannot write the output");
    buf_done(&blob);
    secret_set_done(&set);
    diag_done(&d);
    return 0;
}
