/* SPDX-License-Identifier: Apache-2.0 */
/* CVSS scores, computed from vectors: v2 (https://www.first.org/cvss/v2/guide), v3.0 and v3.1
 * (https://www.first.org/cvss/v3.1/specification-document), v4.0 (https://www.first.org/cvss/v4.0/specification-document). */
#pragma once

#include "model/severity.h"

typedef enum CvssVersion { CVSS_V2 = 20, CVSS_V30 = 30, CVSS_V31 = 31, CVSS_V40 = 40 } CvssVersion;

typedef struct CvssScore {
    CvssVersion version;
    int base10;      /* base score × 10: 0 … 100 */
    /* × 10, the score with the vector's threat metric and environmental metrics: what v4.0 calls CVSS-BT, -BE or -BTE. It is what
     * publishers of v4.0 vectors rate by, so it is what a severity comes from. Equals base10 for v2 and v3.x, whose publishers rate by
     * the base score. */
    int score10;
} CvssScore;

/* Reads a whole vector: "AV:N/AC:L/Au:N/C:P/I:P/A:P" (v2, parentheses allowed) or "CVSS:3.1/…". Metrics may come in any order, as
 * publishers write them. -EINVAL: a metric twice, unknown, missing or with an unknown value, or an unknown version. */
int cvss_parse(Str vector, CvssScore *ret);
/* The version that the vector says it is of, without looking at the rest. */
CvssVersion cvss_version(Str vector);
/* score10 of the vector, -1 when it is malformed: what Cvss.score10 takes. */
int cvss_score10(Str vector);
/* The qualitative rating: NVD's for v2, the specification's for the others ("None" is SEVERITY_NEGLIGIBLE). */
Severity cvss_severity(CvssVersion version, int score10);
/* The rating of a vector; SEVERITY_UNKNOWN when it is malformed. */
Severity cvss_vector_severity(Str vector);
