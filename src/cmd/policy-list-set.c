/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy list --policy: what a set comes to, and where it comes from. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/policy-list.h"
#include "cmd/terminal.h"
#include "parse/json-write.h"

static void write_bundles(const PolicyRules *own, JsonWriter *w, bool json, Buf *out) {
    if (json)
        json_list(w, "bundles");
    for (size_t i = 0; i < own->bundles.n; i++) {
        const PolicyBundle *b = &own->bundles.p[i];
        if (!json) {
            buf_printf(out, "  bundle %s %s%s\n", b->reference, b->digest, b->stale ? ": of the cache, the registry could not be reached" : "");
            continue;
        }
        json_map(w, NULL);
        json_strz(w, "reference", b->reference);
        json_strz(w, "digest", b->digest);
        json_bool(w, "stale", b->stale);
        json_end(w);
    }
    if (json)
        json_end(w);
}

static void write_policy(Cli *cli, const PolicyChosen *c, bool json, Buf *out) {
    /* Source, severity, action and the line. */
    enum { REST_COLUMNS = 38 };
    _cleanup_(buf_done) Buf rest = buf_new(BUF_OWN_MAX);
    const Policy *p = c->policy;
    size_t n, n_exceptions;
    unsigned longest = 0, rest_width = 0, width = output_width(cli);
    const PolicyRule *all = policy_rules(p, &n);
    const PolicyException *const *exceptions = policy_exceptions(p, &n_exceptions);
    JsonWriter w = json_writer(out, true);
    for (size_t i = 0; i < n; i++) {
        if (!policy_list_wanted(cli, all[i].rule))
            continue;
        longest = MAX(longest, terminal_columns(all[i].rule->name));
        rest_width = MAX(rest_width, (unsigned) strlen(all[i].file) + REST_COLUMNS);
    }
    if (json) {
        json_map(&w, NULL);
        json_str(&w, "policy", policy_name(p));
        json_list(&w, "rules");
    } else {
        buf_printf(out, "%.*s\n", STR_FMT(policy_name(p)));
    }
    for (size_t i = 0; i < n; i++) {
        const PolicyRule *r = &all[i];
        const char *action = r->action == RULE_ACTION_N_ ? "out" : rule_action_name(r->action), *severity = severity_name(priority_severity(r->priority));
        if (!policy_list_wanted(cli, r->rule))
            continue;
        if (json) {
            json_map(&w, NULL);
            json_str(&w, "rule", r->rule->name);
            json_strz(&w, "source", r->rule->source->name);
            json_strz(&w, "severity", severity);
            json_strz(&w, "action", action);
            json_str_opt(&w, "set", r->set);
            json_strz(&w, "file", r->file);
            json_u64(&w, "line", r->place.line);
            json_bool(&w, "scoped", r->scope);
            if (r->loosened)
                json_str(&w, "exception", r->loosened->name);
            json_end(&w);
            continue;
        }
        buf_clear(&rest);
        buf_printf(&rest, "%-13s %-10s %-6s %s:%u%s", r->rule->source->name, severity, action, r->file, r->place.line, r->scope ? ", where its scope holds" : "");
        if (r->loosened)
            buf_printf(&rest, ", exception %.*s until %.*s", STR_FMT(r->loosened->name), STR_FMT(r->loosened->until));
        policy_list_row(out, width, 2, r->rule->name, longest, rest_width, buf_view(&rest));
    }
    if (json) {
        json_end(&w);
        json_list(&w, "exceptions");
    }
    for (size_t i = 0; i < n_exceptions; i++) {
        const PolicyException *e = exceptions[i];
        if (json) {
            json_map(&w, NULL);
            json_str(&w, "name", e->name);
            json_str(&w, "set", e->set);
            json_str(&w, "reason", e->reason);
            json_str(&w, "owner", e->owner);
            json_str(&w, "until", e->until);
            json_str_opt(&w, "approved_by", e->approved_by);
            json_bool(&w, "expired", e->expired);
            json_end(&w);
        } else {
            buf_printf(out, "  exception %.*s (%.*s, %.*s), until %.*s%s\n", STR_FMT(e->name), STR_FMT(e->reason), STR_FMT(e->owner), STR_FMT(e->until),
                       e->expired ? ": it works no more" : "");
        }
    }
    if (json)
        json_end(&w);
    write_bundles(&c->own, &w, json, out);
    if (json) {
        json_end(&w);
        buf_putc(out, '\n');
    }
}

int policy_list_set(Cli *cli, bool json) {
    _cleanup_(policy_chosen_done) PolicyChosen c = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    int x = policy_open(cli, time_now(), &c);
    if (x)
        return x;
    size_t n;
    const PolicyRule *all = policy_rules(c.policy, &n);
    Vec(const Rule *) rules = {0};
    for (size_t i = 0; i < n; i++)
        vec_push(&rules, all[i].rule);
    x = policy_list_known(cli, rules.p, rules.n);
    vec_done(&rules);
    if (x)
        return x;
    write_policy(cli, &c, json, &out);
    return output_write(cli, buf_view(&out));
}

