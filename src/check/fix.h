/* SPDX-License-Identifier: Apache-2.0 */
/* Edits that findings carry: applied to a text, and shown. */
#pragma once

#include "check/run.h"

/* The text with the edits of the item's findings; *ret_n of them. Two at one place go in both, in the order of the findings; the same one twice goes in once; one that lies in
 * another is left for the next time. */
void check_apply(const CheckItem *item, Str text, Buf *out, size_t *ret_n);
/* The same as a unified diff, with three lines around. Nothing where nothing changes. */
void check_diff(const CheckItem *item, Str text, Buf *out);
