/* SPDX-License-Identifier: Apache-2.0 */
/* The programs in the kernel: loading, attaching, what they count. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "runtime/filter.h"

typedef struct Loader Loader;

typedef struct LoaderOptions {
    const bool *wanted;      /* by row of kind.list.h */
    void (*event)(void *userdata, Str bytes); /* bytes of one event, good until it returns */
    void *userdata;
    uint32_t ring_bytes;     /* 0: as built */
    uint32_t host_mnt_ns;
    uint32_t host_root;      /* device of the host's root, as the kernel has it */
} LoaderOptions;

/* Loads everything into the kernel, which makes nothing yet. -EPERM, -EOPNOTSUPP … with what is missing in `err`. */
int loader_new(const LoaderOptions *o, Loader **ret, Error *err);
/* From here on events are made. What cannot be attached is in *ret_missing, a list of words ("" when all is there), which the loader owns. */
int loader_attach(Loader *l, const char **ret_missing, Error *err);
/* The hooks there could be, at most `max`: their number. */
typedef struct LoaderHook {
    const char *name;        /* "tp_btf/sys_exit" */
    const char *as;          /* what older kernels call it, when it is attached by that name; NULL: it is not */
    bool attached;
} LoaderHook;
size_t loader_hooks(const Loader *l, LoaderHook *ret, size_t max);
void loader_free(Loader *l);
DEFINE_CLEANUP(Loader, loader_free, loader_freep);

/* Becomes readable when there are events. */
int loader_fd(const Loader *l);
/* Other kinds from here on; those that are in both sets go on being reported meanwhile. */
void loader_set_kinds(Loader *l, const bool *wanted);
/* What the programs decide by from here on; copied. NULL: every event of a wanted kind is sent. */
void loader_set_filter(Loader *l, const FilterTables *t);
/* A file with several names of which rules look for none, by filter_file_key(): its openings need not be sent for their sake. */
void loader_harmless(Loader *l, uint64_t key);
/* Addresses that have a name which rules compare with: FILTER_DOMAINS words, a bit for each (filter_domain_bit()). */
void loader_set_domains(Loader *l, const uint64_t *bits);
/* What they remember of directories, FILTER_SETS * FILTER_WAYS of them, for push_down_learn(). */
FilterDirectory *loader_directories(Loader *l);
/* Is a cgroup certainly no container's? */
void loader_set_host(Loader *l, uint64_t cgroup, bool host);
/* Executions are told of with their environment from here on, or without. */
void loader_set_env(Loader *l, bool env);
/* Hands out the events there are, executions first, and at most `max` of each ring: their number, or -errno. What takes too long ends earlier, and counts as `max`. */
int loader_consume(Loader *l, unsigned max);
/* Executions and cgroups only; may be called from the callback of another event. */
int loader_consume_first(Loader *l);
/* What a process that was there before runs and belongs to: the kernel will say so of it and its children. */
int loader_set_task(Loader *l, uint32_t pid, const WireTask *task);
/* What the processes that there are at this moment run and belong to. 0; -EOPNOTSUPP where this kernel does not tell, or -errno: then some may be missing. */
int loader_living(Loader *l, void (*each)(void *userdata, const WireLiving *one), void *userdata);
/* No container began in that cgroup: its processes may find their home elsewhere. */
int loader_no_container(Loader *l, uint64_t cgroup);

typedef struct LoaderCounts {
    uint64_t seen[WIRE_KINDS];                 /* events made, by kind */
    uint64_t settled[WIRE_KINDS];              /* calls of that kind on which no rule can fire, as the programs found out: no event was made */
    uint64_t lost[WIRE_CAUSES][WIRE_KINDS];
    bool unfiltered;                           /* this kernel cannot look at names for that: what only they would settle is sent */
    uint64_t missed;                           /* runs of programs that the kernel left out */
} LoaderCounts;
int loader_counts(const Loader *l, LoaderCounts *ret);
/* Losses since the start by whom they are of; those of more than WIRE_LOSSES containers, kinds and causes are in loader_counts() only. */
void loader_losses(const Loader *l, void (*each)(void *userdata, const WireLoss *loss, uint64_t total), void *userdata);
/* Makes room for others: its total, which stays in loader_counts(). Not from within loader_losses(). */
uint64_t loader_forget_loss(Loader *l, const WireLoss *loss);
/* Has a second passed since it last said so, or has the clock been set? loader_fd() becomes readable for it. */
bool loader_tick(Loader *l);
const char *loader_cause(enum WireCause cause); /* "ring full" */
/* Do the programs still run, by what they were told? NULL: yes. Else what is wrong; tables that somebody changed are put right, but those of loader_set_filter() and
 * loader_set_env(). */
const char *loader_check(Loader *l);
