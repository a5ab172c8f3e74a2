/* SPDX-License-Identifier: Apache-2.0 */
/* macOS programs and libraries: Mach-O, and the first part of a universal file (Apple's mach-o/loader.h and mach-o/fat.h). For parse/program.c. */
#pragma once

#include "parse/program.h"

/* Is it one of its magic numbers? A universal file shares its own with Java's class files, which have a version where it has a small count. */
bool macho_detect(Str head);
int macho_open(Str file, Arena *a, Program *ret, Error *err);
