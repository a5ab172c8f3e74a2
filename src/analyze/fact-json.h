/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "model/fact.h"
#include "parse/json-write.h"

/* One fact as a JSON object: what `plimsoll facts` prints and the golden tests compare. Empty fields are left out. */
void fact_json(JsonWriter *w, const Fact *f);
