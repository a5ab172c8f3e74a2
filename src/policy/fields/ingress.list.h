/* SPDX-License-Identifier: Apache-2.0 */
FIELD(INGRESS_NAME, "ingress.name", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the ingress or route")
FIELD(INGRESS_CLASS, "ingress.class", STRING, NONE, FIELD_OPTIONAL, NULL, "Class of the ingress, by field or annotation")
FIELD(INGRESS_HOSTS, "ingress.hosts", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Hosts of its rules; \"*\" for a rule without a host")
FIELD(INGRESS_TLS, "ingress.tls", BOOL, NONE, 0, NULL, "Is there any TLS configuration?")
FIELD(INGRESS_PLAIN_HOSTS, "ingress.plain_hosts", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Hosts that no TLS entry covers")
FIELD(INGRESS_SERVICES, "ingress.services", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Names of the services that it leads to")
FIELD(INGRESS_DEFAULT_BACKEND, "ingress.default_backend", BOOL, NONE, 0, NULL, "Does it take all that no rule takes?")
