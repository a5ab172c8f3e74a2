/* SPDX-License-Identifier: Apache-2.0 */
/* Scoring of CVSS v4.0 once the metrics are read; for cvss.c only. */
#pragma once

#include "base/macro.h"

/* Effective metrics as severity steps: 0 is the worst value. */
typedef struct Cvss4 {
    uint8_t av, pr, ui;  /* N A L P; N L H; N P A */
    uint8_t ac, at;      /* L H; N P */
    uint8_t vc, vi, va;  /* H L N */
    uint8_t sc, si, sa;  /* S H L N: SC has no S */
    uint8_t cr, ir, ar;  /* H M L */
    uint8_t e;           /* A P U */
} Cvss4;

/* The score × 10. */
int cvss4_score10(const Cvss4 *m);
