/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "net/http-server-private.h"

typedef union Address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} Address;

static int parse(const char *text, Address *ret, socklen_t *ret_n) {
    Str all = str_from(text);
    ssize_t colon = str_rchr(all, ':');
    uint64_t port = 0;
    char host[INET6_ADDRSTRLEN + 1] = "";
    if (colon < 0 || str_to_u64(str_from_at(all, (size_t) colon + 1), 65535, &port) < 0)
        return -EINVAL;
    Str h = str_head(all, (size_t) colon);
    bool brackets = h.n >= 2 && h.p[0] == '[' && h.p[h.n - 1] == ']';
    if (brackets)
        h = str_n(h.p + 1, h.n - 2);
    if (h.n >= sizeof(host))
        return -EINVAL;
    if (h.n)
        memcpy(host, h.p, h.n);
    memset(ret, 0, sizeof(*ret));
    if (h.n == 0 || (brackets && inet_pton(AF_INET6, host, &ret->v6.sin6_addr) == 1)) {
        ret->v6.sin6_family = AF_INET6;
        ret->v6.sin6_port = htons((uint16_t) port);
        *ret_n = sizeof(ret->v6);
        return 0;
    }
    if (brackets || inet_pton(AF_INET, host, &ret->v4.sin_addr) != 1)
        return -EINVAL;
    ret->v4.sin_family = AF_INET;
    ret->v4.sin_port = htons((uint16_t) port);
    *ret_n = sizeof(ret->v4);
    return 0;
}

static bool is_loopback(const Address *a) {
    return a->any.sa_family == AF_INET ? ntohl(a->v4.sin_addr.s_addr) >> 24 == 127 : IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static void to_any_v4(Address *a, socklen_t *n) {
    in_port_t port = a->v6.sin6_port;
    memset(a, 0, sizeof(*a));
    a->v4.sin_family = AF_INET;
    a->v4.sin_port = port;
    *n = sizeof(a->v4);
}

int http_server_check(const char *address, bool loopback_only) {
    Address a;
    socklen_t n;
    int r = parse(address, &a, &n);
    return r < 0 ? r : loopback_only && !is_loopback(&a) ? -EPERM : 0;
}

int http_server_listen(const char *address, bool loopback_only, unsigned *ret_port, Error *err) {
    Address a;
    socklen_t n;
    if (parse(address, &a, &n) < 0)
        return error_set(err, -EINVAL, "'%s': expected an address and a port, as 127.0.0.1:8443, [::1]:8443, or :8443 for all addresses", address);
    if (loopback_only && !is_loopback(&a))
        return error_set(err, -EPERM, "%s: only loopback is served without TLS; give a certificate and its key", address);
    _cleanup_fd_ int fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* All addresses of a machine without IPv6. */
    if (fd < 0 && errno == EAFNOSUPPORT && address[0] == ':') {
        to_any_v4(&a, &n);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    const int on = 1, both = 0;
    if (fd < 0)
        return error_errno(err, -errno, "%s", address);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (a.any.sa_family == AF_INET6 && address[0] == ':')
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof(both));
    if (bind(fd, &a.any, n) < 0 || listen(fd, SOMAXCONN) < 0 || getsockname(fd, &a.any, &n) < 0)
        return error_errno(err, -errno, "listening on %s", address);
    *ret_port = ntohs(a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
    return take_fd(&fd);
}
