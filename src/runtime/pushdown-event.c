/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs see of an event, in the sensor: what they may remember of its directories, and what they decide. */
#include <sys/socket.h>

#include "runtime/domains.h"
#include "runtime/pushdown-private.h"

uint64_t filter_names_hash(uint64_t seed, Str names) {
    uint64_t h = filter_start(seed, FILTER_START_PATH);
    Str one;
    while (str_split(&names, 0, &one)) {
        for (size_t i = 0; one.n && i <= one.n; i += 8) { /* the root is one empty name */
            uint64_t word = 0;
            memcpy(&word, one.p + i, MIN(one.n - i, (size_t) 8));
            h = filter_mix(h, one.n - i < 8 ? filter_last(word, (uint32_t) one.n) : word);
        }
    }
    return filter_end(h);
}

Str filter_directory_of(Str base, Str raw, char *room, size_t max) {
    size_t n = path_join(base, raw, room, max - 1);
    if (n + 1 >= max || n + 2 > WIRE_STRING_MAX)
        return STR_NULL;
    if (n > 1)
        room[n++] = '/';
    return str_n(room, n);
}

/* The names of a path without the last one, which comes first. */
static Str parent_of(Str names) {
    ssize_t end = str_chr(names, 0);
    return str_from_at(names, (size_t) (end + 1));
}

static bool is_whole(const Event *e) {
    return !(e->wire.flags & (WIRE_CUT | WIRE_UNREADABLE));
}

/* A file that was opened has a path to look at, too. */
static bool has_path(const Event *e) {
    return e->wire.result >= 0 && e->wire.entrance != WIRE_IO_URING;
}

/* A directory of an event: the key that the programs know it by, and what it is made of. */
typedef struct Place {
    uint64_t key;
    Str base, raw;
    char room[WIRE_STRING_MAX];
} Place;

static FilterDirectory judge(const PushDown *p, const Place *at) {
    char room[2 * WIRE_STRING_MAX];
    FilterDirectory d = {0};
    Str path = filter_directory_of(at->base, at->raw, room, sizeof(room));
    if (path.p) {
        d = atoms_in_directory(p->atoms.p, p->atoms.n, path, at->raw);
        /* Some fields have the name as it was given: what it looks like counts as well. */
        FilterDirectory given = str_starts(at->raw, STR("/")) ? atoms_in_directory(p->atoms.p, p->atoms.n, at->raw, at->raw) : (FilterDirectory) {0};
        d.any |= given.any;
        d.named |= given.named;
    } else {
        d.any = d.named = UINT64_MAX;
    }
    d.key = at->key;
    return d;
}

/* Where the name lies that the call gave. */
static void find_given(const PushDown *p, const Event *e, Place *ret) {
    uint64_t seed = p->tables.seed;
    Str name = e->string[WIRE_NAME], names = e->string[WIRE_BASE].p ? e->string[WIRE_BASE] : e->string[WIRE_CWD];
    ret->raw = str_head(name, (size_t) (str_rchr(name, '/') + 1));
    ret->base = STR("");
    if (str_starts(ret->raw, STR("/"))) {
        ret->key = filter_text_hash(filter_start(seed, FILTER_START_TEXT), ret->raw);
        return;
    }
    ret->base = str_n(ret->room, path_from_names(names, ret->room, sizeof(ret->room)));
    ret->key = filter_names_hash(seed, names);
    if (ret->raw.n)
        ret->key = filter_text_hash(filter_mix(ret->key, FILTER_START_TEXT), ret->raw);
}

/* Where the file lies that was opened. */
static void find_opened(const PushDown *p, const Event *e, Place *ret) {
    Str names = parent_of(e->string[WIRE_PATH]);
    ret->raw = STR("");
    ret->base = str_n(ret->room, path_from_names(names, ret->room, sizeof(ret->room)));
    ret->key = filter_names_hash(p->tables.seed, names);
}

static bool knows_names(const Event *e) {
    Str name = e->string[WIRE_NAME];
    return is_whole(e) && name.n && name.n < FILTER_NAME_MAX && (str_starts(name, STR("/")) || e->string[WIRE_CWD].p);
}

static void remember(const PushDown *p, const Place *at, FilterDirectory *memory) {
    FilterDirectory *set = memory + at->key % FILTER_SETS * FILTER_WAYS, *to = NULL;
    for (size_t i = 0; i < FILTER_WAYS; i++) {
        if (set[i].key == at->key)
            return;
        if (!set[i].key)
            to = &set[i];
    }
    if (!to)
        to = &set[at->key >> 32 & (FILTER_WAYS - 1)];
    FilterDirectory d = judge(p, at);
    /* The programs look at the key before and behind the rest. */
    __atomic_store_n(&to->key, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&to->any, d.any, __ATOMIC_SEQ_CST);
    __atomic_store_n(&to->named, d.named, __ATOMIC_SEQ_CST);
    __atomic_store_n(&to->key, d.key, __ATOMIC_SEQ_CST);
}

void push_down_learn(const PushDown *p, const Event *e, FilterDirectory *memory) {
    Place at;
    if (!event_is_open(e) || !is_whole(e))
        return;
    if (knows_names(e)) {
        find_given(p, e, &at);
        remember(p, &at, memory);
    }
    if (has_path(e) && e->wire.file.type == WIRE_FILE_PATH && e->string[WIRE_PATH].p) {
        find_opened(p, e, &at);
        remember(p, &at, memory);
    }
}

static uint32_t class_of(const PushDown *p, const Event *e) {
    const WireEvent *w = &e->wire;
    const WireFile *f = &w->file;
    switch (p->tables.shape[w->kind]) {
    case FILTER_OPEN:
        return filter_open_class(w->result, event_open_flags(e), w->arg[e->kind->wire.name + (p->tables.argument[w->kind] ? 1 : 2)]);
    case FILTER_NUMBER:
        return filter_number_class(w->result, w->arg[p->tables.argument[w->kind]]);
    case FILTER_FD:
        if (f->type != WIRE_FILE_SOCKET)
            return filter_fd_class(w->result, f->type == WIRE_FILE_NONE ? FILTER_TYPE_UNKNOWN : FILTER_TYPE_FILE, FILTER_OTHER, 0);
        return filter_fd_class(w->result, filter_type(f->family), filter_protocol(f->protocol), (f->state == 1 ? FILTER_CONNECTED : 0) | (f->named.family == f->family ? FILTER_NAMED : 0));
    default:
        return filter_result(w->result);
    }
}

static uint64_t find(const FilterName *table, size_t n, uint64_t hash) {
    for (size_t i = 0; i < FILTER_PROBES; i++)
        if (table[(hash + i) % n].hash == hash)
            return table[(hash + i) % n].bits;
    return 0;
}

static uint64_t of_process(const FilterTables *t, const Event *e) {
    uint64_t words[2] = {0};
    memcpy(words, e->wire.process.comm, strnlen(e->wire.process.comm, sizeof(e->wire.process.comm) - 1));
    return find(t->comms, FILTER_COMMS, filter_end(filter_mix(filter_mix(filter_start(t->seed, FILTER_START_COMM), words[0]), words[1])));
}

static uint64_t of_name(const FilterTables *t, Str name) {
    uint64_t bits = 0, hash = filter_text_hash(filter_start(t->seed, FILTER_START_BASE), name);
    if (t->bloom[(hash >> 32) % FILTER_BASES])
        bits = find(t->bases, FILTER_BASES, hash);
    for (size_t i = 0; i < t->n_suffixes; i++) {
        uint64_t last = 0;
        size_t n = MIN(name.n, sizeof(last));
        memcpy((char *) &last + sizeof(last) - n, name.p + name.n - n, n);
        if (filter_may_end(t, last) && name.n >= t->suffix[i].bytes && (last & t->suffix[i].mask) == t->suffix[i].value)
            bits |= t->suffix[i].bits;
    }
    return bits;
}

static bool is_special(Str name) {
    return name.n == 0 || str_eqz(name, ".") || str_eqz(name, "..");
}

static bool has_name(const Event *e, const uint64_t w[2]) {
    IpValue ip = {.family = w[0] || (uint32_t) w[1] != 0xffff0000 ? 6 : 4};
    Str name;
    memcpy(ip.bytes, ip.family == 4 ? (const char *) &w[1] + 4 : (const char *) w, ip.family == 4 ? 4 : 16);
    return e->tables->domains && domains_of(e->tables->domains, &ip, &name, 1) > 0;
}

static void words_of(const WireAddress *a, uint64_t w[2]) {
    uint32_t address;
    memcpy(&address, a->bytes, sizeof(address));
    memcpy(w, a->bytes, sizeof(a->bytes));
    if (a->family == AF_INET) {
        w[0] = 0;
        w[1] = filter_mapped(address);
    }
}

/* Rules that it could matter to by the ends of its connection. */
static uint64_t of_ends(const FilterTables *t, const Event *e) {
    const WireFile *f = &e->wire.file;
    enum FilterEnds ends = t->ends[e->wire.kind];
    uint64_t server[2], client[2];
    if (ends == FILTER_ENDS_NONE || f->type != WIRE_FILE_SOCKET || (f->family != AF_INET && f->family != AF_INET6) || !f->remote.port)
        return FILTER_ALL;
    words_of(ends == FILTER_ENDS_SERVER ? &f->local : &f->remote, server);
    words_of(ends == FILTER_ENDS_SERVER ? &f->remote : &f->local, client);
    if (has_name(e, server) || has_name(e, client))
        return FILTER_ALL;
    uint16_t port = ends == FILTER_ENDS_SERVER ? f->local.port : f->remote.port;
    uint32_t pair = filter_address_range(&t->end, server[0], server[1]) * FILTER_ADDRESSES + filter_address_range(&t->end, client[0], client[1]);
    return t->end.port_bits[filter_range(t->end.port_from, FILTER_PORTS, port)] & t->end.pair_bits[pair];
}

bool push_down_sends(const PushDown *p, const Event *e, bool host) {
    const FilterTables *t = &p->tables;
    uint8_t row = t->row[e->wire.kind * FILTER_CLASSES + class_of(p, e) + (host ? FILTER_HOST : 0)];
    if (row == FILTER_DROP || row == FILTER_SEND)
        return row == FILTER_SEND;
    uint64_t ends = of_ends(t, e), mask = t->wanted[row].named & ends;
    if (t->wanted[row].free & ends)
        return true;
    if (of_process(t, e) & mask)
        return true;
    if (t->shape[e->wire.kind] != FILTER_OPEN)
        return false;
    if (!knows_names(e))
        return true;
    Str name = e->string[WIRE_NAME];
    name = str_from_at(name, (size_t) (str_rchr(name, '/') + 1));
    Place at;
    find_given(p, e, &at);
    FilterDirectory d = judge(p, &at);
    if (is_special(name) || (d.any | (d.named & of_name(t, name))) & mask)
        return true;
    if (!has_path(e) || e->wire.file.type != WIRE_FILE_PATH)
        return has_path(e) && e->wire.file.type == WIRE_FILE_NONE;
    Str path = e->string[WIRE_PATH], last = str_head(path, (size_t) MAX(str_chr(path, 0), (ssize_t) 0));
    find_opened(p, e, &at);
    d = judge(p, &at);
    return is_special(last) || (d.any | (d.named & of_name(t, last))) & mask;
}
