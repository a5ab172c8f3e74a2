/* SPDX-License-Identifier: Apache-2.0 */
/* The stand-in of test/sensor: one static program under many names (nginx, nc, xmrig …), which does what it is told and nothing else. prop VERB ARG…, or
 * prop [-u UID] -- COMMAND…: run it as a child, as that user. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOCAL_PORT = 40000, ARGS_MAX = 32, LINE_MAX_BYTES = 8192 };
static const char local_address[] = "198.51.100.2";

static struct sockaddr_in address(const char *ip, const char *port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t) strtoul(port, NULL, 10))};
    inet_pton(AF_INET, ip, &a.sin_addr);
    return a;
}

/* Not setuid(), which a rule is about. */
static int become(uid_t uid) {
    return setresuid(uid, uid, uid);
}

static pid_t run(char **argv, const char *uid) {
    pid_t pid = fork();
    if (pid == 0) {
        if (uid && (setgid((gid_t) strtoul(uid, NULL, 10)) < 0 || become((uid_t) strtoul(uid, NULL, 10)) < 0))
            _exit(126);
        /* Not execvp(): each directory that it tries would be an execution that fails. */
        char path[PATH_MAX];
        snprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/bin/", argv[0]);
        execv(path, argv);
        _exit(127);
    }
    return pid;
}

static int finish(pid_t pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The first process of a container: a line of the file is an act, its words ended by \x1f; "&" in front: in the background. */
static int v_init(char **a) {
    static char line[LINE_MAX_BYTES];
    FILE *f = fopen(a[0], "r");
    while (f && fgets(line, sizeof(line), f)) {
        char *argv[ARGS_MAX + 1] = {0}, *rest = line, *word;
        bool apart = line[0] == '&';
        rest += apart;
        for (int n = 0; n < ARGS_MAX && (word = strsep(&rest, "\x1f")) && *word != '\n'; n++)
            argv[n] = word;
        pid_t pid = argv[0] ? run(argv, NULL) : -1;
        if (!apart && pid > 0)
            finish(pid);
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}

/* FILE: until it is there, for 50 seconds at most */
static int v_wait(char **a) {
    for (int i = 0; i < 500 && access(a[0], F_OK) < 0; i++)
        usleep(100000);
    return 0;
}
static int v_open(char **a) { return open(a[0], O_RDONLY) < 0; }
static int v_write(char **a) { return open(a[0], O_WRONLY) < 0; }
static int v_creat(char **a) { return (int) syscall(SYS_creat, a[0], 0644) < 0; }
/* SECONDS PATH */
static int v_late(char **a) {
    sleep((unsigned) strtoul(a[0], NULL, 10));
    return open(a[1], O_RDONLY) < 0;
}

/* tcp|udp ADDRESS PORT, from a port that is known. Nobody answers. */
static int connected(char **a) {
    bool udp = strcmp(a[0], "udp") == 0;
    int fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in from = address(local_address, "40000"), to = address(a[1], a[2]);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, (void *) &from, sizeof(from)) < 0)
        return -1;
    return connect(fd, (void *) &to, sizeof(to)) == 0 || errno == EINPROGRESS ? fd : -1;
}
static int v_connect(char **a) { return connected(a) < 0; }
static int v_dup(char **a) {
    int fd = connected(a);
    return dup2(fd, 1) < 0;
}
static int v_sendto(char **a) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in from = address(local_address, "40000"), to = address(a[0], a[1]);
    return bind(fd, (void *) &from, sizeof(from)) < 0 || sendto(fd, "x", 1, 0, (void *) &to, sizeof(to)) < 0;
}
static int listening(const char *ip, const char *port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in here = address(ip, port);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    return bind(fd, (void *) &here, sizeof(here)) < 0 || listen(fd, 1) < 0 ? -1 : fd;
}
/* ADDRESS PORT: connects from a port that is known. */
static int v_client(char **a) {
    int c = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in from = address(a[0], "40000"), to = address(a[0], a[1]);
    setsockopt(c, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    return bind(c, (void *) &from, sizeof(from)) < 0 || connect(c, (void *) &to, sizeof(to)) < 0;
}
/* ADDRESS PORT: listens and takes one connection. The client is a program of another name, so that only the server is what the rules are about. */
static int v_accept(char **a) {
    int fd = listening(a[0], a[1]);
    if (fd < 0)
        return 1;
    char program[] = "prop", verb[] = "client";
    pid_t pid = run((char *[]) {program, verb, a[0], a[1], NULL}, NULL);
    int r = accept(fd, NULL, NULL) < 0;
    return finish(pid) || r;
}
/* PORT HEX: receives these bytes over TCP on loopback. */
static int v_recv(char **a) {
    int fd = listening("127.0.0.1", a[0]);
    pid_t pid = fd < 0 ? -1 : fork();
    if (pid == 0) {
        unsigned char bytes[64];
        size_t n = 0;
        for (const char *h = a[1]; n < sizeof(bytes) && h[0] && h[1]; h += 2)
            sscanf(h, "%2hhx", &bytes[n++]);
        int c = accept(fd, NULL, NULL);
        _exit(write(c, bytes, n) != (ssize_t) n);
    }
    int c = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in from = address("127.0.0.1", "40000"), to = address("127.0.0.1", a[0]);
    char got[64];
    setsockopt(c, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(c, (void *) &from, sizeof(from)) < 0 || connect(c, (void *) &to, sizeof(to)) < 0)
        return 1;
    ssize_t n = recvfrom(c, got, sizeof(got), 0, NULL, NULL);
    return finish(pid) || n <= 0;
}

static int v_packet(char **a) {
    syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0);
    return 0;
}
static int v_unixsocket(char **a) { return socket(AF_UNIX, SOCK_STREAM, 0) < 0; }
static int v_module(char **a) {
    syscall(SYS_finit_module, -1, "x=1", 0);
    return 0;
}
static int v_attach(char **a) {
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    ptrace(strcmp(a[0], "seize") == 0 ? PTRACE_SEIZE : PTRACE_ATTACH, pid, NULL, NULL);
    kill(pid, SIGKILL);
    finish(pid);
    return 0;
}
static int v_peek(char **a) {
    ptrace(PTRACE_PEEKDATA, getppid(), NULL, NULL);
    return 0;
}
static int v_traceme(char **a) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0; }
static int v_setns(char **a) {
    setns(open("/proc/self/ns/uts", O_RDONLY), 0);
    return 0;
}
static int v_unshare(char **a) {
    unshare(CLONE_NEWUTS);
    return 0;
}
static int v_setuid(char **a) {
    syscall(SYS_setuid, (uid_t) strtoul(a[0], NULL, 10));
    return 0;
}
static int v_bpf(char **a) {
    union bpf_attr attr = {0};
    syscall(SYS_bpf, strcmp(a[0], "load") == 0 ? BPF_PROG_LOAD : BPF_MAP_CREATE, &attr, sizeof(attr));
    return 0;
}
static int v_userfaultfd(char **a) {
    syscall(SYS_userfaultfd, 0);
    return 0;
}
/* NAME ARG…: this program once more, out of memory, as ARG… */
static int v_memfd(char **a) {
    extern char **environ;
    char bytes[65536];
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), fd = (int) syscall(SYS_memfd_create, a[0], MFD_CLOEXEC);
    for (ssize_t n; (n = read(from, bytes, sizeof(bytes))) > 0;)
        if (write(fd, bytes, (size_t) n) != n)
            return 1;
    syscall(SYS_execveat, fd, "", a + 1, environ, AT_EMPTY_PATH);
    return 1;
}
static int v_rename(char **a) { return rename(a[0], a[1]) < 0; }
static int v_none(char **a) { return 0; }

/* FILE: a network of its own, held by that file: everything is routed to loopback, where nobody answers. */
static int v_net(char **a) {
    if (unshare(CLONE_NEWNET) < 0)
        return 1;
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING}, alias = {.ifr_name = "lo:1"};
    struct sockaddr_in here = address(local_address, "0"), none = address("0.0.0.0", "0"), host = address("255.255.255.255", "0");
    if (ioctl(s, SIOCSIFFLAGS, &up) < 0)
        return 1;
    memcpy(&alias.ifr_addr, &here, sizeof(here));
    if (ioctl(s, SIOCSIFADDR, &alias) < 0)
        return 1;
    memcpy(&alias.ifr_netmask, &host, sizeof(host));
    if (ioctl(s, SIOCSIFNETMASK, &alias) < 0)
        return 1;
    char lo[] = "lo";
    struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = lo};
    memcpy(&route.rt_dst, &none, sizeof(none));
    memcpy(&route.rt_genmask, &none, sizeof(none));
    int fd = open(a[0], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    return ioctl(s, SIOCADDRT, &route) < 0 || fd < 0 || mount("/proc/self/ns/net", a[0], NULL, MS_BIND, NULL) < 0;
}

static const struct {
    const char *name;
    int args;
    int (*f)(char **a);
} verbs[] = {
    {"init", 1, v_init}, {"wait", 1, v_wait}, {"open", 1, v_open}, {"write", 1, v_write}, {"creat", 1, v_creat}, {"late", 2, v_late}, {"connect", 3, v_connect}, {"dup", 3, v_dup}, {"sendto", 2, v_sendto},
    {"client", 2, v_client}, {"accept", 2, v_accept}, {"recv", 2, v_recv}, {"packet", 0, v_packet}, {"unixsocket", 0, v_unixsocket}, {"module", 0, v_module}, {"attach", 1, v_attach}, {"peek", 0, v_peek},
    {"traceme", 0, v_traceme}, {"setns", 0, v_setns}, {"unshare", 0, v_unshare}, {"setuid", 1, v_setuid}, {"bpf", 1, v_bpf}, {"userfaultfd", 0, v_userfaultfd}, {"memfd", 2, v_memfd},
    {"rename", 2, v_rename}, {"none", 0, v_none}, {"net", 1, v_net},
};

int main(int argc, char **argv) {
    alarm(60);
    char **a = argv + 1;
    const char *uid = NULL;
    if (argc > 3 && strcmp(a[0], "-u") == 0) {
        uid = a[1];
        a += 2;
    }
    if (*a && strcmp(*a, "--") == 0)
        return a[1] ? finish(run(a + 1, uid)) : 2;
    for (size_t i = 0; *a && i < sizeof(verbs) / sizeof(*verbs); i++)
        if (strcmp(*a, verbs[i].name) == 0 && argc - (a - argv) > verbs[i].args) {
            int r = verbs[i].f(a + 1);
            if (r)
                perror(*a);
            return r;
        }
    return 0; /* whatever else it is told: it only has to be there */
}
