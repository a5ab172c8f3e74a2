/* SPDX-License-Identifier: Apache-2.0 */
FIELD(PERMISSION_VERBS, "permission.verbs", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "What may be done (\"get\", \"*\")")
FIELD(PERMISSION_GROUPS, "permission.api_groups", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "In which API groups; \"\" is the core group")
FIELD(PERMISSION_RESOURCES, "permission.resources", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "With which resources (\"pods/exec\")")
FIELD(PERMISSION_NAMES, "permission.resource_names", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "With which objects; absent for all")
FIELD(PERMISSION_URLS, "permission.urls", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Paths of the API server that are no resources")
