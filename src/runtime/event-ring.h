/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a BPF ring buffer (Documentation/bpf/ringbuf.rst of Linux). libbpf maps the whole ring twice, and all of that counts as memory of the process; this maps a window of it,
 * which moves on. */
#pragma once

#include "base/str.h"

typedef struct EventRing EventRing;
/* Of the map `fd`, which stays the caller's, with room for `bytes`. NULL and errno when it cannot be mapped. */
EventRing *event_ring_new(int fd, size_t bytes);
void event_ring_free(EventRing *r);
/* Hands out what is there; `each` may read until it returns, and below 0 ends it. Returns the number that was handed out, what `each` returned, or -errno (-EBADMSG: lengths or positions that
 * cannot be). */
int event_ring_consume(EventRing *r, int (*each)(void *userdata, Str event), void *userdata);
