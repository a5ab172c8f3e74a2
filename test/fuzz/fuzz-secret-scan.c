/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in rules over any bytes: matches lie inside of the text, in order, with places that agree with it. */
#include <stdlib.h>

#include "secret/compile.h"
#include "secret/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static SecretEngine *engine;
    Str text = str_n((const char *) p, n);
    SecretMatches m;
    if (!engine && secret_engine_new(secret_builtin_blob(), &engine, NULL) < 0)
        abort();
    secret_engine_scan(engine, STR("etc/app.conf"), text, &m);
    for (size_t i = 0; i < m.n; i++) {
        const SecretMatch *s = &m.p[i];
        if (s->at > n || s->value.n > n - s->at || s->value.p != text.p + s->at || (i && s->at < m.p[i - 1].at))
            abort();
        uint32_t line = 1;
        for (size_t k = 0; k < s->at; k++)
            line += p[k] == '\n';
        if (line != s->line || s->col == 0 || s->col > s->at + 1)
            abort();
    }
    return 0;
}
