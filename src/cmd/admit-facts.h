/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that keeps the webhook's copy of the fact store fresh and carries what it wants scanned into the store's queue. */
#pragma once

#include "kube/admission-service.h"

typedef struct FactKeeper FactKeeper;

/* Reads the store once, then starts the thread. A store that is not there yet, or cannot be read, is said and waited for. */
int fact_keeper_start(const char *path, AdmissionService *s, FactKeeper **ret, Error *err);
void fact_keeper_stop(FactKeeper *k);
