/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/match.h"

#include <arpa/inet.h>

#include "base/map.h"

struct StrSet {
    size_t mask;
    struct {
        uint32_t hash, at;
        Str text;
    } slots[]; /* text.p is NULL in empty ones */
};

/* Head, tail and length: sets are small and made by whoever wrote the rule, so a poor hash costs little and a good one more than the comparison. */
static uint32_t set_hash(Str s) {
    uint64_t head = 0, tail = 0;
    if (s.n >= 8) {
        memcpy(&head, s.p, 8);
        memcpy(&tail, s.p + s.n - 8, 8);
    } else if (s.n >= 4) {
        uint32_t a, b;
        memcpy(&a, s.p, 4);
        memcpy(&b, s.p + s.n - 4, 4);
        head = a;
        tail = b;
    } else if (s.n) {
        head = (uint64_t) (unsigned char) s.p[0] << 16 | (uint64_t) (unsigned char) s.p[s.n / 2] << 8 | (unsigned char) s.p[s.n - 1];
    }
    uint64_t h = (head ^ tail * 0x9e3779b97f4a7c15u ^ s.n) * 0xff51afd7ed558ccdu;
    return (uint32_t) (h >> 32);
}

const StrSet *str_set_new(const Str *items, size_t n, Arena *a) {
    size_t cap = 4;
    while (cap < n * 2)
        cap *= 2;
    StrSet *s = arena_alloc(a, sizeof(*s) + cap * sizeof(s->slots[0]));
    if (!s)
        return NULL;
    s->mask = cap - 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t hash = set_hash(items[i]);
        size_t k = hash & s->mask;
        while (s->slots[k].text.p && !str_eq(s->slots[k].text, items[i]))
            k = (k + 1) & s->mask;
        if (s->slots[k].text.p)
            continue;
        s->slots[k].hash = hash;
        s->slots[k].at = (uint32_t) i;
        s->slots[k].text = items[i].p ? items[i] : STR("");
    }
    return s;
}

ssize_t str_set_find(const StrSet *s, Str item) {
    uint32_t hash = set_hash(item);
    for (size_t k = hash & s->mask; s->slots[k].text.p; k = (k + 1) & s->mask)
        if (s->slots[k].hash == hash && str_eq(s->slots[k].text, item))
            return s->slots[k].at;
    return -1;
}

bool str_set_has(const StrSet *s, Str item) {
    return str_set_find(s, item) >= 0;
}

struct PathTrie {
    Str name;
    bool end;                    /* a prefix ends here */
    PathTrie *plain, *globs;     /* children by their kind of name, linked by `next` */
    PathTrie *next;
    size_t n_plain;
    const StrSet *names;         /* of many plain ones, and they in the same order */
    const PathTrie **by_name;
};

enum { FEW_CHILDREN = 8 };

/* The next component that is not empty. */
static bool component(Str *rest, Str *ret) {
    while (str_split(rest, '/', ret))
        if (!str_empty(*ret))
            return true;
    return false;
}

/* The child of that name, made when it is new. `known` has all that there are, by parent and name. */
static PathTrie *trie_child(PathTrie *parent, Str name, Map *known, Arena *a) {
    char *key = arena_bytes(a, sizeof(parent) + name.n);
    if (!key)
        return NULL;
    memcpy(key, &parent, sizeof(parent));
    memcpy(key + sizeof(parent), name.p, name.n);
    void **at = map_slot(known, str_n(key, sizeof(parent) + name.n), NULL);
    if (*at)
        return *at;
    PathTrie *c = arena_new(a, PathTrie);
    *at = c;
    if (!c)
        return NULL;
    bool glob = str_chr(name, '*') >= 0 || str_chr(name, '?') >= 0 || str_chr(name, '[') >= 0;
    PathTrie **list = glob ? &parent->globs : &parent->plain;
    *c = (PathTrie) {.name = name, .next = *list};
    *list = c;
    parent->n_plain += !glob;
    return c;
}

static bool trie_index(PathTrie *t, Arena *a) {
    for (PathTrie *c = t->globs; c; c = c->next)
        if (!trie_index(c, a))
            return false;
    for (PathTrie *c = t->plain; c; c = c->next)
        if (!trie_index(c, a))
            return false;
    if (t->n_plain <= FEW_CHILDREN)
        return true;
    Str *names = arena_alloc(a, t->n_plain * sizeof(*names));
    t->by_name = arena_alloc(a, t->n_plain * sizeof(PathTrie *));
    if (!names || !t->by_name)
        return false;
    size_t n = 0;
    for (PathTrie *c = t->plain; c; c = c->next) {
        names[n] = c->name;
        t->by_name[n++] = c;
    }
    t->names = str_set_new(names, n, a);
    return t->names;
}

const PathTrie *path_trie_new(const Str *paths, size_t n, Arena *a) {
    _cleanup_(map_done) Map known = {0};
    PathTrie *root = arena_new(a, PathTrie);
    for (size_t i = 0; root && i < n; i++) {
        Str rest = paths[i], name;
        PathTrie *at = root;
        while (component(&rest, &name))
            if (!(at = trie_child(at, name, &known, a)))
                return NULL;
        at->end = true;
    }
    return root && trie_index(root, a) ? root : NULL;
}

bool path_trie_match(const PathTrie *t, Str path, uint64_t *work) {
    Str name;
    if (t->end)
        return true;
    if (!component(&path, &name))
        return false;
    if (t->names) {
        ssize_t at = str_set_find(t->names, name);
        if (at >= 0 && path_trie_match(t->by_name[at], path, work))
            return true;
    }
    for (const PathTrie *c = t->names ? NULL : t->plain; c; c = c->next)
        if (str_eq(c->name, name) && path_trie_match(c, path, work))
            return true;
    for (const PathTrie *c = t->globs; c; c = c->next)
        if ((str_eq(c->name, name) || glob_match(c->name, name, false, work)) && work_done(work, 1) && path_trie_match(c, path, work))
            return true;
    return false;
}

bool path_has_prefix(Str path, Str prefix, uint64_t *work) {
    Str a, b;
    while (component(&prefix, &b))
        if (!component(&path, &a) || !(str_eq(a, b) || glob_match(b, a, false, work)))
            return false;
    return true;
}

static void clear_host_bits(IpValue *ip) {
    unsigned bytes = ip->family == 4 ? 4 : 16;
    for (unsigned i = 0; i < bytes; i++) {
        unsigned keep = ip->prefix > i * 8 ? MIN((unsigned) ip->prefix - i * 8, 8u) : 0;
        ip->bytes[i] &= (uint8_t) (0xff00u >> keep);
    }
}

bool ip_parse(Str s, Value *ret) {
    char text[INET6_ADDRSTRLEN];
    Str address = s, bits;
    uint64_t prefix = 0;
    bool net = str_cut(s, '/', &address, &bits);
    if (address.n >= sizeof(text) || address.n == 0 || memchr(address.p, 0, address.n))
        return false;
    memcpy(text, address.p, address.n);
    text[address.n] = 0;
    IpValue ip = {.family = str_chr(address, ':') >= 0 ? 6 : 4};
    unsigned all = ip.family == 4 ? 32 : 128;
    if (inet_pton(ip.family == 4 ? AF_INET : AF_INET6, text, ip.bytes) != 1 || (net && str_to_u64(bits, all, &prefix) < 0))
        return false;
    ip.prefix = (uint8_t) (net ? prefix : all);
    clear_host_bits(&ip);
    *ret = (Value) {.type = net ? VALUE_NET : VALUE_IP, .ip = ip};
    return true;
}

bool ip_inside(const IpValue *ip, const IpValue *net) {
    if (ip->family != net->family || ip->prefix < net->prefix)
        return false;
    unsigned whole = net->prefix / 8, rest = net->prefix % 8;
    if (memcmp(ip->bytes, net->bytes, whole) != 0)
        return false;
    return !rest || ((ip->bytes[whole] ^ net->bytes[whole]) & (0xff00u >> rest & 0xff)) == 0;
}

bool text_contains_fold(Str text, Str part, uint64_t *work) {
    if (part.n == 0)
        return true;
    char first = ascii_lower(part.p[0]);
    for (size_t i = 0; i + part.n <= text.n; i++) {
        if (ascii_lower(text.p[i]) != first)
            continue;
        size_t k = 1;
        while (k < part.n && ascii_lower(text.p[i + k]) == ascii_lower(part.p[k]))
            k++;
        if (k == part.n)
            return true;
        if (!work_done(work, k))
            return false;
    }
    return false;
}
