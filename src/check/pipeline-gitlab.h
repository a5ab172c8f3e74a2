/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a .gitlab-ci.yml as it counts. Only for src/check/pipeline-gitlab*.c. */
#pragma once

#include "base/buf.h"
#include "check/pipeline-private.h"

/* Of one file: values that are put in elsewhere, and keys at the top. */
enum { GITLAB_COPIES = 300 * 1000, GITLAB_KEYS = 10 * 1000 };

typedef struct GitlabReader {
    PipelineReader *r;
    Node *root;
    size_t copied;
    Map top;        /* keys at the top -> Node */
    Map known;      /* jobs by name, with what they extend put in */
} GitlabReader;

/* Puts merge keys ("<<") into the maps that have them, below `n` and in place. */
void gitlab_merge(GitlabReader *g, Node *n, unsigned depth);
/* The job or template of this name with what it extends; NULL when the file has none. */
const Node *gitlab_effective(GitlabReader *g, Str name);
const Node *gitlab_effective_at(GitlabReader *g, const Node *job, unsigned depth);
/* Is it a list with the tag !reference? */
bool gitlab_is_reference(const PipelineReader *r, const Node *n);
/* The value with references of this file put in and nested lists made flat; references to other files stay, as text. */
const Node *gitlab_value(GitlabReader *g, const Node *n);
