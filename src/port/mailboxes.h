/* SPDX-License-Identifier: ISC */
/*
 * port/mailboxes.h - every mailbox of a directory, with its protocolSettings
 *
 * Layer: port; implemented by adapters/ldap and adapters/ldif.
 * Flow: a lock that is written into the directory needs the accounts that are
 * not listed, which no question about names finds.
 * Source: conformance I1, I2.
 */
#ifndef LOGONGATE_PORT_MAILBOXES_H
#define LOGONGATE_PORT_MAILBOXES_H

#include "port/directory.h"

/*
 * One account: an entry for a person (not a contact, not a group) that has a
 * legacyExchangeDN or protocolSettings. dn is NULL where it has none; x500 are
 * the DNs of its X500 proxyAddresses (D3). All good during the call.
 */
struct lg_mailbox {
	const char *entry;
	const char *dn;
	const struct lg_strlist *x500;
	const struct lg_strlist *login;
	const struct lg_strlist *protocol_settings;
};

/* A status other than LG_OK ends the listing and is its status. */
struct lg_mailbox_sink {
	void *context;
	enum lg_status (*mailbox)(void *context,
				  const struct lg_mailbox *mailbox,
				  struct lg_error *err);
};

/* A directory whose mailboxes can be listed. */
struct lg_mailboxes {
	void *self;
	enum lg_status (*list)(void *self, const struct lg_mailbox_sink *sink,
			       struct lg_error *err);
};

/*
 * The implementations, lg_mailboxes_list_ldif and lg_mailboxes_list_ldap, take
 * the settings of the directory and a sink.
 * Returns: LG_OK, every mailbox was given; LG_ERR_DIRECTORY or LG_ERR_TIMEOUT,
 * it could not be asked to the end: what was given so far is no basis for
 * anything.
 */

#endif
