/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of a connection: for which ports of the server and for which pairs of addresses rules may hold. The numbers that rules compare with cut ports and addresses into ranges; within
 * one, no comparison changes its answer. So each is tried with one connection of a range, or of a pair of ranges. */
#include <sys/socket.h>

#include "policy/match.h"
#include "runtime/pushdown-private.h"

enum { CHECKS_MAX = 32, PORT_MAX = 65535, IPV6 = FILTER_ADDRESSES - 1 };
#define NO_RANGE UINT64_MAX

enum FilterEnds push_down_ends(const Kind *kind) {
    if (push_down_shape(kind) != FILTER_FD || kind->wire.flags & WIRE_KIND_EITHER)
        return FILTER_ENDS_NONE;
    if (kind->wire.flags & WIRE_KIND_SERVER)
        return FILTER_ENDS_SERVER;
    return kind->wire.address >= 0 ? FILTER_ENDS_CLIENT : FILTER_ENDS_NONE;
}

/* Ranges */
void ends_begin(FilterEndTables *t) {
    memset(t, 0, sizeof(*t));
    memset(t->port_from + 1, 0xff, sizeof(t->port_from) - sizeof(t->port_from[0]));
    memset(t->address_from + 1, 0xff, sizeof(t->address_from) - sizeof(t->address_from[0]));
}

static bool begins_range(const __u64 *from, size_t max, uint64_t at) {
    for (size_t i = 0; i < max; i++)
        if (from[i] == at)
            return true;
    return false;
}

static void add_range(__u64 *from, size_t max, uint64_t at) {
    if (begins_range(from, max, at) || from[max - 1] != NO_RANGE)
        return;
    size_t i = max - 1;
    for (; from[i - 1] > at; i--)
        from[i] = from[i - 1];
    from[i] = at;
}

/* What of the ends a field is: they are numbered from the server's, since the call says which end the process is. */
static CheckEnds about_ends(uint16_t slot, enum FilterEnds ends) {
    switch (slot) {
    case SLOT_FD_SPORT: return ENDS_PORT;
    case SLOT_FD_RPORT: return ends == FILTER_ENDS_CLIENT ? ENDS_PORT : ENDS_NOT;
    case SLOT_FD_LPORT: return ends == FILTER_ENDS_SERVER ? ENDS_PORT : ENDS_NOT;
    case SLOT_FD_IP: case SLOT_FD_CIP: case SLOT_FD_SIP: case SLOT_FD_LIP: case SLOT_FD_RIP: case SLOT_FD_NET: case SLOT_FD_CNET: case SLOT_FD_SNET: case SLOT_FD_LNET: case SLOT_FD_RNET:
        return ENDS_ADDRESS;
    /* Of addresses that have a name everything is sent; the others have none. */
    case SLOT_FD_CIP_NAME: case SLOT_FD_SIP_NAME: case SLOT_FD_LIP_NAME: case SLOT_FD_RIP_NAME:
        return ENDS_NAME;
    default: return ENDS_NOT;
    }
}

static bool compares_order(AstOp op) {
    return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

static bool compares(const AstNode *n, CheckEnds of) {
    if (n->left->kind != TERM_FIELD || n->right || n->modifier != MODIFIER_NONE || of == ENDS_NOT)
        return false;
    return of == ENDS_NAME || n->op == OP_EQ || n->op == OP_NE || n->op == OP_IN || n->op == OP_EXISTS || (of == ENDS_PORT && compares_order(n->op));
}

/* Where the value's own range begins and where the one behind it does; false: it is not understood. Of IPv6 there is one range: *ret_from is NO_RANGE. */
static bool range_of(CheckEnds of, Str text, uint64_t *ret_from, uint64_t *ret_behind) {
    Value v;
    if (of == ENDS_PORT) {
        *ret_behind = str_to_u64(text, PORT_MAX, ret_from) == 0 ? *ret_from + 1 : 0;
        return *ret_behind > 0;
    }
    *ret_from = *ret_behind = NO_RANGE;
    if (!ip_parse(text, &v))
        return false;
    if (v.ip.family != 4)
        return true;
    *ret_from = (uint64_t) v.ip.bytes[0] << 24 | (uint64_t) v.ip.bytes[1] << 16 | (uint64_t) v.ip.bytes[2] << 8 | v.ip.bytes[3];
    *ret_behind = *ret_from + ((uint64_t) 1 << (32 - v.ip.prefix));
    return true;
}

static __u64 *ranges(FilterEndTables *t, CheckEnds of, size_t *ret_max) {
    *ret_max = of == ENDS_PORT ? FILTER_PORTS : IPV6;
    return of == ENDS_PORT ? t->port_from : t->address_from;
}

void ends_add_ranges(FilterEndTables *t, const AstNode *n) {
    for (const AstNode *c = n->kind == AST_CHECK ? NULL : n->child; c; c = c->next)
        ends_add_ranges(t, c);
    const Field *f = n->kind == AST_CHECK && n->left->kind == TERM_FIELD ? source_field(source_by_name(STR("syscall")), n->left->name, NULL) : NULL;
    for (enum FilterEnds ends = FILTER_ENDS_CLIENT; f && ends <= FILTER_ENDS_SERVER; ends++) {
        CheckEnds of = about_ends(f->slot, ends);
        uint64_t from, behind;
        size_t max;
        if (of == ENDS_NAME || !compares(n, of))
            continue;
        __u64 *at = ranges(t, of, &max);
        for (const AstItem *i = n->items; i; i = i->next)
            if (range_of(of, i->text, &from, &behind) && from != NO_RANGE) {
                add_range(at, max, from);
                add_range(at, max, behind);
            }
    }
}

/* There was room for all its values. */
static bool has_ranges(FilterEndTables *t, const Check *c, CheckEnds of) {
    uint64_t from, behind;
    size_t max;
    __u64 *at = ranges(t, of, &max);
    for (const AstItem *i = of == ENDS_NAME ? NULL : c->node->items; i; i = i->next)
        if (!range_of(of, i->text, &from, &behind) || (from != NO_RANGE && !(begins_range(at, max, from) && begins_range(at, max, behind))))
            return false;
    return true;
}

static bool has_ipv6(const Check *c) {
    for (const AstItem *i = c->node->items; i; i = i->next)
        if (str_chr(i->text, ':') >= 0)
            return true;
    return false;
}

void ends_find_checks(FilterEndTables *t, Condition *c, const Kind *kind) {
    enum FilterEnds ends = push_down_ends(kind);
    for (size_t i = 0; i < c->checks.n; i++) {
        Check *k = c->checks.p[i];
        CheckEnds of = ends && k->program && k->n_fields == 1 ? about_ends(k->fields[0].slot, ends) : ENDS_NOT;
        k->ends = compares(k->node, of) && has_ranges(t, k, of) ? of : ENDS_NOT;
    }
}

/* Trying */
static void set_address(WireAddress *a, const FilterEndTables *t, size_t range, bool mapped, uint16_t port) {
    static const uint8_t some[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    uint32_t address = __builtin_bswap32((uint32_t) t->address_from[range]);
    *a = (WireAddress) {.family = mapped ? AF_INET6 : AF_INET, .port = port};
    if (range == IPV6) {
        memcpy(a->bytes, some, sizeof(some));
    } else if (mapped) {
        memset(a->bytes + 10, 0xff, 2);
        memcpy(a->bytes + 12, &address, 4);
    } else {
        memcpy(a->bytes, &address, 4);
    }
}

static void set_ends(Sampler *s, const Kind *kind, const FilterEndTables *t, size_t server, size_t client, uint16_t port) {
    static Tables no_names;
    Event *e = sampler_event(s, kind);
    WireFile *f = &e->wire.file;
    bool mapped = server == IPV6 || client == IPV6;
    e->tables = &no_names;
    f->fd = 3;
    f->type = WIRE_FILE_SOCKET;
    f->family = mapped ? AF_INET6 : AF_INET;
    f->server = push_down_ends(kind) == FILTER_ENDS_SERVER;
    set_address(f->server ? &f->local : &f->remote, t, server, mapped, port);
    set_address(f->server ? &f->remote : &f->local, t, client, mapped, 1);
}

static void set_truth(Check *c, bool yes, bool no) {
    memset(&c->truth.yes, yes ? 0xff : 0, sizeof(c->truth.yes));
    memset(&c->truth.no, no ? 0xff : 0, sizeof(c->truth.no));
}

/* What was found out about a condition for some answers of its checks. */
typedef struct Answers {
    Check *checks[CHECKS_MAX];
    size_t n;
    uint64_t seen[64];  /* two bits a check */
    bool may[64];
    size_t n_seen;
} Answers;

static bool may_hold(Answers *a, const Condition *c, uint64_t answers) {
    for (size_t i = 0; i < a->n_seen; i++)
        if (a->seen[i] == answers)
            return a->may[i];
    for (size_t i = 0; i < a->n; i++)
        set_truth(a->checks[i], answers >> 2 * i & 1, answers >> 2 * i & 2);
    Classes may = condition_holds(c);
    if (a->n_seen < ARRAY_SIZE(a->seen)) {
        a->seen[a->n_seen] = answers;
        a->may[a->n_seen++] = !classes_empty(&may);
    }
    return !classes_empty(&may);
}

static uint64_t ask(Sampler *s, const Answers *a, bool ipv6) {
    uint64_t answers = 0;
    for (size_t i = 0; i < a->n; i++) {
        bool yes, no;
        yes = no = ipv6 && has_ipv6(a->checks[i]);
        if (!yes)
            sampler_try(s, a->checks[i], &yes, &no);
        answers |= (uint64_t) (yes | no << 1) << 2 * i;
    }
    return answers;
}

/* Those of one sort are asked; the others can be anything. */
static void take(Answers *a, Condition *c, CheckEnds of) {
    *a = (Answers) {0};
    for (size_t i = 0; i < c->checks.n; i++) {
        Check *k = c->checks.p[i];
        k->absent = false;
        if (k->ends != ENDS_NOT)
            set_truth(k, true, true);
        if ((k->ends == of || (of == ENDS_ADDRESS && k->ends == ENDS_NAME)) && a->n < CHECKS_MAX)
            a->checks[a->n++] = k;
    }
}

static void add_ports(FilterEndTables *t, Condition *c, Sampler *s, const Kind *kind, uint64_t bit) {
    Answers a;
    take(&a, c, ENDS_PORT);
    for (size_t i = 0; i < FILTER_PORTS && t->port_from[i] != NO_RANGE; i++) {
        uint64_t last = i + 1 < FILTER_PORTS && t->port_from[i + 1] != NO_RANGE ? t->port_from[i + 1] - 1 : t->port_from[i];
        if (a.n)
            set_ends(s, kind, t, 0, 0, (uint16_t) MIN(last, (uint64_t) PORT_MAX));
        if (may_hold(&a, c, ask(s, &a, false)))
            t->port_bits[i] |= bit;
    }
}

static void add_pairs(FilterEndTables *t, Condition *c, Sampler *s, const Kind *kind, uint64_t bit) {
    Answers a;
    take(&a, c, ENDS_ADDRESS);
    for (size_t server = 0; server < FILTER_ADDRESSES; server++)
        for (size_t client = 0; client < FILTER_ADDRESSES; client++) {
            if ((server != IPV6 && t->address_from[server] == NO_RANGE) || (client != IPV6 && t->address_from[client] == NO_RANGE))
                continue;
            if (a.n)
                set_ends(s, kind, t, server, client, PORT_MAX);
            if (may_hold(&a, c, ask(s, &a, server == IPV6 || client == IPV6)))
                t->pair_bits[server * FILTER_ADDRESSES + client] |= bit;
        }
}

void ends_add_rule(FilterEndTables *t, Condition *c, Sampler *s, const Kind *kind, uint64_t bit) {
    ends_find_checks(t, c, kind);
    add_ports(t, c, s, kind, bit);
    add_pairs(t, c, s, kind, bit);
}
