/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * credentials.h - a credentials file as Samba's programs take it
 *
 * Layer: winreg.
 * Source: contract 8 "Targets", smbclient(1) --authentication-file.
 */
#ifndef LOGONGATE_WINREG_CREDENTIALS_H
#define LOGONGATE_WINREG_CREDENTIALS_H

#include <logongate/buffer.h>

enum {
	CREDENTIAL_MAX = 255 /* what libsmbclient has room for */
};

struct credentials {
	char username[CREDENTIAL_MAX + 1];
	char password[CREDENTIAL_MAX + 1];
	char domain[CREDENTIAL_MAX + 1];
};

/*
 * Shape: lines "name = value" with the names username, password, domain (any
 * case); blanks around name and value do not count; empty lines and lines that
 * begin with # or ; are passed over. username and password are there, domain
 * may be.
 * Returns: LG_OK; LG_ERR_SYNTAX with the line; LG_ERR_LIMIT.
 */
enum lg_status credentials_parse(const char *text, size_t len,
				 const char *place,
				 struct credentials *out_credentials,
				 struct lg_error *err);

/*
 * Reads the file.
 * Returns: also LG_ERR_IO, it cannot be read, is no regular file, or others
 * than its owner can read or write it.
 */
enum lg_status credentials_read(const char *path,
				struct credentials *out_credentials,
				struct lg_error *err);

#endif
