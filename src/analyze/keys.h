/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of keys and certificates, for the analyzers that meet them. */
#pragma once

#include "analyze/table.h"
#include "parse/private-key.h"

/* A certificate in DER at `line`; false when it is none. */
bool keys_put_certificate(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, Str der, uint32_t line);
void keys_put_private(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, const PrivateKey *k, uint32_t line);
/* "SHA256:…" as ssh-keygen prints it, of a key as SSH writes it. */
Str keys_ssh_fingerprint(Arena *a, Str blob);
