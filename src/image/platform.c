/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/utsname.h>

#include "image/platform.h"

static const struct {
    const char *machine, *arch, *variant;
} names[] = {
    /* uname -m and other common spellings → Go's. */
    {"x86_64", "amd64", ""},      {"x86-64", "amd64", ""},   {"aarch64", "arm64", ""}, {"armv8l", "arm", "v7"},
    {"armv7l", "arm", "v7"},      {"armhf", "arm", "v7"},    {"armv6l", "arm", "v6"},  {"armv5tel", "arm", "v5"},
    {"armel", "arm", "v6"},       {"i386", "386", ""},       {"i486", "386", ""},      {"i586", "386", ""},
    {"i686", "386", ""},          {"mips64el", "mips64le", ""},                        {"loongarch64", "loong64", ""},
};

static const char *const architectures[] = {"386",     "amd64",    "arm",   "arm64",   "loong64", "mips",  "mips64", "mips64le",
                                            "mipsle",  "ppc64",    "ppc64le", "riscv64", "s390x",   "wasm"};

static bool put(char *to, size_t room, Str s) {
    if (s.n >= room)
        return false;
    for (size_t i = 0; i < s.n; i++)
        to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char) (s.p[i] + 32) : s.p[i];
    to[s.n] = 0;
    return true;
}

static bool known_arch(Str s) {
    for (size_t i = 0; i < ARRAY_SIZE(architectures); i++)
        if (str_eqz(s, architectures[i]))
            return true;
    return false;
}

static void normalise(Platform *p) {
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_eqz(str_from(p->arch), names[i].machine)) {
            put(p->arch, sizeof(p->arch), str_from(names[i].arch));
            if (!p->variant[0])
                put(p->variant, sizeof(p->variant), str_from(names[i].variant));
            break;
        }
    /* The variants that mean nothing beyond the architecture itself (containerd's normalisation does the same). */
    if (str_eqz(str_from(p->arch), "arm64") && (str_eqz(str_from(p->variant), "v8") || str_eqz(str_from(p->variant), "8")))
        p->variant[0] = 0;
    if (str_eqz(str_from(p->arch), "amd64") && str_eqz(str_from(p->variant), "v1"))
        p->variant[0] = 0;
    if (str_eqz(str_from(p->arch), "arm")) {
        if (p->variant[0] >= '5' && p->variant[0] <= '8' && !p->variant[1])
            p->variant[1] = p->variant[0], p->variant[0] = 'v', p->variant[2] = 0;
        else if (!p->variant[0])
            put(p->variant, sizeof(p->variant), STR("v7"));
    }
}

bool platform_from(Str os, Str arch, Str variant, Platform *ret) {
    Platform p = {0};
    if (!put(p.os, sizeof(p.os), os) || !put(p.arch, sizeof(p.arch), arch) || !put(p.variant, sizeof(p.variant), variant))
        return false;
    normalise(&p);
    *ret = p;
    return true;
}

int platform_parse(Str s, Platform *ret, Error *err) {
    Str parts[3] = {0}, rest = s, part;
    size_t n = 0;
    while (str_split(&rest, '/', &part)) {
        if (n == 3 || str_empty(part))
            return error_set(err, -EINVAL, "platform '%.*s': expected OS/ARCHITECTURE[/VARIANT], as linux/amd64 or linux/arm/v7", STR_FMT(s));
        parts[n++] = part;
    }
    Platform p;
    bool ok;
    if (n == 1) /* an architecture alone; an operating system alone says too little */
        ok = platform_from(STR("linux"), parts[0], STR_NULL, &p) && known_arch(str_from(p.arch));
    else
        ok = n > 1 && platform_from(parts[0], parts[1], parts[2], &p);
    if (!ok)
        return error_set(err, -EINVAL, "platform '%.*s': expected OS/ARCHITECTURE[/VARIANT], as linux/amd64 or linux/arm/v7", STR_FMT(s));
    *ret = p;
    return 0;
}

Platform platform_host(void) {
    struct utsname u;
    Platform p;
    if (uname(&u) < 0 || !platform_from(STR("linux"), str_from(u.machine), STR_NULL, &p))
        return (Platform) {"linux", "amd64", ""};
    return p;
}

int platform_rank(const Platform *want, Str os, Str arch, Str variant) {
    Platform has;
    if (!platform_from(os, arch, variant, &has) || !str_eqz(str_from(want->os), has.os) || !str_eqz(str_from(want->arch), has.arch))
        return -1;
    if (str_eqz(str_from(want->variant), has.variant))
        return 100;
    if (str_eqz(str_from(want->arch), "arm")) {
        /* An older variant runs on a newer processor; the newest of them is best. */
        char w = want->variant[1], h = has.variant[1];
        return h >= '5' && h <= w ? h - '0' : -1;
    }
    if (str_eqz(str_from(want->arch), "amd64") && want->variant[0]) {
        char w = want->variant[1], h = has.variant[0] ? has.variant[1] : '1';
        return h >= '1' && h <= w ? h - '0' : -1;
    }
    /* The plain architecture was asked for: any variant does, the plain one (rank 100) is better. An image without
     * variant runs on every one. */
    return !want->variant[0] || !has.variant[0] ? 1 : -1;
}
