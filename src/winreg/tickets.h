/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tickets.h - what a Kerberos ticket cache holds, to say why a logon failed
 *
 * Layer: winreg.
 * Source: MIT Kerberos "Credential cache file format", version 4.
 *
 * libsmbclient gets and uses the tickets; it tells of a missing one by the
 * same errno as of an unknown server. Here the cache is only looked at.
 */
#ifndef LOGONGATE_WINREG_TICKETS_H
#define LOGONGATE_WINREG_TICKETS_H

#include <stdint.h>

#include <logongate/buffer.h>

/*
 * The cache of a file: whose it is ("user@REALM"), and until when the last of
 * its tickets is good; 0 where it holds none.
 * Returns: LG_OK; LG_ERR_SYNTAX, no such file or one that ends too soon;
 * LG_ERR_NO_MEMORY. *out_owner is appended to.
 */
enum lg_status tickets_parse(const uint8_t *bytes, size_t len,
			     struct lg_buffer *out_owner, int64_t *out_until,
			     struct lg_error *err);

enum tickets_state {
	TICKETS_UNKNOWN = 0, /* a cache that is no file: klist may know */
	TICKETS_MISSING,
	TICKETS_EXPIRED,
	TICKETS_GOOD
};

/*
 * Looks at the cache that name, the value of KRB5CCNAME, means (NULL: the
 * usual one of this user), and appends a sentence about it.
 * Returns: what it found; TICKETS_UNKNOWN also when there is no memory.
 */
enum tickets_state tickets_tell(const char *name, int64_t now,
				struct lg_buffer *out_sentence);

#endif
