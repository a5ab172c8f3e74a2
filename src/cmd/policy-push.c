/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy push: rules files and sets as a policy bundle in a registry. */
#include <limits.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"
#include "parse/json-write.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {.name = "--no-lint", .doc = "Sends the files without loading them first: for those that need others beside them, which the bundle does not hold"},
    {0},
};

/* What nobody could load is not sent. */
static int load(Cli *cli, PolicyRules *p) {
    const char *const *paths = (const char *const *) cli->args + 1;
    RuleSetOptions o = {.as_of = time_now()};
    if (cli_flag(cli, "--no-lint"))
        return policy_files_read(cli, paths, cli->n_args - 1, POLICY_OWN, p);
    int x = policy_rules_load(cli, paths, cli->n_args - 1, &o, p);
    if (x)
        return x;
    if (p->n_sets && !p->failed)
        policy_lint_sets(p, NULL);
    policy_rules_say(p);
    return p->failed ? EXIT_USAGE : 0;
}

static size_t add_files(const PolicyFile *files, size_t n, BundleFile *out) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (files[i].role == POLICY_OWN)
            out[count++] = (BundleFile) {str_from(files[i].name), str_n(files[i].text, files[i].n)};
    return count;
}

static int push(Cli *cli, const PolicyRules *p, size_t *ret_n, BundlePushed *ret) {
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *cache = NULL;
    RegistryOptions registry = {0};
    BundleOptions o;
    int x = policy_bundle_options(cli, &registry, &cache, &o);
    if (x)
        return x;
    _cleanup_free_ BundleFile *files = xcalloc(p->files.n + p->cases.n + 1, sizeof(*files));
    *ret_n = add_files(p->files.p, p->files.n, files);
    *ret_n += add_files(p->cases.p, p->cases.n, files + *ret_n);
    int r = bundle_push(cli->args[0], files, *ret_n, &o, ret, &err);
    return r < 0 ? message_fail(r == -EINVAL || r == -E2BIG ? EXIT_USAGE : EXIT_INCOMPLETE, &err, r) : 0;
}

static int run(Cli *cli) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    BundlePushed pushed;
    size_t n;
    int x = load(cli, &p);
    if (x == 0)
        x = push(cli, &p, &n, &pushed);
    if (x)
        return x;
    if (strcmp(cli_value(cli, "--format"), "json") == 0) {
        JsonWriter w = json_writer(&out, true);
        json_map(&w, NULL);
        json_strz(&w, "reference", cli->args[0]);
        json_strz(&w, "digest", pushed.digest);
        json_u64(&w, "files", n);
        json_u64(&w, "sent", pushed.sent);
        json_end(&w);
        buf_putc(&out, '\n');
    } else {
        buf_printf(&out, "%s: %zu files, %zu of them new there, %s\n", cli->args[0], n, pushed.sent, pushed.digest);
    }
    return output_write(cli, buf_view(&out));
}

const Command command_policy_push = {
    .name = "policy push",
    .summary = "Puts rules files and policy sets into a registry",
    .arguments = "REF PATH…",
    .description = "REF is REGISTRY/NAME:TAG. The files, and what is in the directories (*.yaml and *.yml, also cases), become one policy bundle: an OCI artifact, which --policy, --rules and "
                   "--rules-add take as oci://REF. They are loaded first, as by policy lint, and errors stop it. The same files have the same digest, whoever pushes them.\n\n"
                   "Exit codes: 0 when it is there; 2 when the files are wrong; 3 when the registry does not take it.",
    .examples = "plimsoll policy push registry.example/security/policies:3 rules/  # all files of a directory\n"
                "plimsoll check --policy oci://registry.example/security/policies:3 .  # and everywhere else\n",
    .options = {options, policy_added_options, registry_options, cache_options},
    .min_args = 2,
    .max_args = UINT_MAX,
    .workers = true,
    .run = run,
};
