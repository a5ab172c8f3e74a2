/* SPDX-License-Identifier: Apache-2.0 */
/* evt.arg: arguments by name, as Falco shows them. Rows of kind.list.h say NAME=FORMAT:WHERE; a format gives the bare value and, where it has one, what it means. */
#include <linux/bpf.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "runtime/arguments.h"

typedef struct Flag {
    const char *name;
    uint64_t bits;
} Flag;

enum { ARGUMENT_MAX = 512 };

/* The order is the order in texts. O_SYNC has the bit of O_DSYNC in it, as O_TMPFILE that of O_DIRECTORY. */
static const Flag open_flags[] = {
    {"O_LARGEFILE", 0100000}, {"O_DIRECTORY", O_DIRECTORY}, {"O_DIRECT", O_DIRECT}, {"O_TRUNC", O_TRUNC}, {"O_SYNC", O_SYNC}, {"O_NONBLOCK", O_NONBLOCK},
    {"O_EXCL", O_EXCL}, {"O_DSYNC", O_DSYNC}, {"O_APPEND", O_APPEND}, {"O_CREAT", O_CREAT}, {0},
};
static const Flag open_flags_last[] = {{"O_CLOEXEC", O_CLOEXEC}, {"O_TMPFILE", O_TMPFILE}, {0}};
static const Flag mode_flags[] = {
    {"S_IXOTH", S_IXOTH}, {"S_IWOTH", S_IWOTH}, {"S_IROTH", S_IROTH}, {"S_IXGRP", S_IXGRP}, {"S_IWGRP", S_IWGRP}, {"S_IRGRP", S_IRGRP},
    {"S_IXUSR", S_IXUSR}, {"S_IWUSR", S_IWUSR}, {"S_IRUSR", S_IRUSR}, {"S_ISVTX", S_ISVTX}, {"S_ISGID", S_ISGID}, {"S_ISUID", S_ISUID}, {0},
};
static const Flag node_types[] = {{"S_IFREG", S_IFREG}, {"S_IFREG", 0}, {"S_IFCHR", S_IFCHR}, {"S_IFBLK", S_IFBLK}, {"S_IFIFO", S_IFIFO}, {"S_IFSOCK", S_IFSOCK}, {0}};
static const Flag clone_flags[] = {
    {"CLONE_FILES", CLONE_FILES}, {"CLONE_FS", CLONE_FS}, {"CLONE_NEWIPC", CLONE_NEWIPC}, {"CLONE_NEWNET", CLONE_NEWNET}, {"CLONE_NEWNS", CLONE_NEWNS},
    {"CLONE_NEWPID", CLONE_NEWPID}, {"CLONE_NEWUTS", CLONE_NEWUTS}, {"CLONE_SYSVSEM", CLONE_SYSVSEM}, {"CLONE_THREAD", CLONE_THREAD}, {"CLONE_VM", CLONE_VM},
    {"CLONE_NEWUSER", CLONE_NEWUSER}, {"CLONE_NEWCGROUP", CLONE_NEWCGROUP}, {"CLONE_NEWTIME", 0x80}, {0},
};
static const Flag unlink_flags[] = {{"AT_REMOVEDIR", AT_REMOVEDIR}, {0}};
static const Flag families[] = {
    {"AF_UNSPEC", AF_UNSPEC}, {"AF_LOCAL", AF_LOCAL}, {"AF_INET", AF_INET}, {"AF_AX25", AF_AX25}, {"AF_IPX", AF_IPX}, {"AF_APPLETALK", AF_APPLETALK}, {"AF_X25", AF_X25},
    {"AF_INET6", AF_INET6}, {"AF_KEY", AF_KEY}, {"AF_NETLINK", AF_NETLINK}, {"AF_PACKET", AF_PACKET}, {"AF_RDS", AF_RDS}, {"AF_LLC", AF_LLC}, {"AF_CAN", AF_CAN},
    {"AF_TIPC", AF_TIPC}, {"AF_BLUETOOTH", AF_BLUETOOTH}, {"AF_RXRPC", AF_RXRPC}, {"AF_PHONET", AF_PHONET}, {"AF_CAIF", AF_CAIF}, {"AF_ALG", AF_ALG}, {"AF_NFC", AF_NFC},
    {"AF_VSOCK", AF_VSOCK}, {"AF_XDP", AF_XDP}, {0},
};
static const Flag ptrace_requests[] = {
    {"PTRACE_TRACEME", PTRACE_TRACEME}, {"PTRACE_PEEKTEXT", PTRACE_PEEKTEXT}, {"PTRACE_PEEKDATA", PTRACE_PEEKDATA}, {"PTRACE_PEEKUSR", PTRACE_PEEKUSER},
    {"PTRACE_POKETEXT", PTRACE_POKETEXT}, {"PTRACE_POKEDATA", PTRACE_POKEDATA}, {"PTRACE_POKEUSR", PTRACE_POKEUSER}, {"PTRACE_CONT", PTRACE_CONT}, {"PTRACE_KILL", PTRACE_KILL},
    {"PTRACE_SINGLESTEP", PTRACE_SINGLESTEP}, {"PTRACE_GETREGS", PTRACE_GETREGS}, {"PTRACE_SETREGS", PTRACE_SETREGS}, {"PTRACE_GETFPREGS", PTRACE_GETFPREGS},
    {"PTRACE_SETFPREGS", PTRACE_SETFPREGS}, {"PTRACE_ATTACH", PTRACE_ATTACH}, {"PTRACE_DETACH", PTRACE_DETACH}, {"PTRACE_SYSCALL", PTRACE_SYSCALL},
    {"PTRACE_SETOPTIONS", PTRACE_SETOPTIONS}, {"PTRACE_GETEVENTMSG", PTRACE_GETEVENTMSG}, {"PTRACE_GETSIGINFO", PTRACE_GETSIGINFO}, {"PTRACE_SETSIGINFO", PTRACE_SETSIGINFO},
    {"PTRACE_GETREGSET", PTRACE_GETREGSET}, {"PTRACE_SETREGSET", PTRACE_SETREGSET}, {"PTRACE_SEIZE", PTRACE_SEIZE}, {"PTRACE_INTERRUPT", PTRACE_INTERRUPT},
    {"PTRACE_LISTEN", PTRACE_LISTEN}, {"PTRACE_PEEKSIGINFO", PTRACE_PEEKSIGINFO}, {"PTRACE_GETSIGMASK", PTRACE_GETSIGMASK}, {"PTRACE_SETSIGMASK", PTRACE_SETSIGMASK}, {0},
};
static const Flag bpf_commands[] = {
    {"BPF_MAP_CREATE", BPF_MAP_CREATE}, {"BPF_MAP_LOOKUP_ELEM", BPF_MAP_LOOKUP_ELEM}, {"BPF_MAP_UPDATE_ELEM", BPF_MAP_UPDATE_ELEM}, {"BPF_MAP_DELETE_ELEM", BPF_MAP_DELETE_ELEM},
    {"BPF_MAP_GET_NEXT_KEY", BPF_MAP_GET_NEXT_KEY}, {"BPF_PROG_LOAD", BPF_PROG_LOAD}, {"BPF_OBJ_PIN", BPF_OBJ_PIN}, {"BPF_OBJ_GET", BPF_OBJ_GET},
    {"BPF_PROG_ATTACH", BPF_PROG_ATTACH}, {"BPF_PROG_DETACH", BPF_PROG_DETACH}, {"BPF_PROG_TEST_RUN", BPF_PROG_TEST_RUN}, {"BPF_PROG_GET_NEXT_ID", BPF_PROG_GET_NEXT_ID},
    {"BPF_MAP_GET_NEXT_ID", BPF_MAP_GET_NEXT_ID}, {"BPF_PROG_GET_FD_BY_ID", BPF_PROG_GET_FD_BY_ID}, {"BPF_MAP_GET_FD_BY_ID", BPF_MAP_GET_FD_BY_ID},
    {"BPF_OBJ_GET_INFO_BY_FD", BPF_OBJ_GET_INFO_BY_FD}, {"BPF_PROG_QUERY", BPF_PROG_QUERY}, {"BPF_RAW_TRACEPOINT_OPEN", BPF_RAW_TRACEPOINT_OPEN}, {"BPF_BTF_LOAD", BPF_BTF_LOAD},
    {"BPF_BTF_GET_FD_BY_ID", BPF_BTF_GET_FD_BY_ID}, {"BPF_TASK_FD_QUERY", BPF_TASK_FD_QUERY}, {"BPF_LINK_CREATE", BPF_LINK_CREATE}, {"BPF_LINK_UPDATE", BPF_LINK_UPDATE}, {0},
};

/* What a value is (`bare`), and what it means (STR_NULL: nothing more). */
typedef struct Shown {
    Str bare, meaning;
} Shown;

typedef struct Place {
    const Event *e;
    Str where;      /* an argument's number, "result", "name", "name2" or "-" */
    Scratch *scratch;
} Place;

static _printf_(2, 3) Str text(const Place *p, const char *fmt, ...) {
    char *out = scratch_alloc(p->scratch, ARGUMENT_MAX);
    if (!out)
        return STR_NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(out, ARGUMENT_MAX, fmt, ap);
    va_end(ap);
    return str_n(out, n < 0 ? 0 : MIN((size_t) n, (size_t) ARGUMENT_MAX - 1));
}

static int64_t number(const Place *p) {
    if (str_eqz(p->where, "result"))
        return p->e->wire.result;
    return (int64_t) p->e->wire.arg[p->where.n == 1 && p->where.p[0] >= '0' && p->where.p[0] <= '5' ? p->where.p[0] - '0' : 0];
}

static void add_word(Buf *out, const char *word) {
    if (out->n)
        buf_putc(out, '|');
    buf_putz(out, word);
}

static void add_flags(Buf *out, const Flag *flags, uint64_t value) {
    for (const Flag *f = flags; f->name; f++)
        if (f->bits && (value & f->bits) == f->bits)
            add_word(out, f->name);
}

static Str copy_out(const Place *p, Buf *b) {
    Str r = b->n ? text(p, "%.*s", STR_FMT(buf_view(b))) : STR_NULL;
    buf_done(b);
    return r;
}

static Str flag_text(const Place *p, const Flag *flags, uint64_t value) {
    Buf b = buf_new(ARGUMENT_MAX);
    add_flags(&b, flags, value);
    return copy_out(p, &b);
}

static Str name_of(const Flag *names, uint64_t value) {
    for (const Flag *f = names; f->name; f++)
        if (f->bits == value)
            return str_from(f->name);
    return STR_NULL;
}

static Str layer_word(uint8_t layer) {
    return layer == WIRE_LAYER_UPPER ? STR("FD_UPPER_LAYER") : layer == WIRE_LAYER_LOWER ? STR("FD_LOWER_LAYER") : STR_NULL;
}

static Shown show_open(const Place *p) {
    uint64_t value = (uint64_t) number(p);
    Buf b = buf_new(ARGUMENT_MAX);
    add_flags(&b, open_flags, value);
    static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_RDWR"};
    add_word(&b, access[value & O_ACCMODE]);
    add_flags(&b, open_flags_last, value);
    Str layer = layer_word(p->e->wire.file.layer);
    if (layer.n)
        add_word(&b, layer.p);
    return (Shown) {text(p, "%llu", (unsigned long long) value), copy_out(p, &b)};
}
static Shown show_mode(const Place *p) {
    return (Shown) {text(p, "%04llo", (unsigned long long) number(p)), flag_text(p, mode_flags, (uint64_t) number(p))};
}
static Shown show_node(const Place *p) {
    uint64_t type = (uint64_t) number(p) & S_IFMT;
    return (Shown) {text(p, "%llu", (unsigned long long) type), name_of(node_types, type)};
}
static Shown show_clone(const Place *p) {
    return (Shown) {text(p, "%lld", (long long) number(p)), flag_text(p, clone_flags, (uint64_t) number(p))};
}
static Shown show_unlink(const Place *p) {
    return (Shown) {text(p, "%lld", (long long) number(p)), flag_text(p, unlink_flags, (uint64_t) number(p))};
}
static Shown show_family(const Place *p) {
    return (Shown) {text(p, "%u", (unsigned) number(p)), name_of(families, (uint32_t) number(p))};
}
static Shown show_ptrace(const Place *p) {
    return (Shown) {text(p, "%lld", (long long) number(p)), name_of(ptrace_requests, (uint64_t) number(p))};
}
static Shown show_bpf(const Place *p) {
    return (Shown) {text(p, "%d", (int) number(p)), name_of(bpf_commands, (uint32_t) number(p))};
}
static Shown show_decimal(const Place *p) {
    return (Shown) {text(p, "%d", (int) number(p)), STR_NULL};
}
static Shown show_octal(const Place *p) {
    return (Shown) {text(p, "0%llo", (unsigned long long) number(p)), STR_NULL};
}
static Shown show_errno(const Place *p) {
    return (Shown) {text(p, "%lld", (long long) number(p)), number(p) < 0 ? errno_name(p->e->wire.result) : STR_NULL};
}
static Shown show_raw(const Place *p) {
    Str s = p->e->string[str_eqz(p->where, "name2") ? WIRE_NAME2 : WIRE_NAME];
    return (Shown) {s.p ? s : STR(""), STR_NULL};
}
/* A relative path is shown joined with its directory, an absolute one as it was given. */
static Shown show_path(const Place *p) {
    bool second = str_eqz(p->where, "name2");
    Str raw = show_raw(p).bare;
    return (Shown) {raw, str_starts(raw, STR("/")) ? STR_NULL : second ? p->e->name2 : p->e->name};
}
static Shown show_user(const Place *p) {
    const Event *e = p->e;
    Str name = users_name(e->tables->users, e->container, e->wire.process.pid, (uint32_t) number(p));
    return (Shown) {text(p, "%u", (uint32_t) number(p)), name};
}
static Shown show_tuple(const Place *p) {
    Str s = event_description(p->e, p->scratch);
    return (Shown) {s.p ? s : STR(""), STR_NULL};
}
static Shown show_exe(const Place *p) {
    const Event *e = p->e;
    Buf b = buf_new(ARGUMENT_MAX);
    if (e->image && e->image->writable)
        add_word(&b, "EXE_WRITABLE");
    if (e->image && e->image->layer == WIRE_LAYER_UPPER)
        add_word(&b, "EXE_UPPER_LAYER");
    if (e->image && e->image->memfd)
        add_word(&b, "EXE_FROM_MEMFD");
    if (e->image && e->image->layer == WIRE_LAYER_LOWER)
        add_word(&b, "EXE_LOWER_LAYER");
    return (Shown) {STR("0"), copy_out(p, &b)};
}
static Shown show_fd(const Place *p) {
    int fd = (int) number(p);
    Str bare = text(p, "%d", fd);
    if (fd == AT_FDCWD)
        return (Shown) {bare, STR("AT_FDCWD")};
    if (fd < 0)
        return (Shown) {bare, errno_name(p->e->wire.result)};
    char type = event_typechar(p->e);
    if (p->e->wire.file.fd != fd || !type)
        return (Shown) {bare, STR_NULL};
    Str what = event_description(p->e, p->scratch);
    return (Shown) {bare, text(p, "<%c>%.*s", type, STR_FMT(what))};
}

typedef struct Format {
    const char *name;
    Shown (*show)(const Place *p);
} Format;

static const Format formats[] = {
    {"open", show_open}, {"mode", show_mode}, {"node", show_node}, {"clone", show_clone}, {"unlink", show_unlink}, {"family", show_family}, {"ptrace", show_ptrace}, {"bpf", show_bpf},
    {"decimal", show_decimal}, {"octal", show_octal}, {"errno", show_errno}, {"raw", show_raw}, {"path", show_path}, {"user", show_user}, {"tuple", show_tuple},
    {"address", show_tuple}, {"exe", show_exe}, {"fd", show_fd},
};

static Shown show(const Event *e, Str spec, Scratch *scratch) {
    Str format, where;
    if (!str_cut(spec, ':', &format, &where))
        return (Shown) {STR_NULL, STR_NULL};
    Place p = {e, where, scratch};
    for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
        if (str_eqz(format, formats[i].name))
            return formats[i].show(&p);
    return (Shown) {STR_NULL, STR_NULL};
}

Str event_argument(const Event *e, Str name, Scratch *scratch) {
    Str rest = str_from(e->kind->arguments), one, key, spec;
    uint64_t at = 0, wanted;
    bool by_number = str_to_u64(name, 32, &wanted) == 0;
    for (; str_split(&rest, ' ', &one); at++) {
        if (!str_cut(one, '=', &key, &spec) || !(by_number ? at == wanted : str_eq(key, name)))
            continue;
        Shown s = show(e, spec, scratch);
        return s.meaning.p ? s.meaning : s.bare;
    }
    return STR_NULL;
}

Str event_arguments(const Event *e, Scratch *scratch) {
    Buf b = buf_new(WIRE_DATA_MAX);
    Str rest = str_from(e->kind->arguments), one, key, spec;
    while (str_split(&rest, ' ', &one)) {
        if (!str_cut(one, '=', &key, &spec))
            continue;
        Shown s = show(e, spec, scratch);
        buf_printf(&b, "%s%.*s=%.*s", b.n ? " " : "", STR_FMT(key), STR_FMT(s.bare));
        if (s.meaning.p)
            buf_printf(&b, "(%.*s)", STR_FMT(s.meaning));
    }
    char *out = scratch_alloc(scratch, b.n + 1);
    Str r = out ? str_n(out, b.n) : STR_NULL;
    if (out)
        memcpy(out, buf_view(&b).p, b.n);
    buf_done(&b);
    return r;
}

Str errno_name(int64_t result) {
    const char *name = result < 0 && result > -4096 ? strerrorname_np((int) -result) : NULL;
    return name ? str_from(name) : STR_NULL;
}
