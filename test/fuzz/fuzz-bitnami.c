/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("bitnami", "opt/bitnami/redis/.spdx-redis.spdx", "opt/bitnami/.bitnami_components.json")
