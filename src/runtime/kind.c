/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kind.h"

#include <linux/io_uring.h>
#include <sys/syscall.h>

static const Kind kinds[] = {
#define KIND(label, number64, number32, bits, descriptor, dir1, name1, dir2nd, name2nd, addr, args)                                                                              \
    {.name = #label,                                                                                                                                                             \
     .number = {number64, number32},                                                                                                                                             \
     .wire = {.flags = bits, .fd = descriptor, .dir = dir1, .name = name1, .dir2 = dir2nd, .name2 = name2nd, .address = addr},                                                    \
     .arguments = args},
#include "runtime/kind.list.h"
#undef KIND
};

_Static_assert(ARRAY_SIZE(kinds) <= WIRE_KINDS, "the programs count by kind");

const Kind *sensor_kinds(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(kinds);
    return kinds;
}

uint16_t sensor_own_kind(enum WireOwn which) {
    static const char *const names[WIRE_OWNS] = {[WIRE_OWN_MOVED] = "cgroup_attach", [WIRE_OWN_MKDIR] = "cgroup_mkdir", [WIRE_OWN_RMDIR] = "cgroup_rmdir"};
    uint16_t i = 0;
    while (strcmp(kinds[i].name, names[which]) != 0)
        i++;
    return i;
}

const UringKind *sensor_uring_kinds(void) {
    static const UringKind same[] = {
        {IORING_OP_CONNECT, SYS_connect}, {IORING_OP_OPENAT, SYS_openat}, {IORING_OP_OPENAT2, SYS_openat2}, {IORING_OP_RENAMEAT, SYS_renameat2},
        {IORING_OP_UNLINKAT, SYS_unlinkat}, {IORING_OP_MKDIRAT, SYS_mkdirat}, {IORING_OP_SYMLINKAT, SYS_symlinkat}, {IORING_OP_LINKAT, SYS_linkat}, {0},
    };
    return same;
}
