/* SPDX-License-Identifier: Apache-2.0 */
/* From options, already checked one by one, to a ScanRequest; what remains is what they mean together. */
#include <dirent.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/time.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/progress.h"
#include "cmd/scan-options.h"
#include "scan/integrity.h"
#include "secret/compile.h"
#include "yara/api.h"
#include "yara/compile.h"

#include <limits.h>

static bool has(const Cli *cli, const char *option) {
    return cli_option(cli->command, str_from(option)) != NULL;
}

int registry_request(Cli *cli, RegistryOptions *ret) {
    ret->ca_file = cli_value(cli, "--ca-file");
    ret->client_cert = cli_value(cli, "--client-cert");
    ret->client_key = cli_value(cli, "--client-key");
    ret->plain_http = cli_flag(cli, "--plain-http");
    ret->insecure_tls = cli_flag(cli, "--insecure-skip-tls-verify");
    ret->mirrors = (char **) cli_values(cli, "--mirror", NULL);
    ret->username = getenv("PLIMSOLL_REGISTRY_USERNAME");
    ret->password = getenv("PLIMSOLL_REGISTRY_PASSWORD");
    if (!ret->client_cert != !ret->client_key)
        return message_usage(cli->command->name, "--client-cert and --client-key belong together: %s is missing",
                             ret->client_cert ? "--client-key" : "--client-cert");
    if (ret->username && !ret->password)
        return message_usage(cli->command->name, "PLIMSOLL_REGISTRY_USERNAME is set, but PLIMSOLL_REGISTRY_PASSWORD is not");
    if (ret->plain_http && (ret->insecure_tls || ret->ca_file || ret->client_cert))
        return message_usage(cli->command->name, "--plain-http has no certificates: it cannot go with --insecure-skip-tls-verify, --ca-file or --client-cert");
    return 0;
}

char *cache_directory(const Cli *cli) {
    const char *dir = cli_value(cli, "--cache"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cli_flag(cli, "--no-cache"))
        return NULL;
    if (dir)
        return xstrdup(dir);
    if (xdg && *xdg == '/')
        return xasprintf("%s/plimsoll", xdg);
    return home && *home == '/' ? xasprintf("%s/.cache/plimsoll", home) : NULL;
}

static int take_time(const Cli *cli, int64_t *ret) {
    const char *text = cli_value(cli, "--as-of"), *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    if (text)
        return time_parse(str_from(text), ret);
    /* time_now() passes over one that is wrong: a report that silently used the clock would not be reproducible. */
    if (epoch && *epoch && str_to_u64(str_from(epoch), (uint64_t) TIME_LAST, &seconds) < 0)
        return message_usage(cli->command->name, "environment variable SOURCE_DATE_EPOCH: '%s' is no number of seconds up to the year 9999", epoch);
    *ret = time_now();
    return 0;
}

static void take_analyzers(Cli *cli, uint64_t *ret) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (const char *const *name = cli_values(cli, "--analyzer", NULL); *name; name++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(all[i]->name, *name) == 0)
                *ret |= (uint64_t) 1 << i;
}

static int is_rule_file(const struct dirent *e) {
    Str name = str_from(e->d_name);
    return e->d_name[0] != '.' && (str_ends(name, STR(".yaml")) || str_ends(name, STR(".yml")) || str_ends(name, STR(".toml")));
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

typedef Vec(char *) Files;

static void files_done(Files *f) {
    for (size_t i = 0; i < f->n; i++)
        free(f->p[i]);
    vec_done(f);
}

/* A directory stands for the rule files in it, in the order of their names. */
static int add_rule_files(const char *path, Files *ret) {
    struct stat st;
    struct dirent **list;
    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)) {
        vec_push(ret, xstrdup(path));
        return 0;
    }
    int n = scandir(path, &list, is_rule_file, by_name);
    if (n < 0) {
        message_error("%s: %s", path, strerror(errno));
        return EXIT_USAGE;
    }
    for (int i = 0; i < n; i++) {
        vec_push(ret, xasprintf("%s/%s", path, list[i]->d_name));
        free(list[i]);
    }
    free(list);
    return 0;
}

static int take_secret_rules(Cli *cli, ScanRequest *ret) {
    _cleanup_error_ Error err = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(files_done) Files files = {0};
    int rc = 0;
    for (const char *const *path = cli_values(cli, "--secret-rules", NULL); *path && rc == 0; path++)
        rc = add_rule_files(*path, &files);
    if (rc)
        return rc;
    int r = secret_blob_for((const char *const *) files.p, files.n, &ret->limits, &ret->secret_rules, &d, &err);
    if (d.items.n)
        message_diag(&d);
    if (r < 0 && d.errors == 0)
        return message_fail(EXIT_USAGE, &err, r);
    return r < 0 ? EXIT_USAGE : 0;
}

static void leave_out(ScanRequest *ret, const char *analyzer) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    uint64_t others = ret->analyzers ? ret->analyzers : (n < 64 ? (uint64_t) 1 << n : 0) - 1;
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, analyzer) == 0)
            others &= ~((uint64_t) 1 << i);
    ret->analyzers = others ? others : ret->analyzers;
}

/* A bill of materials and explain say nothing of hardening. */
static void take_checks(Cli *cli, ScanRequest *ret) {
    ret->checks = has(cli, "--checks") && strcmp(cli_value(cli, "--checks"), "on") == 0;
    if (!ret->checks)
        leave_out(ret, "hardening");
}

static bool is_wanted(Cli *cli, const char *option) {
    const Option *o = cli_option(cli->command, str_from(option));
    size_t n = 0;
    if (o && o->arg)
        cli_values(cli, option, &n);
    return n > 0 || (o && !o->arg && cli_flag(cli, option));
}

/* Looked for on request only; --analyzer names one, too. Before others are left out. */
static void take_on_request(Cli *cli, ScanRequest *ret) {
    const struct {
        const char *option;
        const char *const *analyzers;
    } list[] = {{"--malware", (const char *const[]) {"malware", NULL}}, {"--integrity", integrity_analyzers}, {"--yara", (const char *const[]) {"yara", NULL}}};
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    const bool named = ret->analyzers != 0;
    for (size_t k = 0; k < ARRAY_SIZE(list); k++) {
        const bool wanted = is_wanted(cli, list[k].option);
        for (const char *const *name = list[k].analyzers; *name; name++) {
            if (!wanted && !named)
                leave_out(ret, *name);
            for (size_t i = 0; wanted && ret->analyzers && i < n; i++)
                if (strcmp(all[i]->name, *name) == 0)
                    ret->analyzers |= (uint64_t) 1 << i;
        }
    }
}

static int take_hash_lists(Cli *cli, ScanRequest *ret) {
    _cleanup_error_ Error err = {0};
    _cleanup_(diag_done) Diag d = {0};
    size_t n = 0;
    const char *const *files = has(cli, "--hash-list") ? cli_values(cli, "--hash-list", &n) : NULL;
    int r = 0;
    if (n == 0)
        return 0;
    ret->hash_list = hash_list_new();
    for (size_t i = 0; i < n && (r == 0 || r == -EINVAL); i++) {
        int x = hash_list_read(ret->hash_list, files[i], &ret->limits, &d, &err);
        r = x < 0 ? x : r;
    }
    if (d.items.n)
        message_diag(&d);
    if (r < 0)
        return d.errors ? EXIT_USAGE : message_fail(EXIT_USAGE, &err, r);
    hash_list_sort(ret->hash_list);
    if (hash_list_count(ret->hash_list) == 0)
        return message_usage(cli->command->name, "--hash-list %s: there is no digest in it", files[n - 1]);
    return 0;
}

int scan_prepare(Cli *cli) {
    const char *why;
    return !is_wanted(cli, "--yara") || yara_api(&why) ? 0 : message_usage(cli->command->name, "--yara: %s", why);
}

static int take_yara(Cli *cli, ScanRequest *ret) {
    _cleanup_error_ Error err = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(yara_files_done) YaraFiles files = {0};
    size_t n = 0;
    const char *const *paths = has(cli, "--yara") ? cli_values(cli, "--yara", &n) : NULL;
    int r = 0;
    if (n == 0) {
        leave_out(ret, "yara");
        return 0;
    }
    for (size_t i = 0; i < n && r == 0; i++)
        r = yara_files_add(&files, paths[i], &ret->limits, &err);
    if (r < 0)
        return message_fail(EXIT_USAGE, &err, r);
    uint64_t seconds = 0;
    (void) str_to_u64(str_from(cli_value(cli, "--yara-timeout")), UINT32_MAX, &seconds);
    ret->yara_seconds = (uint32_t) seconds;
    ret->yara_rules = buf_new((size_t) 1 << 30);
    r = yara_compile(&files, &ret->yara_rules, &d, &err);
    yara_digest(&files, ret->yara_digest);
    if (d.items.n)
        message_diag(&d);
    return r == 0 ? 0 : d.errors ? EXIT_USAGE : message_fail(EXIT_USAGE, &err, r);
}

static int take_secrets(Cli *cli, ScanRequest *ret) {
    enum { KEY_MIN = 16, KEY_MAX = 4096 };
    _cleanup_error_ Error err = {0};
    /* A bill of materials and explain say nothing of secrets. */
    const char *when = has(cli, "--secrets") ? cli_value(cli, "--secrets") : "off", *key = has(cli, "--secrets") ? cli_value(cli, "--secret-key-file") : NULL;
    if (strcmp(when, "off") == 0) {
        leave_out(ret, "secrets");
        return 0;
    }
    if (key) {
        int r = fs_read(key, KEY_MAX, &ret->secret_key, &ret->secret_key_n, &err);
        if (r < 0)
            return message_fail(EXIT_USAGE, &err, r);
        if (ret->secret_key_n < KEY_MIN)
            return message_usage(cli->command->name, "--secret-key-file %s: a key of %zu bytes can be guessed; it needs at least %d, as from head -c 32 /dev/urandom", key,
                                 ret->secret_key_n, KEY_MIN);
    }
    return take_secret_rules(cli, ret);
}

static void take_severities(Cli *cli, ScanRequest *ret) {
    size_t n;
    const char *const *lists = cli_values(cli, "--severity", &n);
    for (Severity s = 0; s < SEVERITY_N_; s++)
        ret->severity[s] = n == 0;
    for (size_t i = 0; i < n; i++)
        (void) severities_parse(str_from(lists[i]), ret->severity, NULL);
}

int scan_request(Cli *cli, ScanRequest *ret) {
    *ret = (ScanRequest) {.limits = limits_default()};
    ret->image.limits = &ret->limits;
    int rc = registry_request(cli, &ret->image.registry);
    ret->cache_dir = ret->owned_cache_dir = cache_directory(cli);
    if (rc == 0)
        rc = take_time(cli, &ret->as_of);
    if (rc != 0)
        return rc;
    const char *platform = cli_value(cli, "--platform"), *source = cli_value(cli, "--source"), *format = cli_value(cli, "--format");
    if (platform)
        (void) platform_parse(str_from(platform), &ret->image.platform, NULL);
    ret->image.source = source && strcmp(source, "auto") != 0 ? source : "";
    if (cli_flag(cli, "--repo"))
        ret->image.source = "repo";
    ret->image.temp_dir = cli_value(cli, "--temp-dir");
    ret->format = format ? format_by_name(str_from(format)) : NULL;
    take_analyzers(cli, &ret->analyzers);
    ret->attached_sbom = cli_value(cli, "--sbom") != NULL;
    take_on_request(cli, ret);
    take_checks(cli, ret);
    rc = take_secrets(cli, ret);
    if (rc == 0)
        rc = take_hash_lists(cli, ret);
    if (rc == 0)
        rc = take_yara(cli, ret);
    if (rc != 0)
        return rc;
    ret->require_sandbox = cli_flag(cli, "--require-sandbox");
    ret->db_path = cli_value(cli, "--db");
    uint64_t days = 0;
    if (has(cli, "--max-feed-age") && cli_value(cli, "--max-feed-age"))
        str_to_u64(str_from(cli_value(cli, "--max-feed-age")), UINT_MAX, &days);
    ret->match = (MatchOptions) {.max_age = (unsigned) days, .kernel_headers = has(cli, "--kernel-headers") && cli_flag(cli, "--kernel-headers")};
    const char *archives = has(cli, "--archives") ? cli_value(cli, "--archives") : "never";
    ret->archives = strcmp(archives, "always") == 0 ? ARCHIVES_ALWAYS : strcmp(archives, "never") == 0 ? ARCHIVES_NEVER : ARCHIVES_AUTO;
    ret->include_dev = cli_flag(cli, "--include-dev");
    take_severities(cli, ret);
    ret->ignore_unfixed = cli_flag(cli, "--ignore-unfixed");
    const char *fail_on = cli_value(cli, "--fail-on");
    ret->fail_on_set = fail_on != NULL;
    if (fail_on)
        (void) severity_parse(str_from(fail_on), &ret->fail_on);
    ret->baseline = cli_value(cli, "--baseline");
    ret->vex = cli_values(cli, "--vex", NULL);
    ret->ignore_files = cli_values(cli, "--ignore-file", NULL);
    ret->licenses = (LicensePolicy) {.allow = cli_values(cli, "--license-allow", NULL), .deny = cli_values(cli, "--license-deny", NULL)};
    ret->show_suppressed = cli_flag(cli, "--show-suppressed");
    for (const char *const *name = cli_values(cli, "--allow-incomplete", NULL); *name; name++) {
        GapKind k;
        if (gap_kind_parse(str_from(*name), &k) == 0)
            ret->allow[k] = true;
    }
    return 0;
}

void scan_request_done(ScanRequest *r) {
    free(r->owned_cache_dir);
    r->owned_cache_dir = NULL;
    buf_done(&r->secret_rules);
    buf_done(&r->yara_rules);
    free(r->secret_key);
    hash_list_free(r->hash_list);
    r->hash_list = NULL;
    r->secret_key = NULL;
}

static void on_layer(void *userdata, size_t i, size_t n, uint64_t bytes) {
    progress_part((unsigned) i, (unsigned) n);
}

static void on_bytes(void *userdata, uint64_t more) {
    progress_add(more, 0);
}

static void on_warning(void *userdata, const char *text) {
    message_warning("%s", text);
}

ScanOptions scan_request_options(const ScanRequest *r) {
    return (ScanOptions) {
        .image = r->image,
        .limits = &r->limits,
        .cache_dir = r->cache_dir,
        .analyzers = r->analyzers,
        .include_dev = r->include_dev,
        .attached_sbom = r->attached_sbom,
        .hash_list = r->hash_list,
        .yara_rules = buf_view(&r->yara_rules),
        .yara_digest = r->yara_digest,
        .yara_seconds = r->yara_seconds,
        .secret_rules = buf_view(&r->secret_rules),
        .secret_key = {r->secret_key, r->secret_key_n},
        .as_of = r->as_of,
        .layer = on_layer,
        .bytes = on_bytes,
        .warning = on_warning,
    };
}

int report_exit_code(const Report *r) {
    if (report_incomplete(r))
        return EXIT_INCOMPLETE;
    for (size_t i = 0; i < r->n_findings; i++)
        if (finding_fails(&r->findings[i], r))
            return EXIT_FINDINGS;
    return EXIT_DONE;
}
