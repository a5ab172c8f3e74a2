/* SPDX-License-Identifier: Apache-2.0 */
/* Confinement is proven by workers that try what they must not do. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/confine.h"
#include "base/fs.h"
#include "base/ring.h"
#include "base/worker.h"
#include "unit/tap.h"

static int collect(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

static int job_upper(const WorkerIo *io) {
    for (size_t i = 0; i < io->args.n; i++) {
        char c = io->args.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char) (c - 32);
        if (fs_write_all(io->out, &c, 1) < 0)
            return -EIO;
    }
    return 7;
}

TEST(a_worker_computes_and_answers) {
    _cleanup_(buf_done) Buf b = buf_new(100);
    _cleanup_error_ Error err = {0};
    CHECK_INT(worker_init(&err), 0);
    CHECK_INT(worker_call(job_upper, STR("hello"), NULL, 0, NULL, collect, &b, &err), 7);
    CHECK_STR(buf_view(&b), "HELLO");
}

/* Each attempt gives one letter: "." when it was refused, "!" when it went through. */
static int job_escape(const WorkerIo *io) {
    Buf b = buf_new(100);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *const argv[] = {(char *) (uintptr_t) "true", NULL};
    int fd, wstatus;
#define TRY(cond) buf_putc(&b, (cond) ? '!' : '.')
    TRY((fd = open("/etc/passwd", O_RDONLY)) >= 0);
    TRY((fd = open("/var/tmp/plimsoll-escape", O_CREAT | O_WRONLY, 0600)) >= 0);
    TRY(mkdir("/var/tmp/plimsoll-escape-dir", 0700) == 0);
    TRY(unlink("/var/tmp/plimsoll-must-stay") == 0);
    TRY((fd = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
    TRY((fd = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    TRY(connect(3, (struct sockaddr *) &a, sizeof(a)) == 0);
    TRY(execve("/bin/true", argv, NULL) == 0);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid(pid, &wstatus, 0);
    TRY(pid > 0);
    TRY(kill(getppid(), 0) == 0);
    TRY(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
    TRY(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
    TRY(chdir("/") == 0);
    TRY(setuid(65534) == 0);
#undef TRY
    int r = fs_write_all(io->out, b.p, b.n);
    buf_done(&b);
    return r;
}

TEST(a_worker_can_neither_open_files_nor_sockets_nor_processes) {
    _cleanup_(buf_done) Buf b = buf_new(100);
    _cleanup_error_ Error err = {0};
    fd_closep(&(int) {open("/var/tmp/plimsoll-must-stay", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)});
    CHECK_INT(worker_call(job_escape, STR_NULL, NULL, 0, NULL, collect, &b, &err), 0);
    CHECK_STR(buf_view(&b), "..............");
    CHECK(access("/var/tmp/plimsoll-escape", F_OK) < 0);
    CHECK(access("/var/tmp/plimsoll-must-stay", F_OK) == 0);
    unlink("/var/tmp/plimsoll-must-stay");
}

static int job_crash(const WorkerIo *io) {
    abort();
}

TEST(a_crash_is_an_error_with_its_cause) {
    _cleanup_error_ Error err = {0};
    int r = worker_call(job_crash, STR_NULL, NULL, 0, NULL, NULL, NULL, &err);
    CHECK_INT(r, -EBADMSG);
    CHECK_MSG(err.message && strstr(err.message, "signal 6"), "message: %s", err.message ? err.message : "none");
}

static int job_fail(const WorkerIo *io) {
    return worker_fail(io, -ENOTSUP, "line %d is odd", 3);
}

TEST(a_failure_brings_its_message) {
    _cleanup_error_ Error err = {0};
    CHECK_INT(worker_call(job_fail, STR_NULL, NULL, 0, NULL, NULL, NULL, &err), -ENOTSUP);
    CHECK_STR(str_from(err.message), "line 3 is odd");
}

static int job_flood(const WorkerIo *io) {
    char buf[4096] = {0};
    while (fs_write_all(io->out, buf, sizeof(buf)) == 0)
        ;
    return 0;
}

TEST(answers_over_the_limit_are_cut) {
    _cleanup_error_ Error err = {0};
    WorkerLimits limits = {.output = 100000};
    CHECK_INT(worker_call(job_flood, STR_NULL, NULL, 0, &limits, NULL, NULL, &err), -E2BIG);
}

static int job_hog(const WorkerIo *io) {
    for (size_t n = 0; n < 100; n++) {
        char *p = malloc(8 << 20);
        if (!p)
            return (int) n;
        memset(p, 1, 8 << 20);
    }
    return 1000;
}

TEST(memory_is_limited) {
#if !SANITIZED
    _cleanup_error_ Error err = {0};
    WorkerLimits limits = {.memory = (uint64_t) 128 << 20};
    int r = worker_call(job_hog, STR_NULL, NULL, 0, &limits, NULL, NULL, &err);
    CHECK_MSG(r >= 0 && r < 16, "%d blocks of 8 MiB", r);
#else
    CHECK(job_hog != NULL);
#endif
}

static int job_ring(const WorkerIo *io) {
    Ring in, out;
    if (ring_map(io->fds[0], 1 << 16, &in) < 0 || ring_map(io->fds[1], 1 << 16, &out) < 0)
        return -EIO;
    const char *p;
    ssize_t n;
    while ((n = ring_peek(&in, 1, &p)) > 0) {
        if (ring_write(&out, p, (size_t) n) < 0)
            return -EPIPE;
        ring_consume(&in, (size_t) n);
    }
    ring_finish(&out);
    return n < 0 ? (int) n : 0;
}

TEST(rings_carry_a_stream_both_ways) {
    _cleanup_error_ Error err = {0};
    Ring in, out;
    Worker w;
    CHECK_INT(ring_create(1 << 16, &in, &err), 0);
    CHECK_INT(ring_create(1 << 16, &out, &err), 0);
    int fds[] = {in.fd, out.fd};
    CHECK_INT(worker_spawn(job_ring, STR_NULL, fds, 2, NULL, &w, &err), 0);
    /* Fewer bytes are on their way than both rings hold, so that one thread can play both sides. */
    uint32_t sent = 0, got = 0, wrong = 0;
    for (int round = 0; round < 200; round++) {
        uint32_t block[3000];
        for (size_t i = 0; i < ARRAY_SIZE(block); i++)
            block[i] = sent++;
        CHECK_INT(ring_write(&in, block, sizeof(block)), 0);
        char back[sizeof(block)];
        for (size_t at = 0; at < sizeof(back);) {
            const char *p;
            ssize_t n = ring_peek(&out, 1, &p);
            if (n <= 0)
                break;
            n = (ssize_t) MIN((size_t) n, sizeof(back) - at);
            memcpy(back + at, p, (size_t) n);
            ring_consume(&out, (size_t) n);
            at += (size_t) n;
        }
        for (size_t i = 0; i < ARRAY_SIZE(block); i++, got++) {
            uint32_t v;
            memcpy(&v, back + i * 4, 4);
            wrong += v != got;
        }
    }
    ring_finish(&in);
    const char *p;
    CHECK_INT(ring_peek(&out, 1, &p), 0);
    CHECK_INT(worker_wait(&w, &err), 0);
    CHECK_INT(wrong, 0);
    CHECK_INT(got, 600000);
    ring_done(&in);
    ring_done(&out);
}

typedef struct Sum {
    Ring in;
    uint64_t bytes;
    int opened;        /* errno of what it must not do */
} Sum;

static void add_up(void *userdata) {
    Sum *s = userdata;
    const char *p;
    ssize_t n;
    s->opened = open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 ? errno : 0;
    while ((n = ring_peek(&s->in, 100, &p)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            s->bytes += (uint8_t) p[i];
        ring_consume(&s->in, (size_t) n);
    }
}

/* One writer, whose every byte two threads see. */
static int job_with_threads(const WorkerIo *io) {
    char block[10000];
    Sum first = {0}, second = {0};
    Ring to;
    memset(block, 1, sizeof(block));
    if (ring_private(64 * 1024, &to, &first.in) < 0)
        return worker_fail(io, -ENOMEM, "no ring");
    second.in = ring_second_reader(&to);
    WorkerThread *t[] = {worker_thread(add_up, &first), worker_thread(add_up, &second)};
    if (!t[0] || !t[1])
        return worker_fail(io, -ENOENT, "no threads");
    if (worker_thread(add_up, &first))
        return worker_fail(io, -EINVAL, "one thread too many");
    for (unsigned i = 0; i < 1000; i++)
        if (ring_write(&to, block, sizeof(block)) < 0)
            return -EPIPE;
    ring_finish(&to);
    worker_thread_wait(t[0]);
    worker_thread_wait(t[1]);
    const uint64_t all = 1000 * sizeof(block);
    if (first.bytes != all || second.bytes != all)
        return worker_fail(io, -EINVAL, "%llu and %llu bytes", (unsigned long long) first.bytes, (unsigned long long) second.bytes);
    return first.opened && second.opened ? 0 : worker_fail(io, -EINVAL, "a thread opens files");
}

TEST(threads_work_beside_their_job_and_are_confined_like_it) {
    _cleanup_error_ Error err = {0}, none = {0};
    CHECK_INT(worker_init(&err), 0);
    WorkerLimits limits = {.threads = 2};
    int r = worker_call(job_with_threads, STR(""), NULL, 0, &limits, NULL, NULL, &err);
    CHECK_MSG(r == 0, "%s", error_text(&err, r));
    CHECK_INT(worker_call(job_with_threads, STR(""), NULL, 0, NULL, NULL, NULL, &none), -ENOENT);
}

TEST_MAIN()
