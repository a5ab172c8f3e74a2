/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/time.h"
#include "runtime/event-ring.h"
#include "runtime/kind.h"
#include "sensor.skel.h"

struct Loader {
    struct sensor_bpf *skeleton;
    EventRing *first, *rest;
    int epoll, timer;
    LoaderOptions o;
    Buf log, missing;
    bool unfiltered; /* LoaderCounts */
    bool inside; /* loader_consume_first() is running */
    WireKind kinds[2 * WIRE_SYSCALLS]; /* what the programs were told to look at */
    unsigned left; /* events until it is enough for once ... */
    int64_t until; /* ... or it took so long: time_steady_ns() */
};

/* libbpf's own words, kept for the error message. One load at a time: it has no context. */
static _Thread_local Buf *said;

static int keep_words(enum libbpf_print_level level, const char *fmt, va_list ap) _printf_(2, 0);
static int keep_words(enum libbpf_print_level level, const char *fmt, va_list ap) {
    char line[512];
    if (level != LIBBPF_WARN || !said)
        return 0;
    vsnprintf(line, sizeof(line), fmt, ap);
    buf_putz(said, line);
    return 0;
}

/* With many rules an event takes milliseconds: who asks or wants it to end is not to wait for thousands of them. */
#define AT_ONCE_NS INT64_C(100000000)
enum { LOOK_EVERY = 64 };

static int on_event(void *userdata, Str event) {
    Loader *l = userdata;
    l->o.event(l->o.userdata, event);
    if (l->inside)
        return 0;
    l->left--;
    return l->left == 0 || (l->left % LOOK_EVERY == 0 && time_steady_ns() > l->until) ? -EAGAIN : 0;
}

void loader_set_kinds(Loader *l, const bool *wanted) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t i = 0; i < n; i++)
        for (int entrance = 0; entrance < 2; entrance++) {
            int number = kinds[i].number[entrance];
            if (number < 0 || number >= WIRE_SYSCALLS)
                continue;
            WireKind *k = &l->skeleton->bss->kinds[entrance * WIRE_SYSCALLS + number];
            WireKind row = kinds[i].wire;
            row.kind = wanted[i] ? (uint16_t) (i + 1) : 0;
            /* Of what is reported already the row is the same: the programs, which read it meanwhile, never see a part of it. */
            if (memcmp(k, &row, sizeof(row)) != 0)
                *k = row;
            l->kinds[entrance * WIRE_SYSCALLS + number] = row;
        }
    l->skeleton->bss->kinds[WIRE_HEART].flags = l->kinds[WIRE_HEART].flags = WIRE_KIND_HEART;
}

void loader_set_filter(Loader *l, const FilterTables *t) {
    __typeof__(l->skeleton->bss) bss = l->skeleton->bss;
    uint32_t other = bss->filter_active == 1;
    if (t)
        memcpy(&bss->filters[other], t, sizeof(*t));
    __atomic_store_n(&bss->filter_active, t ? other + 1 : 0, __ATOMIC_RELEASE);
}

void loader_set_domains(Loader *l, const uint64_t *bits) {
    for (size_t i = 0; i < FILTER_DOMAINS; i++)
        if (l->skeleton->bss->domain_addresses[i] != bits[i])
            __atomic_store_n(&l->skeleton->bss->domain_addresses[i], bits[i], __ATOMIC_RELEASE);
}

FilterDirectory *loader_directories(Loader *l) {
    return l->skeleton->bss->directories;
}

void loader_harmless(Loader *l, uint64_t key) {
    __atomic_store_n(&l->skeleton->bss->harmless[key % FILTER_HARMLESS], key, __ATOMIC_RELAXED);
}

void loader_set_host(Loader *l, uint64_t cgroup, bool host) {
    __u64 *at = &l->skeleton->bss->hosts[filter_mix(0, cgroup) % FILTER_HOSTS];
    if (host || *at == cgroup)
        __atomic_store_n(at, host ? cgroup : 0, __ATOMIC_RELEASE);
}

void loader_set_env(Loader *l, bool env) {
    l->skeleton->bss->want_env = env;
}

static void set_constants(Loader *l) {
    for (const UringKind *u = sensor_uring_kinds(); u->number; u++)
        l->skeleton->bss->uring_numbers[u->operation] = u->number;
    for (const SocketCall *c = sensor_socketcalls(); c->number; c++)
        l->skeleton->bss->socketcalls[c->call] = (uint16_t) (WIRE_SYSCALLS + c->number);
    for (enum WireOwn i = 0; i < WIRE_OWNS; i++)
        l->skeleton->bss->own_kinds[i] = sensor_own_kind(i);
    l->skeleton->bss->host_mnt_ns = l->o.host_mnt_ns;
    l->skeleton->bss->host_root = l->o.host_root;
    l->skeleton->bss->own_pid = (uint32_t) getpid();
}

static bool beats(const Loader *l) {
    const volatile uint64_t *heart = (const volatile uint64_t *) &l->skeleton->bss->heart;
    struct timespec t;
    uint64_t before = *heart;
    syscall(WIRE_HEART, CLOCK_MONOTONIC, &t);
    return *heart != before;
}

const char *loader_check(Loader *l) {
    if (!l->skeleton->links.on_sys_exit)
        return NULL; /* it was said at the start */
    bool whole = memcmp(l->kinds, l->skeleton->bss->kinds, sizeof(l->kinds)) == 0 && l->skeleton->bss->own_pid == (uint32_t) getpid();
    if (!whole) {
        memcpy(l->skeleton->bss->kinds, l->kinds, sizeof(l->kinds));
        set_constants(l);
    }
    return !beats(l) ? "its programs do not run any more" : whole ? NULL : "what its programs go by was changed";
}

static int no_kernel(int r, const Loader *l, Error *err) {
    if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
        return error_set(err, -EOPNOTSUPP, "this kernel has no BTF (/sys/kernel/btf/vmlinux): the sensor needs CONFIG_DEBUG_INFO_BTF");
    if (r == -EPERM || (r == -EACCES && geteuid() != 0)) /* the verifier says EACCES to root */
        return error_set(err, r, "the kernel refuses eBPF programs: root, or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE, is needed");
    Str words = buf_view(&l->log), line;
    str_line(&words, &line);
    return error_set(err, r, "loading the programs into the kernel: %s%s%.*s", strerror(-r), line.n ? ": " : "", STR_FMT(line));
}

static int open_ring(Loader *l, const struct bpf_map *map, EventRing **ret) {
    *ret = event_ring_new(bpf_map__fd(map), bpf_map__max_entries(map));
    struct epoll_event e = {.events = EPOLLIN};
    return !*ret || epoll_ctl(l->epoll, EPOLL_CTL_ADD, bpf_map__fd(map), &e) < 0 ? -errno : 0;
}

static int open_rings(Loader *l, Error *err) {
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    int r = l->epoll < 0 ? -errno : open_ring(l, l->skeleton->maps.ring_first, &l->first);
    if (r >= 0)
        r = open_ring(l, l->skeleton->maps.ring_rest, &l->rest);
    return r < 0 ? error_errno(err, r, "mapping the rings") : 0;
}

/* Once a second, and whenever the clock is set. */
static int start_timer(Loader *l) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct itimerspec each = {.it_interval = {1, 0}, .it_value = {now.tv_sec + 1, now.tv_nsec}};
    return timerfd_settime(l->timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &each, NULL) < 0 ? -errno : 0;
}

static int open_timer(Loader *l, Error *err) {
    l->timer = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN};
    if (l->timer < 0 || start_timer(l) < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->timer, &e) < 0)
        return error_errno(err, -errno, "starting a timer");
    return 0;
}

bool loader_tick(Loader *l) {
    uint64_t n;
    if (read(l->timer, &n, sizeof(n)) >= 0)
        return true;
    if (errno != ECANCELED)
        return false;
    start_timer(l);
    return true;
}

/* The kernel's BTF has a type of this name for each tracepoint. */
static bool has_tracepoint(const struct btf *btf, const char *hook) {
    char name[128];
    snprintf(name, sizeof(name), "btf_trace_%s", hook);
    return btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) > 0;
}

/* In a namespace of its own the sensor would take all other processes for ended: the number of the first one is fixed (PROC_PID_INIT_INO). */
static bool sees_all_processes(void) {
    struct stat st;
    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == 0xEFFFFFFC;
}

/* Linux 6.2: names are read by loads then, for which the programs ask it (bpf/lookup.h). */
static bool has_names(const struct btf *btf) {
    return btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
}

/* Tracepoints that this kernel has not are left out; a renamed one is there under one of its names. */
static void leave_out_absent(Loader *l) {
    struct btf *btf = btf__load_vmlinux_btf();
    if (!btf)
        return;
    l->unfiltered = !has_names(btf);
    bool uring = has_tracepoint(btf, "io_uring_submit_req") || has_tracepoint(btf, "io_uring_submit_sqe");
    struct bpf_program *p;
    bpf_object__for_each_program(p, l->skeleton->obj) {
        const char *hook = strchr(bpf_program__section_name(p), '/');
        bool there = p == l->skeleton->progs.living ? sees_all_processes() : hook && has_tracepoint(btf, hook + 1);
        if (there)
            continue;
        bpf_program__set_autoload(p, false);
        if (!uring || (p != l->skeleton->progs.on_uring_submit && p != l->skeleton->progs.on_uring_submit_old))
            buf_printf(&l->missing, "%s%s", l->missing.n ? ", " : "", bpf_program__section_name(p));
    }
    btf__free(btf);
}

int loader_new(const LoaderOptions *o, Loader **ret, Error *err) {
    _cleanup_(loader_freep) Loader *l = xcalloc(1, sizeof(*l));
    l->o = *o;
    l->epoll = l->timer = -1;
    l->log = buf_new(64 << 10);
    l->missing = buf_new(4 << 10);
    said = &l->log;
    libbpf_set_print(keep_words);
    l->skeleton = sensor_bpf__open();
    if (!l->skeleton)
        return no_kernel(-errno, l, err);
    if (o->ring_bytes)
        bpf_map__set_max_entries(l->skeleton->maps.ring_rest, o->ring_bytes);
    leave_out_absent(l);
    int r = sensor_bpf__load(l->skeleton);
    said = NULL;
    if (r < 0)
        return no_kernel(r, l, err);
    loader_set_kinds(l, o->wanted);
    set_constants(l);
    r = open_rings(l, err);
    if (r >= 0)
        r = open_timer(l, err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(l);
    return 0;
}

int loader_attach(Loader *l, const char **ret_missing, Error *err) {
    said = &l->log;
    struct bpf_program *p;
    size_t attached = 0;
    bpf_object__for_each_program(p, l->skeleton->obj) {
        if (!bpf_program__autoload(p))
            continue;
        struct bpf_link *link = bpf_program__attach(p);
        const char *name = bpf_program__name(p);
        if (!link) {
            buf_printf(&l->missing, "%s%s", l->missing.n ? ", " : "", bpf_program__section_name(p));
            continue;
        }
        attached++;
        for (int i = 0; i < l->skeleton->skeleton->prog_cnt; i++)
            if (strcmp(l->skeleton->skeleton->progs[i].name, name) == 0)
                *l->skeleton->skeleton->progs[i].link = link;
    }
    said = NULL;
    if (attached == 0)
        return error_set(err, -EOPNOTSUPP, "none of the hooks can be attached");
    *ret_missing = buf_view(&l->missing).p;
    return 0;
}

size_t loader_hooks(const Loader *l, LoaderHook *ret, size_t max) {
    const struct bpf_object_skeleton *k = l->skeleton->skeleton;
    struct bpf_program *const renamed = l->skeleton->progs.on_uring_submit, *const old = l->skeleton->progs.on_uring_submit_old;
    size_t n = 0;
    for (size_t i = 0; i < (size_t) k->prog_cnt && n < max; i++) {
        struct bpf_program *p = *k->progs[i].prog;
        bool as_old = p == renamed && l->skeleton->links.on_uring_submit_old;
        if (p != old)
            ret[n++] = (LoaderHook) {bpf_program__section_name(p), as_old ? bpf_program__section_name(old) : NULL, as_old || *k->progs[i].link};
    }
    return n;
}

void loader_free(Loader *l) {
    if (!l)
        return;
    event_ring_free(l->first);
    event_ring_free(l->rest);
    fd_closep(&l->epoll);
    fd_closep(&l->timer);
    sensor_bpf__destroy(l->skeleton);
    buf_done(&l->log);
    buf_done(&l->missing);
    free(l);
}

int loader_fd(const Loader *l) {
    return l->epoll;
}

int loader_consume_first(Loader *l) {
    if (l->inside)
        return 0;
    l->inside = true;
    int r = event_ring_consume(l->first, on_event, l);
    l->inside = false;
    return r;
}

static int consume(Loader *l, EventRing *ring, unsigned max) {
    l->left = max;
    l->until = time_steady_ns() + AT_ONCE_NS;
    int r = event_ring_consume(ring, on_event, l);
    return r == -EAGAIN ? (int) max : r;
}

int loader_consume(Loader *l, unsigned max) {
    int first = consume(l, l->first, max);
    int rest = first < 0 ? 0 : consume(l, l->rest, max);
    return first < 0 ? first : rest < 0 ? rest : first + rest;
}

int loader_set_task(Loader *l, uint32_t pid, const WireTask *task) {
    _cleanup_fd_ int fd = (int) syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return -errno;
    return bpf_map_update_elem(bpf_map__fd(l->skeleton->maps.tasks), &fd, task, BPF_NOEXIST) < 0 ? -errno : 0;
}

int loader_living(Loader *l, void (*each)(void *userdata, const WireLiving *one), void *userdata) {
    const struct bpf_link *link = l->skeleton->links.living;
    _cleanup_fd_ int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
    if (fd < 0)
        return link ? -errno : -EOPNOTSUPP;
    WireLiving living[512];
    /* A read hands out whole answers of the program, unless there is no room for the next one. */
    for (ssize_t n; (n = read(fd, living, sizeof(living))) != 0;) {
        if (n < 0 && errno != EAGAIN)
            return -errno;
        for (ssize_t i = 0; i < n / (ssize_t) sizeof(*living); i++)
            each(userdata, &living[i]);
    }
    return 0;
}

int loader_no_container(Loader *l, uint64_t cgroup) {
    uint8_t yes = 1;
    return bpf_map_update_elem(bpf_map__fd(l->skeleton->maps.no_containers), &cgroup, &yes, BPF_ANY) < 0 ? -errno : 0;
}

/* The sum over processors. */
static uint64_t sum(const struct bpf_map *map, uint32_t key, uint64_t *room, int cpus) {
    uint64_t total = 0;
    if (bpf_map_lookup_elem(bpf_map__fd(map), &key, room) < 0)
        return 0;
    for (int i = 0; i < cpus; i++)
        total += room[i];
    return total;
}

int loader_counts(const Loader *l, LoaderCounts *ret) {
    int cpus = libbpf_num_possible_cpus();
    if (cpus <= 0)
        return cpus;
    _cleanup_free_ uint64_t *room = xcalloc((size_t) cpus, sizeof(*room));
    *ret = (LoaderCounts) {0};
    for (uint32_t i = 0; i < WIRE_KINDS; i++)
        ret->seen[i] = sum(l->skeleton->maps.seen, i, room, cpus);
    for (uint32_t i = 0; i < WIRE_KINDS; i++)
        ret->settled[i] = sum(l->skeleton->maps.settled, i, room, cpus);
    ret->unfiltered = l->unfiltered;
    for (uint32_t c = 0; c < WIRE_CAUSES; c++)
        for (uint32_t i = 0; i < WIRE_KINDS; i++)
            ret->lost[c][i] = sum(l->skeleton->maps.losses, c * WIRE_KINDS + i, room, cpus);
    struct bpf_program *p;
    bpf_object__for_each_program(p, l->skeleton->obj) {
        struct bpf_prog_info info = {0};
        uint32_t n = sizeof(info);
        if (bpf_obj_get_info_by_fd(bpf_program__fd(p), &info, &n) == 0)
            ret->missed += info.recursion_misses;
    }
    return 0;
}

void loader_losses(const Loader *l, void (*each)(void *userdata, const WireLoss *loss, uint64_t total), void *userdata) {
    int fd = bpf_map__fd(l->skeleton->maps.losses_of);
    WireLoss key, next;
    uint64_t total;
    for (int r = bpf_map_get_next_key(fd, NULL, &next); r == 0; r = bpf_map_get_next_key(fd, &key, &next)) {
        key = next;
        if (bpf_map_lookup_elem(fd, &key, &total) == 0)
            each(userdata, &key, total);
    }
}

uint64_t loader_forget_loss(Loader *l, const WireLoss *loss) {
    uint64_t total = 0;
    return bpf_map_lookup_and_delete_elem(bpf_map__fd(l->skeleton->maps.losses_of), loss, &total) == 0 ? total : 0;
}

const char *loader_cause(enum WireCause cause) {
    static const char *const names[WIRE_CAUSES] = {[WIRE_LOST_RING] = "ring full", [WIRE_LOST_SCRATCH] = "no buffer", [WIRE_LOST_UNREAD] = "not readable", [WIRE_LOST_SHARE] = "share of its container used up"};
    return (unsigned) cause < WIRE_CAUSES && names[cause] ? names[cause] : "unknown";
}
