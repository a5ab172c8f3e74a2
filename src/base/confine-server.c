/* SPDX-License-Identifier: Apache-2.0 */
/* What a server of ours may still do once it serves. */
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/confine.h"
#include "base/landlock.h"

int confine_files(const ServerFiles *f, Error *err) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_errno(err, -errno, "prctl(PR_SET_NO_NEW_PRIVS)");
    /* Who looks for leaks at the end traces itself. */
    if (!SANITIZED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (setrlimit(RLIMIT_CORE, &(struct rlimit) {0, 0}) < 0)
        return error_errno(err, -errno, "setrlimit");
    _cleanup_fd_ int fd = landlock_new(err);
    if (fd < 0)
        return fd == -ENOSYS ? 0 : fd;
    int r = SANITIZED ? landlock_allow(fd, "/proc", false, err) : 0;
    for (const char *const *p = f->read; p && *p && r == 0; p++)
        r = landlock_allow(fd, *p, false, err);
    for (const char *const *p = f->write; p && *p && r == 0; p++)
        r = landlock_allow(fd, *p, true, err);
    return r < 0 ? r : landlock_apply(fd, err);
}

static const int allowed[] = {
    /* what it computes with */
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
    /* descriptors */
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(pwrite64), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat),
    SCMP_SYS(fcntl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pselect6), SCMP_SYS(select),
    /* connections that come in */
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(shutdown), SCMP_SYS(setsockopt),
    SCMP_SYS(getsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    /* the files that Landlock leaves: certificates, rules, the fact store and its journal */
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(getdents64), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(fchown),
#if SANITIZED
    SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(prctl), SCMP_SYS(clone), SCMP_SYS(ptrace), SCMP_SYS(wait4), SCMP_SYS(getppid), SCMP_SYS(arch_prctl), SCMP_SYS(kill),
    SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(process_vm_readv), SCMP_SYS(getdents),
#endif
};

static const int agent[] = {
    /* connections to receivers, and their names */
    SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(socketpair), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(pipe2), SCMP_SYS(eventfd2), SCMP_SYS(ioctl),
    /* files of alerts and spools */
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(fchmod), SCMP_SYS(flock),
    /* what it asks of the system about processes, containers and rules */
    SCMP_SYS(openat2), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(fadvise64), SCMP_SYS(pidfd_open), SCMP_SYS(getppid), SCMP_SYS(prlimit64), SCMP_SYS(clock_getres), SCMP_SYS(getrlimit),
    SCMP_SYS(fchdir),
    /* its timer, when the clock was set */
    SCMP_SYS(timerfd_settime),
    /* maps of its programs: none can be loaded any more without CAP_PERFMON */
    SCMP_SYS(bpf),
};

/* Threads, but no processes; clone3 hides its flags, the C library does without it when it is not there. Sockets to receivers, and netlink for the look-up of names. */
static int add_agent_rules(scmp_filter_ctx ctx) {
    static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
    int r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(agent); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, agent[i], 0);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(families); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t) families[i]));
    if (r == 0 && !SANITIZED)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM));
    return r;
}

static int add_rules(scmp_filter_ctx ctx) {
    /* All threads at once. */
    int r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(allowed); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    /* Memory is never executable. */
    static const int mapping[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    for (size_t i = 0; r == 0 && i < ARRAY_SIZE(mapping); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, mapping[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    /* abort() signals itself; nobody else may be signalled. */
    return r ? r : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t) getpid()));
}

static int confine(bool is_agent, Error *err) {
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (!ctx)
        return error_set(err, -ENOMEM, "making a seccomp filter");
    int r = add_rules(ctx);
    if (r == 0 && is_agent)
        r = add_agent_rules(ctx);
    if (r == 0)
        r = seccomp_load(ctx);
    seccomp_release(ctx);
    return r < 0 ? error_errno(err, r, "confining %s with seccomp", is_agent ? "an agent" : "a server") : 0;
}

int confine_calls(Error *err) {
    return confine(false, err);
}

int confine_agent_calls(Error *err) {
    return confine(true, err);
}
