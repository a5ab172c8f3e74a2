/* SPDX-License-Identifier: Apache-2.0 */
#include "pushdown-rules.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/fs.h"
#include "policy/match.h"

uint64_t random_below(uint64_t *state, uint64_t n) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % n;
}

static int64_t number(Str *fields) {
    Str one;
    char text[32] = "";
    if (str_split(fields, ' ', &one) && one.n < sizeof(text))
        memcpy(text, one.p, one.n);
    return (int64_t) strtoll(text, NULL, 10);
}

static void put(Record *r, enum WireString which, Str text) {
    WireEvent *w = (WireEvent *) (void *) r->bytes;
    w->string[which] = (WireSlice) {(uint32_t) (r->n - sizeof(*w)), (uint32_t) text.n};
    memcpy(r->bytes + r->n, text.p, text.n);
    r->n += text.n;
}

static void put_name(Record *r, enum WireString which, Str text) {
    if (!str_eqz(text, "-"))
        put(r, which, text);
}

/* Names are in the ring from the last one up. */
static void put_path(Record *r, enum WireString which, Str path) {
    char room[4096];
    size_t n = 0;
    if (str_eqz(path, "-"))
        return;
    while (path.n > 1) {
        size_t from = (size_t) str_rchr(path, '/') + 1;
        memcpy(room + n, path.p + from, path.n - from);
        n += path.n - from;
        room[n++] = 0;
        path = str_head(path, from - 1);
    }
    if (n == 0)
        room[n++] = 0;
    put(r, which, str_n(room, n));
}

void record_read(Str line, Record *ret) {
    Str f[10] = {{0}};
    for (size_t i = 0; i < ARRAY_SIZE(f); i++)
        str_split(&line, '\t', &f[i]);
    memset(ret->bytes, 0, sizeof(ret->bytes));
    WireEvent *w = (WireEvent *) (void *) ret->bytes;
    ret->n = sizeof(*w);
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    while (n-- > 0)
        if (str_eqz(f[0], kinds[n].name))
            w->kind = (uint16_t) n;
    w->type = WIRE_SYSCALL;
    w->entrance = (uint8_t) number(&f[1]);
    w->result = number(&f[1]);
    for (size_t i = 0; i < 6; i++)
        w->arg[i] = (uint64_t) number(&f[1]);
    memcpy(w->process.comm, f[2].p, MIN(f[2].n, sizeof(w->process.comm) - 1));
    WireFile *d = &w->file;
    d->fd = (int32_t) number(&f[3]);
    d->type = (uint8_t) number(&f[3]);
    d->mode = (uint16_t) number(&f[3]);
    d->family = d->local.family = d->remote.family = (uint16_t) number(&f[3]);
    d->socket_type = (uint16_t) number(&f[3]);
    d->protocol = (uint16_t) number(&f[3]);
    d->state = (uint8_t) number(&f[3]);
    d->named.family = (uint16_t) number(&f[3]);
    d->local.port = (uint16_t) number(&f[3]);
    d->remote.port = (uint16_t) number(&f[3]);
    uint32_t address = (uint32_t) number(&f[3]);
    memcpy(d->remote.bytes, &address, sizeof(address));
    d->layer = (uint8_t) number(&f[3]);
    w->flags = (uint32_t) number(&f[4]);
    put_path(ret, WIRE_CWD, f[5]);
    put_path(ret, WIRE_BASE, f[6]);
    put_name(ret, WIRE_NAME, f[7]);
    put_name(ret, WIRE_NAME2, f[8]);
    put_path(ret, WIRE_PATH, f[9]);
    w->size = (uint32_t) ret->n;
}

/* Ends of connections, which recorded events have few of. */
static const char *const addresses[] = {"0.0.0.0", "127.0.0.1", "10.1.2.3", "10.255.255.255", "11.0.0.0", "169.254.169.254", "192.168.1.1", "8.8.8.8", "255.255.255.255", "::1", "2001:db8::5", "fd00:ec2::254"};
static const uint16_t ports[] = {1, 22, 53, 79, 80, 81, 443, 1000, 1001, 29999, 30000, 32767, 32768, 65535};

static void set_address(WireAddress *a, unsigned family, const char *text, uint16_t port) {
    Value v;
    ip_parse(str_from(text), &v);
    a->family = (uint16_t) family;
    a->port = port;
    memset(a->bytes, 0, sizeof(a->bytes));
    if (family == AF_INET6 && v.ip.family == 4) {
        memset(a->bytes + 10, 0xff, 2);
        memcpy(a->bytes + 12, v.ip.bytes, 4);
    } else {
        memcpy(a->bytes, v.ip.bytes, v.ip.family == 4 ? 4 : 16);
    }
}

/* The same event with other ends. */
static void vary(Record *r, uint64_t *state) {
    WireFile *f = &((WireEvent *) (void *) r->bytes)->file;
    const char *a = addresses[random_below(state, ARRAY_SIZE(addresses))], *b = addresses[random_below(state, ARRAY_SIZE(addresses))];
    f->family = strchr(a, ':') || strchr(b, ':') || random_below(state, 3) == 0 ? AF_INET6 : AF_INET;
    set_address(&f->local, f->family, a, ports[random_below(state, ARRAY_SIZE(ports))]);
    set_address(&f->remote, f->family, b, random_below(state, 8) ? ports[random_below(state, ARRAY_SIZE(ports))] : 0);
}

static void add_varied(Records *to, const Record *r) {
    enum { TIMES = 6 };
    const WireEvent *w = (const WireEvent *) (const void *) r->bytes;
    uint64_t state = to->n;
    for (int i = 0; i < TIMES && w->file.type == WIRE_FILE_SOCKET && (w->file.family == AF_INET || w->file.family == AF_INET6); i++) {
        vec_reserve(to, 1);
        to->p[to->n] = *r;
        vary(&to->p[to->n++], &state);
    }
}

void records_load(Records *ret) {
    const char *top = getenv("TOP");
    _cleanup_free_ char *path = xasprintf("%s/test/unit/runtime/events.tsv", top ? top : ".");
    _cleanup_free_ char *text = NULL;
    size_t n;
    *ret = (Records) {0};
    if (fs_read(path, 1 << 20, &text, &n, NULL) < 0)
        return;
    Str rest = str_n(text, n), line;
    while (str_line(&rest, &line)) {
        vec_reserve(ret, 1);
        record_read(line, &ret->p[ret->n++]);
        Record last = ret->p[ret->n - 1];
        add_varied(ret, &last);
    }
}

void record_event(const Record *r, Tables *t, Event *ret) {
    if (event_decode(str_n(r->bytes, r->n), ret) < 0)
        abort();
    ret->tables = t;
    ret->number = 1;
    event_resolve(ret);
}

/* Rules */
typedef struct Maker {
    uint64_t *state;
    const Event *target;
    Buf *out;
} Maker;

static uint64_t below(Maker *m, uint64_t n) {
    return random_below(m->state, n);
}

static Str pick(Maker *m, const char *words) {
    Str rest = str_from(words), one = STR_NULL;
    size_t n = 1;
    for (size_t i = 0; words[i]; i++)
        n += words[i] == ' ';
    for (size_t i = below(m, n) + 1; i > 0; i--)
        str_split(&rest, ' ', &one);
    return one;
}

/* Some slice of it, cut at random. */
static Str slice(Maker *m, Str s, bool head, bool tail) {
    size_t from = head ? 0 : below(m, s.n + 1), to = tail ? s.n : from + below(m, s.n - from + 1);
    return str_n(s.p + from, to - from);
}

static void quoted(Maker *m, Str s) {
    buf_putc(m->out, '"');
    buf_str(m->out, s);
    buf_putc(m->out, '"');
}

static void glob(Maker *m, Str s) {
    char room[512];
    size_t n = 0, a = below(m, s.n + 1), b = a + below(m, s.n - a + 1);
    bool question = b - a == 1 && below(m, 2);
    memcpy(room, s.p, a);
    n = a;
    room[n++] = question ? '?' : '*';
    memcpy(room + n, s.p + b, s.n - b);
    n += s.n - b;
    if (below(m, 4) == 0)
        room[n++] = '*';
    quoted(m, str_n(room, n));
}

static void compare_text(Maker *m, const char *field, Str value) {
    static const char others[][24] = {"/etc/shadow", "/etc", "/tmp/", "hosts", ".ssh", "/", "passwd", "/usr/lib", "../", "x"};
    if (!value.p || value.n > 200 || below(m, 8) == 0)
        value = str_from(others[below(m, ARRAY_SIZE(others))]);
    buf_printf(m->out, "%s ", field);
    switch (below(m, 12)) {
    case 0: case 1: buf_putz(m->out, "= "), quoted(m, value); break;
    case 2: buf_putz(m->out, "!= "), quoted(m, value); break;
    case 3: case 4: buf_putz(m->out, "startswith "), quoted(m, slice(m, value, true, false)); break;
    case 5: case 6: buf_putz(m->out, "endswith "), quoted(m, slice(m, value, false, true)); break;
    case 7: buf_putz(m->out, "contains "), quoted(m, slice(m, value, false, false)); break;
    case 8: buf_putz(m->out, "icontains "), quoted(m, slice(m, value, false, false)); break;
    case 9: buf_putz(m->out, "glob "), glob(m, value); break;
    case 10: buf_putz(m->out, "in (/etc/hosts, "), quoted(m, value), buf_putz(m->out, ")"); break;
    default: buf_putz(m->out, "exists"); break;
    }
}

static void path_check(Maker *m) {
    const Event *e = m->target;
    Str name = below(m, 2) && e->path.p ? e->path : e->name;
    size_t slash = (size_t) (str_rchr(name, '/') + 1);
    switch (below(m, 7)) {
    case 0: compare_text(m, "fd.directory", str_head(name, slash > 1 ? slash - 1 : slash)); break;
    case 1: compare_text(m, "fd.filename", str_from_at(name, slash)); break;
    case 2: compare_text(m, "fd.nameraw", e->string[WIRE_NAME]); break;
    case 3: compare_text(m, "fd.path_resolved", e->path); break;
    case 4: compare_text(m, "fs.path.name", e->name); break;
    case 5:
        buf_putz(m->out, "fd.name pmatch (/nowhere, ");
        quoted(m, name.n ? str_head(name, below(m, 2) ? name.n : slash) : STR("/tmp"));
        buf_putz(m->out, ")");
        break;
    default: compare_text(m, "fd.name", name); break;
    }
}

static void address_text(Maker *m, const WireAddress *a, bool net) {
    Value v = {.type = VALUE_IP, .ip = {.family = 4}};
    char text[INET6_ADDRSTRLEN];
    bool mapped = a->family == AF_INET6 && memcmp(a->bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
    bool v4 = a->family == AF_INET || mapped;
    const char *other = addresses[below(m, ARRAY_SIZE(addresses))];
    inet_ntop(v4 ? AF_INET : AF_INET6, mapped ? a->bytes + 12 : a->bytes, text, sizeof(text));
    const char *shown = below(m, 4) ? text : other;
    ip_parse(str_from(shown), &v);
    buf_printf(m->out, "\"%s", shown);
    if (net && below(m, 2))
        buf_printf(m->out, "/%d", (int) below(m, v.ip.family == 4 ? 33 : 129));
    buf_putc(m->out, '"');
}

/* A port or addresses of the connection that the event has. */
static void ends_check(Maker *m) {
    static const char *const port_fields[] = {"fd.sport", "fd.sport", "fd.rport", "fd.lport", "fd.cport", "fd.port"}, *const orders[] = {"=", "!=", "<", "<=", ">", ">="};
    static const char *const address_fields[] = {"fd.sip", "fd.rip", "fd.lip", "fd.cip", "fd.ip", "fd.snet", "fd.rnet", "fd.lnet", "fd.cnet", "fd.net"};
    static const char *const names[] = {"fd.sip.name = a.example", "fd.rip.name != a.example", "fd.sip.name exists", "fd.lip.name in (a.example, b.example)"};
    const WireFile *f = &m->target->wire.file;
    const WireAddress *end = below(m, 2) ? &f->local : &f->remote;
    uint64_t what = below(m, 9);
    if (what < 4) {
        int port = below(m, 4) ? end->port : ports[below(m, ARRAY_SIZE(ports))];
        const char *field = port_fields[below(m, ARRAY_SIZE(port_fields))];
        if (below(m, 3))
            buf_printf(m->out, "%s %s %d", field, orders[below(m, ARRAY_SIZE(orders))], port);
        else
            buf_printf(m->out, "%s in (%d, 80, 30000)", field, port);
    } else if (what < 8) {
        size_t field = below(m, ARRAY_SIZE(address_fields));
        bool list = below(m, 3) == 0;
        buf_printf(m->out, "%s %s", address_fields[field], list ? "in (" : below(m, 2) ? "= " : "!= ");
        address_text(m, end, field > 4);
        if (list) {
            buf_putz(m->out, ", ");
            address_text(m, end, field > 4);
            buf_putc(m->out, ')');
        }
    } else {
        buf_putz(m->out, names[below(m, ARRAY_SIZE(names))]);
    }
}

static void kind_check(Maker *m) {
    static const char all[] = "open openat openat2 creat connect accept accept4 listen socket sendto sendmsg recvfrom recvmsg rename unlink mkdir dup dup2 ptrace bpf chmod execve setns";
    Str other = pick(m, all);
    buf_printf(m->out, "evt.type in (%s, %.*s)", m->target->kind->name, STR_FMT(other));
}

static void plain_check(Maker *m) {
    static const char *const checks[] = {
        "evt.is_open_read = true", "evt.is_open_read = false", "evt.is_open_write = true", "evt.is_open_write = false", "evt.is_open_create = true", "evt.is_open_exec = true",
        "evt.rawres >= 0", "evt.rawres < 0", "evt.rawres in (0, 1, 2)", "evt.rawres != -1", "evt.rawres > 3", "evt.rawres = -2", "evt.rawres <= 1", "evt.res = SUCCESS", "evt.res != SUCCESS",
        "evt.res = ENOENT", "evt.res in (SUCCESS, EINPROGRESS)", "evt.res startswith E", "evt.failed = true", "evt.failed = false", "fd.num >= 0", "fd.num < 0", "fd.num in (3, 4, 5)",
        "fd.typechar = 'f'", "fd.typechar in (4, 6)", "fd.type in (ipv4, file)", "fd.type = directory", "fd.type != ipv4", "fd.l4proto = tcp", "fd.l4proto != tcp", "fd.connected = true",
        "fd.connected = false", "fd.name_changed = true", "fd.sockfamily = ip", "fd.sockfamily = unix", "evt.arg.flags contains O_CREAT", "evt.arg.flags contains O_TRUNC",
        "evt.arg.flags contains O_CLOEXEC", "evt.arg.flags contains O_RDONLY", "evt.arg.flags contains O_DIRECTORY", "evt.arg.flags = O_RDONLY", "container.id = host", "container.id != host",
        "container.image.repository = x", "container.name exists", "container.privileged = true", "evt.arg.request = PTRACE_TRACEME", "evt.arg.request in (PTRACE_ATTACH, PTRACE_SEIZE)",
        "evt.arg.cmd = BPF_PROG_LOAD", "evt.arg.cmd exists", "evt.arg.domain = AF_INET", "evt.arg[domain] = AF_PACKET", "fd.sport = 80", "fd.rport > 1000", "fd.rip = 127.0.0.1",
        "fd.snet in (10.0.0.0/8)", "user.uid = 0", "proc.vpid > 3", "evt.category = file", "evt.dir = <", "fd.is_server = true", "fd.name exists", "fd.ip exists", "proc.pname exists",
        "tolower(fd.name) contains etc", "basename(fd.name) = hosts", "len(fd.name) > 10", "fd.name = val(fs.path.name)", "fd.name startswith anyof (/etc, /usr)", "fd.name in ()",
    };
    buf_putz(m->out, checks[below(m, ARRAY_SIZE(checks))]);
}

static void condition(Maker *m, unsigned depth) {
    uint64_t what = below(m, depth > 3 ? 6 : 10);
    if (what < 6) {
        if (what == 0 && below(m, 2))
            kind_check(m);
        else if (what == 1)
            compare_text(m, "proc.name", str_from(m->target->wire.process.comm));
        else if (what < 4 && m->target->kind->wire.name >= 0)
            path_check(m);
        else if (what < 4 && m->target->wire.file.type == WIRE_FILE_SOCKET)
            ends_check(m);
        else
            plain_check(m);
        return;
    }
    if (what == 6)
        buf_putz(m->out, "not ");
    const char *word = what == 6 ? NULL : what == 7 ? " or " : " and ";
    buf_putc(m->out, '(');
    size_t n = word ? 2 + below(m, 2) : 1;
    for (size_t i = 0; i < n; i++) {
        buf_putz(m->out, i ? word : "");
        condition(m, depth + 1);
    }
    buf_putc(m->out, ')');
}

void rule_random(uint64_t *state, const Event *target, Buf *out) {
    Maker m = {state, target, out};
    if (below(&m, 10)) {
        kind_check(&m);
        buf_putz(out, " and ");
    }
    buf_putc(out, '(');
    condition(&m, 0);
    buf_putc(out, ')');
}
