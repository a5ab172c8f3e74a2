/* SPDX-License-Identifier: Apache-2.0 */
FIELD(SERVICE_ACCOUNT_NAME, "service_account.name", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the service account")
FIELD(SERVICE_ACCOUNT_AUTOMOUNT, "service_account.automount_token", BOOL, NONE, 0, NULL, "Do pods get its token unless they say otherwise? true where nothing is written")
FIELD(SERVICE_ACCOUNT_AUTOMOUNT_SET, "service_account.automount_token.set", BOOL, NONE, 0, NULL, "Is automountServiceAccountToken written?")
FIELD(SERVICE_ACCOUNT_SECRETS, "service_account.secrets", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Names of secrets that it lists")
FIELD(SERVICE_ACCOUNT_PULL_SECRETS, "service_account.image_pull_secrets", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Names of the secrets that images are pulled with")
FIELD(SERVICE_ACCOUNT_ROLES, "service_account.roles", STRING, NONE, FIELD_OPTIONAL | FIELD_LIST, NULL, "Names of the roles that bindings among the objects give it")
