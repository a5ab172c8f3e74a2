/* SPDX-License-Identifier: Apache-2.0 */
/* Build instructions as the history of an image keeps them. */
#pragma once

#include "harden/check.h"
#include "parse/node.h"

/* `root` is the image configuration. */
void harden_history(const Node *root, const Artifact *a, const CheckSink *sink);
