/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confine.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/landlock.h"

bool confine_has_landlock(void) {
    return landlock_abi() >= 1;
}

/* Every access is handled and none allowed. */
static int landlock_all(Error *err) {
    _cleanup_fd_ int fd = landlock_new(err);
    return fd == -ENOSYS ? 0 : fd < 0 ? fd : landlock_apply(fd, err);
}

static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close),
    SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
    SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(rseq),
#if SANITIZED
    SCMP_SYS(sched_getaffinity), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(set_robust_list), SCMP_SYS(readlink),
    SCMP_SYS(getuid), SCMP_SYS(prctl),
#endif
};

static int filter_calls(Error *err) {
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return error_set(err, -ENOMEM, "making a seccomp filter");
    /* All threads at once. */
    int r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(allowed); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    /* Memory is never executable. */
    static const int mapping[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(mapping); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, mapping[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* abort() signals itself; nobody else may be signalled. */
    if (r == 0)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t) getpid()));
    if (r == 0)
        r = seccomp_load(ctx);
    seccomp_release(ctx);
    return r < 0 ? error_errno(err, r, "confining a worker with seccomp") : 0;
}

static int limit(int what, uint64_t value, Error *err) {
    struct rlimit old, rl;
    if (getrlimit(what, &old) < 0)
        return error_errno(err, -errno, "getrlimit");
    rl.rlim_cur = rl.rlim_max = MIN((rlim_t) value, old.rlim_max);
    return setrlimit(what, &rl) < 0 ? error_errno(err, -errno, "setrlimit") : 0;
}

int confine_self(const Confinement *c, Error *err) {
    int r = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_errno(err, -errno, "prctl(PR_SET_NO_NEW_PRIVS)");
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (!SANITIZED)
        r = limit(RLIMIT_AS, c->memory, err);
    if (r == 0)
        r = limit(RLIMIT_CPU, c->cpu_s, err);
    if (r == 0)
        r = limit(RLIMIT_CORE, 0, err);
    if (r == 0)
        r = landlock_all(err);
    /* Threads inherit Landlock's rules; limits belong to the process. */
    if (r == 0 && c->threads)
        r = c->threads(err);
    if (r == 0)
        r = limit(RLIMIT_FSIZE, c->file, err);
    if (r == 0)
        r = limit(RLIMIT_NPROC, 0, err);
    return r < 0 ? r : filter_calls(err);
}
