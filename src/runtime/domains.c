/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/domains.h"

#include <sys/socket.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"

enum { PACKET_MAX = DOMAIN_BYTES + 1 + DOMAIN_ADDRESSES * sizeof(DomainAddress) };

typedef struct Domain {
    Str name;
    DomainAddress *address;
    size_t n;
} Domain;

struct Domains {
    int socket;
    bool dead;
    uint64_t restarts;
    Vec(Domain) known;
};

static bool is_domain_field(Str name) {
    static const char *const fields[] = {"fd.sip.name", "fd.cip.name", "fd.lip.name", "fd.rip.name"};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (str_eqz(name, fields[i]))
            return true;
    return false;
}

typedef Vec(Str) Strs;

static void collect(const AstNode *n, Map *told, Strs *out) {
    for (const AstNode *c = n->child; c; c = c->next)
        collect(c, told, out);
    bool compares = n->kind == AST_CHECK && n->left->kind == TERM_FIELD && (n->op == OP_EQ || n->op == OP_NE || n->op == OP_IN) && is_domain_field(n->left->name);
    for (const AstItem *i = compares ? n->items : NULL; i; i = i->next) {
        if (map_has(told, i->text) || i->text.n == 0 || i->text.n > DOMAIN_BYTES || str_chr(i->text, 0) >= 0 || out->n >= DOMAINS_MAX)
            continue;
        map_set(told, i->text, out);
        vec_push(out, i->text);
    }
}

StrArray domains_wanted(Rule *const *rules, size_t n) {
    _cleanup_(map_done) Map told = {0};
    Strs out = {0};
    for (size_t i = 0; i < n; i++)
        if (rules[i]->enabled && strcmp(rules[i]->source->name, "syscall") == 0)
            collect(rules[i]->condition, &told, &out);
    return (StrArray) {out.p, out.n};
}

Domains *domains_new(void) {
    Domains *d = xcalloc(1, sizeof(*d));
    d->socket = -1;
    return d;
}

static void forget(Domains *d) {
    for (size_t i = 0; i < d->known.n; i++) {
        free((char *) d->known.p[i].name.p);
        free(d->known.p[i].address);
    }
    d->known.n = 0;
}

void domains_free(Domains *d) {
    if (!d)
        return;
    fd_closep(&d->socket);
    forget(d);
    vec_done(&d->known);
    free(d);
}

static Domain *find(Domains *d, Str name) {
    for (size_t i = 0; i < d->known.n; i++)
        if (str_eq(d->known.p[i].name, name))
            return &d->known.p[i];
    return NULL;
}

int domains_set(Domains *d, StrArray names, Error *err) {
    _cleanup_(buf_done) Buf text = buf_new(DOMAINS_BYTES);
    Domains old = {.known = {d->known.p, d->known.n, d->known.cap}};
    memset(&d->known, 0, sizeof(d->known));
    for (size_t i = 0; i < names.n; i++) {
        Domain new = {.name = str_n(str_dup(names.p[i]), names.p[i].n)};
        Domain *before = find(&old, new.name);
        if (before) {
            new.address = TAKE_PTR(before->address);
            new.n = before->n;
        }
        vec_push(&d->known, new);
        buf_add(&text, new.name.p, new.name.n + 1);
    }
    forget(&old);
    vec_done(&old.known);
    if (text.failed)
        return error_set(err, -E2BIG, "rules compare with more than %d bytes of domain names", DOMAINS_BYTES);
    int r = d->socket < 0 ? resolver_start(&d->socket, err) : 0;
    if (r < 0)
        return r;
    if (names.n == 0 || d->dead)
        return 0;
    return send(d->socket, buf_view(&text).p, buf_view(&text).n, MSG_NOSIGNAL) < 0 ? error_errno(err, -errno, "asking for domain names") : 0;
}

/* An answer says all addresses of a name; what is no answer to a question is left out. */
static void take(Domains *d, const char *packet, size_t n) {
    const char *end = memchr(packet, 0, n);
    if (!end)
        return;
    Str name = str_n(packet, (size_t) (end - packet));
    d->restarts += name.n == 0;
    Domain *k = find(d, name);
    if (!k)
        return;
    k->n = MIN((n - name.n - 1) / sizeof(DomainAddress), (size_t) DOMAIN_ADDRESSES);
    k->address = xreallocarray(k->address, k->n + 1, sizeof(*k->address));
    memcpy(k->address, end + 1, k->n * sizeof(*k->address));
}

int domains_fd(const Domains *d) {
    return d->dead ? -1 : d->socket;
}

bool domains_update(Domains *d) {
    char packet[PACKET_MAX];
    ssize_t n = -1;
    bool some = false;
    while (d->socket >= 0 && !d->dead && (n = recv(d->socket, packet, sizeof(packet), MSG_DONTWAIT)) > 0) {
        take(d, packet, (size_t) n);
        some = true;
    }
    d->dead |= n == 0 || (n < 0 && d->socket >= 0 && errno != EAGAIN && errno != EINTR);
    return some;
}

void domains_each(const Domains *d, void (*each)(void *userdata, const IpValue *ip), void *userdata) {
    for (size_t i = 0; i < d->known.n; i++)
        for (size_t k = 0; k < d->known.p[i].n; k++) {
            const DomainAddress *a = &d->known.p[i].address[k];
            IpValue ip = {.family = a->family};
            memcpy(ip.bytes, a->bytes, a->family == 4 ? 4 : 16);
            each(userdata, &ip);
        }
}

void domains_state(const Domains *d, DomainsState *ret) {
    *ret = (DomainsState) {.names = d->known.n, .restarts = d->restarts, .dead = d->dead};
    for (size_t i = 0; i < d->known.n; i++)
        ret->known += d->known.p[i].n > 0;
}

size_t domains_of(const Domains *d, const IpValue *ip, Str *ret, size_t max) {
    size_t n = 0;
    for (size_t i = 0; i < d->known.n; i++)
        for (size_t k = 0; k < d->known.p[i].n && n < max; k++) {
            const DomainAddress *a = &d->known.p[i].address[k];
            if (a->family == ip->family && memcmp(a->bytes, ip->bytes, a->family == 4 ? 4 : 16) == 0) {
                ret[n++] = d->known.p[i].name;
                break;
            }
        }
    return n;
}
