/* SPDX-License-Identifier: Apache-2.0 */
/* Policy bundles of `plimsoll admit` from registries (oci://…): a process of its own asks for them again and again, since the webhook itself speaks to nobody; they meet in the cache. */
#pragma once

#include <stdatomic.h>

#include "cmd/command.h"

typedef struct BundleKeeper {
    pid_t pid;               /* 0: there is nothing to ask for */
    _Atomic int64_t *asked;  /* shared with it: when registries answered last, of several bundles the oldest; NULL: there are none */
} BundleKeeper;

/* Starts the process, which ends with this one, and sends it SIGHUP when a bundle is another one; before any thread. Without bundles among --policy, --rules and --rules-add nothing is done. */
int bundle_keeper_start(Cli *cli, unsigned every_s, BundleKeeper *ret, Error *err);
void bundle_keeper_stop(BundleKeeper *k);
/* Is there one among these options? */
bool admit_has_bundles(Cli *cli);
/* The directory of the cache, whose content the webhook reads; a fresh string, NULL without a cache. */
char *admit_bundles_dir(const Cli *cli);
