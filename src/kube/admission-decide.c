/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/admission.h"
#include "kube/access-subject.h"
#include "kube/subject.h"
#include "policy/match.h"
#include "policy/program.h"

static const char *const mode_names[ADMISSION_MODE_N_] = {[ADMISSION_ENFORCE] = "enforce", [ADMISSION_WARN] = "warn", [ADMISSION_AUDIT] = "audit"};

const char *admission_mode_name(AdmissionMode m) {
    return mode_names[m];
}

int admission_mode_parse(Str s, AdmissionMode *ret) {
    for (AdmissionMode m = 0; m < ADMISSION_MODE_N_; m++)
        if (str_eqz(s, mode_names[m])) {
            *ret = m;
            return 0;
        }
    return -EINVAL;
}

typedef struct Judging {
    const AdmissionConfig *config;
    const AdmissionReview *review;
    const AdmissionMoment *moment;
    PolicyContext context;
    Evaluator *evaluator;
    Arena *arena;
    AdmissionDecision *decision;
    const KubeObject *object;
    const Node *at;               /* the subject at hand */
    bool full;                    /* the arena */
} Judging;

static bool matches(StrArray patterns, Str text) {
    for (size_t i = 0; i < patterns.n; i++)
        if (glob_match(patterns.p[i], text, false, NULL))
            return true;
    return false;
}

static AdmissionMode mode_of(const AdmissionConfig *c, Str namespace) {
    AdmissionMode m = ADMISSION_ENFORCE;
    for (size_t i = 0; i < c->n_modes; i++)
        if (glob_match(c->modes[i].namespace, namespace, false, NULL))
            m = c->modes[i].mode;
    return m;
}

/* Room for one more reason; a full list gives up one that matters less. */
static AdmissionReason *room(AdmissionDecision *d, RuleAction action) {
    if (d->n_reasons < ADMISSION_REASONS)
        return &d->reasons[d->n_reasons++];
    d->n_more++;
    for (size_t i = d->n_reasons; action == RULE_DENY && i-- > 0;)
        if (d->reasons[i].action != RULE_DENY)
            return &d->reasons[i];
    return NULL;
}

/* "container app"; the object itself needs no name, nor does the request. */
static Str subject_name(const Judging *j, const Subject *s) {
    if (!j->at || j->at == j->object->root)
        return STR("");
    Str own = kube_text(j->at, "name");
    return arena_printf(j->arena, "%s%s%.*s", s->source->name, own.n ? " " : "", STR_FMT(own));
}

static void each_hit(void *userdata, const PolicyHit *h) {
    Judging *j = userdata;
    if (h->action == RULE_ALLOW)
        return;
    AdmissionDecision *d = j->decision;
    d->late += h->limited;
    if (!h->exception)
        d->verdict = policy_worse(d->verdict, h->action == RULE_DENY ? RULE_DENY : RULE_WARN);
    AdmissionReason *reason = room(d, h->action);
    if (!reason)
        return;
    _cleanup_(buf_done) Buf b = buf_new((size_t) 64 << 10);
    if (h->limited)
        buf_putz(&b, "the condition could not be decided within the limits");
    else
        rule_output(h->rule->rule, h->subject, j->evaluator, &b);
    *reason = (AdmissionReason) {.rule = h->rule->rule->name, .subject = subject_name(j, h->subject), .message = arena_str(j->arena, buf_view(&b)), .action = h->action,
                                 .exception = h->exception, .limited = h->limited};
    j->full = j->full || !reason->message.p || !reason->subject.p;
}

static void add_image_reason(Judging *j, const KubeContainer *c, RuleAction action, const char *rule, Str why) {
    AdmissionDecision *d = j->decision;
    d->verdict = policy_worse(d->verdict, action);
    AdmissionReason *reason = room(d, action);
    if (!reason)
        return;
    *reason = (AdmissionReason) {
        .rule = str_from(rule),
        .subject = arena_printf(j->arena, "container %.*s", STR_FMT(c->name)),
        .message = arena_printf(j->arena, "container %.*s runs %.*s: %.*s", STR_FMT(c->name), STR_FMT(kube_text(c->node, "image")), STR_FMT(why)),
        .action = action,
    };
    j->full = j->full || !reason->message.p;
}

/* What is settled counts; what is not is decided as the configuration says, and asked for. */
static void judge_image(Judging *j, const KubeContainer *c) {
    static const char *const whys[] = {[IMAGE_UNRESOLVED] = "it is not known where the tag leads", [IMAGE_UNKNOWN] = "it was never scanned", [IMAGE_OLD] = "its scan is too old",
                                       [IMAGE_INCOMPLETE] = "its scan could not look at everything"};
    const AdmissionMoment *m = j->moment;
    if (!kube_text(c->node, "image").n)
        return;
    ImageAnswer a = image_facts_find(m->images, &c->image, m->now, j->config->image_max_age);
    if (a.known == IMAGE_SETTLED) {
        if (str_eqz(a.fact->verdict, "allow"))
            return;
        bool deny = str_eqz(a.fact->verdict, "deny");
        Str first = a.fact->reasons, rest;
        str_cut(first, '\n', &first, &rest);
        Str why = arena_printf(j->arena, "%.*s said %.*s%s%.*s", STR_FMT(a.fact->policy), STR_FMT(a.fact->verdict), first.n ? ": " : "", STR_FMT(first));
        add_image_reason(j, c, deny ? RULE_DENY : RULE_WARN, deny ? "Image is denied" : "Image has findings", why);
        return;
    }
    if (m->ask && !j->review->dry_run) {
        Str reference = kube_image_reference(&c->image, j->arena);
        if (reference.n)
            m->ask(m->userdata, reference);
    }
    if (j->config->unknown_image != RULE_ALLOW)
        add_image_reason(j, c, j->config->unknown_image, "Image is not settled", str_from(whys[a.known]));
}

static int each_subject(void *userdata, const Subject *s, const Node *at) {
    Judging *j = userdata;
    j->at = at;
    policy_evaluate(j->config->policy, s, &j->context, j->evaluator, each_hit, j);
    return j->full ? -E2BIG : 0;
}

static void unjudged(AdmissionDecision *d, Arena *a, const Diag *diag, int r) {
    Str why = diag && diag->items.n ? str_from(diag->items.p[0].message) : str_from(r == -E2BIG ? "it is larger than can be judged" : "it cannot be read");
    d->error = arena_str(a, why);
    if (!d->error.p)
        d->error = STR("it is larger than can be judged");
}

/* What the object says, to all rules. What values of wrong types hide cannot be known: it counts as not judged. */
static void judge_object(Judging *j, const Node *object) {
    _cleanup_(diag_done) Diag d = {0};
    KubeWorld w = kube_world(j->arena);
    w.minor = j->config->minor;
    w.images = j->moment->images;
    w.now = j->moment->now;
    w.image_max_age = j->config->image_max_age;
    w.access_wanted = access_wanted(j->config->policy);
    KubeObject *o = kube_world_put(&w, object, "object", &d);
    int r = o ? 0 : -E2BIG;
    if (o) {
        if (j->review->namespace.n && !kube_text(o->metadata, "namespace").n && o->class != KUBE_NAMESPACE)
            o->namespace = j->review->namespace;
        j->object = o;
        r = kube_each_subject(o, j->arena, each_subject, j);
        for (size_t i = 0; o->workload && j->config->images && i < o->workload->n_containers; i++)
            judge_image(j, &o->workload->containers[i]);
    }
    if (r < 0 || d.errors)
        unjudged(j->decision, j->arena, &d, r);
    kube_world_done(&w);
}

/* What is never looked at, whoever asks for it: the lifeblood of the cluster, and what says nothing. */
static const char *skipped(const AdmissionConfig *c, const AdmissionReview *q) {
    if (q->namespace.n && matches(c->exempt, q->namespace))
        return "namespace is exempt";
    if (str_eqz(q->group, "coordination.k8s.io") && str_eqz(q->resource, "leases"))
        return "leases are never judged";
    if (str_eqz(q->subresource, "status") || str_eqz(q->subresource, "scale"))
        return "subresource says nothing that rules ask for";
    /* Finalizers come off an object that is on its way out: whoever stops that keeps it there. A pod that ends can still get an ephemeral container. */
    if (str_eqz(q->operation, "UPDATE") && !q->subresource.n && kube_at(q->object, "metadata.deletionTimestamp"))
        return "object is being deleted";
    return NULL;
}

/* Who asks for what. */
static void judge_request(Judging *j) {
    const Subject s = {.source = source_by_name(STR("admission")), .ops = &kube_admission_ops, .object = j->review};
    j->at = NULL;
    policy_evaluate(j->config->policy, &s, &j->context, j->evaluator, each_hit, j);
}

/* Kubernetes before 1.22 sends the new containers of a pod alone. They are judged as those of a pod of which no more is known. */
static const Node *pod_of_containers(const AdmissionReview *q, Arena *a) {
    const Node *list = kube_at(q->object, "ephemeralContainers"), *metadata = kube_at(q->object, "metadata");
    Node *n = arena_alloc(a, 5 * sizeof(*n));
    if (!n)
        return NULL;
    const Node *at = q->object;
    enum { ROOT, VERSION, KIND, SPEC, CONTAINERS };
    for (int i = 0; i < 5; i++)
        n[i] = (Node) {.line = at->line, .col = at->col, .key_line = at->line, .key_col = at->col};
    n[VERSION].type = n[KIND].type = NODE_STRING;
    n[VERSION].key = STR("apiVersion");
    n[VERSION].text = STR("v1");
    n[KIND].key = STR("kind");
    n[KIND].text = STR("Pod");
    if (list)
        n[CONTAINERS] = *list;
    n[CONTAINERS].key = STR("ephemeralContainers");
    n[CONTAINERS].next = NULL;
    n[SPEC].type = n[ROOT].type = NODE_MAP;
    n[SPEC].key = STR("spec");
    n[SPEC].list.first = n[SPEC].list.last = &n[CONTAINERS];
    n[SPEC].list.n = 1;
    n[VERSION].next = &n[KIND];
    n[KIND].next = &n[SPEC];
    n[ROOT].list.first = &n[VERSION];
    n[ROOT].list.last = &n[SPEC];
    n[ROOT].list.n = 3;
    Node *copy = metadata ? arena_new(a, Node) : NULL;
    if (copy) {
        *copy = *metadata;
        copy->next = NULL;
        n[SPEC].next = n[ROOT].list.last = copy;
        n[ROOT].list.n = 4;
    }
    return &n[ROOT];
}

static void judge(Judging *j, const Node *object) {
    bool containers = str_eqz(j->review->kind, "EphemeralContainers");
    const Node *o = containers ? pod_of_containers(j->review, j->arena) : object;
    if (o)
        judge_object(j, o);
    else
        unjudged(j->decision, j->arena, NULL, -E2BIG);
}

static bool has_reason(const AdmissionDecision *d, const AdmissionReason *r) {
    for (size_t i = 0; i < d->n_reasons; i++) {
        const AdmissionReason *x = &d->reasons[i];
        if (!x->exception && str_eq(x->rule, r->rule) && str_eq(x->subject, r->subject) && str_eq(x->message, r->message))
            return true;
    }
    return false;
}

/* An update is denied for what it brings, not for what was there: else nobody could mend an object bit by bit, or give it a label, once rules became stricter. */
static void compare_with_old(const Judging *j, AdmissionDecision *d) {
    AdmissionDecision *old = arena_new(j->arena, AdmissionDecision);
    if (!old || d->n_more || d->error.n)
        return;
    const AdmissionMoment quiet = {.began = j->moment->began, .now = j->moment->now, .images = j->moment->images};
    Judging before = *j;
    before.decision = old;
    before.moment = &quiet;
    old->error = STR("");
    judge(&before, j->review->old);
    if (old->error.n || before.full)
        return;
    d->verdict = RULE_ALLOW;
    for (size_t i = 0; i < d->n_reasons; i++) {
        AdmissionReason *r = &d->reasons[i];
        r->before = !r->limited && r->action == RULE_DENY && !r->exception && has_reason(old, r);
        if (!r->exception)
            d->verdict = policy_worse(d->verdict, r->before || r->action != RULE_DENY ? RULE_WARN : RULE_DENY);
    }
}

static bool may_break(const AdmissionConfig *c, const AdmissionReview *q) {
    if (matches(c->breakers, q->user))
        return true;
    node_each(g, q->groups)
        if (matches(c->breaker_groups, node_str(g)))
            return true;
    return false;
}

static void conclude(const AdmissionConfig *c, const AdmissionReview *q, AdmissionDecision *d) {
    bool refuse = d->verdict == RULE_DENY || (d->error.n && !c->fail_open);
    Str broken = node_str(kube_key(kube_at(q->object, "metadata.annotations"), STR(ADMISSION_BREAK_GLASS)));
    if (refuse && broken.n && may_break(c, q)) {
        d->broken = broken;
        refuse = false;
    }
    d->allowed = !refuse || d->mode != ADMISSION_ENFORCE;
}

void admission_begin(const AdmissionConfig *c, const AdmissionReview *q, AdmissionDecision *ret) {
    ret->verdict = RULE_ALLOW;
    ret->mode = mode_of(c, q->namespace);
    ret->skipped = skipped(c, q);
    ret->allowed = true;
    ret->error = ret->broken = ret->patch = STR("");
    ret->n_reasons = ret->n_more = ret->late = 0;
}

void admission_decide(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionMoment *m, Evaluator *e, Arena *a, AdmissionDecision *ret) {
    admission_begin(c, q, ret);
    if (ret->skipped)
        return;
    bool creates = str_eqz(q->operation, "CREATE"), updates = str_eqz(q->operation, "UPDATE");
    Judging j = {.config = c, .review = q, .moment = m, .context = c->context, .evaluator = e, .arena = a, .decision = ret};
    if (q->namespace.n)
        j.context.namespace = q->namespace;
    evaluator_until(e, c->budget ? m->began + c->budget : 0);
    judge_request(&j);
    size_t own = ret->n_reasons;
    /* What CONNECT brings along are options, and what is deleted is going anyway. */
    if ((creates || updates) && q->object)
        judge(&j, q->object);
    if (updates && q->old && ret->verdict == RULE_DENY && !c->all_updates && ret->n_reasons > own && !str_eqz(q->kind, "EphemeralContainers"))
        compare_with_old(&j, ret);
    if (j.full)
        unjudged(ret, a, NULL, -E2BIG);
    conclude(c, q, ret);
}
