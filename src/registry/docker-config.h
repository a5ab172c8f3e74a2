/* SPDX-License-Identifier: Apache-2.0 */
/* ~/.docker/config.json (docs.docker.com, "docker login": auths, credHelpers, credsStore) and the helper programs it names. */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"

/* What the configuration says about one registry; strings live in the Arena, empty where absent. */
typedef struct DockerConfigEntry {
    Str helper;             /* NAME of docker-credential-NAME: asked first */
    Str username, password;
    Str identity_token;     /* an OAuth2 refresh token */
    Str registry_token;     /* a bearer token to be used as it is */
} DockerConfigEntry;

/* Looks `host` ("docker.io", "registry.example:5000") up in the text of a config.json. -EINVAL with `d`. */
int docker_config_find(Str text, const char *name, Str host, Arena *a, DockerConfigEntry *ret, Diag *d);

/* The name under which credentials of `host` are stored: "https://index.docker.io/v1/" for docker.io, else the host. */
Str docker_config_key(Str host);

/* Runs `docker-credential-NAME get` with the key on its standard input, without a shell, for at most timeout_s. 1 with user name and
 * password (or identity token) in *ret, 0 when it knows none, negative with err. */
int docker_helper_get(Str helper, Str key, unsigned timeout_s, Arena *a, DockerConfigEntry *ret, Error *err);
/* The helper's answer, {"Username": …, "Secret": …}; -EBADMSG. */
int docker_helper_parse(Str text, Arena *a, DockerConfigEntry *ret);

/* All of that: the entry for `host` from `dir` (NULL: $DOCKER_CONFIG or ~/.docker), its helper asked. 1 found, 0 no credentials,
 * negative with err. Messages never hold a secret. */
int docker_credentials(const char *dir, Str host, Arena *a, DockerConfigEntry *ret, Error *err);
