/* SPDX-License-Identifier: ISC */
/*
 * logon_probe.h - one logon with a test account, as a user would
 *
 * Layer: adapter.
 * Source: conformance A5: the listed mailboxes get in, others do not.
 */
#ifndef LOGONGATE_ADAPTERS_LOGON_PROBE_H
#define LOGONGATE_ADAPTERS_LOGON_PROBE_H

#include <logongate/error.h>

enum lg_logon_when {
	LG_LOGON_BEFORE = 0, /* the lock is not in force yet */
	LG_LOGON_AFTER
};

/*
 * Whether the file says what it must. It is a secret; its lines:
 * url = imap://HOST (imaps, pop3, pop3s, https), username, password,
 * expect = admit or refuse, and where they are needed ca_file and tls = none.
 * Returns: LG_OK; LG_ERR_IO, it cannot be read, or others can; LG_ERR_SYNTAX.
 */
enum lg_status lg_logon_probe_check(const char *path, struct lg_error *err);

/*
 * Logs on as the file says and compares. Before the lock only who is to be
 * refused is tried, who must get in then: else its refusal would show nothing.
 * patience_s: the server is about to be started, so that one that cannot be
 * connected to counts for nothing before, and is tried again that long after.
 * Returns: LG_OK; LG_ERR_CONFLICT, it was the other way round; LG_ERR_IO,
 * LG_ERR_TIMEOUT, nobody answered; and as lg_logon_probe_check.
 */
enum lg_status lg_logon_probe(const char *path, enum lg_logon_when when,
			      unsigned int patience_s, struct lg_error *err);

#endif
