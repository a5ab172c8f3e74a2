/* SPDX-License-Identifier: Apache-2.0 */
#include "report/format.h"

static const Format table[] = {
#define FORMAT(id, doc, media_type, extension, sbom, check) {#id, doc, media_type, extension, sbom, check, format_##id##_write},
#include "report/format.list.h"
#undef FORMAT
    {0},
};

const Format *formats(void) {
    return table;
}

const Format *format_by_name(Str name) {
    for (const Format *f = table; f->name; f++)
        if (str_eqz(name, f->name))
            return f;
    return NULL;
}
