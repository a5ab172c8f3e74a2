/* SPDX-License-Identifier: Apache-2.0 */
/* AlertSpool: messages on disk that wait for a receiver, in order, bounded in bytes; an SQLite file that survives kill -9. One process holds it. Thread-safe. */
#pragma once

#include "base/error.h"
#include "deliver/queue.h"

typedef struct AlertSpool AlertSpool;

/* -EBUSY: another process holds it. A full disk is no error yet: it is tried again when something is to be added. A file that is no spool, or a broken one, is set aside: it is PATH.broken
 * from then on, in place of an older one, and *ret_aside (the caller frees it; NULL: it was not necessary) says why. */
int alert_spool_open(const char *path, uint64_t max, AlertSpool **ret, char **ret_aside, Error *err);
void alert_spool_free(AlertSpool *s);
DEFINE_CLEANUP(AlertSpool, alert_spool_free, alert_spool_freep);
/* All of the list, but what is over the maximum: their number is in *ret_over. On an error nothing was taken. */
int alert_spool_add(AlertSpool *s, const Message *list, uint64_t *ret_over, Error *err);
/* The first one, which the caller frees. 1, 0: it is empty. -EBADMSG: the file is broken and was set aside, with *ret_lost of them. */
int alert_spool_first(AlertSpool *s, Message **ret, uint64_t *ret_lost, Error *err);
/* That one is delivered. It does not come again from this spool, whatever the result; on an error (a full disk) it may after the next start. */
int alert_spool_remove(AlertSpool *s, Error *err);
void alert_spool_counts(AlertSpool *s, uint64_t *ret_n, uint64_t *ret_bytes, uint64_t *ret_max);
