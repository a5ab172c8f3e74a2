/* SPDX-License-Identifier: Apache-2.0 */
/* What weakens a file system: entries with set-id bits, capabilities or modes that let everybody write; tools and caches that were left in;
 * accounts with uid 0 or without password (passwd(5), shadow(5)). */
#include "analyze/table.h"

/* By name in a directory of programs: the id of the check that it answers to. */
static const char *const tools[][2] = {
    {"sudo", "sudo"}, {"doas", "sudo"}, {"sshd", "ssh-server"}, {"dropbear", "ssh-server"}, {"telnetd", "ssh-server"},
    {"gcc", "compiler"}, {"cc", "compiler"}, {"g++", "compiler"}, {"clang", "compiler"}, {"make", "compiler"}, {"ld", "compiler"}, {"as", "compiler"}, {"go", "compiler"}, {"rustc", "compiler"},
    {"javac", "compiler"}, {"tcc", "compiler"},
    {"apt", "package-manager"}, {"apt-get", "package-manager"}, {"dpkg", "package-manager"}, {"apk", "package-manager"}, {"rpm", "package-manager"}, {"dnf", "package-manager"},
    {"yum", "package-manager"}, {"microdnf", "package-manager"}, {"zypper", "package-manager"}, {"pacman", "package-manager"}, {"pip", "package-manager"}, {"pip3", "package-manager"},
    {"npm", "package-manager"}, {"gem", "package-manager"},
    {"sh", "shell"}, {"bash", "shell"}, {"dash", "shell"}, {"ash", "shell"}, {"zsh", "shell"}, {"ksh", "shell"}, {"fish", "shell"}, {"busybox", "shell"},
    {"nc", "network-tool"}, {"ncat", "network-tool"}, {"netcat", "network-tool"}, {"nc.openbsd", "network-tool"}, {"nc.traditional", "network-tool"}, {"socat", "network-tool"}, {"nmap", "network-tool"},
    {"tcpdump", "network-tool"}, {"tshark", "network-tool"}, {"telnet", "network-tool"}, {"ftp", "network-tool"}, {"rsh", "network-tool"}, {"ssh", "network-tool"}, {"curl", "network-tool"},
    {"wget", "network-tool"},
    {"gdb", "debug-tool"}, {"gdbserver", "debug-tool"}, {"strace", "debug-tool"}, {"ltrace", "debug-tool"}, {"perf", "debug-tool"}, {"bpftrace", "debug-tool"}, {"bpftool", "debug-tool"},
};
static const char *const program_directories[] = {"bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin"};
static const char *const caches[] = {"var/lib/apt/lists/", "var/cache/apt/", "var/cache/apk/", "var/cache/yum/", "var/cache/dnf/", "var/cache/libdnf5/", "var/cache/zypp/"};
/* Where only root should be able to write. */
static const char *const system_places[] = {"bin/", "sbin/", "lib/", "lib64/", "usr/bin/", "usr/sbin/", "usr/lib/", "usr/lib64/", "etc/"};

enum { USER_FIRST = 1000 }; /* uids from here on are people's, below are the system's */

static Str tool_of(const EntryInfo *e) {
    ssize_t slash = str_rchr(e->path, '/');
    if (slash < 0 || (e->type != ENTRY_TYPE_FILE && e->type != ENTRY_TYPE_SYMLINK && e->type != ENTRY_TYPE_HARD_LINK))
        return STR_NULL;
    Str directory = str_head(e->path, (size_t) slash), name = str_from_at(e->path, (size_t) slash + 1);
    for (size_t i = 0; i < ARRAY_SIZE(program_directories); i++)
        if (str_eqz(directory, program_directories[i]))
            for (size_t k = 0; k < ARRAY_SIZE(tools); k++)
                if (str_eqz(name, tools[k][0]))
                    return str_from(tools[k][1]);
    if (str_starts(e->path, STR("var/")) && e->type == ENTRY_TYPE_FILE && e->size)
        for (size_t i = 0; i < ARRAY_SIZE(caches); i++)
            if (str_starts(e->path, str_from(caches[i])))
                return STR("cache-left");
    return STR_NULL;
}

static bool is_weak(const EntryInfo *e) {
    if (e->type == ENTRY_TYPE_DIRECTORY && (e->mode & 01002) == 0002)
        return true;
    return e->type == ENTRY_TYPE_FILE && ((e->mode & 06002) || e->capability.n);
}

static bool is_system_of_user(const EntryInfo *e) {
    if ((e->type != ENTRY_TYPE_FILE && e->type != ENTRY_TYPE_DIRECTORY) || e->uid < USER_FIRST || !(e->mode & 0200))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(system_places); i++)
        if (str_starts(e->path, str_from(system_places[i])))
            return true;
    return false;
}

static void entry(const EntryInfo *e, FactSink *sink) {
    Fact f = {.kind = FACT_ENTRY,
              .entry = {.tool = tool_of(e), .capability = e->type == ENTRY_TYPE_FILE ? e->capability : STR_NULL, .type = e->type, .mode = e->mode, .uid = e->uid, .gid = e->gid, .size = e->size}};
    if (f.entry.tool.n || is_weak(e))
        analyzer_put_entry(&analyzer_hardening, e, sink, &f);
    if (is_system_of_user(e)) {
        f.entry.tool = STR("writable-system-path");
        analyzer_put_entry(&analyzer_hardening, e, sink, &f);
    }
}

static bool wants(Str path) {
    return str_eqz(path, "etc/passwd") || str_eqz(path, "etc/shadow");
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    bool shadow = str_eqz(in->path, "etc/shadow");
    Str rest = in->bytes, line;
    while (str_line(&rest, &line)) {
        Str field[7] = {0}, left = line;
        size_t n = 0;
        while (n < ARRAY_SIZE(field) && str_split(&left, ':', &field[n]))
            n++;
        uint64_t uid = UINT32_MAX;
        if (n < 2 || str_empty(field[0]) || field[0].p[0] == '#' || field[0].p[0] == '+' || field[0].p[0] == '-')
            continue;
        if (!shadow && (n < 4 || str_to_u64(field[2], UINT32_MAX - 1, &uid) < 0))
            continue;
        Fact f = {.kind = FACT_ACCOUNT, .account = {.name = field[0], .shell = shadow ? STR_NULL : field[6], .uid = (uint32_t) uid, .no_password = str_empty(field[1])}};
        if (uid == 0 || f.account.no_password)
            analyzer_put(&analyzer_hardening, in, sink, &f);
    }
}

const Analyzer analyzer_hardening = {
    .name = "hardening",
    .version = 1,
    .doc = "What weakens a file system: set-id bits, capabilities, places that everybody may write to, tools and caches left in, accounts",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .entry = entry,
    .fuzzer = "hardening",
};
