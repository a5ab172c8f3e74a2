/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that nobody here may call: unbounded copies, conversions without errors, hidden state. Included by the
 * build in front of every file of ours (-include). */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets atoi atol atoll atof strtok gmtime localtime ctime asctime tmpnam mktemp
