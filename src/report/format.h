/* SPDX-License-Identifier: Apache-2.0 */
/* Output formats, one file per row of format.list.h. A writer appends the whole document to `out`; the same Report gives the
 * same bytes. */
#pragma once

#include "base/buf.h"
#include "model/report.h"

typedef struct FormatOptions {
    unsigned width;      /* terminal columns; 0: no wrapping (pipe, file) */
    bool color;          /* table only */
    int64_t now;         /* table only: for "3 days old"; TIME_NONE: no ages */
} FormatOptions;

typedef struct Format {
    const char *name;    /* "sarif" */
    const char *doc;
    const char *media_type;
    const char *extension;
    bool sbom;           /* may be asked of `plimsoll sbom` */
    bool check;          /* … of `plimsoll check`: it has a way to say file, line and column */
    int (*write)(const Report *r, const FormatOptions *o, Buf *out);
} Format;

const Format *format_by_name(Str name);
/* In table order, ended by NULL name. */
const Format *formats(void);

/* The writers of format.list.h. */
#define FORMAT(id, doc, media_type, extension, sbom, check) int format_##id##_write(const Report *r, const FormatOptions *o, Buf *out);
#include "report/format.list.h"
#undef FORMAT
