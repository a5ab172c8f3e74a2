/* SPDX-License-Identifier: Apache-2.0 */
#include "version/version.h"

#define VERSION_SCHEME(x, text) {#x, text, version_##x##_compare, version_##x##_valid},
static const VersionScheme schemes[] = {
#include "version/version.list.h"
    {0},
};
#undef VERSION_SCHEME

const VersionScheme *version_schemes(void) {
    return schemes;
}

const VersionScheme *version_scheme(Str name) {
    for (const VersionScheme *s = schemes; s->name; s++)
        if (str_eqz(name, s->name))
            return s;
    return NULL;
}
