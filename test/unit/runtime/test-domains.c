/* SPDX-License-Identifier: Apache-2.0 */
/* Domain names that rules compare with, and the process that looks them up. */
#include "runtime/domains.h"

#include <fcntl.h>
#include <time.h>

#include "tap.h"

static const char rules[] =
    "- list: hosts\n  items: [\"localhost\", b.example]\n"
    "- rule: one\n  desc: x\n  condition: evt.type = connect and (fd.sip.name in (hosts) or not fd.cip.name = c.example)\n  output: x\n  priority: INFO\n"
    "- rule: two\n  desc: x\n  condition: evt.type = connect and fd.rip.name != localhost and fd.name = d.example\n  output: x\n  priority: INFO\n"
    "- rule: off\n  desc: x\n  condition: evt.type = connect and fd.lip.name = e.example\n  output: x\n  priority: INFO\n  enabled: false\n";

static StrArray wanted_of(RuleSet *set) {
    _cleanup_(diag_done) Diag d = {0};
    CHECK_INT(rule_set_add(set, str_from(rules), "r.yaml", &d), 0);
    CHECK_INT(rule_set_finish(set, &d), 0);
    size_t n;
    Rule *const *all = rule_set_rules(set, &n);
    return domains_wanted(all, n);
}

TEST(names_that_rules_compare_with) {
    RuleSetOptions o = {.min_priority = PRIORITY_DEBUG};
    _cleanup_(rule_set_freep) RuleSet *set = rule_set_new(&o);
    StrArray names = wanted_of(set);
    CHECK_INT((long long) names.n, 3);
    CHECK_STR(names.p[0], "localhost");
    CHECK_STR(names.p[1], "b.example");
    CHECK_STR(names.p[2], "c.example");
    free((Str *) names.p);
}

TEST(an_address_has_the_name_that_was_asked_for) {
    RuleSetOptions o = {.min_priority = PRIORITY_DEBUG};
    _cleanup_error_ Error err = {0};
    _cleanup_(rule_set_freep) RuleSet *set = rule_set_new(&o);
    StrArray names = wanted_of(set);
    Domains *d = domains_new();
    IpValue home = {.family = 4, .bytes = {127, 0, 0, 1}}, other = {.family = 4, .bytes = {127, 0, 0, 2}};
    Str found[4];
    CHECK_INT((long long) domains_of(d, &home, found, 4), 0);
    CHECK_INT(domains_set(d, names, &err), 0);
    for (int i = 0; i < 500 && domains_of(d, &home, found, 4) == 0; i++) {
        nanosleep(&(struct timespec) {.tv_nsec = 10000000}, NULL);
        domains_update(d);
    }
    CHECK_INT((long long) domains_of(d, &home, found, 4), 1);
    CHECK_STR(found[0], "localhost");
    CHECK_INT((long long) domains_of(d, &other, found, 4), 0);
    /* Other rules: what is known of a name stays. */
    CHECK_INT(domains_set(d, (StrArray) {names.p, 1}, &err), 0);
    CHECK_INT((long long) domains_of(d, &home, found, 4), 1);
    CHECK_INT(domains_set(d, (StrArray) {names.p + 1, 1}, &err), 0);
    CHECK_INT((long long) domains_of(d, &home, found, 4), 0);
    domains_free(d);
    free((Str *) names.p);
}

TEST(there_may_be_nothing_to_ask) {
    _cleanup_error_ Error err = {0};
    Domains *d = domains_new();
    CHECK_INT(domains_set(d, (StrArray) {0}, &err), 0);
    domains_update(d);
    IpValue home = {.family = 4, .bytes = {127, 0, 0, 1}};
    CHECK_INT((long long) domains_of(d, &home, &(Str) {0}, 1), 0);
    domains_free(d);
}

TEST_MAIN()
