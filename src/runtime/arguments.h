/* SPDX-License-Identifier: Apache-2.0 */
/* What the fields of an event are put together from. */
#pragma once

#include "runtime/event.h"

/* "ENOENT" for -2; STR_NULL for what is no error. */
Str errno_name(int64_t result);
/* fd.typechar: 'f', 'd', '4' …; 0 when the event is about no descriptor. */
char event_typechar(const Event *e);
