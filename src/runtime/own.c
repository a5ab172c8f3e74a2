/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/own.h"

#include "base/alloc.h"

static const char text[] =
    "- rule: Process left its container's cgroup\n"
    "  desc: >\n"
    "    A process of a container was moved to a cgroup outside of it, or a child was born in one. Limits of the container do not hold for it any more; the sensor still counts\n"
    "    it to that container.\n"
    "  condition: evt.type = cgroup_attach and container.id != host\n"
    "  output: >\n"
    "    Process left its container's cgroup (pid=%evt.arg.pid cgroup=%evt.arg[cgroup] by=%proc.name by_pid=%proc.pid by_exepath=%proc.exepath user=%user.name\n"
    "    command=%proc.cmdline)\n"
    "  priority: WARNING\n"
    "  tags: [plimsoll, evasion, mitre_defense_evasion]\n"
    "- rule: Events were lost\n"
    "  desc: Events of this kind and container did not reach the sensor, so rules about them may have missed something. The count is since the last such alert.\n"
    "  condition: evt.type = event_lost\n"
    "  output: Events were lost (count=%evt.arg[count] kind=%evt.arg[kind] cause=%evt.arg[cause] rules=%evt.arg[rules])\n"
    "  priority: WARNING\n"
    "  tags: [plimsoll, loss]\n"
    "- rule: File was gone when its opening was seen\n"
    "  desc: >\n"
    "    A file was opened, and its descriptor closed by another thread before the call returned: what was opened is not known. Its name is what the process says it was. One alert a\n"
    "    second says how many there were.\n"
    "  condition: evt.type = file_gone\n"
    "  output: >\n"
    "    File was gone when its opening was seen (name=%evt.arg.name count=%evt.arg[count] process=%proc.name proc_exepath=%proc.exepath pid=%proc.pid user=%user.name\n"
    "    command=%proc.cmdline)\n"
    "  priority: WARNING\n"
    "  tags: [plimsoll, evasion, mitre_defense_evasion]\n"
    "- rule: Sensor was blinded\n"
    "  desc: Somebody detached the sensor's programs or changed what they go by, which takes CAP_BPF and CAP_SYS_ADMIN. Where it can, the sensor puts it right at once.\n"
    "  condition: evt.type = sensor_blinded\n"
    "  output: Sensor was blinded (what=%evt.arg[what])\n"
    "  priority: CRITICAL\n"
    "  tags: [plimsoll, evasion, mitre_defense_evasion]\n"
    "- rule: Look-up of domain names ended\n"
    "  desc: The process that looks up the domain names of rules ended. It is begun anew; where that is not possible, rules go on with the addresses that were known.\n"
    "  condition: evt.type = lookup_ended\n"
    "  output: Look-up of domain names ended (what=%evt.arg[what])\n"
    "  priority: ERROR\n"
    "  tags: [plimsoll]\n"
    "- rule: io_uring request that cannot be read\n"
    "  desc: A process uses io_uring for an operation that the sensor does not know, or for commands to a driver. What it does there cannot be seen.\n"
    "  condition: evt.type = io_uring_other\n"
    "  output: >\n"
    "    io_uring request that cannot be read (operation=%evt.arg[operation] count=%evt.arg[count] process=%proc.name proc_exepath=%proc.exepath pid=%proc.pid user=%user.name\n"
    "    command=%proc.cmdline)\n"
    "  priority: NOTICE\n"
    "  tags: [plimsoll, evasion, mitre_defense_evasion]\n";

struct OwnRules {
    RuleSet *set;
    RuleMatcher *matcher;
    Evaluator *evaluator;
};

int own_rules_new(OwnRules **ret, Error *err) {
    _cleanup_(own_rules_freep) OwnRules *o = xcalloc(1, sizeof(*o));
    _cleanup_(diag_done) Diag d = {0};
    RuleSetOptions options = {0};
    o->set = rule_set_new(&options);
    int r = rule_set_add(o->set, STR(text), "own.c", &d);
    if (r >= 0)
        r = rule_set_finish(o->set, &d);
    if (r < 0)
        return error_set(err, r, "the sensor's own rules: %s", d.items.n ? d.items.p[0].message : strerror(-r));
    size_t n;
    Rule *const *rules = rule_set_rules(o->set, &n);
    o->matcher = rule_matcher_new(rules, n, source_by_name(STR("syscall")), "evt.type");
    o->evaluator = evaluator_new();
    *ret = TAKE_PTR(o);
    return 0;
}

void own_rules_free(OwnRules *o) {
    if (!o)
        return;
    rule_matcher_free(o->matcher);
    evaluator_free(o->evaluator);
    rule_set_free(o->set);
    free(o);
}

size_t own_rules_match(const OwnRules *o, const Subject *s, Evaluator **ret_evaluator, RuleMatch *ret, size_t max) {
    *ret_evaluator = o->evaluator;
    return rule_matcher_match(o->matcher, s, o->evaluator, false, ret, max);
}
