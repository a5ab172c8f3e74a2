/* SPDX-License-Identifier: Apache-2.0 */
/* libyara, loaded when it is asked for: who looks for no malware needs none. Workers cannot load it any more: it is loaded before the zygote of
 * workers is forked (Command.prepare). */
#pragma once

#include <yara.h>

#define YARA_FUNCTIONS(X) \
    X(initialize) X(compiler_create) X(compiler_destroy) X(compiler_set_callback) X(compiler_set_include_callback) X(compiler_add_string) \
    X(compiler_define_string_variable) X(compiler_get_rules) X(rules_save_stream) X(rules_load_stream) X(rules_scan_mem) X(rules_destroy) \
    X(scanner_create) X(scanner_destroy) X(scanner_set_callback) X(scanner_set_flags) X(scanner_set_timeout) X(scanner_define_string_variable) \
    X(scanner_scan_mem)

typedef struct YaraApi {
#define X(name) __typeof__(yr_##name) *name;
    YARA_FUNCTIONS(X)
#undef X
} YaraApi;

/* NULL when it cannot be loaded; *ret_why (may be NULL) then says so. Thread-safe. */
const YaraApi *yara_api(const char **ret_why);
