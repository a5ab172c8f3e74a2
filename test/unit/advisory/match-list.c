/* SPDX-License-Identifier: Apache-2.0 */
/* match-list DATABASE: matches the packages that standard input lists, one a line (type, name, version and, for Go, the import paths that are
 * linked in, separated by tabs; import paths by commas) and writes what is found, for the comparison with test/oracle:
 *
 *     TYPE NAME VERSION ID KIND FIXED ADVISORIES    separated by tabs
 */
#include <stdio.h>
#include <stdlib.h>

#include "advisory/match.h"

static const Package *at_hand;
static Matcher *matcher;

static int decided(void *userdata, const MatchDecision *d) {
    Arena *a = userdata;
    Finding f;
    if (!d->affected)
        return 0;
    int r = matcher_finding(matcher, at_hand, d, a, &f, NULL);
    if (r < 0)
        return r;
    printf("%s\t%.*s\t%.*s\t%.*s\t%s\t%.*s\t%.*s\n", package_type_name(at_hand->fact.type), STR_FMT(at_hand->fact.name), STR_FMT(at_hand->fact.version), STR_FMT(f.id),
           finding_kind_name(f.kind), STR_FMT(f.fixed_version), STR_FMT(f.advisories));
    return 0;
}

static int match_line(Str line) {
    Arena a = {0};
    Package p = {0};
    Str part, path;
    int r = -EINVAL;
    if (str_split(&line, '\t', &part) && package_type_parse(part, &p.fact.type) == 0 && str_split(&line, '\t', &p.fact.name) && str_split(&line, '\t', &p.fact.version))
        r = 0;
    Buf linked = buf_new((size_t) 1 << 20);
    while (str_split(&line, ',', &path))
        buf_printf(&linked, "%.*s\n", STR_FMT(path));
    p.fact.linked = buf_view(&linked);
    at_hand = &p;
    if (r == 0)
        r = matcher_package(matcher, &p, decided, &a, NULL);
    buf_done(&linked);
    arena_done(&a);
    return r;
}

int main(int argc, char **argv) {
    _cleanup_error_ Error err = {0};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    Inventory inv = {0};
    if (argc != 2)
        return 2;
    int r = advisory_db_open(argv[1], &db, &err);
    if (r >= 0)
        r = matcher_new(db, &inv, &matcher, &err);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    while (r >= 0 && (n = getline(&line, &cap, stdin)) > 0)
        r = match_line(str_trim(str_n(line, (size_t) n)));
    free(line);
    if (matcher)
        matcher_free(matcher);
    if (r < 0)
        fprintf(stderr, "match-list: %s\n", error_text(&err, r));
    return r < 0;
}
