/* SPDX-License-Identifier: Apache-2.0 */
FIELD(ROLE_ANY, "role.any", BOOL, NONE, FIELD_ARG_CONDITION | FIELD_ARG_REQUIRED, NULL, "Does the condition hold for one of its permissions? role.any[\"permission: permission.verbs intersects (escalate)\"] = true")
FIELD(ROLE_ALL, "role.all", BOOL, NONE, FIELD_ARG_CONDITION | FIELD_ARG_REQUIRED, NULL, "Does the condition hold for all of them? True when there are none")
FIELD(ROLE_COUNT, "role.count", INT, NONE, FIELD_ARG_CONDITION | FIELD_ARG_REQUIRED, NULL, "For how many of them does it hold?")
FIELD(ROLE_NAME, "role.name", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the role")
FIELD(ROLE_CLUSTER, "role.cluster", BOOL, NONE, 0, NULL, "Is it a ClusterRole?")
FIELD(ROLE_AGGREGATED, "role.aggregated", BOOL, NONE, 0, NULL, "Is it put together from other roles by their labels?")
FIELD(ROLE_AGGREGATES_TO, "role.aggregates_to", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Built-in roles that get its permissions as well (\"view\", \"edit\", \"admin\")")
