/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("credentials", "root/.kube/config", "root/.docker/config.json", "srv/app/cluster.yaml")
