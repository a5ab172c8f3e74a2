/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects that were written down: a map of field names to values, as examples of rules, recordings and tests have them.
 *
 *     {"proc.name": "bash", "fd.ip": ["10.0.0.1", "10.0.0.2"], "proc.aname": ["sh", "sshd"], "image.label": {"a": "b"}, "proc.env[HOME]": "/root",
 *      "children": {"container": [{"container.privileged": true}]}}
 *
 * A value is what a condition would compare the field with ("512Mi", "30d", "10.0.0.0/8" as text), or a number, true or false; a list has several. What is not there,
 * or null, or nothing for the field's type, is absent. With an argument: the key with brackets, a map by arguments, or the n-th of a list (proc.aname[1] is the first,
 * for [0] is the process itself; of other fields [0] is). The fields of a parent may stand in the same map; X.version_cmp is worked out of X.version and X.type. */
#pragma once

#include "parse/node.h"
#include "policy/source.h"

/* `object` is the map's Node, which must outlive the subject, with the text it was parsed from. */
extern const SubjectOps recorded_ops;

/* What in the map is no field, or no value for it: errors in `d`, with their places in `file`. -EINVAL when there was one. */
int recorded_check(const Source *source, const Node *object, const char *file, Diag *d);
