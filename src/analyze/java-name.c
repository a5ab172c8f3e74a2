/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/java-name.h"

#include "analyze/table.h"
#include "parse/java-text.h"

enum { PART_MAX = 256 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool java_name_valid(Str s) {
    if (s.n == 0 || s.n > PART_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !strchr("-_.+~", c))
            return false;
    }
    return true;
}

void java_manifest_read(Str text, Arena *a, JavaManifest *ret) {
    JavaText t = {text, a};
    Str key, value, module = STR_NULL, bundle = STR_NULL, specification = STR_NULL;
    *ret = (JavaManifest) {0};
    struct {
        Str key, *to;
    } wanted[] = {
        {STR("Bundle-SymbolicName"), &ret->symbolic_name}, {STR("Automatic-Module-Name"), &module},    {STR("Implementation-Title"), &ret->title},
        {STR("Implementation-Vendor-Id"), &ret->vendor_id}, {STR("Implementation-Version"), &ret->version}, {STR("Bundle-Version"), &bundle},
        {STR("Specification-Version"), &specification},    {STR("Bundle-License"), &ret->license},
    };
    while (java_manifest_next(&t, &key, &value))
        for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
            if (str_ieq(key, wanted[i].key))
                *wanted[i].to = value;
    Str directives;
    if (str_cut(ret->symbolic_name, ';', &ret->symbolic_name, &directives))
        ret->symbolic_name = str_trim(ret->symbolic_name);
    if (!java_name_valid(ret->symbolic_name))
        ret->symbolic_name = java_name_valid(module) ? module : STR_NULL;
    if (!java_name_valid(ret->version))
        ret->version = java_name_valid(bundle) ? bundle : java_name_valid(specification) ? specification : STR_NULL;
}

/* "20240131.101500" of a snapshot's version. */
static bool is_timestamp(Str s) {
    enum { DAY = 8, TIME = 6 };
    if (s.n < DAY + 1 + TIME || s.p[DAY] != '.')
        return false;
    for (size_t i = 0; i < DAY + 1 + TIME; i++)
        if (i != DAY && !is_digit(s.p[i]))
            return false;
    return true;
}

JavaName java_name_from_file(Str file) {
    ssize_t dot = str_rchr(file, '.');
    Str stem = dot > 0 ? str_head(file, (size_t) dot) : file;
    /* The last part that begins with a digit and has a dot ("log4j-1.2-api-2.17.1"), else the first with a digit ("icu4j-55"). */
    size_t with_dot = 0, first = 0;
    for (size_t i = 1; i + 1 < stem.n; i++) {
        if (stem.p[i] != '-' || !is_digit(stem.p[i + 1]))
            continue;
        Str part = str_from_at(stem, i + 1), rest;
        if (is_timestamp(part))
            continue;
        str_cut(part, '-', &part, &rest);
        if (str_chr(part, '.') > 0)
            with_dot = i;
        if (!first)
            first = i;
    }
    size_t at = with_dot ? with_dot : first;
    return at ? (JavaName) {.artifact = str_head(stem, at), .version = str_from_at(stem, at + 1)} : (JavaName) {.artifact = stem};
}

/* Do a symbolic name and an artifact fit together, so that the group can be told? It does when the name ends with "." and the artifact, whose hyphens may
 * be dots, or with the artifact's last part. */
static bool group_from_symbolic(Str name, Str artifact, Str *ret_group) {
    ssize_t hyphen = str_rchr(artifact, '-'), dot = str_rchr(name, '.');
    if (hyphen > 0 && dot > 0 && str_eq(str_from_at(artifact, (size_t) hyphen + 1), str_from_at(name, (size_t) dot + 1)))
        *ret_group = str_head(name, (size_t) dot);
    if (name.n <= artifact.n + 1 || name.p[name.n - artifact.n - 1] != '.')
        return ret_group->n > 0;
    Str end = str_from_at(name, name.n - artifact.n);
    for (size_t i = 0; i < artifact.n; i++)
        if (end.p[i] != artifact.p[i] && !(end.p[i] == '.' && artifact.p[i] == '-'))
            return ret_group->n > 0;
    *ret_group = str_head(name, name.n - artifact.n - 1);
    /* "org.eclipse.jetty.server" is jetty-server of org.eclipse.jetty: tools that make symbolic names leave out what group and artifact share. */
    Str shared, rest;
    if (str_cut(artifact, '-', &shared, &rest) && memchr(end.p, '.', end.n))
        *ret_group = str_head(name, name.n - artifact.n + shared.n);
    return true;
}

JavaName java_name_guess(Str file, const JavaManifest *m) {
    JavaName n = java_name_from_file(file);
    /* A file without a version in its name may be called anything. */
    if (str_empty(n.version)) {
        n.version = m->version;
        if (java_name_valid(m->title) && str_chr(m->title, '.') < 0)
            n.artifact = m->title;
    }
    if (!group_from_symbolic(m->symbolic_name, n.artifact, &n.group) && java_name_valid(m->vendor_id))
        n.group = m->vendor_id;
    if (str_empty(n.group) && str_chr(m->symbolic_name, '.') > 0)
        n.group = m->symbolic_name;
    return n;
}
