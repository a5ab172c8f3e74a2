/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that were there before the sensor. */
#pragma once

#include "runtime/loader.h"
#include "runtime/tables.h"

/* Reads /proc: what each process runs and which container it is in, for the tables and for the programs in the kernel. After cgroups_scan() and loader_attach(): what
 * begins meanwhile is told of by events. */
void processes_add(Loader *l, Tables *t);
