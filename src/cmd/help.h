/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"

/* What --help prints: of one command; when `command` is NULL, of all, or of those whose first word is `group`. `width` columns. */
void help_write(const Command *command, const char *group, unsigned width, Buf *out);
/* Appends text wrapped at `width` columns, each line but the first indented by `indent`; the caller has written up to `column`. */
void wrap_text(Buf *out, const char *text, unsigned column, unsigned indent, unsigned width);
