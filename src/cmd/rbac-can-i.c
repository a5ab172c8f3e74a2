/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll rbac can-i: yes or no for many questions, for scripts and for the test beside the API server. */
#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"

enum { GROUPS_MAX = 32, QUESTIONS_MAX = 256 << 20 };

typedef struct Question {
    Str subject, verb, resource, namespace, groups;
} Question;

/* The parts of a line, separated by tabs; what is missing is empty. */
static Question split(Str line, Str namespace) {
    Question q = {.namespace = namespace};
    Str *parts[] = {&q.subject, &q.verb, &q.resource, &q.namespace, &q.groups}, part;
    for (size_t i = 0; i < ARRAY_SIZE(parts) && str_split(&line, '\t', &part); i++)
        *parts[i] = part;
    return q;
}

static int answer(Rbac *r, const Question *q, bool *ret, Error *err) {
    RbacWanted w;
    uint32_t who;
    Str groups[GROUPS_MAX], rest = q->groups;
    size_t n = 0;
    if (!q->subject.n || !q->verb.n || !q->resource.n)
        return error_set(err, -EINVAL, "expected SUBJECT, VERB and RESOURCE, separated by tabs");
    if (rbac_principal_parse(r, q->subject, &who) < 0)
        return error_set(err, -EINVAL, "'%.*s' is nobody", STR_FMT(q->subject));
    int x = rbac_wanted(q->resource, &w, err);
    if (x < 0)
        return x;
    while (n < GROUPS_MAX && str_split(&rest, ',', &groups[n]))
        n++;
    if (rest.n)
        return error_set(err, -EINVAL, "more than %d groups", GROUPS_MAX);
    RbacIdentity id = rbac_identity(r, who, groups, n);
    RbacRequest request = w.url.p ? rbac_url_request(r, q->verb, w.url) : rbac_request(r, q->verb, w.group, w.resource, w.subresource, w.name, q->namespace);
    *ret = rbac_allowed(r, &id, &request, NULL);
    return 0;
}

static int run(Cli *cli) {
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *text = NULL;
    size_t n, number = 0;
    int x = rbac_input(cli, &in, NULL, NULL);
    if (x)
        return x;
    int r = fs_read_fd(STDIN_FILENO, "standard input", QUESTIONS_MAX, &text, &n, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    Str rest = str_n(text, n), line;
    while (str_line(&rest, &line)) {
        bool yes = false;
        Question q = split(line, str_from(cli_value(cli, "--namespace")));
        number++;
        if (answer(&in.rbac, &q, &yes, &err) < 0) {
            message_error("standard input:%zu:1: %s", number, error_text(&err, -EINVAL));
            return EXIT_USAGE;
        }
        buf_putz(&out, yes ? "yes\n" : "no\n");
    }
    x = output_write(cli, buf_view(&out));
    return rbac_input_code(&in, x);
}

const Command command_rbac_can_i = {
    .name = "rbac can-i",
    .summary = "Answers questions from standard input: may they?",
    .description = "Each line has SUBJECT, VERB and RESOURCE, separated by tabs, then the namespace (else that of --namespace, else none) and groups, separated by commas, when there are any. "
                   "SUBJECT is a user, system:serviceaccount:NAMESPACE:NAME, NAMESPACE/NAME or group:NAME; RESOURCE is as for plimsoll rbac who-can. The answer is a line: yes or no, as the "
                   "authoriser of RBAC decides. The namespace counts also for what lives in none, as for kubectl auth can-i.",
    .examples = "printf 'alice\\tget\\tsecrets\\tshop\\n' | plimsoll rbac can-i -m cluster/  # prints yes or no\n",
    .options = {cluster_options, kube_client_options, rbac_namespace_options},
    .workers = true,
    .plumbing = true,
    .run = run,
};
