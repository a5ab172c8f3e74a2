/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison says in each class of events. It is not worked out but tried: for everything that a class stands for an event is made that has it, and the comparison is
 * evaluated on it as it would be on one of the kernel. So fields mean here what they mean elsewhere. A comparison that asks for more than a class knows is true and false in all. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/arguments.h"
#include "runtime/pushdown-private.h"

struct Sampler {
    Event event;
    Evaluator *evaluator;
    Vec(int64_t) results;
    const Source *source;
    Map known;          /* of kinds that are alike and checks that are alike: their Truth */
    Arena arena;
};

Sampler *sampler_new(void) {
    Sampler *s = xcalloc(1, sizeof(*s));
    s->evaluator = evaluator_new();
    s->source = source_by_name(STR("syscall"));
    return s;
}

void sampler_free(Sampler *s) {
    if (!s)
        return;
    evaluator_free(s->evaluator);
    vec_done(&s->results);
    map_done(&s->known);
    arena_done(&s->arena);
    free(s);
}

static bool is_open(const Kind *kind) {
    return kind->wire.flags & WIRE_KIND_FD_RESULT && kind->wire.name >= 0;
}

static bool has_descriptor(const Kind *kind) {
    return kind->wire.flags & (WIRE_KIND_FD_RESULT | WIRE_KIND_EXEC) || kind->wire.fd >= 0;
}

/* Formats of arguments whose text depends on a number alone, and the number where they are: "request=ptrace:0". */
static int number_of(const Kind *kind, Str name) {
    static const char *const formats[] = {"ptrace", "bpf", "family"};
    Str rest = str_from(kind->arguments), one, key, spec, format, where;
    while (str_split(&rest, ' ', &one)) {
        if (!str_cut(one, '=', &key, &spec) || !str_cut(spec, ':', &format, &where) || where.n != 1 || where.p[0] < '0' || where.p[0] > '5')
            continue;
        for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
            if (str_eqz(format, formats[i]) && (!name.p || str_eq(name, key)))
                return where.p[0] - '0';
    }
    return -1;
}

int push_down_number(const Kind *kind) {
    return has_descriptor(kind) && !(kind->wire.flags & WIRE_KIND_FD_RESULT && kind->wire.fd < 0) ? -1 : number_of(kind, STR_NULL);
}

enum FilterShape push_down_shape(const Kind *kind) {
    if (kind->wire.flags & WIRE_KIND_EXEC)
        return FILTER_PLAIN;
    if (is_open(kind))
        return FILTER_OPEN;
    if (push_down_number(kind) >= 0)
        return FILTER_NUMBER;
    return has_descriptor(kind) ? FILTER_FD : FILTER_PLAIN;
}

/* Arguments */
static bool is_argument(const CheckField *f) {
    return f->slot == SLOT_EVT_ARG || (f->slot >= SLOT_EVT_ARG_CMD && f->slot <= SLOT_EVT_ARG_UID);
}

static bool has_argument(const Kind *kind, Str name) {
    Str rest = str_from(kind->arguments), one, key, spec;
    uint64_t number;
    if (str_to_u64(name, 1000, &number) == 0)
        return true; /* by their place: not looked into */
    while (str_split(&rest, ' ', &one))
        if (str_cut(one, '=', &key, &spec) && str_eq(key, name))
            return true;
    return false;
}

/* Fields that the kind alone decides; those that it does not have are absent. */
static bool of_kind(const Kind *kind, const Check *c, const CheckField *f) {
    if (is_argument(f))
        return !has_argument(kind, f->arg);
    switch (f->slot) {
    case SLOT_EVT_TYPE: case SLOT_EVT_CATEGORY: case SLOT_EVT_DIR:
        return true;
    case SLOT_EVT_IS_OPEN_READ: case SLOT_EVT_IS_OPEN_WRITE: case SLOT_EVT_IS_OPEN_EXEC: case SLOT_EVT_IS_OPEN_CREATE:
        return !is_open(kind);
    case SLOT_EVT_BUFFER: case SLOT_EVT_BUFLEN:
        return !(kind->wire.flags & WIRE_KIND_PAYLOAD);
    default:
        if (f->slot >= SLOT_FD_NUM && f->slot <= SLOT_FD_IS_LOWER_LAYER)
            return !has_descriptor(kind);
        return f->slot >= SLOT_FS_PATH_NAME && f->slot <= SLOT_FS_PATH_TARGETRAW && kind->wire.name < 0;
    }
}

/* What a sample is: an event that the class stands for, one that it does not stand for, or none any more. */
typedef enum Sample { SAMPLE_END, SAMPLE_SKIP, SAMPLE_TRY } Sample;

/* Results: all that a value stands for. Whole numbers are compared with numbers of the rule only, so that those and their neighbours stand for all between them. */
static void add_result(Sampler *s, uint32_t value, int64_t result) {
    if (filter_result(result) == value)
        vec_push(&s->results, result);
}

static void add_results(Sampler *s, const Check *c, uint32_t value) {
    for (int64_t i = -200; i < 10; i++)
        add_result(s, value, i);
    static const int64_t others[] = {INT64_MIN, -4096, -4095, -1000, -530, -526, -525, -521, -512, 1000, INT64_MAX};
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        add_result(s, value, others[i]);
    for (const AstItem *item = c->numbers ? c->node->items : NULL; item; item = item->next) {
        bool negative = str_starts(item->text, STR("-"));
        uint64_t n = 0;
        str_to_u64(str_from_at(item->text, negative), INT64_MAX - 1, &n);
        for (int64_t i = -1; i <= 1; i++)
            add_result(s, value, (negative ? -(int64_t) n : (int64_t) n) + i);
    }
}

static bool about_result(const Kind *kind, const Check *c, const CheckField *f) {
    if (f->slot == SLOT_FD_NUM)
        return kind->wire.flags & WIRE_KIND_FD_RESULT && c->numbers;
    return f->slot == SLOT_EVT_RES || f->slot == SLOT_EVT_FAILED || (f->slot == SLOT_EVT_RAWRES && c->numbers);
}

static Sample set_result(Sampler *s, const Kind *kind, size_t i) {
    if (i >= s->results.n)
        return SAMPLE_END;
    Event *e = &s->event;
    e->wire.result = s->results.p[i];
    if (kind->wire.flags & WIRE_KIND_FD_RESULT)
        e->wire.file.fd = e->wire.result < 0 ? -1 : (int32_t) MIN(e->wire.result, (int64_t) INT32_MAX);
    return SAMPLE_TRY;
}

static Sample sample_result(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i) {
    if (i == 0) {
        s->results.n = 0;
        add_results(s, c, value);
    }
    return set_result(s, kind, i);
}

static Sample sample_success(Sampler *s, const Kind *kind, const Check *c, uint32_t failed, size_t i) {
    if (i == 0) {
        s->results.n = 0;
        for (uint32_t v = failed ? FILTER_RESULT_PROGRESS : 0; v < (failed ? FILTER_RESULTS : FILTER_RESULT_PROGRESS); v++)
            add_results(s, c, v);
    }
    return set_result(s, kind, i);
}

/* Flags of an open */
static bool about_flags(const Kind *kind, const Check *c, const CheckField *f) {
    switch (f->slot) {
    case SLOT_EVT_IS_OPEN_READ: case SLOT_EVT_IS_OPEN_WRITE: case SLOT_EVT_IS_OPEN_EXEC: case SLOT_EVT_IS_OPEN_CREATE: case SLOT_FD_TYPE: case SLOT_FD_TYPECHAR:
        return true;
    default:
        break;
    }
    /* The text is a list of names, one for each flag: that it contains a name can be tried with each flag by itself. */
    bool one = c->node->op == OP_CONTAINS && !c->node->right && c->node->items && !c->node->items->next && str_chr(c->node->items->text, '|') < 0;
    return is_argument(f) && str_eqz(f->arg, "flags") && one && c->node->modifier == MODIFIER_NONE;
}

static Sample sample_flags(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i) {
    static const uint64_t others[] = {0, O_EXCL, O_NOCTTY, O_APPEND, O_NONBLOCK, O_DSYNC, O_SYNC, O_ASYNC, O_DIRECT, 0100000 /* O_LARGEFILE */, O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH,
                                      O_EXCL | O_NOCTTY | O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | 0100000 | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH};
    static const uint64_t modes[] = {0, 0644, 0100, 0010, 0001, 07777};
    uint32_t wanted = value << FILTER_OPEN_ACCESS;
    size_t layer = i % 3, other = i / 3 % ARRAY_SIZE(others), rest = i / 3 / ARRAY_SIZE(others), mode = rest % ARRAY_SIZE(modes), how = rest / ARRAY_SIZE(modes);
    if (how == 4) /* created by neither flag, by either, by both */
        return SAMPLE_END;
    uint64_t flags = value % 4 | others[other];
    flags |= how & 1 ? O_CREAT : 0;
    flags |= how & 2 ? 020000000 : 0; /* the bit of O_TMPFILE that is not O_DIRECTORY's */
    flags |= wanted & FILTER_OPEN_TRUNCATE ? O_TRUNC : 0;
    flags |= wanted & FILTER_OPEN_DIRECTORY ? O_DIRECTORY : 0;
    Event *e = &s->event;
    bool creat = strcmp(kind->name, "creat") == 0;
    if (!creat)
        e->wire.arg[kind->wire.name + 1] = flags;
    e->wire.arg[kind->wire.name + (creat ? 1 : 2)] = modes[mode];
    e->wire.file.layer = (uint8_t) layer;
    return filter_open_class(0, event_open_flags(e), modes[mode]) == wanted ? SAMPLE_TRY : SAMPLE_SKIP;
}

/* What a descriptor is */
static bool about_descriptor(const Kind *kind, const Check *c, const CheckField *f) {
    switch (f->slot) {
    case SLOT_FD_TYPE: case SLOT_FD_TYPECHAR: case SLOT_FD_SOCKFAMILY: case SLOT_FD_L4PROTO: case SLOT_FD_CONNECTED: case SLOT_FD_NAME_CHANGED:
        return true;
    default:
        return false;
    }
}

static Sample sample_file(Sampler *s, size_t i) {
    static const uint16_t modes[] = {S_IFREG, S_IFDIR, S_IFIFO, S_IFCHR, S_IFBLK, S_IFLNK, S_IFSOCK, 0};
    size_t name = i / ARRAY_SIZE(modes) / 2;
    if (name > event_anon_prefixes())
        return SAMPLE_END;
    s->event.path = name < event_anon_prefixes() ? str_from(event_anon_prefix(name)) : STR("/some/file");
    s->event.wire.file.type = i / ARRAY_SIZE(modes) % 2 ? WIRE_FILE_PATH : WIRE_FILE_ANON;
    s->event.wire.file.mode = modes[i % ARRAY_SIZE(modes)];
    return SAMPLE_TRY;
}

static Sample sample_descriptor(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i) {
    static const uint16_t others[] = {0, 1, 2, 4, 33, 41, 46, 47, 50, 51, 58, 89, 94, 103, 108, 115, 132, 136, 137, 143, 255, 262, 263};
    uint32_t v = value << FILTER_TYPE_SHIFT, type = v >> FILTER_TYPE_SHIFT & 7, protocol = v >> FILTER_PROTOCOL_SHIFT & 3;
    WireFile *f = &s->event.wire.file;
    f->fd = 3;
    f->server = kind->wire.flags & WIRE_KIND_SERVER ? 1 : 0;
    if (type == FILTER_TYPE_FILE)
        return protocol == FILTER_OTHER && !(v & (FILTER_CONNECTED | FILTER_NAMED)) ? sample_file(s, i) : SAMPLE_END;
    f->type = WIRE_FILE_SOCKET;
    size_t n = protocol == FILTER_OTHER ? ARRAY_SIZE(others) : 1, family = i / n / 2;
    f->protocol = protocol == FILTER_TCP ? 6 : protocol == FILTER_UDP ? 17 : others[i % n];
    f->socket_type = i / n % 2 ? SOCK_RAW : SOCK_STREAM;
    f->family = type == FILTER_TYPE_IPV4 ? AF_INET : type == FILTER_TYPE_IPV6 ? AF_INET6 : type == FILTER_TYPE_UNIX ? AF_UNIX : (uint16_t) family;
    f->state = v & FILTER_CONNECTED ? 1 : 7; /* TCP_ESTABLISHED, and another one */
    f->named.family = v & FILTER_NAMED ? f->family : UINT16_MAX;
    if (family >= (type == FILTER_TYPE_SOCKET ? AF_MAX : 1) || type >= FILTER_TYPES || protocol >= FILTER_PROTOCOLS)
        return SAMPLE_END;
    return filter_type(f->family) == type ? SAMPLE_TRY : SAMPLE_SKIP;
}

/* A number among the arguments */
static bool about_number(const Kind *kind, const Check *c, const CheckField *f) {
    return is_argument(f) && number_of(kind, f->arg) >= 0 && number_of(kind, f->arg) == push_down_number(kind);
}

static Sample sample_number(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i) {
    s->event.wire.arg[push_down_number(kind)] = value;
    return i == 0 ? SAMPLE_TRY : SAMPLE_END;
}

/* On the host, fields of containers have one value. */
static bool about_container(const Kind *kind, const Check *c, const CheckField *f) {
    return f->slot >= SLOT_EVENT_CONTAINER_ID && f->slot <= SLOT_EVENT_K8S_POD_LABEL;
}

static Sample sample_host(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i) {
    s->event.container = NULL;
    return i == 0 ? SAMPLE_TRY : SAMPLE_END;
}

/* Values that can be anything. */
static bool none(uint32_t value) {
    return false;
}
static bool unknown_descriptor(uint32_t value) {
    return value % 8 == FILTER_TYPE_UNKNOWN;
}
static bool other_number(uint32_t value) {
    return value == FILTER_NUMBER_OTHER;
}
static bool perhaps_container(uint32_t value) {
    return value == 0;
}

/* What classes of a shape are made of. */
typedef struct Dimension {
    unsigned shift, bits;
    bool (*open)(uint32_t value);
    bool (*about)(const Kind *kind, const Check *c, const CheckField *f);
    /* The i-th event that a value stands for. */
    Sample (*sample)(Sampler *s, const Kind *kind, const Check *c, uint32_t value, size_t i);
} Dimension;

#define RESULT {0, FILTER_RESULT_BITS, none, about_result, sample_result}
#define HOST {10, 1, perhaps_container, about_container, sample_host}
static const Dimension dimensions[][4] = {
    [FILTER_PLAIN] = {RESULT, HOST},
    [FILTER_OPEN] = {{0, 1, none, about_result, sample_success}, {FILTER_OPEN_ACCESS, 6, none, about_flags, sample_flags}, HOST},
    [FILTER_FD] = {RESULT, {FILTER_TYPE_SHIFT, 7, unknown_descriptor, about_descriptor, sample_descriptor}, HOST},
    [FILTER_NUMBER] = {RESULT, {FILTER_NUMBER_SHIFT, 6, other_number, about_number, sample_number}, HOST},
};
#undef RESULT
#undef HOST

static void begin(Sampler *s, const Kind *kind) {
    memset(&s->event, 0, offsetof(Event, room));
    s->event.kind = kind;
    s->event.wire.file.fd = -1;
}

Event *sampler_event(Sampler *s, const Kind *kind) {
    begin(s, kind);
    return &s->event;
}

/* Adds what one event says to *yes and *no. */
void sampler_try(Sampler *s, const Check *c, bool *yes, bool *no) {
    Subject subject = {.source = s->source, .ops = &event_ops, .object = &s->event};
    int r = program_evaluate(c->program, &subject, s->evaluator);
    *yes |= r != 0;
    *no |= r != 1;
}

static void try_value(Sampler *s, const Kind *kind, const Dimension *d, const Check *c, uint32_t value, bool *yes, bool *no) {
    *yes = *no = d->open(value);
    begin(s, kind); /* the samples of a value set the same members */
    for (size_t i = 0; !(*yes && *no); i++) {
        Sample sample = d->sample(s, kind, c, value, i);
        if (sample == SAMPLE_END)
            return;
        if (sample == SAMPLE_TRY)
            sampler_try(s, c, yes, no);
    }
}

/* The part of a class that decides all fields of a check; NULL with *ret_kind: the kind does; NULL without: nothing does. */
static const Dimension *dimension_of(const Kind *kind, const Check *c, bool *ret_kind) {
    *ret_kind = true;
    const Dimension *found = NULL;
    for (size_t i = 0; i < c->n_fields; i++) {
        if (of_kind(kind, c, &c->fields[i]))
            continue;
        *ret_kind = false;
        const Dimension *d = dimensions[push_down_shape(kind)];
        while (d->about && !d->about(kind, c, &c->fields[i]))
            d++;
        if (!d->about || (found && found != d))
            return NULL;
        found = d;
    }
    return found;
}

/* "in" a list that is empty, as lists are that people are to fill in: no event holds. */
static bool is_in_nothing(const AstNode *n) {
    return n->op == OP_IN && !n->items && !n->right && n->modifier == MODIFIER_NONE;
}

void sampler_kind_truth(Sampler *s, const Kind *kind, Check *c) {
    bool of_kind_only = false, yes = true, no = true;
    if (c->program)
        dimension_of(kind, c, &of_kind_only);
    of_kind_only |= c->program && is_in_nothing(c->node);
    if (of_kind_only) {
        yes = no = false;
        begin(s, kind);
        sampler_try(s, c, &yes, &no);
    }
    memset(&c->truth.yes, yes ? 0xff : 0, sizeof(c->truth.yes));
    memset(&c->truth.no, no ? 0xff : 0, sizeof(c->truth.no));
}

/* What samples depend on besides the check. */
typedef struct Alike {
    uint32_t dimension, flags;
    int32_t name, number;
    bool creat;
} Alike;

static Truth try_all(Sampler *s, const Kind *kind, const Dimension *d, const Check *c) {
    Truth t = {0};
    for (uint32_t v = 0; v < 1u << d->bits; v++) {
        bool yes, no;
        try_value(s, kind, d, c, v, &yes, &no);
        for (size_t i = 0; (yes || no) && i < FILTER_CLASSES; i++)
            if ((i >> d->shift & ((1u << d->bits) - 1)) == v) {
                if (yes)
                    classes_add(&t.yes, i);
                if (no)
                    classes_add(&t.no, i);
            }
    }
    return t;
}

void sampler_truth(Sampler *s, const Kind *kind, Check *c) {
    bool of_kind_only = false;
    const Dimension *d = c->program ? dimension_of(kind, c, &of_kind_only) : NULL;
    if (of_kind_only || !d || is_in_nothing(c->node))
        return;
    Alike alike;
    memset(&alike, 0, sizeof(alike)); /* with what lies between its members */
    alike.dimension = (uint32_t) (d - dimensions[0]);
    alike.flags = kind->wire.flags & (WIRE_KIND_FD_RESULT | WIRE_KIND_SERVER | WIRE_KIND_HOW);
    alike.name = (int32_t) kind->wire.name;
    alike.number = push_down_number(kind);
    alike.creat = strcmp(kind->name, "creat") == 0;
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    buf_add(&text, &alike, sizeof(alike));
    ast_print(c->node, &text);
    Truth *known = map_get(&s->known, buf_view(&text));
    if (!known) {
        known = arena_new(&s->arena, Truth);
        *known = try_all(s, kind, d, c);
        map_set(&s->known, arena_str(&s->arena, buf_view(&text)), known);
    }
    c->truth = *known;
}
