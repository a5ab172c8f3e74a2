/* SPDX-License-Identifier: Apache-2.0 */
/* The system calls that events are made of: kind.list.h. */
#pragma once

#include "base/str.h"
#include "runtime/wire.h"

typedef struct Kind {
    const char *name;      /* "openat", as evt.type has it */
    int16_t number[2];     /* of 64-bit and of 32-bit programs; -1: there is none */
    WireKind wire;
    const char *arguments; /* "NAME=FORMAT:WHERE …" */
} Kind;

/* In the order of the list; *ret_n of them. */
const Kind *sensor_kinds(size_t *ret_n);
/* Where a row is that is no system call. */
uint16_t sensor_own_kind(enum WireOwn which);

/* Operations of io_uring and the 64-bit system call that does the same, or WIRE_URING_PLAIN: there is nothing to tell of; ended by a number of 0. Operations that are not in
 * it cannot be read. */
typedef struct UringKind {
    uint8_t operation;
    uint16_t number;
} UringKind;
const UringKind *sensor_uring_kinds(void);

/* Calls of socketcall (32-bit programs) and the number of the 32-bit call that does the same; ended by a number of 0. */
typedef struct SocketCall {
    uint8_t call;
    uint16_t number;
} SocketCall;
const SocketCall *sensor_socketcalls(void);
