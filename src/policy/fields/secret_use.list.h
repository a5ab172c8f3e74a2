/* SPDX-License-Identifier: Apache-2.0 */
/* FIELD(slot, name, type, unit, flags, values, doc) of source secret_use. */
FIELD(SECRET_USE_WORKLOAD, "secret_use.workload", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the workload that gets it")
FIELD(SECRET_USE_SECRET, "secret_use.secret", STRING, NONE, 0, NULL, "Name of the Secret; of way csi the SecretProviderClass, of vault the path")
FIELD(SECRET_USE_KEY, "secret_use.key", STRING, NONE, FIELD_OPTIONAL, NULL, "Key of it; absent: all of them")
FIELD(SECRET_USE_WAY, "secret_use.way", STRING, NONE, 0, "env|env-from|volume|projected|image-pull|csi|csi-credential|vault", "How the workload gets it")
FIELD(SECRET_USE_CONTAINER, "secret_use.container", STRING, NONE, FIELD_OPTIONAL, NULL, "Container that gets it; absent when none does, or all do")
FIELD(SECRET_USE_WHERE, "secret_use.where", STRING, NONE, FIELD_OPTIONAL, NULL, "Variable or path in the container")
FIELD(SECRET_USE_OUTSIDE, "secret_use.outside", BOOL, NONE, 0, NULL, "Does it come from a store outside of the cluster (csi, vault)?")
FIELD(SECRET_USE_SEEN, "secret_use.seen", BOOL, NONE, 0, NULL, "Is the Secret itself among the objects? Without it type and age are absent")
FIELD(SECRET_USE_TYPE, "secret_use.type", STRING, NONE, FIELD_OPTIONAL, NULL, "Type of the Secret (\"Opaque\", \"kubernetes.io/tls\")")
FIELD(SECRET_USE_MADE_BY, "secret_use.made_by", STRING, NONE, FIELD_OPTIONAL, NULL, "What among the objects makes the Secret: an ExternalSecret, a SealedSecret")
FIELD(SECRET_USE_AGE, "secret_use.age", INT, DAYS, FIELD_OPTIONAL, NULL, "Days since the Secret was made")
FIELD(SECRET_USE_DATA_AGE, "secret_use.data_age", INT, DAYS, FIELD_OPTIONAL, NULL, "Days since its values were last written, by metadata.managedFields; without these as secret_use.age")
