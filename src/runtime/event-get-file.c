/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of what a call works on: descriptors, sockets, paths that it names. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/arguments.h"
#include "runtime/domains.h"
#include "runtime/event-get.h"

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
        return event_open_flags(e) & O_DIRECTORY ? (AnonType) {NULL, "directory", 'd'} : (AnonType) {NULL, "file", 'f'};
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
static Value fd_name(const Ask *a) { return has_fd(a->e) ? str_opt(event_description(a->e, a->scratch)) : value_none(); }
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

Getter *const event_file_getters[EVENT_SLOTS] = {
    [SLOT_FD_NUM] = fd_num, [SLOT_FD_TYPE] = fd_type, [SLOT_FD_TYPECHAR] = fd_typechar, [SLOT_FD_NAME] = fd_name, [SLOT_FD_NAMERAW] = fd_nameraw,
    [SLOT_FD_PATH_RESOLVED] = fd_path_resolved, [SLOT_FD_DIRECTORY] = fd_directory, [SLOT_FD_FILENAME] = fd_filename, [SLOT_FD_IP] = fd_ip,
    [SLOT_FD_CIP] = fd_cip, [SLOT_FD_SIP] = fd_sip, [SLOT_FD_LIP] = fd_lip, [SLOT_FD_CIP_NAME] = fd_cip_name, [SLOT_FD_SIP_NAME] = fd_sip_name,
    [SLOT_FD_LIP_NAME] = fd_lip_name, [SLOT_FD_RIP_NAME] = fd_rip_name, [SLOT_FD_RIP] = fd_rip, [SLOT_FD_NET] = fd_net, [SLOT_FD_CNET] = fd_cnet,
    [SLOT_FD_SNET] = fd_snet, [SLOT_FD_LNET] = fd_lnet, [SLOT_FD_RNET] = fd_rnet, [SLOT_FD_PORT] = fd_port, [SLOT_FD_CPORT] = fd_cport,
    [SLOT_FD_SPORT] = fd_sport, [SLOT_FD_LPORT] = fd_lport, [SLOT_FD_RPORT] = fd_rport, [SLOT_FD_L4PROTO] = fd_l4proto, [SLOT_FD_SOCKFAMILY] = fd_sockfamily,
    [SLOT_FD_IS_SERVER] = fd_is_server, [SLOT_FD_CONNECTED] = fd_connected, [SLOT_FD_NAME_CHANGED] = fd_name_changed, [SLOT_FD_INO] = fd_ino,
    [SLOT_FD_IS_UPPER_LAYER] = fd_upper, [SLOT_FD_IS_LOWER_LAYER] = fd_lower, [SLOT_FS_PATH_NAME] = fs_name, [SLOT_FS_PATH_NAMERAW] = fs_nameraw,
    [SLOT_FS_PATH_SOURCE] = fs_source, [SLOT_FS_PATH_SOURCERAW] = fs_sourceraw, [SLOT_FS_PATH_TARGET] = fs_target, [SLOT_FS_PATH_TARGETRAW] = fs_targetraw,
};
