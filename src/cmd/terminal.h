/* SPDX-License-Identifier: Apache-2.0 */
/* What the terminal is like: colour and width. */
#pragma once

#include "base/str.h"

typedef enum ColorMode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorMode;

/* From --color. */
void terminal_set_color(ColorMode mode);
/* May we colour what goes to fd? always and never by --color; on auto not when NO_COLOR is set and not empty
 * (https://no-color.org), always when CLICOLOR_FORCE is set and neither empty nor "0" (https://bixense.com/clicolors), otherwise on a
 * terminal whose TERM is not "dumb". */
bool terminal_color(int fd);
/* Columns of the terminal at fd, $COLUMNS before what the terminal says; 0 when fd is no terminal. */
unsigned terminal_width(int fd);
/* Columns that UTF-8 text takes on a terminal; combining marks take none, wide characters two, invalid bytes one each. */
unsigned terminal_columns(Str text);
