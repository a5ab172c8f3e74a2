/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that look names up: one reads what strangers answer; the other does nothing but begin it anew should it end, which the confined sensor cannot. */
#include <arpa/inet.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "runtime/domains.h"

/* A minute between rounds; a server that does not answer keeps one of the threads for seconds. */
enum { ROUND_MS = 60000, THREADS = 8, NOBODY = 65534, PAUSE_MS = 1000 };

typedef struct Round {
    int socket;
    Str names;      /* each ended by a NUL */
    pthread_mutex_t lock;
} Round;

static Str next_name(Round *r) {
    Str one;
    pthread_mutex_lock(&r->lock);
    bool more = str_split(&r->names, 0, &one);
    pthread_mutex_unlock(&r->lock);
    return more ? one : STR_NULL;
}

static size_t add(DomainAddress *to, const struct addrinfo *from) {
    const void *bytes = from->ai_family == AF_INET ? (const void *) &((const struct sockaddr_in *) (const void *) from->ai_addr)->sin_addr
                                                   : (const void *) &((const struct sockaddr_in6 *) (const void *) from->ai_addr)->sin6_addr;
    if (from->ai_family != AF_INET && from->ai_family != AF_INET6)
        return 0;
    to->family = from->ai_family == AF_INET ? 4 : 6;
    memcpy(to->bytes, bytes, from->ai_family == AF_INET ? 4 : 16);
    return 1;
}

/* A name that is not found keeps the addresses that it had: nothing is told of it. */
static void look_up(int socket, Str name) {
    struct addrinfo ask = {.ai_socktype = SOCK_STREAM}, *found;
    if (getaddrinfo(name.p, NULL, &ask, &found) != 0)
        return;
    char packet[DOMAIN_BYTES + 1 + DOMAIN_ADDRESSES * sizeof(DomainAddress)];
    DomainAddress address[DOMAIN_ADDRESSES] = {0};
    size_t n = 0;
    for (struct addrinfo *a = found; a && n < DOMAIN_ADDRESSES; a = a->ai_next)
        n += add(&address[n], a);
    freeaddrinfo(found);
    memcpy(packet, name.p, name.n + 1);
    memcpy(packet + name.n + 1, address, n * sizeof(*address));
    send(socket, packet, name.n + 1 + n * sizeof(*address), MSG_NOSIGNAL);
}

static void *look_up_some(void *userdata) {
    Round *r = userdata;
    for (Str name; (name = next_name(r)).p;)
        if (name.n && name.n <= DOMAIN_BYTES)
            look_up(r->socket, name);
    return NULL;
}

static void look_up_all(int socket, Str names) {
    Round r = {.socket = socket, .names = names, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t thread[THREADS];
    size_t n = 0;
    while (n < THREADS && pthread_create(&thread[n], NULL, look_up_some, &r) == 0)
        n++;
    if (n == 0)
        look_up_some(&r);
    while (n > 0)
        pthread_join(thread[--n], NULL);
}

/* Nothing is left of the sensor's rights but the network. */
static bool confine(int *socket) {
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(*socket, 3) < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || close_range(4, ~0u, 0) < 0)
        return false;
    *socket = 3;
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0))
        return false;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static pid_t begin(int socket, Str names) {
    pid_t self = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_NAME, "domain-lookup");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != self)
        _exit(1);
    for (;; poll(NULL, 0, ROUND_MS))
        look_up_all(socket, names);
}

static _noreturn_ void resolve(int socket, pid_t parent) {
    static char names[DOMAINS_BYTES];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN); /* of a terminal; it ends with the sensor */
    prctl(PR_SET_NAME, "domain-keeper");
    setenv("RES_OPTIONS", "timeout:2 attempts:1", 1);
    if (!confine(&socket) || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        _exit(1);
    size_t n = 0;
    pid_t worker = -1;
    for (struct pollfd p = {.fd = socket, .events = POLLIN};;) {
        if (poll(&p, 1, worker > 0 ? PAUSE_MS : -1) > 0) {
            ssize_t got = recv(socket, names, sizeof(names), 0);
            if (got <= 0)
                _exit(0);
            n = (size_t) got;
            if (worker > 0) {
                kill(worker, SIGKILL);
                waitpid(worker, NULL, 0);
            }
            worker = begin(socket, str_n(names, n));
        } else if (worker > 0 && waitpid(worker, NULL, WNOHANG) == worker) {
            worker = begin(socket, str_n(names, n));
            send(socket, "", 1, MSG_NOSIGNAL); /* no name: it was begun anew */
        }
        if (worker < 0)
            _exit(1);
    }
}

int resolver_start(int *ret, Error *err) {
    int pair[2];
    pid_t self = getpid();
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, -errno, "making a socket for domain names");
    pid_t pid = fork();
    if (pid == 0)
        resolve(pair[1], self);
    int e = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return error_errno(err, -e, "starting the process that looks up domain names");
    }
    *ret = pair[0];
    return 0;
}
