/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("known-binary", "usr/bin/python3.11", "usr/sbin/mysqld", "usr/sbin/haproxy", "usr/lib/libcrypto.so.3", "opt/jdk/release", "usr/local/go/VERSION")
