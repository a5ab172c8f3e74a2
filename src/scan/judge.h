/* SPDX-License-Identifier: Apache-2.0 */
/* The policy on what a scan found: findings become a verdict here and nowhere else. */
#pragma once

#include "model/report.h"
#include "policy/set.h"

/* The subjects of a report: the image, and below it packages, vulnerabilities, secrets, certificates, files, findings. */
typedef struct ImageSubject ImageSubject;
/* Strings of it live in the report's arena and in `a`. The report's findings must not move while it is in use. */
const ImageSubject *image_subject_new(const Report *r, const Limits *limits, Arena *a);
/* The image as a subject; its children follow from it. */
Subject image_subject(const ImageSubject *s);

/* Puts the rules of the policy to all of them, adds a finding of kind policy for each that holds, and sets policy and verdict. What an exception excepts is
 * suppressed; exceptions that a fact has ended are warnings in `d`. */
void scan_judge(Report *r, const Policy *policy, const PolicyContext *context, const Limits *limits, Diag *d);
