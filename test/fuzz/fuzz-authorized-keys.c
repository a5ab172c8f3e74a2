/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("authorized-keys", "root/.ssh/authorized_keys")
