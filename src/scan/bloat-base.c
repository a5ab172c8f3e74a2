/* SPDX-License-Identifier: Apache-2.0 */
/* A smaller base for what an image starts: one table, the first row that holds. Sources: the publishers' own pages of debian:*-slim, gcr.io/distroless, ubuntu's
 * chiselled images, Alpine, and Red Hat's ubi-minimal and ubi-micro. */
#include "scan/bloat-parts.h"

enum {
    NO_SHELL = 1 << 0,      /* nothing that is started needs a shell or a package manager */
    STARTS = 1 << 1,        /* the configuration starts something that is no shell alone */
    DOCUMENTED = 1 << 2,    /* megabytes of manuals and translations */
    SHELL = 1 << 3,         /* a shell is needed, but no package manager */
    OWN_PROGRAM = 1 << 4,   /* all that is started belongs to no package */
};

typedef struct BaseRule {
    const char *os;         /* os-release IDs, separated by spaces */
    unsigned when;          /* all of these hold */
    const char *program;    /* the beginning of the name of a program that is started; NULL: any */
    const char *base;
    const char *reason;
} BaseRule;

static const BaseRule rules[] = {
    {"debian", NO_SHELL | STARTS, "python", "gcr.io/distroless/python3-debianN", "it starts Python without a shell: distroless has the interpreter and its libraries, no shell and no package manager"},
    {"debian", NO_SHELL | STARTS, "node", "gcr.io/distroless/nodejs-debianN", "it starts Node.js without a shell: distroless has the runtime and its libraries, no shell and no package manager"},
    {"debian", NO_SHELL | STARTS, "java", "gcr.io/distroless/java-debianN", "it starts Java without a shell: distroless has the runtime and its libraries, no shell and no package manager"},
    {"debian", NO_SHELL | STARTS | OWN_PROGRAM, NULL, "gcr.io/distroless/base-debianN (static-debianN for a program that is linked statically)",
     "it starts a program of its own without a shell: distroless has the C library, certificates and time zones only"},
    {"debian", DOCUMENTED, NULL, "debian:N-slim", "it holds manuals, documentation and translations, which the slim image leaves out"},
    {"ubuntu", NO_SHELL | STARTS | OWN_PROGRAM, NULL, "a chiselled Ubuntu of the same release", "it starts a program of its own without a shell: chiselled images hold slices of packages only, no shell and no package manager"},
    {"ubuntu", NO_SHELL | STARTS, NULL, "a chiselled Ubuntu of the same release", "what it starts needs neither a shell nor a package manager"},
    {"alpine", NO_SHELL | STARTS | OWN_PROGRAM, NULL, "scratch (for a program that is linked statically), else an image of its libraries only", "it starts a program of its own without a shell: busybox and apk are not needed"},
    {"rhel", NO_SHELL | STARTS, NULL, "ubiN/ubi-micro", "what it starts needs neither a shell nor a package manager"},
    {"rhel", SHELL | STARTS, NULL, "ubiN/ubi-minimal", "what it starts needs a shell, but not dnf and Python"},
    {"almalinux rocky centos", NO_SHELL | STARTS, NULL, "the distribution's micro image", "what it starts needs neither a shell nor a package manager"},
    {"almalinux rocky centos", SHELL | STARTS, NULL, "the distribution's minimal image", "what it starts needs a shell, but not dnf and Python"},
    {"sles opensuse-leap opensuse-tumbleweed", NO_SHELL | STARTS, NULL, "bci/bci-micro", "what it starts needs neither a shell nor a package manager"},
    {"sles opensuse-leap opensuse-tumbleweed", SHELL | STARTS, NULL, "bci/bci-minimal", "what it starts needs a shell, but no zypper"},
};

static Str base_name(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
}

static bool starts(const Bloat *b, const char *program) {
    for (size_t i = 0; i < b->n_programs; i++)
        if (str_starts(base_name(b->programs[i].path), str_from(program)))
            return true;
    return false;
}

static unsigned conditions(const Bloat *b) {
    enum { MUCH = 2 * 1000 * 1000 };
    unsigned ret = b->documentation >= MUCH ? DOCUMENTED : 0;
    bool own = b->n_programs > 0;
    for (size_t i = 0; i < b->n_programs; i++)
        own = own && !b->programs[i].owner;
    ret |= own ? OWN_PROGRAM : 0;
    ret |= !b->shell && !b->package_manager ? NO_SHELL : 0;
    ret |= b->shell && !b->package_manager ? SHELL : 0;
    /* A base image starts a shell and nothing else. */
    return ret | (b->n_programs > (b->shell ? 1 : 0) ? STARTS : 0);
}

/* The table's "N" is the release's number. */
static Str with_release(Arena *a, const char *base, Str version) {
    Str text = str_from(base), major = version, rest;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    (void) str_cut(version, '.', &major, &rest);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == 'N' && major.n)
            buf_str(&b, major);
        else if (text.p[i] != 'N')
            buf_putc(&b, text.p[i]);
    return arena_str(a, buf_view(&b));
}

void bloat_base(Report *r, Bloat *b) {
    const Os *os = &r->inventory.os;
    const unsigned have = conditions(b);
    for (size_t i = 0; os->known && i < ARRAY_SIZE(rules); i++) {
        const BaseRule *rule = &rules[i];
        if (!str_has_word(str_from(rule->os), os->id) || (rule->when & ~have) || (rule->program && !starts(b, rule->program)))
            continue;
        b->base = with_release(&r->arena, rule->base, os->version_id);
        b->base_reason = str_from(rule->reason);
        return;
    }
}
