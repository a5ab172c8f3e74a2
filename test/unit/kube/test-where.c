/* SPDX-License-Identifier: Apache-2.0 */
/* The table of places of fields names fields that exist, and paths that can be walked. */
#include "kube/path.h"
#include "policy/source.h"
#include "unit/tap.h"

TEST(rows) {
    static const struct {
        const char *field, *path;
    } rows[] = {
#define WHERE(field, base, path) {field, path},
#include "kube/where.list.h"
#undef WHERE
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Str name = str_from(rows[i].field), path = str_from(rows[i].path), source;
        Str rest = name;
        CHECK(str_cut(name, '.', &source, &rest));
        const Source *s = source_by_name(source);
        CHECK_MSG(s && source_field(s, name, NULL), "%s is no field", rows[i].field);
        if (str_ends(path, STR("[]")))
            path = str_head(path, path.n - 2);
        CHECK_MSG(str_eqz(path, "%") || kube_path_valid(path), "%s is no path", rows[i].path);
    }
}

static bool is_two(void *userdata, const Node *n) {
    return str_eqz(n->text, "2");
}

TEST(nearest) {
    static const char text[] = "a: {b: [{c: 1}, {c: 2}, {d: {}}]}\n";
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    Node *root;
    size_t n;
    bool there;
    CHECK_INT(yaml_parse(STR(text), "x", &limits, &arena, &d, &root, &n), 0);
    const struct {
        const char *path;
        bool (*wanted)(void *userdata, const Node *value);
        bool there;
        uint32_t col;
    } cases[] = {
        {"a.b[*].c", NULL, true, 13},
        {"a.b[*].c", is_two, true, 21},
        {"a.b[1].c", NULL, true, 21},
        {"a.b[2].c", NULL, false, 25},
        {"a.b[2].d.e", NULL, false, 29},
        {"a.b[3].c", NULL, false, 8},
        {"a.x.y", NULL, false, 4},
        {"x", NULL, false, 1},
        {"", NULL, true, 1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        const Node *at = kube_path_nearest(root, str_from(cases[i].path), cases[i].wanted, NULL, &there);
        CHECK(at);
        CHECK_MSG(at->col == cases[i].col && there == cases[i].there, "%s: column %u, there %d", cases[i].path, at->col, there);
    }
    CHECK(!kube_path_nearest(NULL, STR("a"), NULL, NULL, &there) && !there);
    CHECK(!kube_path_nearest(root, STR("["), NULL, NULL, &there) && !there);
}

TEST_MAIN()
