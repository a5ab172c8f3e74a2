/* SPDX-License-Identifier: Apache-2.0 */
/* READER(symbol): the readers of objects that rooms have for their sources, `const ObjectReader symbol` each (policy/reader.h). */
READER(kube_object_reader)
READER(pipeline_reader)
READER(dockerfile_object_reader)
READER(audit_object_reader)
