/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of an image's configuration and hardening: one row each in check.list.h. They know the report's nouns, no image and no file system. */
#pragma once

#include "base/limits.h"
#include "model/report.h"

typedef enum CheckId {
#define CHECK(symbol, id, severity, controls, title, why, remediation) CHECK_##symbol,
#include "harden/check.list.h"
#undef CHECK
    CHECK_N_,
} CheckId;

typedef struct Check {
    const char *id;            /* "root-user": the finding's */
    Severity severity;
    const char *controls;      /* "cis-docker-4.1 nist-800-190-4.1.2" */
    const char *title;
    const char *why;
    const char *remediation;
} Check;

/* CHECK_N_ of them, by CheckId. */
const Check *checks(void);

/* Where findings go; `detail` says what was found, `path` is empty when it is about no file, `layer` LAYER_NONE when about none. */
typedef struct CheckSink {
    Arena *arena;              /* for the strings of findings */
    void (*put)(void *userdata, const Finding *f);
    void *userdata;
} CheckSink;

void check_put(const CheckSink *sink, CheckId id, int layer, Str path, const char *detail_fmt, ...) _printf_(5, 6);

/* What the configuration of an image and its reference tell (OCI image-spec, config.md). Nothing for what is no image. -EBADMSG when the
 * configuration is no JSON, which whoever opened the image has refused already. */
int harden_config(const Artifact *a, const Limits *limits, const CheckSink *sink);

/* A fact of the analyzer "hardening" about what is seen in the image: FACT_ENTRY or FACT_ACCOUNT. */
typedef struct HardenFact {
    const Fact *fact;
    Str path;
    int layer;
    bool is_directory, is_symlink;
} HardenFact;

/* What they tell; the order of the facts decides what findings about many name. */
void harden_files(const Artifact *a, const HardenFact *facts, size_t n, const CheckSink *sink);
