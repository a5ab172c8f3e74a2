/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX 0.2.0 (https://github.com/openvex/spec) out of a report: `plimsoll vex`. No row of format.list.h: a document without statements
 * is not valid, so that not every report can be written as one. */
#pragma once

#include "base/buf.h"
#include "model/report.h"

/* Appends a document with a statement for each vulnerability and what is known of it:
 *   what a VEX statement said, again;
 *   not_affected, where an ignore rule has a justification;
 *   affected, accepted for the reason of any other ignore rule;
 *   under_investigation, where nobody judged it.
 * The image is the product, packages are its subcomponents; without an image the packages are the products. The number of statements; 0 and
 * nothing written when there is no vulnerability; negative when it does not fit. Findings must be in their order (scan_finish()). */
ssize_t openvex_write(const Report *r, Str author, Buf *out);
