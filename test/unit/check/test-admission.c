/* SPDX-License-Identifier: Apache-2.0 */
/* The webhook says of an object what `plimsoll check` says of it: of the objects in all shipped rules' examples, and of thousands that are made of them by chance. */
#include "check/run.h"
#include "kube/admission.h"
#include "parse/json-write.h"
#include "unit/tap.h"

enum { ROUNDS = 12, TEXT_MAX = 1 << 20 };

typedef struct Both {
    const Policy *policy;
    Evaluator *evaluator;
    AdmissionDecision *decision;
    uint64_t random;
    size_t objects, refused, wrong, different;
    char *first; /* the first that differs */
} Both;

static uint64_t draw(Both *b, uint64_t below) {
    b->random = b->random * 6364136223846793005u + 1442695040888963407u;
    return (b->random >> 33) % below;
}

/* The object with some of its values left out or replaced by others, of other types as well. */
static void put_changed(Both *b, JsonWriter *w, const Node *n, unsigned depth) {
    static const char *const words[] = {"", "true", "root", "Always", "hostPath", "ALL", "Localhost", "0", "/", "latest"};
    uint64_t chance = depth < 2 ? 1 : draw(b, 40);
    if (chance == 0) {
        switch (draw(b, 5)) {
        case 0:
            json_null(w, NULL);
            return;
        case 1:
            json_bool(w, NULL, draw(b, 2));
            return;
        case 2:
            json_u64(w, NULL, draw(b, 70000));
            return;
        case 3:
            json_strz(w, NULL, words[draw(b, ARRAY_SIZE(words))]);
            return;
        default:
            json_list(w, NULL);
            json_end(w);
            return;
        }
    }
    if (n->type != NODE_MAP && n->type != NODE_LIST) {
        json_node(w, NULL, n);
        return;
    }
    if (n->type == NODE_MAP)
        json_map(w, NULL);
    else
        json_list(w, NULL);
    node_each(c, n) {
        if (depth > 1 && draw(b, 30) == 0)
            continue;
        if (n->type == NODE_MAP)
            json_key(w, c->key);
        put_changed(b, w, c, depth + 1);
    }
    json_end(w);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

typedef Vec(char *) Lines;

static char *joined(Lines *l) {
    Buf b = buf_new(BUF_OWN_MAX);
    vec_sort(l, by_text);
    for (size_t i = 0; i < l->n; i++) {
        buf_printf(&b, "%s\n", l->p[i]);
        free(l->p[i]);
    }
    vec_done(l);
    return buf_take(&b);
}

static char *line(Str rule, RuleAction action, bool excepted, Str message) {
    return xasprintf("%.*s|%s|%d|%.*s", STR_FMT(rule), rule_action_name(action), excepted, STR_FMT(message));
}

static char *checked(const Both *b, Str text, bool *ret_wrong) {
    _cleanup_(arena_done) Arena a = {0};
    Limits limits = limits_default();
    CheckItem item = {0};
    Lines l = {0};
    *ret_wrong = check_text(b->policy, NULL, check_input_of(STR("x.json"), text), "x.json", text, &limits, false, NULL, &a, &item) < 0;
    for (size_t i = 0; i < item.n_hits; i++) {
        const CheckHit *h = &item.hits[i];
        vec_push(&l, line(h->rule->rule->name, h->action, h->exception, h->output));
        /* Admission answers for one object and has no places: each rule speaks for itself. */
        for (size_t k = 0; k < h->n_covers; k++)
            vec_push(&l, line(h->covers[k].rule->rule->name, h->covers[k].action, false, h->covers[k].output));
    }
    return joined(&l);
}

static char *admitted(Both *b, Str text, bool *ret_wrong, bool *ret_full) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf body = buf_new(TEXT_MAX);
    AdmissionReview q;
    Lines l = {0};
    buf_printf(&body, "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":{\"uid\":\"u\",\"operation\":\"CREATE\",\"userInfo\":{\"username\":\"jane\"},\"object\":%.*s}}",
               STR_FMT(text));
    CHECK_INT(admission_read(buf_view(&body), &a, &d, &q), 0);
    const AdmissionConfig c = {.policy = b->policy, .minor = KUBE_MINOR_NEWEST};
    admission_decide(&c, &q, &(AdmissionMoment) {0}, b->evaluator, &a, b->decision);
    for (size_t i = 0; i < b->decision->n_reasons; i++) {
        const AdmissionReason *r = &b->decision->reasons[i];
        vec_push(&l, line(r->rule, r->action, r->exception, r->message));
    }
    *ret_wrong = b->decision->error.n > 0;
    *ret_full = b->decision->n_more > 0;
    b->refused += !b->decision->allowed;
    return joined(&l);
}

static void compare(Both *b, Str text) {
    bool wrong_file, wrong_object, full;
    _cleanup_free_ char *one = checked(b, text, &wrong_file), *other = admitted(b, text, &wrong_object, &full);
    b->objects++;
    b->wrong += wrong_object;
    if (full || (wrong_file == wrong_object && strcmp(one, other) == 0))
        return;
    b->different++;
    if (!b->first)
        b->first = xasprintf("%.*s\ncheck%s:\n%s\nadmit%s:\n%s", STR_FMT(text), wrong_file ? " (wrong)" : "", one, wrong_object ? " (wrong)" : "", other);
}

static void each_object(Both *b, const Node *object) {
    Str kind = node_get_str(object, "kind");
    if (!kind.n || !node_get_str(object, "apiVersion").n || str_ends(kind, STR("List")) || str_eqz(kind, "Template") || str_eqz(kind, "AdmissionReview"))
        return;
    for (int i = 0; i < ROUNDS; i++) {
        _cleanup_(buf_done) Buf text = buf_new(TEXT_MAX);
        JsonWriter w = json_writer(&text, false);
        if (i == 0)
            json_node(&w, NULL, object);
        else
            put_changed(b, &w, object, 0);
        if (!text.failed)
            compare(b, buf_view(&text));
    }
}

TEST(what_check_says) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(policy_freep) Policy *policy = NULL;
    CHECK_INT(policy_make(&(RuleSetOptions) {0}, NULL, 0, STR("regulated"), &policy, &d), 0);
    Both b = {.policy = policy, .evaluator = evaluator_new(), .decision = xcalloc(1, sizeof(AdmissionDecision)), .random = 5};
    size_t n;
    Rule *const *rules = rule_set_rules(policy_rule_set(policy), &n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < rules[i]->n_examples; k++) {
            const Node *object = rules[i]->examples[k].object;
            each_object(&b, object);
            node_each(o, node_get(object, "objects"))
                each_object(&b, o);
        }
    if (b.first)
        CHECK_STR(str_from(b.first), "");
    CHECK_INT(b.different, 0);
    CHECK(b.objects > 5000);
    CHECK(b.refused > b.objects / 10 && b.refused < b.objects);
    CHECK(b.wrong > 100 && b.wrong < b.objects / 2);
    printf("# %zu objects, %zu refused, %zu of them wrong\n", b.objects, b.refused, b.wrong);
    evaluator_free(b.evaluator);
    free(b.decision);
    free(b.first);
}

TEST_MAIN()
