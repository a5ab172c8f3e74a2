/* SPDX-License-Identifier: Apache-2.0 */
FIELD(ENV_NAME, "env.name", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the environment variable")
FIELD(ENV_VALUE, "env.value", STRING, NONE, FIELD_OPTIONAL, NULL, "Its value; absent when it comes from elsewhere")
FIELD(ENV_SOURCE, "env.source", STRING, NONE, 0, "value|secret|config_map|field|resource|file", "Where the value comes from")
FIELD(ENV_SECRET, "env.secret", STRING, NONE, FIELD_OPTIONAL, NULL, "Name of the secret that it comes from")
FIELD(ENV_KEY, "env.key", STRING, NONE, FIELD_OPTIONAL, NULL, "Key in that secret or config map")
