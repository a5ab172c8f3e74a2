/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files: single ones, those of directories, those of policy bundles. */
#include <fts.h>

#include "base/fs.h"
#include "bundle/bundle.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"

enum { RULES_FILE_MAX = 64 << 20, RULES_FILES_MAX = 10000, PIPE_SECONDS = 20 };

static bool ends(const char *name, const char *end) {
    return str_ends(str_from(name), str_from(end));
}

static int add(PolicyRules *r, const PolicyFile *file) {
    if (ends(file->path, ".test.yaml"))
        vec_push(&r->cases, *file);
    else
        vec_push(&r->files, *file);
    if (r->files.n + r->cases.n <= RULES_FILES_MAX)
        return 0;
    message_error("%s: more than %d rules files", file->path, RULES_FILES_MAX);
    return EXIT_USAGE;
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Rules files and cases of a path, which are not read yet. */
static int find(const char *path, PolicyRole role, PolicyRules *r) {
    _cleanup_free_ char *copy = xstrdup(path);
    FTS *fts = fts_open((char *const[]) {copy, NULL}, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    int rc = fts ? 0 : -errno;
    for (FTSENT *e; rc == 0 && (e = fts_read(fts));) {
        bool yaml = ends(e->fts_name, ".yaml") || ends(e->fts_name, ".yml");
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_NS || e->fts_info == FTS_ERR) {
            message_error("%s: %s", e->fts_path, strerror(e->fts_errno));
            rc = EXIT_USAGE;
        } else if ((e->fts_info == FTS_F && yaml) || (e->fts_level == 0 && e->fts_info != FTS_D && e->fts_info != FTS_DP)) {
            PolicyFile file = {.path = xstrdup(e->fts_path), .role = role};
            size_t root = e->fts_level == 0 ? (size_t) e->fts_pathlen - e->fts_namelen : strlen(path);
            while (file.path[root] == '/')
                root++;
            file.name = file.path + root;
            rc = add(r, &file);
        }
    }
    if (fts)
        fts_close(fts);
    if (rc < 0)
        message_error("%s: %s", path, strerror(-rc));
    return rc < 0 ? EXIT_USAGE : rc;
}

static void warning(void *userdata, const char *text) {
    message_warning("%s", text);
}

int policy_bundle_options(Cli *cli, RegistryOptions *registry, char **ret_cache, BundleOptions *ret) {
    _cleanup_free_ char *cache = cache_directory(cli);
    int x = registry_request(cli, registry);
    *ret_cache = cache ? xasprintf("%s/policies", cache) : NULL;
    *ret = (BundleOptions) {.registry = registry, .cache_dir = *ret_cache, .cached = cli->cached_bundles, .warning = warning};
    return x;
}

/* Files of a bundle are called by their names in it: "oci://registry.example/policies:3/sets/shop.yaml". */
static int take_bundle(Cli *cli, const char *reference, PolicyRole role, PolicyRules *r) {
    _cleanup_(bundle_done) Bundle b = {0};
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *cache = NULL;
    RegistryOptions registry = {0};
    BundleOptions o;
    int x = policy_bundle_options(cli, &registry, &cache, &o);
    if (x)
        return x;
    int q = bundle_open(reference, &o, &b, &err);
    /* It is not there, or wrong: as a file that is; else it could not be got. */
    if (q < 0)
        return message_fail(q == -ENOENT || q == -EBADMSG || q == -E2BIG || q == -EINVAL ? EXIT_USAGE : EXIT_INCOMPLETE, &err, q);
    for (size_t i = 0; i < b.n_files && x == 0; i++) {
        PolicyFile file = {.path = xasprintf("%s/%.*s", reference, STR_FMT(b.files[i].name)), .text = str_dup(b.files[i].text), .n = b.files[i].text.n, .role = role};
        file.name = file.path + strlen(reference) + 1;
        x = add(r, &file);
    }
    PolicyBundle kept = {.reference = xstrdup(reference), .files = b.n_files, .asked = b.asked, .stale = b.stale};
    memcpy(kept.digest, b.digest, sizeof(kept.digest));
    vec_push(&r->bundles, kept);
    return x;
}

static int read_all(PolicyFile *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        _cleanup_error_ Error err = {0};
        int r = files[i].text ? 0 : fs_read_within(files[i].path, PIPE_SECONDS, RULES_FILE_MAX, &files[i].text, &files[i].n, &err);
        if (r < 0)
            return message_fail(EXIT_USAGE, &err, r);
        files[i].secrets = secret_is_rules(str_n(files[i].text, files[i].n));
    }
    return 0;
}

int policy_files_read(Cli *cli, const char *const *paths, size_t n, PolicyRole role, PolicyRules *ret) {
    int x = 0;
    for (size_t i = 0; i < n && x == 0; i++) {
        size_t before = ret->files.n + ret->cases.n;
        x = bundle_is_remote(paths[i]) || bundle_is_local(paths[i]) ? take_bundle(cli, paths[i], role, ret) : find(paths[i], role, ret);
        /* Nothing would be judged by it, and nobody would notice. */
        if (x == 0 && ret->files.n + ret->cases.n == before) {
            message_error("%s: there is no rules file in it (*.yaml, *.yml)", paths[i]);
            x = EXIT_USAGE;
        }
    }
    if (x == 0)
        x = read_all(ret->files.p, ret->files.n);
    return x ? x : read_all(ret->cases.p, ret->cases.n);
}

bool policy_is_path(const char *name) {
    return strchr(name, '/') || ends(name, ".yaml") || ends(name, ".yml") || access(name, F_OK) == 0;
}

static void files_done(PolicyFile *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(files[i].path);
        free(files[i].text);
    }
}

void policy_rules_done(PolicyRules *r) {
    if (r->set)
        rule_set_free(r->set);
    diag_done(&r->diag);
    secret_set_done(&r->secrets);
    files_done(r->files.p, r->files.n);
    files_done(r->cases.p, r->cases.n);
    for (size_t i = 0; i < r->bundles.n; i++)
        free(r->bundles.p[i].reference);
    vec_done(&r->bundles);
    vec_done(&r->files);
    vec_done(&r->cases);
}
