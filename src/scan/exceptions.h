/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions applied to findings: VEX statements and ignore rules. docs/reference/exceptions.md says what matches what. */
#pragma once

#include "model/report.h"
#include "scan/ignore.h"

/* Adds those of one source; the list is copied, its strings must outlive the report. */
void scan_add_exceptions(Report *r, ExceptionFormat format, Str source, const Exception *list, size_t n);
/* Moves what is suppressed from findings to suppressed, marks what VEX only speaks of, and counts in the exceptions what each is about. Of
 * the VEX statements about a finding the latest counts, of several of one time the last; an ignore rule suppresses whatever VEX says. */
void scan_apply_exceptions(Report *r);

/* What a name of a VEX product can be compared with. */
typedef struct ExceptionScope ExceptionScope;
ExceptionScope *exception_scope_new(const Report *r);
void exception_scope_free(ExceptionScope *s);
DEFINE_CLEANUP(ExceptionScope, exception_scope_free, exception_scope_freep);
/* Is the exception about this finding? Its ids were compared already. */
bool exception_matches(ExceptionScope *s, const Exception *e, const Finding *f);
/* A pattern of a path: '*' and '?' stop at '/', "**" does not. */
bool exception_path_matches(Str pattern, Str path);
