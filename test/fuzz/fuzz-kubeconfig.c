/* SPDX-License-Identifier: Apache-2.0 */
/* A kubeconfig: what comes out goes into headers, URLs and file names, and holds no line breaks. */
#include <stdlib.h>

#include "kube/kubeconfig.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == 0)
            abort();
}

static void check_access(const KubeAccess *a) {
    const Str all[] = {a->context, a->namespace, a->server, a->tls_server_name, a->proxy, a->ca_file, a->cert_file, a->key_file, a->token, a->token_file, a->username, a->password, a->as, a->as_uid};
    /* The context is chosen by a key, which is no header. */
    for (size_t i = 1; i < ARRAY_SIZE(all); i++)
        check(all[i]);
    for (size_t i = 0; i < a->n_as_groups; i++)
        check(a->as_groups[i]);
    for (size_t i = 0; i < a->n_as_extra; i++) {
        check(a->as_extra[i].name);
        check(a->as_extra[i].value);
    }
    if (!str_starts(a->server, STR("http")) || (a->insecure && (a->ca.n || a->ca_file.n)))
        abort();
    if (a->exec && !a->exec->command.n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    KubeConfig c = {0};
    KubeAccess a;
    Diag d = {0};
    int r = kubeconfig_add(&c, str_n((const char *) p, n), "dir/config", &d);
    if (r < 0 && d.errors == 0)
        abort();
    if (r == 0 && kubeconfig_access(&c, NULL, &a, &d) == 0)
        check_access(&a);
    else if (d.errors == 0)
        abort();
    diag_done(&d);
    kubeconfig_done(&c);
    return 0;
}
