/* SPDX-License-Identifier: Apache-2.0 */
/* Other programs that make objects of what people write: helm, kustomize. They run outside of the workers, with what the user may do; what they print is read in one. */
#pragma once

#include "base/error.h"

/* What the program prints: 0 with *ret_text (the caller frees) and its length. -ENOENT: there is no such program; -EFBIG: it prints more than `max`; -ETIMEDOUT; -EINVAL: it failed,
 * with the first line that it says about it. `argv` ends with NULL. */
int check_render(const char *const *argv, size_t max, char **ret_text, size_t *ret_n, Error *err);
