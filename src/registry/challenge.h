/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate (RFC 9110, 11.6.1), as registries send it. */
#pragma once

#include "base/arena.h"

typedef struct RegistryChallenge {
    bool basic, bearer;      /* schemes that the server takes, as far as we speak them */
    Str realm, service, scope; /* of Bearer; empty when absent */
} RegistryChallenge;

/* Reads all challenges of a header (several joined by ", "); unknown schemes are passed over. Strings live in `a`.
 * -EBADMSG when the text is no list of challenges. */
int registry_challenge_parse(Str s, Arena *a, RegistryChallenge *ret);
