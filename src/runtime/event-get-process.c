/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of processes: the one that made the call, its ancestors, its user. */
#include "base/buf.h"
#include "base/capabilities.h"
#include "runtime/event-get.h"
#include "runtime/program-hash.h"

/* -1 is the process itself, 0 its parent. */
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
    Str all = env.n ? ask_copy(a, env) : STR_NULL;
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
static Value proc_script(const Ask *a) { return a->e->image ? str_opt(a->e->image->script) : value_none(); }
static Value proc_interpreter(const Ask *a) { return a->e->image && a->e->image->script.n ? str_opt(a->e->image->exepath) : value_none(); }
static Value proc_exe_sha256(const Ask *a) {
    const Event *e = a->e;
    return e->image && e->tables ? str_opt(ask_copy(a, program_hash(e->tables->hashes, e->image, e->container, e->wire.process.pid))) : value_none();
}
static Value proc_exe_ino_mtime(const Ask *a) { return a->e->image ? number_if(a->e->image->modified) : value_none(); }
static Value proc_exe_ino_ctime_start(const Ask *a) {
    if (!a->e->image || !a->e->image->changed)
        return value_none();
    int64_t start = a->e->tables->boot + (int64_t) a->e->wire.process.start, changed = (int64_t) a->e->image->changed;
    return value_int(start > changed ? start - changed : 0);
}
static Value thread_tid(const Ask *a) { return value_int(a->e->wire.process.tid); }

static Value cap_text(const Ask *a, uint64_t set) {
    Buf b = buf_new(2048);
    for (unsigned i = 0; capability_name(i); i++)
        if (set >> i & 1)
            buf_printf(&b, "%s%s", b.n ? " " : "", capability_name(i));
    Str r = ask_copy(a, buf_view(&b));
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

Getter *const event_process_getters[EVENT_SLOTS] = {
    [SLOT_PROC_PID] = proc_pid, [SLOT_PROC_VPID] = proc_vpid, [SLOT_PROC_PPID] = proc_ppid, [SLOT_PROC_PVPID] = proc_pvpid, [SLOT_PROC_APID] = proc_apid,
    [SLOT_PROC_SID] = proc_sid, [SLOT_PROC_VPGID] = proc_vpgid, [SLOT_PROC_NAME] = proc_name, [SLOT_PROC_PNAME] = proc_pname, [SLOT_PROC_ANAME] = proc_aname,
    [SLOT_PROC_EXE] = proc_exe, [SLOT_PROC_PEXE] = proc_pexe, [SLOT_PROC_AEXE] = proc_aexe, [SLOT_PROC_EXEPATH] = proc_exepath,
    [SLOT_PROC_PEXEPATH] = proc_pexepath, [SLOT_PROC_AEXEPATH] = proc_aexepath, [SLOT_PROC_ARGS] = proc_args, [SLOT_PROC_CMDLINE] = proc_cmdline,
    [SLOT_PROC_PCMDLINE] = proc_pcmdline, [SLOT_PROC_ACMDLINE] = proc_acmdline, [SLOT_PROC_CMDNARGS] = proc_cmdnargs, [SLOT_PROC_CMDLENARGS] = proc_cmdlenargs,
    [SLOT_PROC_EXELINE] = proc_exeline, [SLOT_PROC_ENV] = proc_env, [SLOT_PROC_CWD] = proc_cwd, [SLOT_PROC_TTY] = proc_tty, [SLOT_PROC_SNAME] = proc_sname,
    [SLOT_PROC_IS_SID_LEADER] = proc_is_sid_leader, [SLOT_PROC_IS_VPGID_LEADER] = proc_is_vpgid_leader, [SLOT_PROC_DURATION] = proc_duration,
    [SLOT_PROC_PPID_DURATION] = proc_ppid_duration, [SLOT_PROC_IS_EXE_WRITABLE] = proc_is_exe_writable, [SLOT_PROC_IS_EXE_UPPER_LAYER] = proc_is_exe_upper,
    [SLOT_PROC_IS_EXE_LOWER_LAYER] = proc_is_exe_lower, [SLOT_PROC_IS_EXE_FROM_MEMFD] = proc_is_exe_memfd, [SLOT_PROC_EXE_INO] = proc_exe_ino,
    [SLOT_PROC_EXE_INO_CTIME] = proc_exe_ino_ctime, [SLOT_PROC_EXE_INO_MTIME] = proc_exe_ino_mtime, [SLOT_PROC_EXE_SHA256] = proc_exe_sha256,
    [SLOT_PROC_SCRIPT] = proc_script, [SLOT_PROC_INTERPRETER] = proc_interpreter,
    [SLOT_PROC_EXE_INO_CTIME_START] = proc_exe_ino_ctime_start, [SLOT_THREAD_TID] = thread_tid, [SLOT_THREAD_CAP_EFFECTIVE] = cap_effective,
    [SLOT_THREAD_CAP_PERMITTED] = cap_permitted, [SLOT_THREAD_CAP_INHERITABLE] = cap_inheritable, [SLOT_USER_UID] = user_uid, [SLOT_USER_NAME] = user_name,
    [SLOT_USER_LOGINUID] = user_loginuid, [SLOT_USER_LOGINNAME] = user_loginname, [SLOT_USER_HOMEDIR] = user_homedir, [SLOT_USER_SHELL] = user_shell,
    [SLOT_GROUP_GID] = group_gid, [SLOT_GROUP_NAME] = group_name,
};
