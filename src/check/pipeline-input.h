/* SPDX-License-Identifier: Apache-2.0 */
/* Pipeline files as inputs of `plimsoll check`. */
#pragma once

#include "check/input.h"

/* CheckInput.fix of pipeline files. */
bool pipeline_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret);

/* CheckInput.where of pipeline files. */
const Node *pipeline_where(const Cause *c, bool *ret_there);

extern const CheckInput check_input_github_actions, check_input_gitlab_ci;
