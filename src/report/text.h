/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people and for markup. What comes from an artifact is hostile: it may hold escape sequences, direction overrides or
 * bytes that are no UTF-8. Everything printed goes through one of these. */
#pragma once

#include "base/buf.h"

/* Takes one code point from the front of *rest (which must not be empty). Bytes that are not UTF-8 (RFC 3629) give U+FFFD, one a byte;
 * *ret_valid (may be NULL) tells them from a real U+FFFD. */
uint32_t text_next(Str *rest, bool *ret_valid);
/* Appends UTF-8. */
void text_put(Buf *out, uint32_t cp);

/* One line, safe for a terminal: control characters (C0, DEL, C1), line separators, direction and zero-width controls become
 * visible escapes (\x1b, \u{202e}); a line break or tab becomes a space; what is not UTF-8 becomes U+FFFD. */
void text_clean(Buf *out, Str s);
/* The same of what the format gives; a line for text_line, which ends it. */
void text_cleanf(Buf *out, const char *fmt, ...) _printf_(2, 3);
void text_line(Buf *out, const char *fmt, ...) _printf_(2, 3);
/* For XML 1.0 text and attributes, and for HTML: markup characters escaped, characters that XML forbids become U+FFFD. */
void text_xml(Buf *out, Str s);
/* text_clean, then text_xml. */
void text_html(Buf *out, Str s);
/* Markdown (GitHub flavour): text_clean, then punctuation with a meaning escaped. Fits in a table cell. */
void text_markdown(Buf *out, Str s);
/* The same as a code span. */
void text_markdown_code(Buf *out, Str s);

/* Character widths come from the fixed locale C.UTF-8, not from the caller's: same bytes everywhere. */
typedef struct TextLocale {
    void *used, *before;
} TextLocale;
TextLocale text_locale_enter(void);
void text_locale_leave(TextLocale *l);

/* Columns that clean text takes; inside text_locale_enter(). */
unsigned text_width(Str s);
/* Bytes of the longest front of s that fits into `columns`. */
size_t text_fit(Str s, unsigned columns);
/* Appends s cut to `columns`, "…" standing for what was cut. */
void text_cut(Buf *out, Str s, unsigned columns);
/* Appends words of s, each line at most `columns` wide (0: one line), further lines starting with `indent` spaces. The first line starts at
 * column `at`. A word that is wider than a line is broken. */
void text_wrap(Buf *out, Str s, unsigned columns, unsigned indent, unsigned at);
void text_spaces(Buf *out, unsigned n);

/* 1234567 -> "1,234,567". */
void text_count(Buf *out, uint64_t n);
/* "80.1 MB" (powers of ten). */
void text_bytes(Buf *out, uint64_t n);
