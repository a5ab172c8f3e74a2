/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/input.h"

/* CheckInput.fix of manifests. */
bool kubernetes_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret);
