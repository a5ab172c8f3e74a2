/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "analyze/analyzer.h"
#include "secret/engine.h"

/* Searches a text that may be no file (a line of an image's configuration) and puts a fact for each secret, as of the analyzer "secrets". `each` (may be
 * NULL) is told of every match before: for those who must take values out of a text. -errno when there are no usable rules. */
int secrets_search(const AnalyzerInput *in, FactSink *sink, void (*each)(void *userdata, const SecretMatch *m), void *userdata);
