/* SPDX-License-Identifier: Apache-2.0 */
/* The file that an execution is about when its program is an interpreter: "sh FILE", "python3 -u FILE", "#!" at the beginning of FILE, the dynamic loader's FILE. */
#pragma once

#include "runtime/tables.h"

/* The script of `image`, of which .exepath and .args count: its path, in `room`; STR_NULL: there is none, or its program is not known as an interpreter (script.list.h).
 * `named`: what was named, where the kernel took another program than that (#!, binfmt_misc), so that it is the script; STR_NULL: it did not. `cwd` is of the execution, and may be STR_NULL: a
 * name that is relative stays so then. Links are not looked at. */
Str script_of(const Image *image, Str named, Str cwd, char *room, size_t max);
