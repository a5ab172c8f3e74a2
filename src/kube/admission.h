/* SPDX-License-Identifier: Apache-2.0 */
/* Admission reviews (admission.k8s.io/v1): what the API server asks a webhook, what policy says of it, and the answer. Nothing here reads a file or the network.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
#pragma once

#include "kube/image-facts.h"
#include "kube/object.h"
#include "policy/set.h"

typedef struct AdmissionReview {
    Str uid;
    Str operation;                   /* "CREATE", "UPDATE", "DELETE", "CONNECT" */
    Str group, version, resource, subresource; /* "apps", "v1", "deployments", "" */
    Str kind;                        /* of the object */
    Str name, namespace;             /* empty where there is none */
    Str user;
    const Node *groups;              /* list of strings; NULL */
    bool dry_run;
    Node *object, *old;              /* NULL where the operation has none */
} AdmissionReview;

/* Largest request body: twice what etcd takes of an object, and room around it. */
enum { ADMISSION_BODY_MAX = 3 << 20 };

/* Reads a request's body. The strings lie in it or in the arena. -EINVAL with messages in `d` when it is no review; -E2BIG over limits; ret->uid is set as soon as it is known. */
int admission_read(Str body, Arena *a, Diag *d, AdmissionReview *ret);

typedef enum AdmissionMode {
    ADMISSION_ENFORCE, /* what a rule denies is refused */
    ADMISSION_WARN,    /* it is let in, with warnings to whoever asked */
    ADMISSION_AUDIT,   /* it is let in; the log and the audit annotations say so */
    ADMISSION_MODE_N_,
} AdmissionMode;
const char *admission_mode_name(AdmissionMode m);
int admission_mode_parse(Str s, AdmissionMode *ret);

/* Which mode holds in namespaces that match the pattern of shell; objects outside of namespaces have the namespace "". */
typedef struct AdmissionModeOf {
    Str namespace;
    AdmissionMode mode;
} AdmissionModeOf;

typedef struct AdmissionConfig {
    const Policy *policy;
    PolicyContext context;           /* namespace is put in for each review */
    const AdmissionModeOf *modes;    /* the last that matches holds; without one ADMISSION_ENFORCE */
    size_t n_modes;
    StrArray exempt;                 /* namespaces, patterns of shell: nothing there is judged */
    StrArray breakers, breaker_groups; /* users and groups, patterns of shell, who may break the glass; none of either: nobody */
    bool fail_open;                  /* what cannot be judged is let in; else it is refused */
    int64_t budget;                  /* nanoseconds for one review; 0: no limit */
    unsigned minor;                  /* version of Kubernetes that rules speak of */
    bool all_updates;                /* what the old object has as well is denied at updates, too; else only what they bring */
    int64_t rules_read;              /* when, for /metrics */
    bool pin;                        /* admission_mutate(): tags get the digest that was judged */
    const Policy *defaults;          /* admission_mutate(): what the fixes of its rules say is put in where nothing stands; NULL: nothing */
    bool images;                     /* what scans said of images counts: those that were denied are denied */
    RuleAction unknown_image;        /* what comes of one that no scan, or none that is young enough, has settled, or whose tag leads nobody knows where */
    int64_t image_max_age;           /* seconds that a scan is good for; 0: any */
} AdmissionConfig;

/* Asks to be let in whatever rules say; its value is the reason. */
#define ADMISSION_BREAK_GLASS "plimsoll.dev/break-glass"

typedef struct AdmissionReason {
    Str rule, subject, message;
    RuleAction action;               /* RULE_DENY, RULE_WARN, RULE_ALERT */
    const PolicyException *exception; /* it is excepted by this; NULL: it counts */
    bool limited;                    /* not decided within limits or time: the rule's on-error says what it counts for */
    bool before;                     /* an update: the old object has it as well */
} AdmissionReason;

enum { ADMISSION_REASONS = 200 };

typedef struct AdmissionDecision {
    bool allowed;
    RuleAction verdict;              /* what rules say, whatever the mode: RULE_ALLOW, RULE_WARN, RULE_DENY */
    AdmissionMode mode;
    const char *skipped;             /* why nothing was judged; NULL: it was */
    Str error;                       /* why it could not be judged; empty: it was */
    Str patch;                       /* admission_mutate(): JSON (RFC 6902); empty: nothing to change */
    Str broken;                      /* the reason that was given for breaking the glass; empty: it was not broken */
    AdmissionReason reasons[ADMISSION_REASONS];
    size_t n_reasons, n_more;        /* those beyond the room are counted only, unless they are worse */
    size_t late;                     /* rules that were not decided in time */
} AdmissionDecision;

/* What a decision needs beside review and configuration. */
typedef struct AdmissionMoment {
    int64_t began;                   /* nanoseconds of CLOCK_MONOTONIC: the budget runs from here */
    int64_t now;                     /* seconds since 1970 */
    const ImageFacts *images;        /* NULL: none are known */
    void (*ask)(void *userdata, Str reference); /* is called with images that want a scan; NULL: nobody takes them. Not for dry runs */
    void *userdata;
} AdmissionMoment;

/* Judges. Texts of the decision live in the arena. */
void admission_decide(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionMoment *m, Evaluator *e, Arena *a, AdmissionDecision *ret);
/* Says how the object is changed, instead of judging it. Its tree is changed, too. */
void admission_mutate(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionMoment *m, Evaluator *e, Arena *a, AdmissionDecision *ret);
/* What both begin with: mode, and whether there is anything to do; no reasons yet. */
void admission_begin(const AdmissionConfig *c, const AdmissionReview *q, AdmissionDecision *ret);
/* The answer's AdmissionReview. */
void admission_answer(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionDecision *d, Buf *out);
/* The decision as one line of JSON, without its newline; `took` in nanoseconds. What objects hold is not in it but for what rules' outputs say. */
void admission_record(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionDecision *d, int64_t time, int64_t took, Buf *out);
