/* SPDX-License-Identifier: Apache-2.0 */
/* Windows programs and libraries: PE32 and PE32+ (Microsoft, "PE Format"). For parse/program.c. */
#pragma once

#include "parse/program.h"

int pe_open(Str file, Arena *a, Program *ret, Error *err);
