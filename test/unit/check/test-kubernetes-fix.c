/* SPDX-License-Identifier: Apache-2.0 */
#include "check/run.h"
#include "unit/tap.h"

#define RULES                                                                                                                                             \
    "- {rule: escalation, desc: d, source: container, condition: container.allow_privilege_escalation = true, output: o, priority: WARNING, action: warn,\n" \
    "   fix: {set: {securityContext.allowPrivilegeEscalation: false}}}\n"                                                                                 \
    "- {rule: profile, desc: d, source: container, condition: not container.seccomp_profile = RuntimeDefault, output: o, priority: WARNING, action: warn,\n" \
    "   fix: {set: {securityContext.seccompProfile.type: RuntimeDefault}}}\n"                                                                             \
    "- {rule: writable, desc: d, source: mount, condition: mount.read_only = false, output: o, priority: WARNING, action: warn, fix: {set: {readOnly: true}}}\n"

static int by_end(const void *a, const void *b) {
    const CheckEdit *x = a, *y = b;
    return x->at < y->at ? 1 : x->at > y->at ? -1 : 0;
}

/* The text after all edits that are at places of their own, round by round until nothing fires. */
static void check_fixed(const char *text, const char *want, size_t left) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(policy_freep) Policy *policy = NULL;
    const PolicyText rules = {"rules.yaml", STR(RULES), POLICY_OWN};
    Limits limits = limits_default();
    CHECK_INT(check_policy(&(CheckOptions) {.rules = &rules, .n_rules = 1}, &policy, &d), 0);
    _cleanup_(buf_done) Buf now = buf_new(BUF_OWN_MAX);
    buf_putz(&now, text);
    size_t hits = 0;
    for (int round = 0; round < 4; round++) {
        _cleanup_(arena_done) Arena a = {0};
        CheckItem item = {0};
        CheckEdit edits[64];
        size_t n = 0;
        CHECK_INT(check_text(policy, NULL, check_input_of(STR("x.yaml"), buf_view(&now)), "x.yaml", buf_view(&now), &limits, true, NULL, &a, &item), 0);
        hits = item.n_hits;
        for (size_t i = 0; i < item.n_hits; i++)
            for (size_t k = 0; k < item.hits[i].n_edits && n < 64; k++) {
                bool taken = false;
                for (size_t m = 0; m < n; m++)
                    taken = taken || (edits[m].at == item.hits[i].edits[k].at && (edits[m].end > edits[m].at || item.hits[i].edits[k].end > item.hits[i].edits[k].at));
                if (!taken)
                    edits[n++] = item.hits[i].edits[k];
            }
        if (n == 0)
            break;
        qsort(edits, n, sizeof(*edits), by_end);
        Str all = buf_view(&now);
        size_t end = all.n;
        _cleanup_(buf_done) Buf back = buf_new(BUF_OWN_MAX);
        size_t from = 0;
        for (size_t i = n; i-- > 0;) {
            buf_str(&back, str_n(all.p + from, edits[i].at - from));
            buf_str(&back, edits[i].text);
            from = edits[i].end;
        }
        buf_str(&back, str_n(all.p + from, end - from));
        buf_clear(&now);
        buf_str(&now, buf_view(&back));
    }
    CHECK_STR(buf_view(&now), want);
    CHECK_INT(hits, left);
}

#define FIXED "  - {name: b, securityContext: {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}}}\n"
#define HEAD "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"

TEST(values_are_replaced) {
    check_fixed(HEAD "    # the program\n    - name: a # first\n      securityContext:\n        allowPrivilegeEscalation: true   # why\n        seccompProfile:\n          type: \"Unconfined\"\n",
                HEAD "    # the program\n    - name: a # first\n      securityContext:\n        allowPrivilegeEscalation: false   # why\n        seccompProfile:\n          type: \"RuntimeDefault\"\n", 0);
}

TEST(values_are_put_into_blocks) {
    check_fixed(HEAD "    - name: a # first\n      image: x\n",
                HEAD "    - name: a # first\n      securityContext:\n        allowPrivilegeEscalation: false\n        seccompProfile:\n          type: RuntimeDefault\n      image: x\n", 0);
    /* Comments stay with what they are above of; the first value may go on in the next line, or be a block. */
    check_fixed(HEAD "  - name: a\n\n    # of it\n    image: x\n" FIXED, HEAD "  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false\n      seccompProfile:\n        type: RuntimeDefault\n\n    # of it\n    image: x\n" FIXED, 0);
    check_fixed(HEAD "  - image: x\n      y\n    name: a\n", HEAD "  - securityContext:\n      allowPrivilegeEscalation: false\n      seccompProfile:\n        type: RuntimeDefault\n    image: x\n      y\n    name: a\n", 0);
    check_fixed(HEAD "  - image: |\n      y\n    name: a\n", HEAD "  - securityContext:\n      allowPrivilegeEscalation: false\n      seccompProfile:\n        type: RuntimeDefault\n    image: |\n      y\n    name: a\n", 0);
    check_fixed(HEAD "  - name: a\n    volumeMounts:\n    - name: v\n      mountPath: /v\n    securityContext: {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}}\n",
                HEAD "  - name: a\n    volumeMounts:\n    - name: v\n      readOnly: true\n      mountPath: /v\n    securityContext: {allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}}\n", 0);
}

TEST(line_ends) {
    check_fixed("apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n  - name: a", "apiVersion: v1\r\nkind: Pod\r\nspec:\r\n  containers:\r\n  - name: a\r\n    securityContext:\r\n"
                "      allowPrivilegeEscalation: false\r\n      seccompProfile:\r\n        type: RuntimeDefault", 0);
    check_fixed(HEAD "  - name: a", HEAD "  - name: a\n    securityContext:\n      allowPrivilegeEscalation: false\n      seccompProfile:\n        type: RuntimeDefault", 0);
    check_fixed(HEAD "  - name: a # last", HEAD "  - name: a # last\n    securityContext:\n      allowPrivilegeEscalation: false\n      seccompProfile:\n        type: RuntimeDefault", 0);
}

TEST(values_are_put_into_flow) {
    check_fixed(HEAD "  - {name: a, securityContext: {runAsUser: 7}}\n  - {name: b, securityContext: {}}\n",
                HEAD "  - {name: a, securityContext: {seccompProfile: {type: RuntimeDefault}, allowPrivilegeEscalation: false, runAsUser: 7}}\n"
                     "  - {name: b, securityContext: {seccompProfile: {type: RuntimeDefault}, allowPrivilegeEscalation: false}}\n", 0);
    check_fixed("{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"name\": \"a\"}]}}\n",
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"spec\": {\"containers\": [{\"securityContext\": {\"seccompProfile\": {\"type\": \"RuntimeDefault\"}, "
                "\"allowPrivilegeEscalation\": false}, \"name\": \"a\"}]}}\n", 0);
}

TEST(members_keep_their_lines) {
    check_fixed("{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"spec\": {\"containers\": [\n    {\n      \"name\": \"a\"\n    }\n  ]}\n}\n",
                "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"spec\": {\"containers\": [\n    {\n      \"securityContext\": {\"seccompProfile\": {\"type\": \"RuntimeDefault\"}, "
                "\"allowPrivilegeEscalation\": false},\n      \"name\": \"a\"\n    }\n  ]}\n}\n", 0);
}

TEST(what_is_not_safe_is_left) {
    /* A null would become a second key of the name, an anchor stands for others. */
    check_fixed(HEAD "  - {name: a, securityContext: null}\n", HEAD "  - {name: a, securityContext: null}\n", 2);
    check_fixed("apiVersion: v1\nkind: Pod\nx: &x {runAsUser: 1}\nspec: {containers: [{name: a, securityContext: *x}]}\n",
                "apiVersion: v1\nkind: Pod\nx: &x {runAsUser: 1}\nspec: {containers: [{name: a, securityContext: *x}]}\n", 2);
}

TEST_MAIN()
