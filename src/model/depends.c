/* SPDX-License-Identifier: Apache-2.0 */
/* Sources: deb-control(5) and Debian policy 7.1; wiki.alpinelinux.org/wiki/Apk_spec; rpm's documentation, "Dependencies" and "Boolean dependencies". */
#include "model/depends.h"

#include "base/map.h"
#include "base/vec.h"

/* A package under one of its names. */
typedef struct Named {
    size_t package;
    size_t next;      /* index + 1 of the next one with this name */
} Named;

struct Depends {
    const Inventory *inv;
    Map names, provided; /* name -> index + 1 into `all` of the first one */
    Vec(Named) all;
    Vec(size_t) last;    /* the end of the chain that begins at this index of `all` */
    DependsOwner *owner;
    void *userdata;
    size_t *seen;        /* per package: the last package (+ 1) it was listed for */
    Vec(size_t) found;
};

static void add(Depends *d, Map *m, Str name, size_t package) {
    bool is_new;
    void **slot = map_slot(m, name, &is_new);
    size_t first = is_new ? d->all.n : (size_t) (uintptr_t) *slot - 1;
    vec_push(&d->all, (Named) {.package = package});
    vec_push(&d->last, d->all.n - 1);
    if (is_new)
        *slot = (void *) (uintptr_t) (first + 1);
    else
        d->all.p[d->last.p[first]].next = d->all.n;
    d->last.p[first] = d->all.n - 1;
}

/* The next name of a dependency list; false at its end. An empty one where there is none between two separators. */
static bool next_name(PackageType type, Str *rest, Str *ret) {
    size_t n = 0;
    if (rest->n == 0)
        return false;
    if (type == PACKAGE_RPM) {
        /* "libc.so.6(GLIBC_2.34)(64bit)" is one name; "(a or b)" are words in brackets. */
        unsigned depth = 0;
        for (; n < rest->n && !strchr(" ,\n", rest->p[n]) && (n || rest->p[n] != '(') && (depth || rest->p[n] != ')'); n++)
            depth += rest->p[n] == '(' ? 1 : rest->p[n] == ')' ? -1u : 0;
    } else {
        /* A name ends where a version, an architecture or the next one begins. */
        const char *ends = type == PACKAGE_APK ? " <>=~@\n" : " ,|<>=~(:[\n";
        while (n < rest->n && !strchr(ends, rest->p[n]))
            n++;
    }
    *ret = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    /* Versions are no names. */
    if (rest->n && type == PACKAGE_APK && rest->p[0] != ' ')
        while (rest->n && rest->p[0] != ' ' && rest->p[0] != '\n')
            *rest = str_from_at(*rest, 1);
    if (rest->n && type != PACKAGE_RPM && rest->p[0] == '(')
        while (rest->n && rest->p[0] != ')')
            *rest = str_from_at(*rest, 1);
    *rest = str_from_at(*rest, 1);
    return true;
}

Depends *depends_new(const Inventory *inv) {
    Depends *d = xcalloc(1, sizeof(*d));
    d->inv = inv;
    d->seen = xcalloc(inv->n_packages + 1, sizeof(*d->seen));
    for (size_t i = 0; i < inv->n_packages; i++) {
        const PackageFact *p = &inv->packages[i].fact;
        Str rest = p->provides, name;
        add(d, &d->names, p->name, i);
        while (next_name(p->type, &rest, &name))
            if (name.n)
                add(d, &d->provided, name, i);
    }
    return d;
}

void depends_ask(Depends *d, DependsOwner *owner, void *userdata) {
    d->owner = owner;
    d->userdata = userdata;
}

void depends_free(Depends *d) {
    map_done(&d->names);
    map_done(&d->provided);
    free(d->seen);
    vec_done(&d->all);
    vec_done(&d->last);
    vec_done(&d->found);
    free(d);
}

static void find(Depends *d, size_t from, size_t to) {
    if (to == from || d->seen[to] == from + 1)
        return;
    d->seen[to] = from + 1;
    vec_push(&d->found, to);
}

/* Those of the package's own kind; of languages, which may hold many versions under one name, the first. */
static bool find_named(Depends *d, const Map *m, Str name, size_t from) {
    const PackageType type = d->inv->packages[from].fact.type;
    bool any = false;
    for (size_t at = (size_t) (uintptr_t) map_get(m, name); at; at = d->all.p[at - 1].next) {
        const size_t to = d->all.p[at - 1].package;
        if (d->inv->packages[to].fact.type != type)
            continue;
        find(d, from, to);
        any = true;
        if (!package_type_is_os(type))
            break;
    }
    return any;
}

const size_t *depends_of(Depends *d, size_t package, size_t *ret_n) {
    const PackageFact *f = &d->inv->packages[package].fact;
    Str rest = f->depends, name;
    d->found.n = 0;
    while (next_name(f->type, &rest, &name)) {
        if (name.n == 0 || find_named(d, &d->names, name, package) || find_named(d, &d->provided, name, package))
            continue;
        size_t owner = d->owner && name.p[0] == '/' ? d->owner(d->userdata, str_from_at(name, 1)) : 0;
        if (owner)
            find(d, package, owner - 1);
    }
    *ret_n = d->found.n;
    return d->found.p;
}
