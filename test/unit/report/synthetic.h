/* SPDX-License-Identifier: Apache-2.0 */
/* A Report that has everything, hostile strings included; and what is done with one in every test. */
#pragma once

#include "model/report.h"

typedef enum Synthetic {
    SYNTHETIC_FULL,      /* an image with findings of every kind and severity, gaps, feeds */
    SYNTHETIC_HOSTILE,   /* every string wants to break out of its format */
    SYNTHETIC_CLEAN,     /* complete and nothing found */
    SYNTHETIC_NO_DATA,   /* no database, unknown system: nothing found, because nothing was looked up */
    SYNTHETIC_SBOM,      /* the packages of FULL, sbom_only */
    SYNTHETIC_N_,
} Synthetic;

/* "full", "hostile" … */
const char *synthetic_name(Synthetic s);
/* `order` shuffles the order in which things are put in before they are sorted as the pipeline sorts them. The caller ends it with
 * report_done(). */
Report synthetic_report(Synthetic s, unsigned order);
