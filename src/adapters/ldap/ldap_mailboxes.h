/* SPDX-License-Identifier: ISC */
/*
 * ldap_mailboxes.h - the mailboxes of an LDAP directory
 *
 * Layer: adapter ldap; implements port/mailboxes.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_MAILBOXES_H
#define LOGONGATE_ADAPTERS_LDAP_MAILBOXES_H

#include "port/mailboxes.h"

#include "ldap_settings.h"

/*
 * settings as lg_directory_open_ldap takes them. A directory that shows no
 * mailbox at all could not be asked: an account without the right to see them
 * looks the same.
 * Returns: see the port; also what lg_directory_open_ldap returns.
 */
enum lg_status
lg_mailboxes_list_ldap(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink,
		       struct lg_error *err);

/* The same with settings that were checked already; LG_ERR_DENIED where the
 * name or the password of the bind is wrong. */
enum lg_status lg_ldap_list_mailboxes(const struct lg_ldap_settings *settings,
				      const struct lg_mailbox_sink *sink,
				      struct lg_error *err);

#endif
