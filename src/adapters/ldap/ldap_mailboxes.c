/* SPDX-License-Identifier: ISC */
/*
 * ldap_mailboxes.c - lists the mailboxes below the base, page by page
 *
 * Which entries stand for people is decided here and not by the filter: a
 * server whose schema does not know one of the classes named would find
 * nothing at all. Once a mailbox was given, another server cannot go on where
 * this one failed, so the listing fails.
 */
#include "ldap_mailboxes.h"

#include <stdlib.h>
#include <string.h>

#include "base/listed.h"

#include "ldap_connection.h"
#include "ldap_entries.h"
#include "ldap_search.h"
#include "ldap_sigpipe.h"

#define FILTER "(|(legacyExchangeDN=*)(protocolSettings=*))"

struct listing {
	const struct lg_ldap_settings *settings;
	const struct lg_mailbox_sink *sink;
	struct lg_ldap_connection *connection;
	struct lg_strlist text; /* entry and legacyExchangeDN */
	struct lg_entry_mailbox lists;
	size_t given;
};

static enum lg_status take_entry(void *context, size_t ticket,
				 const struct lg_ldap_row *row,
				 struct lg_error *err)
{
	struct listing *listing = context;
	struct lg_mailbox mailbox = {NULL, NULL, &listing->lists.x500,
				     &listing->lists.login,
				     &listing->lists.protocol_settings};
	const struct lg_entry_value *dn;
	enum lg_status status;

	if (!lg_entry_is_person(row->value, row->count))
		return LG_OK;
	status = lg_list_keep(&listing->text, row->dn.bv_val, row->dn.bv_len,
			      &mailbox.entry, err);
	dn = lg_entry_value_of(row->value, row->count, "legacyExchangeDN");
	if (status == LG_OK && dn && !memchr(dn->text, '\0', dn->len))
		status = lg_list_keep(&listing->text, dn->text, dn->len,
				      &mailbox.dn, err);
	if (status == LG_OK)
		status = lg_entry_mailbox(row->value, row->count,
					  &listing->settings->login_attributes,
					  &listing->lists, err);
	if (status == LG_OK) {
		listing->given++;
		status = listing->sink->mailbox(listing->sink->context,
						&mailbox, err);
	}
	lg_strlist_release(&listing->text);
	lg_entry_mailbox_release(&listing->lists);
	return status;
}

static enum lg_status list_server(struct listing *listing, struct lg_error *err)
{
	/* "*" would bring the photographs along. */
	static const char *const always[] = {"objectClass", "legacyExchangeDN",
					     "protocolSettings",
					     "proxyAddresses", NULL};
	const struct lg_ldap_pipeline pipeline = {.context = listing,
						  .entry = take_entry};
	const struct lg_ldap_search search = {
		.connection = listing->connection,
		.base = listing->settings->base,
		.scope = LDAP_SCOPE_SUBTREE,
		.attribute = lg_ldap_attributes(
			always, &listing->settings->login_attributes)};
	int referred = 0;
	enum lg_status status = LG_OK;

	if (!search.attribute)
		return lg_no_memory(err);
	status = lg_ldap_search_paged(&search, FILTER, &pipeline, &referred,
				      err);
	if (status == LG_OK && referred)
		status = lg_error_set(err, LG_ERR_DIRECTORY,
				      listing->connection->uri,
				      "points to another server for a part of "
				      "the accounts; ask a global catalog, or "
				      "a base below it");
	if (status == LG_OK && !listing->given)
		status = lg_error_set(err, LG_ERR_DIRECTORY,
				      listing->connection->uri,
				      "shows no mailbox below \"%s\"; there is "
				      "none, or the account may not read them",
				      listing->settings->base);
	free(search.attribute);
	return status;
}

enum lg_status lg_ldap_list_mailboxes(const struct lg_ldap_settings *settings,
				      const struct lg_mailbox_sink *sink,
				      struct lg_error *err)
{
	struct listing listing = {.settings = settings, .sink = sink};
	struct lg_ldap_sigpipe guard = lg_ldap_sigpipe_hold_off();
	enum lg_status status = LG_ERR_DIRECTORY;

	for (size_t i = 0;
	     i < settings->uri.count && !listing.given &&
	     (status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT ||
	      status == LG_ERR_DENIED);
	     i++) {
		struct lg_ldap_connection connection = {0};

		status = lg_ldap_connect(settings, settings->uri.item[i],
					 &connection, err);
		listing.connection = &connection;
		if (status == LG_OK)
			status = list_server(&listing, err);
		lg_ldap_disconnect(&connection);
	}
	lg_ldap_sigpipe_let_be(&guard);
	return status;
}

enum lg_status
lg_mailboxes_list_ldap(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink, struct lg_error *err)
{
	struct lg_ldap_settings ldap = {0};
	enum lg_status status = lg_ldap_settings_read(settings, &ldap, err);

	if (status != LG_OK)
		return status;
	status = lg_ldap_could_not_ask(lg_ldap_list_mailboxes(&ldap, sink, err),
				       err);
	lg_ldap_settings_release(&ldap);
	return status;
}
