/* SPDX-License-Identifier: Apache-2.0 */
/* The Docker configuration, and the answer of a credential helper. What comes out goes into headers: no line breaks. */
#include <stdlib.h>

#include "registry/docker-config.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check(Str s) {
    if (str_chr(s, '\n') >= 0 || str_chr(s, '\r') >= 0)
        abort();
}

static void check_entry(const DockerConfigEntry *e) {
    check(e->username);
    check(e->password);
    check(e->identity_token);
    check(e->registry_token);
    check(e->helper);
    if (str_chr(e->helper, '/') >= 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {0};
    Diag d = {0};
    DockerConfigEntry e;
    Str text = str_n((const char *) p, n);
    if (docker_config_find(text, "config.json", STR("docker.io"), &a, &e, &d) == 0)
        check_entry(&e);
    if (docker_config_find(text, "config.json", STR("host:5000"), &a, &e, &d) == 0)
        check_entry(&e);
    if (docker_helper_parse(text, &a, &e) == 0)
        check_entry(&e);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
