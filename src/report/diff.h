/* SPDX-License-Identifier: Apache-2.0 */
/* What `plimsoll diff` prints. */
#pragma once

#include "model/diff.h"
#include "report/format.h"

/* For people. */
void diff_write_table(const Report *a, const Report *b, const Diff *d, const FormatOptions *o, Buf *out);
/* docs/reference/diff.schema.json */
void diff_write_json(const Report *a, const Report *b, const Diff *d, Buf *out);
