/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to the packages of an inventory. */
#pragma once

#include "scan/merge.h"

/* Fills inv->packages from n merged facts; inv->os is there already. */
void packages_take(Inventory *inv, const MergedFact *facts, size_t n);
/* Takes out what only development or options need, and counts it. */
void packages_leave_out_dev(Inventory *inv);
