/* SPDX-License-Identifier: Apache-2.0 */
/* What `plimsoll bloat` prints. */
#pragma once

#include "model/bloat.h"
#include "report/format.h"

/* For people. */
void bloat_write_table(const Report *r, const Bloat *b, const FormatOptions *o, Buf *out);
/* docs/reference/bloat.schema.json */
void bloat_write_json(const Report *r, const Bloat *b, Buf *out);
