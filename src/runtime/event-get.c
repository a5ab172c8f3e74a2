/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of source syscall, of an Event: what the call itself is. */
#include "runtime/event-get.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "runtime/arguments.h"

/* Event */
static Value evt_num(const Ask *a) { return value_int((int64_t) a->e->number); }
static Value evt_time(const Ask *a) {
    time_t s = (time_t) (a->e->time / 1000000000);
    struct tm tm;
    char *out = scratch_alloc(a->scratch, 32);
    if (!out || !localtime_r(&s, &tm))
        return value_none();
    int n = snprintf(out, 32, "%02d:%02d:%02d.%09lld", tm.tm_hour, tm.tm_min, tm.tm_sec, (long long) (a->e->time % 1000000000));
    return value_str(str_n(out, (size_t) n));
}
static Value evt_rawtime(const Ask *a) { return value_int(a->e->time); }
static Value evt_type(const Ask *a) { return value_str(str_from(a->e->kind->name)); }
static Value evt_dir(const Ask *a) { return value_str(STR("<")); }
static Value evt_cpu(const Ask *a) { return value_int(a->e->wire.cpu); }
static Value evt_category(const Ask *a) {
    const WireKind *k = &a->e->kind->wire;
    bool process = k->flags & WIRE_KIND_EXEC, file = k->name >= 0, net = k->address >= 0 || k->flags & WIRE_KIND_SERVER;
    return value_str(process ? STR("process") : file ? STR("file") : net ? STR("net") : STR("other"));
}
static Value evt_res(const Ask *a) {
    Str name = errno_name(a->e->wire.result);
    return value_str(name.p ? name : STR("SUCCESS"));
}
static Value evt_rawres(const Ask *a) { return value_int(a->e->wire.result); }
static Value evt_failed(const Ask *a) { return value_bool(a->e->wire.result < 0); }
static Value evt_args(const Ask *a) { return str_opt(event_arguments(a->e, a->scratch)); }
static Value evt_arg(const Ask *a) { return str_opt(event_argument(a->e, a->ref->arg, a->scratch)); }
/* evt.arg.NAME with a row of its own. */
static Value evt_arg_named(const Ask *a) { return str_opt(event_argument(a->e, str_from(a->ref->field->name + sizeof("evt.arg.") - 1), a->scratch)); }
static Value evt_buffer(const Ask *a) {
    Str s = a->e->string[WIRE_PAYLOAD];
    return s.p ? (Value) {.type = VALUE_BYTES, .text = s} : value_none();
}
static Value evt_buflen(const Ask *a) { return a->e->kind->wire.flags & WIRE_KIND_PAYLOAD && a->e->wire.result >= 0 ? value_int(a->e->wire.result) : value_none(); }

static bool is_creat(const Event *e) { return event_is_open(e) && strcmp(e->kind->name, "creat") == 0; }

uint64_t event_open_flags(const Event *e) {
    if (is_creat(e))
        return O_CREAT | O_WRONLY | O_TRUNC;
    return e->wire.arg[e->kind->wire.name + 1];
}
static uint64_t open_mode(const Event *e) { return e->wire.arg[e->kind->wire.name + (is_creat(e) ? 1 : 2)]; }

static Value open_with(const Ask *a, bool (*holds)(const Event *e)) {
    return event_is_open(a->e) ? value_bool(holds(a->e)) : value_none();
}
static bool reads(const Event *e) { return (event_open_flags(e) & O_ACCMODE) != O_WRONLY; }
static bool writes(const Event *e) { return (event_open_flags(e) & O_ACCMODE) != O_RDONLY; }
static bool creates(const Event *e) { return event_open_flags(e) & O_CREAT || (event_open_flags(e) & O_TMPFILE) == O_TMPFILE; }
static bool creates_program(const Event *e) { return creates(e) && open_mode(e) & (S_IXUSR | S_IXGRP | S_IXOTH); }
static Value evt_is_open_read(const Ask *a) { return open_with(a, reads); }
static Value evt_is_open_write(const Ask *a) { return open_with(a, writes); }
static Value evt_is_open_create(const Ask *a) { return open_with(a, creates); }
static Value evt_is_open_exec(const Ask *a) { return open_with(a, creates_program); }

static Getter *const getters[EVENT_SLOTS] = {
    [SLOT_EVT_NUM] = evt_num, [SLOT_EVT_TIME] = evt_time, [SLOT_EVT_RAWTIME] = evt_rawtime, [SLOT_EVT_TYPE] = evt_type, [SLOT_EVT_CATEGORY] = evt_category,
    [SLOT_EVT_DIR] = evt_dir, [SLOT_EVT_CPU] = evt_cpu, [SLOT_EVT_RES] = evt_res, [SLOT_EVT_RAWRES] = evt_rawres, [SLOT_EVT_FAILED] = evt_failed,
    [SLOT_EVT_ARGS] = evt_args, [SLOT_EVT_ARG] = evt_arg, [SLOT_EVT_RAWARG] = evt_arg, [SLOT_EVT_ARG_CMD] = evt_arg_named,
    [SLOT_EVT_ARG_DOMAIN] = evt_arg_named, [SLOT_EVT_ARG_FD] = evt_arg_named, [SLOT_EVT_ARG_FILENAME] = evt_arg_named, [SLOT_EVT_ARG_FLAGS] = evt_arg_named,
    [SLOT_EVT_ARG_LINKPATH] = evt_arg_named, [SLOT_EVT_ARG_MODE] = evt_arg_named, [SLOT_EVT_ARG_NAME] = evt_arg_named, [SLOT_EVT_ARG_NEWPATH] = evt_arg_named,
    [SLOT_EVT_ARG_OLDPATH] = evt_arg_named, [SLOT_EVT_ARG_PATH] = evt_arg_named, [SLOT_EVT_ARG_PID] = evt_arg_named, [SLOT_EVT_ARG_REQUEST] = evt_arg_named,
    [SLOT_EVT_ARG_SIGNAL] = evt_arg_named, [SLOT_EVT_ARG_TARGET] = evt_arg_named, [SLOT_EVT_ARG_UID] = evt_arg_named, [SLOT_EVT_BUFFER] = evt_buffer,
    [SLOT_EVT_BUFLEN] = evt_buflen, [SLOT_EVT_IS_OPEN_READ] = evt_is_open_read, [SLOT_EVT_IS_OPEN_WRITE] = evt_is_open_write,
    [SLOT_EVT_IS_OPEN_EXEC] = evt_is_open_exec, [SLOT_EVT_IS_OPEN_CREATE] = evt_is_open_create,
};

static Getter *const *const tables[] = {getters, event_process_getters, event_file_getters, event_container_getters};

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    Ask a = {object, ref, scratch};
    for (size_t i = 0; i < ARRAY_SIZE(tables) && ref->field->slot < EVENT_SLOTS; i++)
        if (tables[i][ref->field->slot])
            return tables[i][ref->field->slot](&a);
    return value_none();
}

static const void *no_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) { return NULL; }

const SubjectOps event_ops = {.get = get, .child = no_child};
