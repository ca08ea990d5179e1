/* SPDX-License-Identifier: ISC */
/*
 * dovecot/anvil_client.h - asking anvil of Dovecot 2.4 itself
 *
 * Layer: adapter.
 * Source: Dovecot 2.4.1, tried: a listener of service anvil takes a version, an
 * empty line, and then commands. CONNECT-DUMP lists connections, each with a
 * GUID; KICK-USER with it ends that one, and is answered when its process has
 * let it go. Answers have no names on them, and a session that hangs is
 * answered when it no longer does. One kick at a time: where several are under
 * way and somebody among them leaves by himself, that anvil crashes, and lists
 * nobody any more who was open. As many at a time would not be quicker.
 */
#ifndef LG_ADAPTERS_DOVECOT_ANVIL_CLIENT_H
#define LG_ADAPTERS_DOVECOT_ANVIL_CLIENT_H

#include "adapters/dovecot/anvil_list.h"

struct lg_anvil_client {
	int fd;
	const char *path;
	struct lg_buffer read; /* what came and was not used yet */
};

/*
 * Connects and lists. path is borrowed until it is closed.
 * Returns: LG_OK; LG_ERR_UNKNOWN_KEY, there is no such socket; LG_ERR_IO,
 * LG_ERR_DENIED; LG_ERR_TIMEOUT: no list within limit_ms. Not LG_OK: nothing
 * is open.
 */
enum lg_status lg_anvil_client_open(const char *path, uint32_t limit_ms,
				    struct lg_anvil_client *out_client,
				    struct lg_anvil_list *out_list,
				    struct lg_error *err);
void lg_anvil_client_close(struct lg_anvil_client *client);

/*
 * Ends one, named as the list names it. Its process may be one that has none
 * any more: that is LG_OK, too.
 * Returns: LG_OK; LG_ERR_TIMEOUT, no answer within limit_ms: anvil goes on with
 * it, and this client is of no more use; LG_ERR_IO, anvil broke off.
 */
enum lg_status lg_anvil_client_kick(struct lg_anvil_client *client,
				    const char *named, uint32_t limit_ms,
				    struct lg_error *err);

#endif
