/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"

/* What --help prints: of one command, or of all when `command` is NULL. `width` columns. */
void help_write(const Command *command, unsigned width, Buf *out);
/* Appends text wrapped at `width` columns, each line but the first indented by `indent`; the caller has written up to `column`. */
void wrap_text(Buf *out, const char *text, unsigned column, unsigned indent, unsigned width);
