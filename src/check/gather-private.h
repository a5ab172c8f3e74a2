/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/wire.h"
#include "base/worker.h"
#include "check/gather.h"

/* Records of the answer: for each file its objects, then its end with what was wrong. */
enum { GATHER_OBJECT, GATHER_END };

int gather_job(const WorkerIo *io);
