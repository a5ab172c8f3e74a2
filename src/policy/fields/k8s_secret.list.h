/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source k8s_secret. */
FIELD(K8S_SECRET_NAME, "k8s_secret.name", STRING, NONE, FIELD_OPTIONAL, NULL, "Its name")
FIELD(K8S_SECRET_TYPE, "k8s_secret.type", STRING, NONE, 0, NULL, "Its type; \"Opaque\" where none is written; \"other\" where a running cluster was asked for metadata only, and it is none of the usual ones")
FIELD(K8S_SECRET_KEYS, "k8s_secret.keys", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Its keys, never their values")
FIELD(K8S_SECRET_IMMUTABLE, "k8s_secret.immutable", BOOL, NONE, 0, NULL, "Can its values not be changed?")
FIELD(K8S_SECRET_ACCOUNT, "k8s_secret.service_account", STRING, NONE, FIELD_OPTIONAL, NULL, "Service account whose token it holds")
FIELD(K8S_SECRET_MADE_BY, "k8s_secret.made_by", STRING, NONE, FIELD_OPTIONAL, NULL, "What among the objects makes it: an ExternalSecret, a SealedSecret")
FIELD(K8S_SECRET_CREATED, "k8s_secret.created", INT, TIME, FIELD_OPTIONAL, NULL, "When it was made")
FIELD(K8S_SECRET_AGE, "k8s_secret.age", INT, DAYS, FIELD_OPTIONAL, NULL, "Days since then")
FIELD(K8S_SECRET_WRITTEN, "k8s_secret.written", INT, TIME, FIELD_OPTIONAL, NULL, "When its values were last written, by metadata.managedFields; without these as k8s_secret.created")
FIELD(K8S_SECRET_DATA_AGE, "k8s_secret.data_age", INT, DAYS, FIELD_OPTIONAL, NULL, "Days since then")
FIELD(K8S_SECRET_USERS, "k8s_secret.users", INT, NONE, FIELD_OPTIONAL, NULL, "How many workloads of its namespace get it; absent when none of that namespace is among the objects")
