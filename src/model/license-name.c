/* SPDX-License-Identifier: Apache-2.0 */
#include "model/license-name.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/hash.h"

static const char *const ids[] = {
#define LICENSE_ID(id) id,
#include "model/license-id.list.h"
#undef LICENSE_ID
};
static const char *const exceptions[] = {
#define LICENSE_EXCEPTION(id) id,
#include "model/license-exception.list.h"
#undef LICENSE_EXCEPTION
};
static const struct {
    const char *name, *type, *spdx;
} aliases[] = {
#define LICENSE_ALIAS(name, type, spdx) {name, type, spdx},
#include "model/license-alias.list.h"
#undef LICENSE_ALIAS
};

/* Without regard to case: <0, 0, >0. */
static int compare(Str a, const char *b) {
    size_t i = 0;
    for (; i < a.n && b[i]; i++)
        if (tolower((unsigned char) a.p[i]) != tolower((unsigned char) b[i]))
            return tolower((unsigned char) a.p[i]) < tolower((unsigned char) b[i]) ? -1 : 1;
    return i < a.n ? 1 : b[i] ? -1 : 0;
}

static const char *find(const char *const *list, size_t n, Str name) {
    for (size_t low = 0; low < n;) {
        size_t middle = low + (n - low) / 2;
        int c = compare(name, list[middle]);
        if (c == 0)
            return list[middle];
        if (c < 0)
            n = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const char *alias(PackageType type, Str name) {
    size_t low = 0, n = ARRAY_SIZE(aliases);
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (compare(name, aliases[middle].name) > 0)
            low = middle + 1;
        else
            n = middle;
    }
    for (; low < ARRAY_SIZE(aliases) && compare(name, aliases[low].name) == 0; low++)
        if (!*aliases[low].type || strcmp(aliases[low].type, package_type_name(type)) == 0)
            return aliases[low].spdx;
    return NULL;
}

/* Takes `word` from the front, without regard to case. */
static bool take(Str *s, const char *word) {
    size_t n = strlen(word);
    if (s->n < n || !str_ieq(str_head(*s, n), str_n(word, n)))
        return false;
    *s = str_from_at(*s, n);
    return true;
}

/* Of GNU's licences sources write every version in a dozen ways: GPLv2+, GPL-2+, GPL2, GPL-2.0, GPL 2.0 or later, GPL version 3, GFDL-NIV-1.3+. */
static Str gnu(Arena *a, Str s) {
    static const struct {
        const char *prefix, *family;
    } families[] = {{"gfdl-niv", "GFDL"}, {"gfdl", "GFDL"}, {"agpl", "AGPL"}, {"lgpl", "LGPL"}, {"gpl", "GPL"},
                    {"gnu affero general public license", "AGPL"}, {"gnu lesser general public license", "LGPL"}, {"gnu library general public license", "LGPL"},
                    {"gnu general public license", "GPL"}, {"gnu free documentation license", "GFDL"},
                    {"gnu agpl", "AGPL"}, {"gnu lgpl", "LGPL"}, {"gnu gpl", "GPL"}};
    static const char *const versions[] = {"GPL-1.0", "GPL-2.0", "GPL-3.0", "LGPL-2.0", "LGPL-2.1", "LGPL-3.0", "AGPL-1.0", "AGPL-3.0", "GFDL-1.1", "GFDL-1.2", "GFDL-1.3"};
    static const char *const later[] = {"+", " +", "-or-later", " or later", " or newer", " or any later version", ",or-later"};
    static const char *const only[] = {"", "-only", " only"};
    (void) take(&s, "the ");
    size_t i = 0;
    while (i < ARRAY_SIZE(families) && !take(&s, families[i].prefix))
        i++;
    if (i == ARRAY_SIZE(families))
        return STR_NULL;
    if (!take(&s, ", version ") && !take(&s, " version ") && !take(&s, " v") && !take(&s, "-v") && !take(&s, "v") && !take(&s, "-") && !take(&s, " "))
        (void) take(&s, "_");
    size_t n = 0, dots = 0;
    while (n < s.n && (isdigit((unsigned char) s.p[n]) || (s.p[n] == '.' && n + 1 < s.n && isdigit((unsigned char) s.p[n + 1]))))
        dots += s.p[n++] == '.';
    if (n == 0 || dots > 1)
        return STR_NULL;
    Str version = arena_printf(a, "%s-%.*s%s", families[i].family, (int) n, s.p, dots ? "" : ".0");
    bool known = false;
    for (size_t k = 0; k < ARRAY_SIZE(versions); k++)
        known |= str_eqz(version, versions[k]);
    if (!known)
        return STR_NULL;
    s = str_from_at(s, n);
    const char *more = i == 0 || take(&s, "-no-invariants") ? "-no-invariants" : take(&s, "-invariants") ? "-invariants" : "";
    for (size_t k = 0; k < ARRAY_SIZE(later); k++)
        if (compare(s, later[k]) == 0)
            return arena_printf(a, "%.*s%s-or-later", STR_FMT(version), more);
    for (size_t k = 0; k < ARRAY_SIZE(only); k++)
        if (compare(s, only[k]) == 0)
            return arena_printf(a, "%.*s%s-only", STR_FMT(version), more);
    return STR_NULL;
}

static bool is_reference(Str s) {
    Str rest = str_from_at(s, strlen("LicenseRef-"));
    if (!str_starts(s, STR("LicenseRef-")) || rest.n == 0)
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if (!isalnum((unsigned char) rest.p[i]) && rest.p[i] != '-' && rest.p[i] != '.')
            return false;
    return true;
}

static Str plain(Arena *a, PackageType type, Str name) {
    const char *id = alias(type, name);
    if (id)
        return str_from(id);
    Str g = gnu(a, name);
    if (g.n)
        return g;
    id = find(ids, ARRAY_SIZE(ids), name);
    if (id)
        return str_from(id);
    if (name.n > 1 && name.p[name.n - 1] == '+' && (id = find(ids, ARRAY_SIZE(ids), str_head(name, name.n - 1))))
        return arena_printf(a, "%s+", id);
    return is_reference(name) ? name : STR_NULL;
}

/* Debian's "with Autoconf exception" leaves the version to the licence that it is of. */
static Str exception(Str id, Str name) {
    static const struct {
        const char *name, *of, *spdx;
    } words[] = {
        {"autoconf", "GPL-2.0", "Autoconf-exception-2.0"}, {"autoconf", "GPL-3.0", "Autoconf-exception-3.0"}, {"bison", "GPL-", "Bison-exception-2.2"},
        {"classpath", "GPL-2.0", "Classpath-exception-2.0"}, {"font", "GPL-", "Font-exception-2.0"}, {"gcc", "GPL-2.0", "GCC-exception-2.0"},
        {"gcc", "GPL-3.0", "GCC-exception-3.1"}, {"gcc runtime library", "GPL-3.0", "GCC-exception-3.1"}, {"libtool", "GPL-", "Libtool-exception"},
        {"linux syscall", "GPL-", "Linux-syscall-note"},
    };
    const char *known = find(exceptions, ARRAY_SIZE(exceptions), name);
    if (known)
        return str_from(known);
    if (str_ends(name, STR(" exception")) || str_ends(name, STR("-exception")))
        name = str_head(name, name.n - strlen(" exception"));
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (compare(name, words[i].name) == 0 && str_starts(id, str_from(words[i].of)))
            return str_from(words[i].spdx);
    return STR_NULL;
}

Str license_known_name(Arena *a, PackageType type, Str name) {
    Str id = plain(a, type, name), with = STR(" with ");
    if (id.n)
        return id;
    for (size_t i = 1; i + with.n < name.n; i++) {
        if (!str_ieq(str_n(name.p + i, with.n), with))
            continue;
        id = plain(a, type, str_head(name, i));
        if (str_empty(id) || str_find(id, STR(" WITH ")) >= 0)
            return STR_NULL;
        Str e = exception(id, str_from_at(name, i + with.n));
        return e.n ? arena_printf(a, "%.*s WITH %.*s", STR_FMT(id), STR_FMT(e)) : STR_NULL;
    }
    return STR_NULL;
}

Str license_reference(Arena *a, Str name) {
    enum { WORDS_MAX = 80 };
    char hex[65], word[WORDS_MAX + 1];
    size_t n = 0;
    bool cut = false;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char) name.p[i];
        char d = c < 0x80 && (isalnum(c) || c == '.') ? (char) c : '-';
        if (d == '-' && (n == 0 || word[n - 1] == '-'))
            continue;
        cut = n == WORDS_MAX;
        if (cut)
            break;
        word[n++] = d;
    }
    while (n && word[n - 1] == '-')
        n--;
    if (n && !cut)
        return arena_printf(a, "LicenseRef-%.*s", (int) n, word);
    sha256_hex(name.p, name.n, hex);
    return arena_printf(a, "LicenseRef-%.*s%s%.16s", (int) n, word, n ? "-" : "", hex);
}
