/* SPDX-License-Identifier: ISC */
/*
 * utf8.h - whether bytes that came in as text are text
 *
 * Layer: adapter (pure).
 */
#ifndef LOGONGATE_ADAPTERS_INI_UTF8_H
#define LOGONGATE_ADAPTERS_INI_UTF8_H

#include <stddef.h>

/* How many bytes from the start are UTF-8 (shortest form, no surrogates, no
 * NUL); len when all are. */
size_t lg_utf8_valid(const char *text, size_t len);

#endif
