/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source pipeline_include. */
FIELD(INCLUDE_KIND, "include.kind", STRING, NONE, 0, "local|remote|project|template|component", "Where it lies")
FIELD(INCLUDE_LOCATION, "include.location", STRING, NONE, 0, NULL, "File, address, project, template or component, as written")
FIELD(INCLUDE_REF, "include.ref", STRING, NONE, FIELD_OPTIONAL, NULL, "Branch, tag, commit or version; absent when none is named")
FIELD(INCLUDE_PINNED, "include.pinned", BOOL, NONE, FIELD_OPTIONAL, NULL, "It cannot change unnoticed: a full commit, or a digest (integrity); true for files of this repository and templates of the server; absent when a variable decides")
