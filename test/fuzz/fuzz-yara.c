/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes are at once what rules are tried on, and the name of a file that other rules include. */
#include <stdlib.h>

#include "yara/compile.h"
#include "yara/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char RULES[] = "rule first : a b { meta: description = \"d\" score = 80 strings: $a = \"abc\" nocase wide ascii $b = { 01 ?? [2-8] 02 } condition: any of them }\n"
                            "private rule hidden { condition: filesize > 3 }\n"
                            "rule second { strings: $r = /x[a-f]{2,5}y/ condition: hidden and #r > 1 and filename != \"x\" }\n";

static void take(void *userdata, const YaraMatch *m) {
    const Str *bytes = userdata;
    if (m->rule.n == 0 || m->source.n == 0 || (m->string.n && m->offset >= bytes->n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static YaraEngine *engine;
    const Str bytes = str_n((const char *) p, n);
    YaraFiles f = {.roots = 1};
    vec_push(&f.list, (YaraFile) {.name = STR("r/a/b.yar"), .rel = STR("a/b.yar"), .compile = true, .text = str_from(RULES)});
    vec_push(&f.list, (YaraFile) {.name = STR("r/c.yar"), .rel = STR("c.yar"), .text = STR("rule c { condition: true }")});
    const YaraFile *found = yara_files_included(&f, &f.list.p[0], bytes);
    if (found && found != &f.list.p[0] && found != &f.list.p[1])
        abort();
    if (!engine) {
        Buf blob = buf_new(1 << 24);
        Diag d = {0};
        if (yara_compile_here(&f, &blob, &d, NULL) == -EINVAL || (blob.n && yara_engine_new(buf_view(&blob), 10, &engine, NULL) < 0))
            abort();
        diag_done(&d);
        buf_done(&blob);
    }
    if (engine && n)
        (void) yara_engine_scan(engine, STR("usr/bin/some.thing"), bytes, take, (void *) &bytes, NULL);
    yara_files_done(&f);
    return 0;
}
