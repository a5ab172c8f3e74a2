/* SPDX-License-Identifier: Apache-2.0 */
/* Trees that cross a process boundary: keys, types and values. Of places only that of the outermost value is kept. */
#pragma once

#include "base/wire.h"
#include "parse/node.h"

void node_wire_put(Buf *b, const Node *n);
/* The next tree, in the arena; its strings are slices of what is read. NULL at a fault, nesting deeper than the default limit, or a full arena: the reader is bad then. */
Node *node_wire_get(WireReader *r, Arena *a);
