/* SPDX-License-Identifier: Apache-2.0 */
/* Documentation made from the tables: `plimsoll docs DIR`, committed under docs/ and checked by test/cli/docs.t. */
#pragma once

#include "cmd/command.h"

/* "plimsoll-db-build", or "plimsoll" for NULL; a fresh string. */
char *man_page_name(const Command *command);
void man_write_command(const Command *c, Buf *out);
void man_write_main(Buf *out);

/* A page of docs/reference. */
typedef struct ReferencePage {
    const char *file;    /* "exit-codes.md" */
    void (*write)(Buf *out);
} ReferencePage;

/* Ended by a NULL file. */
extern const ReferencePage reference_pages[];
