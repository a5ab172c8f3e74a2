/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan-facts.h"

#include "cmd/message.h"
#include "store/fact-store.h"

enum { TTL_MAX = 525600, REASONS = 8, REASON_BYTES = 1 << 11 };

static int check_ttl(Str value, Error *err) {
    uint64_t n;
    return str_to_u64(value, TTL_MAX, &n) < 0 ? error_set(err, -EINVAL, "expected minutes, at most %d, found '%.*s'", TTL_MAX, STR_FMT(value)) : 0;
}

const Option scan_facts_options[] = {
    {.name = "--facts", .arg = "FILE", .doc = "Remembers the verdict of --policy in this store, for `plimsoll admit`; it is made when it is not there", .env = "PLIMSOLL_FACTS", .config = "scan.facts", .is_file = true},
    {.name = "--tag-ttl", .arg = "MINUTES", .doc = "For --facts: how long the tag is taken to lead to what it leads to now", .check = check_ttl, .def = "60", .env = "PLIMSOLL_TAG_TTL", .config = "scan.tag-ttl"},
    {0},
};

int scan_facts_check(const Cli *cli, bool judged) {
    return cli_value(cli, "--facts") && !judged ? message_usage("scan", "--facts remembers a verdict: say with --policy whose") : 0;
}

/* What was denied first; without it, what was warned of. */
static void put_reasons(const Report *r, Buf *out) {
    static const char *const actions[] = {"deny", "warn"};
    size_t n = 0;
    for (size_t a = 0; a < ARRAY_SIZE(actions) && n == 0; a++)
        for (size_t i = 0; i < r->n_findings && n < REASONS; i++) {
            const Finding *f = &r->findings[i];
            if (f->kind == FINDING_POLICY && str_eqz(f->action, actions[a]) && buf_printf(out, "%s%.*s: %.*s", n ? "\n" : "", STR_FMT(f->id), STR_FMT(str_head(f->detail, 200))) == 0)
                n++;
        }
}

static int put(const Report *r, const char *path, bool complete, int64_t ttl, Error *err) {
    _cleanup_(fact_store_closep) FactStore *s = NULL;
    _cleanup_(buf_done) Buf reasons = buf_new(REASON_BYTES);
    const Artifact *a = &r->artifact;
    int64_t now = time_now();
    put_reasons(r, &reasons);
    ImageFact image = {.digest = a->digest, .verdict = complete ? r->verdict : STR("incomplete"), .policy = r->policy, .reasons = buf_view(&reasons), .scanned = now};
    TagFact none = {0}, tag = {.tag = a->tag, .digest = a->top_digest, .resolved = now, .expires = now + ttl};
    int rc = fact_store_open(path, FACT_STORE_WRITE, &s, err);
    if (rc == 0 && a->top_digest.n && !str_eq(a->top_digest, a->digest))
        rc = fact_store_put(s, &image, &none, err);
    if (a->top_digest.n)
        image.digest = a->top_digest;
    return rc < 0 ? rc : fact_store_put(s, &image, &tag, err);
}

int scan_facts_put(const Cli *cli, const Report *r, int exit_code) {
    _cleanup_error_ Error err = {0};
    const char *path = cli_value(cli, "--facts");
    uint64_t minutes = 0;
    if (!path)
        return exit_code;
    if (!r->artifact.digest.n || !r->coverage.verified) {
        message_error("%.*s has no digest that was verified: there is nothing to remember it by", STR_FMT(r->artifact.reference));
        return EXIT_INCOMPLETE;
    }
    str_to_u64(str_from(cli_value(cli, "--tag-ttl")), TTL_MAX, &minutes);
    int rc = put(r, path, exit_code != EXIT_INCOMPLETE, (int64_t) minutes * 60, &err);
    return rc < 0 ? message_fail(EXIT_INCOMPLETE, &err, rc) : exit_code;
}
