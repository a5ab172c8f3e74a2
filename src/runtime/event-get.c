/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of source syscall, of an Event: one getter a slot. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "policy/fields/slots.h"
#include "policy/match.h"
#include "runtime/arguments.h"
#include "runtime/program-hash.h"
#include "runtime/domains.h"

typedef struct Ask {
    const Event *e;
    const FieldRef *ref;
    Scratch *scratch;
} Ask;

typedef Value Getter(const Ask *a);

static Str copy(const Ask *a, Str s) {
    char *out = scratch_alloc(a->scratch, s.n + 1);
    if (!out)
        return STR_NULL;
    memcpy(out, s.p, s.n);
    return str_n(out, s.n);
}
static Value str_opt(Str s) {
    return value_str_or_none(s);
}
static Value str_there(Str s) {
    return value_str(s.p ? s : STR(""));
}
static Value number_if(uint64_t n) {
    return n ? value_int((int64_t) n) : value_none();
}

/* Event */
static Value evt_num(const Ask *a) { return value_int((int64_t) a->e->number); }
static Value evt_time(const Ask *a) {
    time_t s = (time_t) (a->e->time / 1000000000);
    struct tm tm;
    char *out = scratch_alloc(a->scratch, 32);
    if (!out || !localtime_r(&s, &tm))
        return value_none();
    int n = snprintf(out, 32, "%02d:%02d:%02d.%09lld", tm.tm_hour, tm.tm_min, tm.tm_sec, (long long) (a->e->time % 1000000000));
    return value_str(str_n(out, (size_t) n));
}
static Value evt_rawtime(const Ask *a) { return value_int(a->e->time); }
static Value evt_type(const Ask *a) { return value_str(str_from(a->e->kind->name)); }
static Value evt_dir(const Ask *a) { return value_str(STR("<")); }
static Value evt_cpu(const Ask *a) { return value_int(a->e->wire.cpu); }
static Value evt_category(const Ask *a) {
    const WireKind *k = &a->e->kind->wire;
    bool process = k->flags & WIRE_KIND_EXEC, file = k->name >= 0, net = k->address >= 0 || k->flags & WIRE_KIND_SERVER;
    return value_str(process ? STR("process") : file ? STR("file") : net ? STR("net") : STR("other"));
}
static Value evt_res(const Ask *a) {
    Str name = errno_name(a->e->wire.result);
    return value_str(name.p ? name : STR("SUCCESS"));
}
static Value evt_rawres(const Ask *a) { return value_int(a->e->wire.result); }
static Value evt_failed(const Ask *a) { return value_bool(a->e->wire.result < 0); }
static Value evt_args(const Ask *a) { return str_opt(event_arguments(a->e, a->scratch)); }
static Value evt_arg(const Ask *a) { return str_opt(event_argument(a->e, a->ref->arg, a->scratch)); }
/* evt.arg.NAME with a row of its own. */
static Value evt_arg_named(const Ask *a) { return str_opt(event_argument(a->e, str_from(a->ref->field->name + sizeof("evt.arg.") - 1), a->scratch)); }
static Value evt_buffer(const Ask *a) {
    Str s = a->e->string[WIRE_PAYLOAD];
    return s.p ? (Value) {.type = VALUE_BYTES, .text = s} : value_none();
}
static Value evt_buflen(const Ask *a) { return a->e->kind->wire.flags & WIRE_KIND_PAYLOAD && a->e->wire.result >= 0 ? value_int(a->e->wire.result) : value_none(); }

static bool is_creat(const Event *e) { return event_is_open(e) && strcmp(e->kind->name, "creat") == 0; }

uint64_t event_open_flags(const Event *e) {
    if (is_creat(e))
        return O_CREAT | O_WRONLY | O_TRUNC;
    return e->wire.arg[e->kind->wire.name + 1];
}
static uint64_t open_mode(const Event *e) { return e->wire.arg[e->kind->wire.name + (is_creat(e) ? 1 : 2)]; }

static Value open_with(const Ask *a, bool (*holds)(const Event *e)) {
    return event_is_open(a->e) ? value_bool(holds(a->e)) : value_none();
}
static bool reads(const Event *e) { return (event_open_flags(e) & O_ACCMODE) != O_WRONLY; }
static bool writes(const Event *e) { return (event_open_flags(e) & O_ACCMODE) != O_RDONLY; }
static bool creates(const Event *e) { return event_open_flags(e) & O_CREAT || (event_open_flags(e) & O_TMPFILE) == O_TMPFILE; }
static bool creates_program(const Event *e) { return creates(e) && open_mode(e) & (S_IXUSR | S_IXGRP | S_IXOTH); }
static Value evt_is_open_read(const Ask *a) { return open_with(a, reads); }
static Value evt_is_open_write(const Ask *a) { return open_with(a, writes); }
static Value evt_is_open_create(const Ask *a) { return open_with(a, creates); }
static Value evt_is_open_exec(const Ask *a) { return open_with(a, creates_program); }

/* Process and ancestors: -1 is the process itself, 0 its parent. */
static const WireAncestor *ancestor(const Event *e, int64_t i) { return i >= 0 && i < e->wire.process.n_ancestors ? &e->wire.process.ancestors[i] : NULL; }
static const Image *image_at(const Event *e, int64_t i) { return i < 0 ? e->image : ancestor(e, i) ? e->ancestor[i] : NULL; }

static Str comm_at(const Event *e, int64_t i) {
    const WireAncestor *up = ancestor(e, i);
    return i < 0 ? str_from(e->wire.process.comm) : up ? str_from(up->comm) : STR_NULL;
}

static Str first_arg(Str args) {
    ssize_t end = str_chr(args, 0);
    return end >= 0 ? str_head(args, (size_t) end) : args;
}

static Str exe_at(const Event *e, int64_t i) {
    const Image *image = image_at(e, i);
    if (i >= 0 && !ancestor(e, i))
        return STR_NULL;
    /* Without arguments Falco names the program by its comm. */
    return image && image->args.n ? first_arg(image->args) : comm_at(e, i);
}

static Str exepath_at(const Event *e, int64_t i) {
    const Image *image = image_at(e, i);
    if (i >= 0 && !ancestor(e, i))
        return STR_NULL;
    return image && image->exepath.p ? image->exepath : STR("");
}

/* `first` and the arguments behind proc.exe, with spaces between. */
static Str line_at(const Ask *a, int64_t i, Str first) {
    const Image *image = image_at(a->e, i);
    Str args = image ? image->args : STR_NULL;
    args = str_from_at(args, first_arg(args).n + (args.n > 0));
    char *out = scratch_alloc(a->scratch, first.n + args.n + 2);
    if (!out)
        return STR_NULL;
    size_t n = first.n;
    if (n)
        memcpy(out, first.p, n);
    while (args.n && args.p[args.n - 1] == 0)
        args.n--;
    if (args.n) {
        if (n)
            out[n++] = ' ';
        for (size_t k = 0; k < args.n; k++)
            out[n++] = args.p[k] ? args.p[k] : ' ';
    }
    return str_n(out, n);
}
static Str cmdline_at(const Ask *a, int64_t i) {
    Str comm = comm_at(a->e, i);
    return comm.p ? line_at(a, i, comm) : STR_NULL;
}

static Str name_of_ancestor(const Ask *a, int64_t i) { return comm_at(a->e, i); }
static Str exe_of_ancestor(const Ask *a, int64_t i) { return exe_at(a->e, i); }
static Str exepath_of_ancestor(const Ask *a, int64_t i) { return exepath_at(a->e, i); }

/* [n], or all ancestors from the parent on. */
static Value ancestors(const Ask *a, Str (*get)(const Ask *a, int64_t i)) {
    if (a->ref->has_arg)
        return str_opt(get(a, a->ref->index - 1));
    size_t n = a->e->wire.process.n_ancestors;
    Value *v = scratch_alloc(a->scratch, (n + 1) * sizeof(*v));
    size_t count = 0;
    for (size_t i = 0; v && i < n; i++) {
        v[count] = str_opt(get(a, (int64_t) i));
        count += v[count].type != VALUE_NONE;
    }
    return v && count ? value_list(v, count) : value_none();
}
static Value proc_apid(const Ask *a) {
    const WireProcess *p = &a->e->wire.process;
    if (a->ref->has_arg) {
        const WireAncestor *up = ancestor(a->e, a->ref->index - 1);
        return a->ref->index == 0 ? value_int(p->pid) : up ? value_int(up->pid) : value_none();
    }
    Value *v = scratch_alloc(a->scratch, (p->n_ancestors + 1) * sizeof(*v));
    for (size_t i = 0; v && i < p->n_ancestors; i++)
        v[i] = value_int(p->ancestors[i].pid);
    return v && p->n_ancestors ? value_list(v, p->n_ancestors) : value_none();
}

static Value proc_pid(const Ask *a) { return value_int(a->e->wire.process.pid); }
static Value proc_vpid(const Ask *a) { return value_int(a->e->wire.process.vpid); }
static Value proc_ppid(const Ask *a) { return ancestor(a->e, 0) ? value_int(ancestor(a->e, 0)->pid) : value_none(); }
static Value proc_pvpid(const Ask *a) { return ancestor(a->e, 0) ? value_int(ancestor(a->e, 0)->vpid) : value_none(); }
static Value proc_sid(const Ask *a) { return value_int(a->e->wire.process.vsid); }
static Value proc_vpgid(const Ask *a) { return value_int(a->e->wire.process.vpgid); }
static Value proc_name(const Ask *a) { return str_there(comm_at(a->e, -1)); }
static Value proc_pname(const Ask *a) { return str_opt(comm_at(a->e, 0)); }
static Value proc_aname(const Ask *a) { return ancestors(a, name_of_ancestor); }
static Value proc_exe(const Ask *a) { return str_there(exe_at(a->e, -1)); }
static Value proc_pexe(const Ask *a) { return str_opt(exe_at(a->e, 0)); }
static Value proc_aexe(const Ask *a) { return ancestors(a, exe_of_ancestor); }
static Value proc_exepath(const Ask *a) { return str_there(exepath_at(a->e, -1)); }
static Value proc_pexepath(const Ask *a) { return str_opt(exepath_at(a->e, 0)); }
static Value proc_aexepath(const Ask *a) { return ancestors(a, exepath_of_ancestor); }
static Value proc_args(const Ask *a) { return str_opt(line_at(a, -1, STR(""))); }
static Value proc_cmdline(const Ask *a) { return str_opt(cmdline_at(a, -1)); }
static Value proc_pcmdline(const Ask *a) { return str_opt(cmdline_at(a, 0)); }
static Value proc_acmdline(const Ask *a) { return ancestors(a, cmdline_at); }
static Value proc_exeline(const Ask *a) { return str_opt(line_at(a, -1, exe_at(a->e, -1))); }
static Value proc_cmdnargs(const Ask *a) {
    Str args = a->e->image ? a->e->image->args : STR_NULL, one;
    int64_t n = -1;
    while (str_split(&args, 0, &one))
        n++;
    return value_int(MAX(n, (int64_t) 0));
}
static Value proc_cmdlenargs(const Ask *a) {
    Str args = a->e->image ? a->e->image->args : STR_NULL, one;
    int64_t n = 0;
    for (bool first = true; str_split(&args, 0, &one); first = false)
        n += first ? 0 : (int64_t) one.n;
    return value_int(n);
}
static Value proc_env(const Ask *a) {
    Str env = a->e->image ? a->e->image->env : STR_NULL, one, key, value;
    if (a->ref->has_arg) {
        while (str_split(&env, 0, &one))
            if (str_cut(one, '=', &key, &value) && str_eq(key, a->ref->arg))
                return value_str(value);
        return value_none();
    }
    while (env.n && env.p[env.n - 1] == 0)
        env.n--;
    Str all = env.n ? copy(a, env) : STR_NULL;
    for (size_t i = 0; i < all.n; i++)
        if (!all.p[i])
            ((char *) all.p)[i] = ' ';
    return str_opt(all);
}
static Value proc_cwd(const Ask *a) { return str_there(a->e->cwd); }
static Value proc_tty(const Ask *a) { return value_int(a->e->wire.process.tty); }
static Value proc_sname(const Ask *a) { return a->e->wire.process.session[0] ? value_str(str_from(a->e->wire.process.session)) : value_none(); }
static Value proc_is_sid_leader(const Ask *a) { return value_bool(a->e->wire.process.sid == a->e->wire.process.pid); }
static Value proc_is_vpgid_leader(const Ask *a) { return value_bool(a->e->wire.process.vpgid == a->e->wire.process.vpid); }
static Value since(const Ask *a, uint64_t start) { return value_int(a->e->wire.time > start ? (int64_t) (a->e->wire.time - start) : 0); }
static Value proc_duration(const Ask *a) { return since(a, a->e->wire.process.start); }
static Value proc_ppid_duration(const Ask *a) { return ancestor(a->e, 0) ? since(a, ancestor(a->e, 0)->start) : value_none(); }
static Value proc_is_exe_writable(const Ask *a) { return value_bool(a->e->image && a->e->image->writable); }
static Value proc_is_exe_upper(const Ask *a) { return value_bool(a->e->image && a->e->image->layer == WIRE_LAYER_UPPER); }
static Value proc_is_exe_lower(const Ask *a) { return value_bool(a->e->image && a->e->image->layer == WIRE_LAYER_LOWER); }
static Value proc_is_exe_memfd(const Ask *a) { return value_bool(a->e->image && a->e->image->memfd); }
static Value proc_exe_ino(const Ask *a) { return a->e->image ? number_if(a->e->image->inode) : value_none(); }
static Value proc_exe_ino_ctime(const Ask *a) { return a->e->image ? number_if(a->e->image->changed) : value_none(); }
static Value proc_exe_sha256(const Ask *a) {
    const Event *e = a->e;
    return e->image && e->tables ? str_opt(copy(a, program_hash(e->tables->hashes, e->image, e->container, e->wire.process.pid))) : value_none();
}
static Value proc_exe_ino_mtime(const Ask *a) { return a->e->image ? number_if(a->e->image->modified) : value_none(); }
static Value proc_exe_ino_ctime_start(const Ask *a) {
    if (!a->e->image || !a->e->image->changed)
        return value_none();
    int64_t start = a->e->tables->boot + (int64_t) a->e->wire.process.start, changed = (int64_t) a->e->image->changed;
    return value_int(start > changed ? start - changed : 0);
}
static Value thread_tid(const Ask *a) { return value_int(a->e->wire.process.tid); }

static const char *const capabilities[] = {
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
    "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
    "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};
static Value cap_text(const Ask *a, uint64_t set) {
    Buf b = buf_new(2048);
    for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
        if (set >> i & 1)
            buf_printf(&b, "%s%s", b.n ? " " : "", capabilities[i]);
    Str r = copy(a, buf_view(&b));
    buf_done(&b);
    return str_opt(r);
}
static Value cap_effective(const Ask *a) { return cap_text(a, a->e->wire.process.cap_effective); }
static Value cap_permitted(const Ask *a) { return cap_text(a, a->e->wire.process.cap_permitted); }
static Value cap_inheritable(const Ask *a) { return cap_text(a, a->e->wire.process.cap_inheritable); }

/* Who */
static Str or_unknown(Str s) { return s.p ? s : STR("<NA>"); }
#define ASK_USER(f, id) f(a->e->tables->users, a->e->container, a->e->wire.process.pid, a->e->wire.process.id)
static Value user_uid(const Ask *a) { return value_int(a->e->wire.process.uid); }
static Value user_name(const Ask *a) { return value_str(or_unknown(ASK_USER(users_name, uid))); }
static Value user_loginuid(const Ask *a) { return value_int((int32_t) a->e->wire.process.loginuid); }
static Value user_loginname(const Ask *a) { return value_str(or_unknown(a->e->wire.process.loginuid == UINT32_MAX ? STR_NULL : ASK_USER(users_name, loginuid))); }
static Value user_homedir(const Ask *a) { return value_str(or_unknown(ASK_USER(users_home, uid))); }
static Value user_shell(const Ask *a) { return value_str(or_unknown(ASK_USER(users_shell, uid))); }
static Value group_gid(const Ask *a) { return value_int(a->e->wire.process.gid); }
static Value group_name(const Ask *a) { return value_str(or_unknown(ASK_USER(users_group, gid))); }

/* Descriptor */
static bool has_fd(const Event *e) { return event_is_open(e) || e->wire.file.type != WIRE_FILE_NONE || e->wire.file.fd >= 0; }
static bool is_ip(const Event *e) { return e->wire.file.type == WIRE_FILE_SOCKET && (e->wire.file.family == AF_INET || e->wire.file.family == AF_INET6); }

typedef struct AnonType {
    const char *prefix, *type;
    char letter;
} AnonType;
static const AnonType anon_types[] = {
    {"/[eventfd", "event", 'e'}, {"/[eventpoll", "eventpoll", 'l'}, {"/inotify", "inotify", 'i'}, {"/[signalfd", "signalfd", 's'}, {"/[timerfd", "timerfd", 't'}, {"/bpf", "bpf", 'b'},
    {"/[userfaultfd", "userfaultfd", 'u'}, {"/[io_uring", "io_uring", 'r'}, {"/[pidfd", "pidfd", 'P'}, {"/memfd:", "memfd", 'm'},
};

size_t event_anon_prefixes(void) { return ARRAY_SIZE(anon_types); }
const char *event_anon_prefix(size_t i) { return anon_types[i].prefix; }

static AnonType type_of(const Event *e) {
    const WireFile *f = &e->wire.file;
    if (event_is_open(e))
        return event_open_flags(e) & O_DIRECTORY && !is_creat(e) ? (AnonType) {NULL, "directory", 'd'} : (AnonType) {NULL, "file", 'f'};
    if (f->type == WIRE_FILE_SOCKET)
        return f->family == AF_INET ? (AnonType) {NULL, "ipv4", '4'} : f->family == AF_INET6 ? (AnonType) {NULL, "ipv6", '6'} : f->family == AF_UNIX ? (AnonType) {NULL, "unix", 'u'}
            : f->family == AF_NETLINK ? (AnonType) {NULL, "netlink", 'n'} : (AnonType) {NULL, NULL, 'o'};
    for (size_t i = 0; i < ARRAY_SIZE(anon_types); i++)
        if (str_starts(e->path, str_from(anon_types[i].prefix)))
            return anon_types[i];
    if (S_ISFIFO(f->mode))
        return (AnonType) {NULL, "pipe", 'p'};
    if (S_ISDIR(f->mode))
        return (AnonType) {NULL, "directory", 'd'};
    return f->type == WIRE_FILE_PATH ? (AnonType) {NULL, "file", 'f'} : (AnonType) {NULL, NULL, 0};
}
char event_typechar(const Event *e) { return has_fd(e) ? type_of(e).letter : 0; }

static Value fd_num(const Ask *a) { return has_fd(a->e) ? value_int(a->e->wire.file.fd) : value_none(); }
static Value fd_type(const Ask *a) { return has_fd(a->e) ? str_opt(str_from(type_of(a->e).type)) : value_none(); }
static Value fd_typechar(const Ask *a) {
    char c = event_typechar(a->e);
    char *out = c ? scratch_alloc(a->scratch, 1) : NULL;
    if (!out)
        return value_none();
    *out = c;
    return value_str(str_n(out, 1));
}
static bool is_file(const Event *e) { return has_fd(e) && (event_is_open(e) || e->wire.file.type == WIRE_FILE_PATH); }
static Value fd_name(const Ask *a) { return has_fd(a->e) ? str_opt(a->e->description) : value_none(); }
static Value fd_nameraw(const Ask *a) { return event_is_open(a->e) ? str_opt(a->e->string[WIRE_NAME]) : fd_name(a); }
static Value fd_path_resolved(const Ask *a) { return has_fd(a->e) && a->e->wire.file.type == WIRE_FILE_PATH ? str_opt(a->e->path) : value_none(); }
static Value fd_directory(const Ask *a) {
    Str s = is_file(a->e) ? a->e->description : STR_NULL;
    ssize_t slash = str_rchr(s, '/');
    return slash < 0 ? value_none() : value_str(slash == 0 ? STR("/") : str_head(s, (size_t) slash));
}
static Value fd_filename(const Ask *a) {
    Str s = is_file(a->e) ? a->e->description : STR_NULL;
    return s.p ? value_str(str_from_at(s, (size_t) (str_rchr(s, '/') + 1))) : value_none();
}

/* Both ends of a socket; the server's is the remote one unless the call is a server's. */
static WireAddress remote_end(const Event *e) {
    const WireFile *f = &e->wire.file;
    return f->remote.port == 0 && f->named.family == f->family ? f->named : f->remote;
}
static WireAddress local_end(const Event *e) { return e->wire.file.local; }
static WireAddress server_end(const Event *e) { return e->wire.file.server || remote_end(e).port == 0 ? local_end(e) : remote_end(e); }
static WireAddress client_end(const Event *e) { return e->wire.file.server || remote_end(e).port == 0 ? remote_end(e) : local_end(e); }

/* A socket that listens, or is bound and no more, has the server's end only. */
static bool has_end(const Event *e, WireAddress (*end)(const Event *e)) {
    return is_ip(e) && (end == server_end || remote_end(e).port || !local_end(e).port);
}

static Value address(const Ask *a, WireAddress (*end)(const Event *e), bool net) {
    if (!has_end(a->e, end))
        return value_none();
    WireAddress w = end(a->e);
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    bool v4 = w.family == AF_INET || memcmp(w.bytes, mapped, sizeof(mapped)) == 0;
    Value v = {.type = net ? VALUE_NET : VALUE_IP, .ip = {.family = v4 ? 4 : 6, .prefix = v4 ? 32 : 128}};
    memcpy(v.ip.bytes, w.family == AF_INET || !v4 ? w.bytes : w.bytes + 12, v4 ? 4 : 16);
    return v;
}
static Value both(const Ask *a, Value one, Value two) {
    Value *v = scratch_alloc(a->scratch, 2 * sizeof(*v));
    if (!v || two.type == VALUE_NONE)
        return value_none();
    if (one.type == VALUE_NONE)
        return two;
    v[0] = one;
    v[1] = two;
    return value_list(v, 2);
}
static Value fd_ip(const Ask *a) { return both(a, address(a, client_end, false), address(a, server_end, false)); }
static Value fd_net(const Ask *a) { return both(a, address(a, client_end, true), address(a, server_end, true)); }
static Value fd_cip(const Ask *a) { return address(a, client_end, false); }
static Value fd_sip(const Ask *a) { return address(a, server_end, false); }
static Value fd_lip(const Ask *a) { return address(a, local_end, false); }
static Value fd_rip(const Ask *a) { return address(a, remote_end, false); }
/* The names of rules that have the address; one is a value, several are a list. */
static Value domain(const Ask *a, Value ip) {
    enum { NAMES_MAX = 16 };
    Str name[NAMES_MAX];
    size_t n = ip.type == VALUE_IP && a->e->tables->domains ? domains_of(a->e->tables->domains, &ip.ip, name, NAMES_MAX) : 0;
    Value *v = n > 1 ? scratch_alloc(a->scratch, n * sizeof(*v)) : NULL;
    for (size_t i = 0; v && i < n; i++)
        v[i] = value_str(name[i]);
    return v ? value_list(v, n) : n ? value_str(name[0]) : value_none();
}
static Value fd_cip_name(const Ask *a) { return domain(a, fd_cip(a)); }
static Value fd_sip_name(const Ask *a) { return domain(a, fd_sip(a)); }
static Value fd_lip_name(const Ask *a) { return domain(a, fd_lip(a)); }
static Value fd_rip_name(const Ask *a) { return domain(a, fd_rip(a)); }
static Value fd_cnet(const Ask *a) { return address(a, client_end, true); }
static Value fd_snet(const Ask *a) { return address(a, server_end, true); }
static Value fd_lnet(const Ask *a) { return address(a, local_end, true); }
static Value fd_rnet(const Ask *a) { return address(a, remote_end, true); }
static Value port(const Ask *a, WireAddress (*end)(const Event *e)) { return has_end(a->e, end) ? value_int(end(a->e).port) : value_none(); }
static Value fd_port(const Ask *a) { return both(a, port(a, client_end), port(a, server_end)); }
static Value fd_cport(const Ask *a) { return port(a, client_end); }
static Value fd_sport(const Ask *a) { return port(a, server_end); }
static Value fd_lport(const Ask *a) { return port(a, local_end); }
static Value fd_rport(const Ask *a) { return port(a, remote_end); }
static Value fd_l4proto(const Ask *a) {
    if (!is_ip(a->e))
        return value_none();
    switch (a->e->wire.file.protocol) {
    case 6: return value_str(STR("tcp"));
    case 17: return value_str(STR("udp"));
    case 1: case 58: return value_str(STR("icmp"));
    default: return value_str(a->e->wire.file.socket_type == SOCK_RAW ? STR("raw") : STR("<NA>"));
    }
}
static Value fd_sockfamily(const Ask *a) {
    const WireFile *f = &a->e->wire.file;
    return f->type != WIRE_FILE_SOCKET ? value_none() : is_ip(a->e) ? value_str(STR("ip")) : f->family == AF_UNIX ? value_str(STR("unix")) : value_none();
}
static Value fd_is_server(const Ask *a) { return is_ip(a->e) ? value_bool(a->e->wire.file.server) : value_none(); }
/* The kernel's word: established, or a datagram socket with a peer. */
enum { TCP_ESTABLISHED_STATE = 1 };
static Value fd_connected(const Ask *a) { return is_ip(a->e) ? value_bool(a->e->wire.file.state == TCP_ESTABLISHED_STATE) : value_none(); }
static Value fd_name_changed(const Ask *a) { return is_ip(a->e) ? value_bool(a->e->wire.file.named.family == a->e->wire.file.family) : value_none(); }
static Value fd_ino(const Ask *a) { return has_fd(a->e) ? number_if(a->e->wire.file.inode) : value_none(); }
static Value fd_upper(const Ask *a) { return is_file(a->e) ? value_bool(a->e->wire.file.layer == WIRE_LAYER_UPPER) : value_none(); }
static Value fd_lower(const Ask *a) { return is_file(a->e) ? value_bool(a->e->wire.file.layer == WIRE_LAYER_LOWER) : value_none(); }

/* Paths that a call names: of two, the first is the source. */
static bool is_pair(const Event *e) { return e->kind->wire.name2 >= 0; }
static Value fs_name(const Ask *a) { return a->e->kind->wire.name >= 0 && !is_pair(a->e) ? str_opt(a->e->name) : value_none(); }
static Value fs_nameraw(const Ask *a) { return a->e->kind->wire.name >= 0 && !is_pair(a->e) ? str_opt(a->e->string[WIRE_NAME]) : value_none(); }
static Value fs_source(const Ask *a) { return is_pair(a->e) ? str_opt(a->e->name) : value_none(); }
static Value fs_sourceraw(const Ask *a) { return is_pair(a->e) ? str_opt(a->e->string[WIRE_NAME]) : value_none(); }
static Value fs_target(const Ask *a) { return is_pair(a->e) ? str_opt(a->e->name2) : value_none(); }
static Value fs_targetraw(const Ask *a) { return is_pair(a->e) ? str_opt(a->e->string[WIRE_NAME2]) : value_none(); }

/* Container */
static Value of_container(const Ask *a, Str s) { return a->e->container && s.n ? value_str(s) : value_none(); }
#define CONTAINER_TEXT(f, member) \
    static Value f(const Ask *a) { return of_container(a, a->e->container ? a->e->container->member : STR_NULL); }
#define CONTAINER_BOOL(f, member) \
    static Value f(const Ask *a) { return a->e->container && a->e->container->known ? value_bool(a->e->container->member) : value_none(); }
enum { ID_SHOWN = 12 };
static Value container_id(const Ask *a) { return value_str(a->e->container ? str_head(a->e->container->id, ID_SHOWN) : STR("host")); }
static Value container_full_id(const Ask *a) { return value_str(a->e->container ? a->e->container->id : STR("host")); }
static Value container_name(const Ask *a) { return a->e->container ? of_container(a, a->e->container->name) : value_str(STR("host")); }
static Value container_type(const Ask *a) { return a->e->container ? of_container(a, a->e->container->type) : value_str(STR("host")); }
CONTAINER_BOOL(container_privileged, privileged)
CONTAINER_TEXT(container_image, image)
CONTAINER_TEXT(container_image_id, image_id)
CONTAINER_TEXT(container_repository, repository)
CONTAINER_TEXT(container_tag, tag)
CONTAINER_TEXT(container_digest, digest)
CONTAINER_TEXT(container_ip, ip)
CONTAINER_TEXT(container_mounts, mounts_text)
CONTAINER_BOOL(container_host_pid, host_pid)
CONTAINER_BOOL(container_host_network, host_network)
CONTAINER_BOOL(container_host_ipc, host_ipc)
CONTAINER_TEXT(k8s_ns, namespace)
CONTAINER_TEXT(k8s_pod, pod)
CONTAINER_TEXT(k8s_uid, pod_uid)
/* When its first process began; what the runtime wrote down where that is no ancestor (exec). */
static int64_t container_began(const Event *e) {
    const WireProcess *p = &e->wire.process;
    uint64_t start = p->pid_level && p->vpid == 1 ? p->start : 0;
    for (size_t i = 0; i < p->n_ancestors; i++)
        if (p->ancestors[i].vpid == 1 && p->ancestors[i].pid != 1)
            start = p->ancestors[i].start;
    return !e->container ? 0 : start ? e->tables->boot + (int64_t) start : e->container->start;
}
static Value container_start(const Ask *a) { return number_if((uint64_t) container_began(a->e)); }
static Value container_duration(const Ask *a) {
    int64_t start = container_began(a->e);
    return start && a->e->time > start ? value_int(a->e->time - start) : value_none();
}
static Value labelled(const Ask *a) {
    const Container *c = a->e->container;
    for (size_t i = 0; c && i < c->n_labels; i++)
        if (str_eq(c->labels[i].source, a->ref->arg))
            return value_str(c->labels[i].destination);
    return value_none();
}
/* A mount by its number, or the first whose other end the pattern matches. */
static Value mount(const Ask *a, bool by_destination, size_t offset) {
    const Container *c = a->e->container;
    uint64_t n;
    bool numbered = str_to_u64(a->ref->arg, 100000, &n) == 0;
    for (size_t i = 0; c && i < c->n_mounts; i++) {
        const ContainerMount *m = &c->mounts[i];
        Str end = by_destination ? m->destination : m->source;
        if (numbered ? n == i : glob_match(a->ref->arg, end, false, NULL))
            return str_there(*(const Str *) ((const char *) m + offset));
    }
    return c ? value_str(STR("N/A")) : value_none(); /* what Falco says, and its rules compare with */
}
static Value mount_source(const Ask *a) { return mount(a, true, offsetof(ContainerMount, source)); }
static Value mount_dest(const Ask *a) { return mount(a, false, offsetof(ContainerMount, destination)); }
static Value mount_mode(const Ask *a) { return mount(a, false, offsetof(ContainerMount, mode)); }

static Getter *const getters[] = {
    [SLOT_EVT_NUM] = evt_num, [SLOT_EVT_TIME] = evt_time, [SLOT_EVT_RAWTIME] = evt_rawtime, [SLOT_EVT_TYPE] = evt_type, [SLOT_EVT_CATEGORY] = evt_category, [SLOT_EVT_DIR] = evt_dir,
    [SLOT_EVT_CPU] = evt_cpu, [SLOT_EVT_RES] = evt_res, [SLOT_EVT_RAWRES] = evt_rawres, [SLOT_EVT_FAILED] = evt_failed, [SLOT_EVT_ARGS] = evt_args, [SLOT_EVT_ARG] = evt_arg,
    [SLOT_EVT_RAWARG] = evt_arg, [SLOT_EVT_ARG_CMD] = evt_arg_named, [SLOT_EVT_ARG_DOMAIN] = evt_arg_named, [SLOT_EVT_ARG_FD] = evt_arg_named,
    [SLOT_EVT_ARG_FILENAME] = evt_arg_named, [SLOT_EVT_ARG_FLAGS] = evt_arg_named, [SLOT_EVT_ARG_LINKPATH] = evt_arg_named, [SLOT_EVT_ARG_MODE] = evt_arg_named,
    [SLOT_EVT_ARG_NAME] = evt_arg_named, [SLOT_EVT_ARG_NEWPATH] = evt_arg_named, [SLOT_EVT_ARG_OLDPATH] = evt_arg_named, [SLOT_EVT_ARG_PATH] = evt_arg_named,
    [SLOT_EVT_ARG_PID] = evt_arg_named, [SLOT_EVT_ARG_REQUEST] = evt_arg_named, [SLOT_EVT_ARG_SIGNAL] = evt_arg_named, [SLOT_EVT_ARG_TARGET] = evt_arg_named,
    [SLOT_EVT_ARG_UID] = evt_arg_named, [SLOT_EVT_BUFFER] = evt_buffer, [SLOT_EVT_BUFLEN] = evt_buflen, [SLOT_EVT_IS_OPEN_READ] = evt_is_open_read,
    [SLOT_EVT_IS_OPEN_WRITE] = evt_is_open_write, [SLOT_EVT_IS_OPEN_EXEC] = evt_is_open_exec, [SLOT_EVT_IS_OPEN_CREATE] = evt_is_open_create,
    [SLOT_PROC_PID] = proc_pid, [SLOT_PROC_VPID] = proc_vpid, [SLOT_PROC_PPID] = proc_ppid, [SLOT_PROC_PVPID] = proc_pvpid, [SLOT_PROC_APID] = proc_apid, [SLOT_PROC_SID] = proc_sid,
    [SLOT_PROC_VPGID] = proc_vpgid, [SLOT_PROC_NAME] = proc_name, [SLOT_PROC_PNAME] = proc_pname, [SLOT_PROC_ANAME] = proc_aname, [SLOT_PROC_EXE] = proc_exe,
    [SLOT_PROC_PEXE] = proc_pexe, [SLOT_PROC_AEXE] = proc_aexe, [SLOT_PROC_EXEPATH] = proc_exepath, [SLOT_PROC_PEXEPATH] = proc_pexepath, [SLOT_PROC_AEXEPATH] = proc_aexepath,
    [SLOT_PROC_ARGS] = proc_args, [SLOT_PROC_CMDLINE] = proc_cmdline, [SLOT_PROC_PCMDLINE] = proc_pcmdline, [SLOT_PROC_ACMDLINE] = proc_acmdline,
    [SLOT_PROC_CMDNARGS] = proc_cmdnargs, [SLOT_PROC_CMDLENARGS] = proc_cmdlenargs, [SLOT_PROC_EXELINE] = proc_exeline, [SLOT_PROC_ENV] = proc_env, [SLOT_PROC_CWD] = proc_cwd,
    [SLOT_PROC_TTY] = proc_tty, [SLOT_PROC_SNAME] = proc_sname, [SLOT_PROC_IS_SID_LEADER] = proc_is_sid_leader, [SLOT_PROC_IS_VPGID_LEADER] = proc_is_vpgid_leader,
    [SLOT_PROC_DURATION] = proc_duration, [SLOT_PROC_PPID_DURATION] = proc_ppid_duration,
    [SLOT_PROC_IS_EXE_WRITABLE] = proc_is_exe_writable, [SLOT_PROC_IS_EXE_UPPER_LAYER] = proc_is_exe_upper, [SLOT_PROC_IS_EXE_LOWER_LAYER] = proc_is_exe_lower, [SLOT_PROC_IS_EXE_FROM_MEMFD] = proc_is_exe_memfd,
    [SLOT_PROC_EXE_INO] = proc_exe_ino, [SLOT_PROC_EXE_INO_CTIME] = proc_exe_ino_ctime, [SLOT_PROC_EXE_INO_MTIME] = proc_exe_ino_mtime, [SLOT_PROC_EXE_SHA256] = proc_exe_sha256,
    [SLOT_PROC_EXE_INO_CTIME_START] = proc_exe_ino_ctime_start, [SLOT_THREAD_TID] = thread_tid, [SLOT_THREAD_CAP_EFFECTIVE] = cap_effective,
    [SLOT_THREAD_CAP_PERMITTED] = cap_permitted, [SLOT_THREAD_CAP_INHERITABLE] = cap_inheritable, [SLOT_USER_UID] = user_uid, [SLOT_USER_NAME] = user_name,
    [SLOT_USER_LOGINUID] = user_loginuid, [SLOT_USER_LOGINNAME] = user_loginname, [SLOT_USER_HOMEDIR] = user_homedir, [SLOT_USER_SHELL] = user_shell, [SLOT_GROUP_GID] = group_gid,
    [SLOT_GROUP_NAME] = group_name, [SLOT_FD_NUM] = fd_num, [SLOT_FD_TYPE] = fd_type, [SLOT_FD_TYPECHAR] = fd_typechar, [SLOT_FD_NAME] = fd_name, [SLOT_FD_NAMERAW] = fd_nameraw,
    [SLOT_FD_PATH_RESOLVED] = fd_path_resolved, [SLOT_FD_DIRECTORY] = fd_directory, [SLOT_FD_FILENAME] = fd_filename, [SLOT_FD_IP] = fd_ip, [SLOT_FD_CIP] = fd_cip, [SLOT_FD_SIP] = fd_sip, [SLOT_FD_LIP] = fd_lip,
    [SLOT_FD_CIP_NAME] = fd_cip_name, [SLOT_FD_SIP_NAME] = fd_sip_name, [SLOT_FD_LIP_NAME] = fd_lip_name, [SLOT_FD_RIP_NAME] = fd_rip_name, [SLOT_FD_RIP] = fd_rip, [SLOT_FD_NET] = fd_net, [SLOT_FD_CNET] = fd_cnet, [SLOT_FD_SNET] = fd_snet, [SLOT_FD_LNET] = fd_lnet, [SLOT_FD_RNET] = fd_rnet, [SLOT_FD_PORT] = fd_port,
    [SLOT_FD_CPORT] = fd_cport, [SLOT_FD_SPORT] = fd_sport, [SLOT_FD_LPORT] = fd_lport, [SLOT_FD_RPORT] = fd_rport, [SLOT_FD_L4PROTO] = fd_l4proto,
    [SLOT_FD_SOCKFAMILY] = fd_sockfamily, [SLOT_FD_IS_SERVER] = fd_is_server, [SLOT_FD_CONNECTED] = fd_connected, [SLOT_FD_NAME_CHANGED] = fd_name_changed, [SLOT_FD_INO] = fd_ino,
    [SLOT_FD_IS_UPPER_LAYER] = fd_upper, [SLOT_FD_IS_LOWER_LAYER] = fd_lower, [SLOT_FS_PATH_NAME] = fs_name, [SLOT_FS_PATH_NAMERAW] = fs_nameraw, [SLOT_FS_PATH_SOURCE] = fs_source,
    [SLOT_FS_PATH_SOURCERAW] = fs_sourceraw, [SLOT_FS_PATH_TARGET] = fs_target, [SLOT_FS_PATH_TARGETRAW] = fs_targetraw, [SLOT_EVENT_CONTAINER_ID] = container_id,
    [SLOT_EVENT_CONTAINER_FULL_ID] = container_full_id, [SLOT_EVENT_CONTAINER_NAME] = container_name, [SLOT_EVENT_CONTAINER_TYPE] = container_type,
    [SLOT_EVENT_CONTAINER_PRIVILEGED] = container_privileged, [SLOT_EVENT_CONTAINER_IMAGE] = container_image, [SLOT_EVENT_CONTAINER_IMAGE_ID] = container_image_id,
    [SLOT_EVENT_CONTAINER_IMAGE_REPOSITORY] = container_repository, [SLOT_EVENT_CONTAINER_IMAGE_TAG] = container_tag, [SLOT_EVENT_CONTAINER_IMAGE_DIGEST] = container_digest,
    [SLOT_EVENT_CONTAINER_IP] = container_ip, [SLOT_EVENT_CONTAINER_MOUNTS] = container_mounts, [SLOT_EVENT_CONTAINER_MOUNT_SOURCE] = mount_source,
    [SLOT_EVENT_CONTAINER_MOUNT_DEST] = mount_dest, [SLOT_EVENT_CONTAINER_MOUNT_MODE] = mount_mode, [SLOT_EVENT_CONTAINER_START_TS] = container_start,
    [SLOT_EVENT_CONTAINER_DURATION] = container_duration, [SLOT_EVENT_CONTAINER_HOST_PID] = container_host_pid, [SLOT_EVENT_CONTAINER_HOST_NETWORK] = container_host_network,
    [SLOT_EVENT_CONTAINER_HOST_IPC] = container_host_ipc, [SLOT_EVENT_CONTAINER_LABEL] = labelled, [SLOT_EVENT_K8S_NS_NAME] = k8s_ns, [SLOT_EVENT_K8S_POD_NAME] = k8s_pod,
    [SLOT_EVENT_K8S_POD_UID] = k8s_uid, [SLOT_EVENT_K8S_POD_LABEL] = labelled,
};

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    Ask a = {object, ref, scratch};
    Getter *f = ref->field->slot < ARRAY_SIZE(getters) ? getters[ref->field->slot] : NULL;
    return f ? f(&a) : value_none();
}

static const void *no_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) { return NULL; }

const SubjectOps event_ops = {.get = get, .child = no_child};
