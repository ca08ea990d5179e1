/* SPDX-License-Identifier: ISC */
/*
 * http/pages.h - the files of pages, inside the program
 *
 * Layer: adapter, inside overview.h; made by EmbedText.cmake.
 */
#ifndef LG_ADAPTERS_HTTP_PAGES_H
#define LG_ADAPTERS_HTTP_PAGES_H

#include <stddef.h>

extern const unsigned char lg_page_status[];
extern const size_t lg_page_status_len;
/* What every page has in its head. */
extern const unsigned char lg_page_head[];
extern const size_t lg_page_head_len;
extern const unsigned char lg_page_refusal[];
extern const size_t lg_page_refusal_len;
extern const unsigned char lg_page_help[];
extern const size_t lg_page_help_len;

#endif
