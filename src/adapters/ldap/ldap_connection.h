/* SPDX-License-Identifier: ISC */
/*
 * ldap_connection.h - one bound connection to one server
 *
 * Layer: adapter ldap.
 * Source: facts/directory.md B.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_CONNECTION_H
#define LOGONGATE_ADAPTERS_LDAP_CONNECTION_H

#include <sys/time.h>

#include <ldap.h>

#include "ldap_settings.h"

struct lg_ldap_connection {
	LDAP *ld;
	const char *uri;
	const struct lg_ldap_settings *settings;
};

/*
 * Connects, protects and binds within timeout_ms. After any failure of a
 * request the connection is closed and a new one made: libldap's handle is
 * dead for ever after -1.
 * Returns: LG_OK; LG_ERR_DENIED, a wrong name or password; LG_ERR_DIRECTORY,
 * LG_ERR_TIMEOUT; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_connect(const struct lg_ldap_settings *settings,
			       const char *uri,
			       struct lg_ldap_connection *out_connection,
			       struct lg_error *err);

/* What it means to who asks about names and not to write: LG_ERR_DENIED is one
 * more way of "could not ask" (L17). Other statuses pass. */
enum lg_status lg_ldap_could_not_ask(enum lg_status status,
				     struct lg_error *err);
void lg_ldap_disconnect(struct lg_ldap_connection *connection);

/* Says what a result code means for us: "could not ask", with the reason. */
enum lg_status lg_ldap_failed(const struct lg_ldap_connection *connection,
			      int code, const char *what, struct lg_error *err);

/* "the password has expired" for a diagnostic message with ", data 532,"; NULL
 * where it has no such number or nobody knows it. */
const char *lg_ldap_words_of(const char *diagnostic);

/* What ldap_result gave -1 for. */
enum lg_status lg_ldap_lost(const struct lg_ldap_connection *connection,
			    struct lg_error *err);

/* The settings' timeout. */
struct timeval lg_ldap_timeout(const struct lg_ldap_connection *connection);

/*
 * Waits until the settings' timeout for what ldap_result gives of a request
 * (or LDAP_RES_ANY): LDAP_MSG_ONE or LDAP_MSG_ALL.
 * Owns: *out_message is freed with ldap_msgfree.
 */
enum lg_status lg_ldap_wait(const struct lg_ldap_connection *connection,
			    int message_id, int how_many,
			    LDAPMessage **out_message, struct lg_error *err);

#endif
