/* SPDX-License-Identifier: Apache-2.0 */
/* Overlay semantics, on layers written down as lists of entries. */
#include "scan/merge.h"
#include "unit/tap.h"

typedef struct E {
    EntryKind kind;
    const char *path;
    const char *package; /* "NAME VERSION": a database with this one package; else NULL */
    const char *target;  /* of a link */
} E;

static LayerFacts layer(const E *entries, size_t n) {
    LayerFacts l = {.facts = buf_new(BUF_OWN_MAX), .links = buf_new(BUF_OWN_MAX)};
    for (size_t i = 0; i < n; i++) {
        Str path = str_from(entries[i].path);
        vec_push(&l.index, entry_word(entry_hash(path), entries[i].kind));
        if (entries[i].package) {
            Str name, version;
            str_cut(str_from(entries[i].package), ' ', &name, &version);
            LocatedFact f = {.position = l.index.n, .real = path, .fact = {.kind = FACT_PACKAGE, .analyzer = STR("dpkg"), .path = path}};
            f.fact.package = (PackageFact) {.type = PACKAGE_DEB, .name = name, .version = version, .arch = STR("amd64"), .source_name = name, .source_version = version};
            located_fact_encode(&l.facts, &f);
        }
        if (entries[i].target) {
            LayerLink k = {l.index.n, path, str_from(entries[i].target), false};
            layer_link_encode(&l.links, &k);
        }
    }
    return l;
}

/* "NAME@SINCE …" of what is alive, for layers given as arrays. */
typedef struct L {
    const E *entries;
    size_t n;
} L;
#define LAYER(...) {(const E[]) {__VA_ARGS__}, sizeof((const E[]) {__VA_ARGS__}) / sizeof(E)}

static const char *merged(const L *layers, size_t n, char *out, size_t out_n) {
    LayerFacts l[8];
    Inventory inv = {0};
    _cleanup_(merge_freep) Merge *m = merge_new();
    for (size_t i = 0; i < n; i++) {
        l[i] = layer(layers[i].entries, layers[i].n);
        CHECK_INT(merge_layer(m, (int) i, &l[i], NULL), 0);
    }
    merge_inventory(m, &inv);
    size_t at = 0;
    out[0] = 0;
    for (size_t i = 0; i < inv.n_packages; i++)
        at += (size_t) snprintf(out + at, out_n - at, "%s%.*s@%d", i ? " " : "", STR_FMT(inv.packages[i].fact.name), inv.packages[i].layer);
    for (size_t i = 0; i < n; i++)
        layer_facts_done(&l[i]);
    inventory_done(&inv);
    return out;
}

#define MERGED(want, ...)                                                                   \
    do {                                                                                    \
        const L layers_[] = {__VA_ARGS__};                                                  \
        char out_[512];                                                                     \
        CHECK_STR(str_from(merged(layers_, ARRAY_SIZE(layers_), out_, sizeof(out_))), want); \
    } while (0)

TEST(a_later_file_replaces_an_earlier_one) {
    MERGED("b@1", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_FILE, "d/status", "b 1"}));
}

TEST(a_package_keeps_the_layer_that_brought_it) {
    MERGED("a@0", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_FILE, "x"}), LAYER({ENTRY_FILE, "d/status", "a 1"}));
    MERGED("a@2", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_WHITEOUT, "d/status"}), LAYER({ENTRY_FILE, "d/status", "a 1"}));
    MERGED("a@1", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_FILE, "d/status", "a 2"}));
}

TEST(a_whiteout_hides_files_and_trees_below) {
    MERGED("", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_WHITEOUT, "d/status"}));
    MERGED("", LAYER({ENTRY_FILE, "d/e/status", "a 1"}), LAYER({ENTRY_WHITEOUT, "d"}));
    MERGED("a@0", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_WHITEOUT, "d/stat"}));
}

TEST(a_whiteout_does_not_touch_its_own_layer) {
    MERGED("b@1", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_FILE, "d/status", "b 1"}, {ENTRY_WHITEOUT, "d/status"}));
    MERGED("b@1", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_WHITEOUT, "d"}, {ENTRY_FILE, "d/status", "b 1"}));
}

TEST(an_opaque_directory_hides_lower_content_only) {
    MERGED("b@1", LAYER({ENTRY_FILE, "d/one", "a 1"}), LAYER({ENTRY_FILE, "d/two", "b 1"}, {ENTRY_OPAQUE, "d"}));
    MERGED("a@0", LAYER({ENTRY_FILE, "d", "a 1"}), LAYER({ENTRY_OPAQUE, "e"}));
    MERGED("", LAYER({ENTRY_FILE, "d/one", "a 1"}), LAYER({ENTRY_OPAQUE, ""}));
}

TEST(a_file_in_place_of_a_directory_hides_the_tree) {
    MERGED("", LAYER({ENTRY_FILE, "d/e/status", "a 1"}), LAYER({ENTRY_FILE, "d"}));
    MERGED("", LAYER({ENTRY_FILE, "d/e/status", "a 1"}), LAYER({ENTRY_SYMLINK, "d", NULL, "other"}));
    MERGED("a@0", LAYER({ENTRY_FILE, "d/e/status", "a 1"}), LAYER({ENTRY_DIR, "d"}));
    MERGED("", LAYER({ENTRY_FILE, "d/status", "a 1"}), LAYER({ENTRY_DIR, "d/status"}));
}

TEST(within_a_layer_the_later_entry_wins) {
    MERGED("b@0", LAYER({ENTRY_FILE, "d/status", "a 1"}, {ENTRY_FILE, "d/status", "b 1"}));
    MERGED("", LAYER({ENTRY_FILE, "d/status", "a 1"}, {ENTRY_FILE, "d"}));
    MERGED("a@0", LAYER({ENTRY_FILE, "d"}, {ENTRY_FILE, "d/status", "a 1"}));
}

TEST(paths_run_through_links_of_lower_layers) {
    /* lib -> usr/lib: a database written through the link replaces the one at its target. */
    MERGED("b@1", LAYER({ENTRY_SYMLINK, "lib", NULL, "usr/lib"}, {ENTRY_FILE, "usr/lib/db", "a 1"}), LAYER({ENTRY_FILE, "lib/db", "b 1"}));
    MERGED("", LAYER({ENTRY_SYMLINK, "lib", NULL, "/usr/lib"}, {ENTRY_FILE, "usr/lib/db", "a 1"}), LAYER({ENTRY_WHITEOUT, "lib/db"}));
    MERGED("", LAYER({ENTRY_SYMLINK, "lib", NULL, "../../usr/lib"}, {ENTRY_FILE, "usr/lib/apk/db", "a 1"}), LAYER({ENTRY_WHITEOUT, "lib/apk"}));
    /* Once the link is gone, its path is another one. */
    MERGED("a@0", LAYER({ENTRY_SYMLINK, "lib", NULL, "usr/lib"}, {ENTRY_FILE, "usr/lib/db", "a 1"}), LAYER({ENTRY_WHITEOUT, "lib"}), LAYER({ENTRY_WHITEOUT, "lib/db"}));
}

TEST(links_in_a_circle_end) {
    MERGED("a@0", LAYER({ENTRY_SYMLINK, "x", NULL, "y"}, {ENTRY_SYMLINK, "y", NULL, "x"}, {ENTRY_FILE, "x/db", "a 1"}));
}

TEST(one_package_in_two_databases_is_one) {
    MERGED("a@0", LAYER({ENTRY_FILE, "d/one", "a 1"}, {ENTRY_FILE, "d/two", "a 1"}));
}

TEST_MAIN()
