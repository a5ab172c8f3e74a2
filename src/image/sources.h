/* SPDX-License-Identifier: Apache-2.0 */
/* The opening functions of the table of sources. */
#pragma once

#include "image/internal.h"

#define X(name, open, path, named, doc) int open(Image *img, const char *reference, Error *err);
#include "image/source.list.h"
#undef X
