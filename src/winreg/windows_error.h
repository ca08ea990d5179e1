/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows_error.h - the answers of Windows in words
 *
 * Layer: winreg.
 * Source: MS-ERREF 2.2.
 */
#ifndef LOGONGATE_WINREG_WINDOWS_ERROR_H
#define LOGONGATE_WINREG_WINDOWS_ERROR_H

#include <stdint.h>

#include <logongate/error.h>

/* Reports a Windows error that is not 0: DENIED, CONFLICT, NO_MEMORY, IO. */
enum lg_status windows_failed(const char *server, const char *what,
			      uint32_t error, struct lg_error *err);

#endif
