/* SPDX-License-Identifier: ISC */
/*
 * http/json_text.h - JSON that came from outside, before it is parsed
 *
 * Layer: adapter.
 */
#ifndef LG_ADAPTERS_HTTP_JSON_TEXT_H
#define LG_ADAPTERS_HTTP_JSON_TEXT_H

#include <stddef.h>

/* 1 where a NUL stands in it, as itself or written as \u0000 outside of an
 * escaped backslash: it would cut a name short. */
int lg_json_has_nul(const char *text, size_t len);

#endif
