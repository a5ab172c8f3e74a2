/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files, ours and gitleaks': what is refused has a reason, what is taken is the same after encoding and decoding. */
#include <stdlib.h>

#include "secret/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void one(Str text, const char *name) {
    Limits limits = limits_default();
    limits.document_nodes = 5000;
    SecretSet set = {0}, again = {0};
    Diag d = {0};
    int r = secret_rules_read(text, name, &limits, &set, &d);
    if ((r < 0) != (d.errors > 0))
        abort();
    Buf first = buf_new(BUF_OWN_MAX), second = buf_new(BUF_OWN_MAX);
    secret_set_encode(&first, &set);
    WireReader reader = wire_reader(buf_view(&first));
    if (secret_set_decode(&reader, &again) < 0 || reader.rest.n || again.n_rules != set.n_rules)
        abort();
    secret_set_encode(&second, &again);
    if (!str_eq(buf_view(&first), buf_view(&second)))
        abort();
    buf_done(&first);
    buf_done(&second);
    secret_set_done(&set);
    secret_set_done(&again);
    diag_done(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    one(text, "fuzz.yaml");
    one(text, "fuzz.toml");
    return 0;
}
