/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of programs, for the rules that ask: read once for each file as it is (device, inode and change time). */
#pragma once

#include "runtime/tables.h"

ProgramHashes *program_hashes_new(void);
void program_hashes_free(ProgramHashes *h);
/* Of the program that process `pid` of that container (NULL: the host) runs or ran, 64 characters; STR_NULL when the file as it was is not to be found any more, or is larger
 * than 256 MiB. Good until the next call. */
Str program_hash(ProgramHashes *h, const Image *image, const Container *c, uint32_t pid);
