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

/*
 * Logs on as the file says and compares. The file is a secret; its lines:
 * url = imap://HOST (imaps, pop3, pop3s, http, https), username, password,
 * expect = admit or refuse, and where they are needed ca_file and tls = none.
 * A server that cannot be connected to is tried again for patience_s.
 * Returns: LG_OK; LG_ERR_CONFLICT, it was the other way round; LG_ERR_IO,
 * LG_ERR_TIMEOUT, nobody answered; LG_ERR_SYNTAX, the file.
 */
enum lg_status lg_logon_probe(const char *path, unsigned int patience_s,
			      struct lg_error *err);

#endif
