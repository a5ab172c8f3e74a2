/* SPDX-License-Identifier: Apache-2.0 */
/* The blob's layout. Only for src/secret. */
#pragma once

#include "secret/rule.h"

#define SECRET_BLOB_MAGIC "plimsoll-secret-rules"
enum { SECRET_BLOB_VERSION = 1 };

/* One expression of the database, by its number. */
typedef struct Trigger {
    uint32_t rule;
    uint32_t width; /* of every match; 0: it varies, and vectorscan says where it began */
} Trigger;

/* magic, version, set, number of triggers, triggers, serialized database */
