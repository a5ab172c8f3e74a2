/* SPDX-License-Identifier: Apache-2.0 */
/* A URL, or a line "BASE LOCATION": what a redirect resolves to is http or https, without user name and fragment. */
#include <stdlib.h>

#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str first = str_n((const char *) p, n), second = STR_NULL;
    str_cut(first, '\t', &first, &second);
    char *base = str_dup(first), *location = str_dup(second), *to = NULL, *shown = url_redacted(base);
    Url u;
    if (url_resolve(base, location, &to, NULL) == 0) {
        if (url_parse(to, &u, NULL) < 0 || u.userinfo || strpbrk(to, "#\r\n ") || !url_same_origin(to, to))
            abort();
        url_done(&u);
    }
    url_host_is_loopback(first);
    free(shown);
    free(to);
    free(base);
    free(location);
    return 0;
}
