/* SPDX-License-Identifier: ISC */
/*
 * system_codepage.h - the table of an ANSI code page
 *
 * Layer: adapter.
 */
#ifndef LOGONGATE_ADAPTERS_SYSTEM_SYSTEM_CODEPAGE_H
#define LOGONGATE_ADAPTERS_SYSTEM_SYSTEM_CODEPAGE_H

#include <logongate/codepage.h>

/*
 * Shape: name is a Windows number, "1251" or "cp1251".
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, this machine does not know the page;
 * LG_ERR_CONFLICT, it has characters of more than one byte.
 */
enum lg_status lg_codepage_load(const char *name,
				struct lg_codepage *out_codepage,
				struct lg_error *err);

#endif
