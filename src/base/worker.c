/* SPDX-License-Identifier: Apache-2.0 */
#include "base/worker.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/confine.h"
#include "base/fs.h"

enum { FDS_MAX = 32, MESSAGE_MAX = 1024 };

/* What the parent asks of the zygote. Arguments travel in a memfd, so that their size does not matter. */
typedef struct Request {
    WorkerFn fn;
    size_t args_n;
    uint64_t memory, file;
    unsigned cpu_s;
    unsigned n_fds; /* the job's own; args, out and control come before them */
    unsigned threads;
} Request;

/* What a job says at its end, through its control pipe. */
typedef struct Verdict {
    int result;
    char message[MESSAGE_MAX];
} Verdict;

enum { FD_ARGS, FD_OUT, FD_CONTROL, FD_JOB };

/* One zygote per process. */
static struct {
    pthread_mutex_t lock;
    int socket;
    pid_t pid;
} zygote = {PTHREAD_MUTEX_INITIALIZER, -1, 0};

/* Set in a worker only, by the thread of its job. */
static int job_control = -1;
static char job_message[MESSAGE_MAX];

/* Further threads of a worker: made before it is confined, parked until the job has work for them. */
struct WorkerThread {
    pthread_t thread;
    bool parked;
    void (*fn)(void *userdata);
    void *userdata;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned n, given;
    WorkerThread thread[WORKER_THREADS_MAX];
} threads = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void *thread_main(void *userdata) {
    WorkerThread *t = userdata;
    pthread_mutex_lock(&threads.lock);
    t->parked = true;
    pthread_cond_broadcast(&threads.changed);
    while (!t->fn)
        pthread_cond_wait(&threads.changed, &threads.lock);
    pthread_mutex_unlock(&threads.lock);
    t->fn(t->userdata);
    return NULL;
}

static int start_threads(Error *err) {
    for (unsigned i = 0; i < threads.n; i++) {
        WorkerThread *t = &threads.thread[i];
        int r = -pthread_create(&t->thread, NULL, thread_main, t);
        if (r < 0)
            return error_errno(err, r, "starting a thread of a worker");
        /* What the C library does when a thread begins is done before calls are filtered. */
        pthread_mutex_lock(&threads.lock);
        while (!t->parked)
            pthread_cond_wait(&threads.changed, &threads.lock);
        pthread_mutex_unlock(&threads.lock);
    }
    return 0;
}

WorkerThread *worker_thread(void (*fn)(void *userdata), void *userdata) {
    if (threads.given == threads.n)
        return NULL;
    WorkerThread *t = &threads.thread[threads.given++];
    pthread_mutex_lock(&threads.lock);
    t->userdata = userdata;
    t->fn = fn;
    pthread_cond_broadcast(&threads.changed);
    pthread_mutex_unlock(&threads.lock);
    return t;
}

void worker_thread_wait(WorkerThread *t) {
    pthread_join(t->thread, NULL);
}

int worker_fail(const WorkerIo *io, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(job_message, sizeof(job_message), fmt, ap);
    va_end(ap);
    return code;
}

static _noreturn_ void job_end(int result) {
    Verdict v = {.result = result};
    memcpy(v.message, job_message, sizeof(v.message));
    _exit(fs_write_all(job_control, &v, sizeof(v)) < 0 ? 1 : 0);
}

static _noreturn_ void job_run(const Request *rq, const int *fds, pid_t parent) {
    _cleanup_error_ Error err = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it went before we asked to be told */
    job_control = fds[FD_CONTROL];
    void *args = rq->args_n ? mmap(NULL, rq->args_n, PROT_READ, MAP_PRIVATE, fds[FD_ARGS], 0) : NULL;
    if (args == MAP_FAILED)
        job_end(worker_fail(NULL, -errno, "mapping the arguments"));
    close(fds[FD_ARGS]);
    threads.n = rq->threads;
    Confinement c = {rq->memory, rq->file, rq->cpu_s, rq->threads ? start_threads : NULL};
    int r = confine_self(&c, &err);
    if (r < 0)
        job_end(worker_fail(NULL, r, "%s", error_text(&err, r)));
    WorkerIo io = {str_n(args, rq->args_n), fds + FD_JOB, rq->n_fds, fds[FD_OUT]};
    job_end(rq->fn(&io));
}

/* A fork whose child belongs to our parent, so that the parent can wait for it. */
static pid_t fork_for_parent(void) {
    return (pid_t) syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}

static ssize_t receive(int sock, Request *rq, int *fds, size_t *ret_n) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
        struct cmsghdr align;
    } control;
    struct iovec iov = {rq, sizeof(*rq)};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)};
    ssize_t n;
    do
        n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    *ret_n = 0;
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS) {
        *ret_n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(c), *ret_n * sizeof(int));
    }
    return n;
}

static _noreturn_ void zygote_main(int sock, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "plimsoll-zygote");
    setlocale(LC_CTYPE, "C.UTF-8"); /* libarchive converts names by it; a worker cannot load it any more */
    signal(SIGINT, SIG_IGN); /* the parent decides what an interrupt means */
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
    }
    for (;;) {
        Request rq;
        int fds[FDS_MAX] = {0};
        size_t n_fds;
        if (receive(sock, &rq, fds, &n_fds) != sizeof(rq))
            _exit(0); /* the parent has gone */
        pid_t pid = fork_for_parent();
        if (pid == 0) {
            close(sock);
            prctl(PR_SET_NAME, "plimsoll-worker");
            job_run(&rq, fds, parent);
        }
        int answer = pid < 0 ? -errno : pid;
        for (size_t i = 0; i < n_fds; i++)
            close(fds[i]);
        if (fs_write_all(sock, &answer, sizeof(answer)) < 0)
            _exit(0);
    }
}

int worker_init(Error *err) {
    int pair[2];
    if (zygote.pid)
        return 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, -errno, "making a socket pair for workers");
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        int r = -errno;
        close(pair[0]);
        close(pair[1]);
        return error_errno(err, r, "starting the process that workers come from");
    }
    if (pid == 0) {
        close(pair[0]);
        zygote_main(pair[1], parent);
    }
    close(pair[1]);
    zygote.socket = pair[0];
    zygote.pid = pid;
    return 0;
}

void worker_exit(void) {
    if (!zygote.pid)
        return;
    close(zygote.socket);
    while (waitpid(zygote.pid, NULL, 0) < 0 && errno == EINTR)
        ;
    zygote.socket = -1;
    zygote.pid = 0;
}

const char *worker_confinement(void) {
    return confine_has_landlock() ? "landlock,rlimit,seccomp" : "rlimit,seccomp";
}

static int ask(const Request *rq, const int *fds, size_t n_fds) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)];
        struct cmsghdr align;
    } control = {0};
    struct iovec iov = {(void *) (uintptr_t) rq, sizeof(*rq)};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE(n_fds * sizeof(int))};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    lint_assume(c);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
    memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
    int answer = -EPIPE;
    pthread_mutex_lock(&zygote.lock);
    ssize_t n;
    do
        n = sendmsg(zygote.socket, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n == sizeof(*rq)) {
        do
            n = read(zygote.socket, &answer, sizeof(answer));
        while (n < 0 && errno == EINTR);
    }
    int r = n == sizeof(answer) ? answer : n < 0 ? -errno : -EPIPE;
    pthread_mutex_unlock(&zygote.lock);
    return r;
}

int worker_spawn(WorkerFn fn, Str args, const int *fds, size_t n_fds, const WorkerLimits *limits, Worker *ret, Error *err) {
    static const WorkerLimits none = {0};
    if (!limits)
        limits = &none;
    if (!zygote.pid)
        return error_set(err, -EINVAL, "workers were not initialised");
    if (n_fds > FDS_MAX - FD_JOB)
        return error_set(err, -E2BIG, "%zu descriptors for one worker", n_fds);
    _cleanup_fd_ int memory = memfd_create("plimsoll-args", MFD_CLOEXEC);
    if (memory < 0)
        return error_errno(err, -errno, "starting a worker");
    int r = fs_write_all(memory, args.p, args.n);
    if (r < 0)
        return error_errno(err, r, "passing arguments to a worker");
    int out[2], control[2];
    if (pipe2(out, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "starting a worker");
    _cleanup_fd_ int out_read = out[0], out_write = out[1];
    if (pipe2(control, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "starting a worker");
    _cleanup_fd_ int control_read = control[0], control_write = control[1];
    Request rq = {.fn = fn, .args_n = args.n, .memory = limits->memory ? limits->memory : (uint64_t) 1 << 30, .file = limits->file,
                  .cpu_s = limits->cpu_s ? limits->cpu_s : 3600, .n_fds = (unsigned) n_fds, .threads = MIN(limits->threads, (unsigned) WORKER_THREADS_MAX)};
    int all[FDS_MAX] = {[FD_ARGS] = memory, [FD_OUT] = out_write, [FD_CONTROL] = control_write};
    for (size_t i = 0; i < n_fds; i++)
        all[FD_JOB + i] = fds[i];
    r = ask(&rq, all, FD_JOB + n_fds);
    if (r < 0)
        return error_errno(err, r, "starting a worker");
    *ret = (Worker) {.pid = r, .out = take_fd(&out_read), .control = take_fd(&control_read)};
    return 0;
}

int worker_wait(Worker *w, Error *err) {
    Verdict v;
    size_t got = 0;
    ssize_t n;
    while (got < sizeof(v) && (n = read(w->control, (char *) &v + got, sizeof(v) - got)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        if (n > 0)
            got += (size_t) n;
    }
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    fd_closep(&w->out);
    fd_closep(&w->control);
    w->pid = 0;
    w->crashed = got != sizeof(v);
    if (WIFSIGNALED(status))
        return error_set(err, -EBADMSG, "a worker died of signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (got != sizeof(v))
        return error_set(err, -EBADMSG, "a worker ended without an answer (exit status %d)", WEXITSTATUS(status));
    v.message[MESSAGE_MAX - 1] = 0;
    if (v.result < 0)
        return v.message[0] ? error_set(err, v.result, "%s", v.message) : error_errno(err, v.result, "in a worker");
    return v.result;
}

void worker_kill(Worker *w) {
    if (w->pid > 0) {
        kill(w->pid, SIGKILL);
        while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    fd_closep(&w->out);
    fd_closep(&w->control);
    w->pid = 0;
}

int worker_call(WorkerFn fn, Str args, const int *fds, size_t n_fds, const WorkerLimits *limits,
                int (*chunk)(void *userdata, Str bytes), void *userdata, Error *err) {
    Worker w;
    uint64_t max = limits && limits->output ? limits->output : (uint64_t) 1 << 30, total = 0;
    int r = worker_spawn(fn, args, fds, n_fds, limits, &w, err);
    if (r < 0)
        return r;
    enum { CHUNK = 64 * 1024 };
    _cleanup_free_ char *buf = xmalloc(CHUNK);
    for (;;) {
        ssize_t n = read(w.out, buf, CHUNK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        total += (uint64_t) n;
        r = total > max ? error_set(err, -E2BIG, "a worker answered more than the %llu bytes that are allowed", (unsigned long long) max)
            : chunk     ? chunk(userdata, str_n(buf, (size_t) n))
                        : 0;
        if (r < 0) {
            worker_kill(&w);
            return r;
        }
    }
    return worker_wait(&w, err);
}
