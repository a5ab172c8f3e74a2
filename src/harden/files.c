/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of an image tell: facts of the analyzer "hardening". */
#include <endian.h>

#include "harden/check.h"

enum {
    SINGLE_MAX = 200, /* findings of one check that stand for themselves */
    NAMED_MAX = 5,    /* paths that a finding about many names */
    CAPABILITIES = 41,
};

/* linux/capability.h, by number. */
static const char *const capabilities[CAPABILITIES] = {
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw",
    "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod",
    "lease", "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
};

/* struct vfs_cap_data: a word of revision and flags, then pairs of permitted and inheritable, all little-endian. */
static void capability_names(Buf *b, Str raw) {
    uint32_t word[5] = {0};
    memcpy(word, raw.p, MIN(raw.n, sizeof(word)));
    uint64_t permitted = le32toh(word[1]) | (uint64_t) le32toh(word[3]) << 32;
    for (unsigned i = 0; i < CAPABILITIES; i++)
        if (permitted >> i & 1)
            buf_printf(b, "%scap_%s", b->n ? ", " : "", capabilities[i]);
    if (b->n == 0)
        buf_putz(b, "capabilities that are not known");
}

/* Many entries that are one finding. */
typedef struct Group {
    const HardenFact *first;
    size_t n;
    uint64_t bytes;
    Buf names;
} Group;

typedef struct Files {
    const CheckSink *sink;
    const Artifact *artifact;
    Group groups[CHECK_N_];
} Files;

static void group(Files *x, CheckId id, const HardenFact *h) {
    Group *g = &x->groups[id];
    if (g->n++ == 0) {
        g->first = h;
        g->names = buf_new(BUF_OWN_MAX);
    }
    g->bytes += h->fact->entry.size;
    if (g->n <= NAMED_MAX)
        buf_printf(&g->names, "%s%.*s", g->names.n ? ", " : "", STR_FMT(str_head(h->path, 300)));
}

static void entry(Files *x, const HardenFact *h) {
    const EntryFact *e = &h->fact->entry;
    _cleanup_(buf_done) Buf caps = buf_new(4096);
    for (CheckId id = 0; id < CHECK_N_ && e->tool.n; id++)
        if (str_eqz(e->tool, checks()[id].id))
            group(x, id, h);
    if (h->is_symlink || str_eqz(e->tool, checks()[CHECK_WRITABLE_SYSTEM].id)) /* there is a fact about its mode as well, where that matters */
        return;
    if (!h->is_directory && (e->mode & 06000) && x->groups[CHECK_SET_ID].n++ < SINGLE_MAX)
        check_put(x->sink, CHECK_SET_ID, h->layer, h->path, "mode %04o, owner %u:%u", e->mode, e->uid, e->gid);
    if (e->capability.n && x->groups[CHECK_CAPABILITY].n++ < SINGLE_MAX) {
        capability_names(&caps, e->capability);
        check_put(x->sink, CHECK_CAPABILITY, h->layer, h->path, "%s", caps.p);
    }
    if (e->mode & 0002) {
        if (!h->is_directory)
            group(x, CHECK_WRITABLE_FILE, h);
        else if (!(e->mode & 01000))
            group(x, CHECK_WRITABLE_DIRECTORY, h);
    }
}

static bool is_log_in_shell(Str shell) {
    return !str_ends(shell, STR("nologin")) && !str_ends(shell, STR("false"));
}

static void account(Files *x, const HardenFact *h) {
    const AccountFact *a = &h->fact->account;
    bool root = str_eqz(a->name, "root");
    Str user = x->artifact->user, rest;
    (void) str_cut(user, ':', &user, &rest);
    if (a->no_password)
        check_put(x->sink, CHECK_NO_PASSWORD, h->layer, h->path, "account %.*s", STR_FMT(str_head(a->name, 100)));
    if (a->uid == 0 && !root)
        check_put(x->sink, CHECK_SECOND_ROOT, h->layer, h->path, "account %.*s", STR_FMT(str_head(a->name, 100)));
    if (a->uid == 0 && !root && str_eq(user, a->name))
        check_put(x->sink, CHECK_ROOT_USER, LAYER_NONE, STR_NULL, "USER is %.*s, whose uid is 0", STR_FMT(str_head(user, 100)));
    if (a->uid == 0 && root && is_log_in_shell(a->shell))
        check_put(x->sink, CHECK_ROOT_SHELL, h->layer, h->path, "%.*s", STR_FMT(str_empty(a->shell) ? STR("/bin/sh, as none is named") : str_head(a->shell, 200)));
}

static void put_groups(Files *x) {
    static const CheckId single[] = {CHECK_SET_ID, CHECK_CAPABILITY};
    for (size_t i = 0; i < ARRAY_SIZE(single); i++)
        if (x->groups[single[i]].n > SINGLE_MAX)
            check_put(x->sink, single[i], LAYER_NONE, STR_NULL, "%zu more", x->groups[single[i]].n - SINGLE_MAX);
    for (CheckId id = 0; id < CHECK_N_; id++) {
        Group *g = &x->groups[id];
        if (!g->first)
            continue;
        if (id == CHECK_CACHE_LEFT)
            check_put(x->sink, id, g->first->layer, g->first->path, "%zu file%s of %llu bytes in all", g->n, g->n == 1 ? "" : "s", (unsigned long long) g->bytes);
        else if (g->n > NAMED_MAX)
            check_put(x->sink, id, g->first->layer, g->first->path, "%s and %zu more", g->names.p, g->n - NAMED_MAX);
        else
            check_put(x->sink, id, g->first->layer, g->first->path, "%s", g->names.p);
        buf_done(&g->names);
    }
}

void harden_files(const Artifact *a, const HardenFact *facts, size_t n, const CheckSink *sink) {
    Files x = {.sink = sink, .artifact = a};
    for (size_t i = 0; i < n; i++)
        if (facts[i].fact->kind == FACT_ENTRY)
            entry(&x, &facts[i]);
        else if (facts[i].fact->kind == FACT_ACCOUNT)
            account(&x, &facts[i]);
    put_groups(&x);
}
