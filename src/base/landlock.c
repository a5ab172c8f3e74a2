/* SPDX-License-Identifier: Apache-2.0 */
#include "base/landlock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* As of ABI 6; an older kernel takes a shorter struct. */
typedef struct LandlockRuleset {
    uint64_t handled_access_fs, handled_access_net, scoped;
} LandlockRuleset;

typedef struct __attribute__((packed)) LandlockBeneath {
    uint64_t allowed_access;
    int32_t parent_fd;
} LandlockBeneath;

enum { LANDLOCK_VERSION = 1, LANDLOCK_PATH_BENEATH = 1 };

/* Access rights: of files, then of directories. */
enum {
    ACCESS_WRITE = 1 << 1,
    ACCESS_READ = 1 << 2,
    ACCESS_READ_DIR = 1 << 3,
    ACCESS_REMOVE_FILE = 1 << 5,
    ACCESS_MAKE_FILE = 1 << 8,
    ACCESS_TRUNCATE = 1 << 14, /* since ABI 3 */
};

long landlock_abi(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
}

static uint64_t handled(long abi) {
    static const unsigned bits[] = {0, 13, 14, 15, 15, 16, 16}; /* access rights known per ABI */
    return ((uint64_t) 1 << bits[MIN(abi, 6L)]) - 1;
}

int landlock_new(Error *err) {
    long abi = landlock_abi();
    if (abi < 1)
        return -ENOSYS;
    LandlockRuleset rs = {.handled_access_fs = handled(abi)};
    size_t n = sizeof(rs.handled_access_fs);
    if (abi >= 4) {
        rs.handled_access_net = 3;
        n += sizeof(rs.handled_access_net);
    }
    if (abi >= 6) {
        rs.scoped = 3;
        n += sizeof(rs.scoped);
    }
    int fd = (int) syscall(SYS_landlock_create_ruleset, &rs, n, 0);
    return fd < 0 ? error_errno(err, -errno, "confining with Landlock") : fd;
}

int landlock_allow(int ruleset, const char *path, bool write, Error *err) {
    _cleanup_fd_ int fd = open(path, O_PATH | O_CLOEXEC);
    struct stat st;
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "opening %s", path);
    bool directory = S_ISDIR(st.st_mode);
    uint64_t access = ACCESS_READ | (directory ? ACCESS_READ_DIR : 0);
    if (write)
        access |= ACCESS_WRITE | ACCESS_TRUNCATE | (directory ? ACCESS_MAKE_FILE | ACCESS_REMOVE_FILE : 0);
    LandlockBeneath rule = {.allowed_access = access & handled(landlock_abi()), .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0) < 0 ? error_errno(err, -errno, "confining to %s with Landlock", path) : 0;
}

int landlock_apply(int ruleset, Error *err) {
    return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? error_errno(err, -errno, "confining with Landlock") : 0;
}
