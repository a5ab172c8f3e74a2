/* SPDX-License-Identifier: Apache-2.0 */
/* Keys, certificates and files of credentials of an artifact: its inventory of them, and what is found in it. */
#pragma once

#include "model/report.h"
#include "scan/merge.h"

/* Fills the keys and certificates of r->inventory: certificates that are visible, each once; private keys and credentials also of files that a later layer hides. Takes
 * the findings of secrets away that say the same as one of these keys. */
void keys_take(Report *r, const Merge *m);
/* Findings of them at a time: what an OS package brought is known to everybody, and the trust store is no concern. */
void keys_find(Report *r, int64_t as_of);
