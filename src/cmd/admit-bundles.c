/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/admit-bundles.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/time.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "cmd/scan-options.h"

enum { REFERENCES_MAX = 64 };

/* A bundle as it was seen last. */
typedef struct Seen {
    const char *reference;
    char digest[DIGEST_TEXT_MAX + 1];
    int64_t asked;
    bool failing;
} Seen;

/* References of the options, up to that many. */
static size_t references(Cli *cli, Seen ret[static REFERENCES_MAX]) {
    static const char *const repeated[] = {"--rules", "--rules-add"};
    const char *policy = cli_value(cli, "--policy");
    size_t n = 0;
    if (policy && bundle_is_remote(policy))
        ret[n++] = (Seen) {.reference = policy, .asked = TIME_NONE};
    for (size_t i = 0; i < ARRAY_SIZE(repeated); i++) {
        size_t n_values;
        const char *const *values = cli_values(cli, repeated[i], &n_values);
        for (size_t k = 0; k < n_values && n < REFERENCES_MAX; k++)
            if (bundle_is_remote(values[k]))
                ret[n++] = (Seen) {.reference = values[k], .asked = TIME_NONE};
    }
    return n;
}

bool admit_has_bundles(Cli *cli) {
    Seen list[REFERENCES_MAX];
    return references(cli, list) > 0;
}

char *admit_bundles_dir(const Cli *cli) {
    _cleanup_free_ char *cache = cache_directory(cli);
    return cache ? xasprintf("%s/policies", cache) : NULL;
}

/* Is it another one? What cannot be got is said once; what was got before stays in the cache. */
static bool look(Cli *cli, Seen *s) {
    _cleanup_(bundle_done) Bundle b = {0};
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *cache = NULL;
    RegistryOptions registry = {0};
    BundleOptions o;
    if (policy_bundle_options(cli, &registry, &cache, &o))
        return false;
    if (s->failing)
        o.warning = NULL;
    int r = bundle_open(s->reference, &o, &b, &err);
    if (r < 0 && !s->failing)
        message_warning("%s; what it was before stays in use", error_text(&err, r));
    if (r == 0 && !b.stale && s->failing)
        message_note("%s: the registry answers again", s->reference);
    s->failing = r < 0 || b.stale;
    if (r < 0)
        return false;
    bool other = strcmp(s->digest, b.digest) != 0;
    memcpy(s->digest, b.digest, sizeof(s->digest));
    s->asked = b.asked;
    return other;
}

static int64_t oldest(const Seen *list, size_t n) {
    int64_t t = TIME_NONE;
    for (size_t i = 0; i < n; i++)
        if (list[i].asked != TIME_NONE && (t == TIME_NONE || list[i].asked < t))
            t = list[i].asked;
    return t == TIME_NONE ? time_now() : t;
}

static void keep(Cli *cli, Seen *list, size_t n, unsigned every_s, pid_t parent, _Atomic int64_t *asked) {
    const struct timespec pause = {.tv_sec = every_s};
    while (getppid() == parent && nanosleep(&pause, NULL) == 0) {
        bool other = false;
        for (size_t i = 0; i < n; i++)
            other |= look(cli, &list[i]);
        *asked = oldest(list, n);
        if (other)
            kill(parent, SIGHUP);
    }
}

int bundle_keeper_start(Cli *cli, unsigned every_s, BundleKeeper *ret, Error *err) {
    Seen list[REFERENCES_MAX];
    size_t n = references(cli, list);
    *ret = (BundleKeeper) {0};
    if (n == 0)
        return 0;
    _Atomic int64_t *asked = mmap(NULL, sizeof(*asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (asked == MAP_FAILED)
        return error_errno(err, -errno, "memory that is shared with another process");
    /* What was read a moment ago. */
    cli->cached_bundles = true;
    for (size_t i = 0; i < n; i++)
        (void) look(cli, &list[i]);
    *asked = oldest(list, n);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        munmap(asked, sizeof(*asked));
        return error_errno(err, -errno, "starting a process that asks for policy bundles");
    }
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        sigprocmask(SIG_SETMASK, &none, NULL);
        cli->cached_bundles = false;
        keep(cli, list, n, every_s, parent, asked);
        _exit(0);
    }
    *ret = (BundleKeeper) {pid, asked};
    return 0;
}

void bundle_keeper_stop(BundleKeeper *k) {
    if (k->pid) {
        kill(k->pid, SIGTERM);
        waitpid(k->pid, NULL, 0);
        munmap(k->asked, sizeof(*k->asked));
    }
    *k = (BundleKeeper) {0};
}
