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

#include <string.h>
#include <strings.h>

#include <logongate/dn.h>

#include "base/listed.h"
#include "core/exchange/mailbox_class.h"
#include "core/values/name.h"

#include "ldap_connection.h"
#include "ldap_entries.h"
#include "ldap_search.h"
#include "ldap_sigpipe.h"

#define FILTER "(|(legacyExchangeDN=*)(protocolSettings=*))"

struct listing {
	const struct lg_ldap_settings *settings;
	const struct lg_mailbox_sink *sink;
	struct lg_ldap_connection *connection;
	struct lg_ldap_row row;
	struct lg_strlist text; /* entry and legacyExchangeDN */
	struct lg_strlist x500;
	struct lg_strlist login;
	struct lg_strlist protocols;
	size_t given;
};

static int is_person(const struct lg_ldap_row *row)
{
	enum lg_mailbox_class says;
	int person = 0;

	for (size_t i = 0; i < row->count; i++) {
		const struct lg_ldap_value *value = &row->value[i];

		if (!lg_ldap_value_is(value, "objectClass"))
			continue;
		says = lg_mailbox_class(value->text.bv_val, value->text.bv_len);
		if (says == LG_MAILBOX_CLASS_OTHER)
			return 0;
		person |= says == LG_MAILBOX_CLASS_PERSON;
	}
	return person;
}

static enum lg_status add_value(struct listing *listing,
				const struct lg_ldap_value *value,
				const char **out_dn, struct lg_error *err)
{
	const struct lg_strlist *attributes =
		&listing->settings->login_attributes;
	const char *bytes = value->text.bv_val;
	size_t len = value->text.bv_len;
	const char *text;
	size_t text_len;
	enum lg_status status = LG_OK;

	if (memchr(bytes, '\0', len))
		return LG_OK;
	if (lg_ldap_value_is(value, "protocolSettings"))
		return lg_strlist_add(&listing->protocols, bytes, len, err);
	if (lg_ldap_value_is(value, "legacyExchangeDN")) {
		status = lg_list_keep(&listing->text, bytes, len, out_dn, err);
	}
	if (status == LG_OK && lg_ldap_value_is(value, "proxyAddresses") &&
	    lg_dn_of_x500(bytes, len, &text, &text_len))
		status = lg_strlist_add(&listing->x500, text, text_len, err);
	for (size_t i = 0; status == LG_OK && i < attributes->count; i++)
		if (lg_ldap_value_is(value, attributes->item[i]) &&
		    lg_name_of_value(attributes->item[i], bytes, len, &text,
				     &text_len))
			status = lg_strlist_add(&listing->login, text, text_len,
						err);
	return status;
}

static void forget(struct listing *listing)
{
	lg_strlist_release(&listing->text);
	lg_strlist_release(&listing->x500);
	lg_strlist_release(&listing->login);
	lg_strlist_release(&listing->protocols);
}

static enum lg_status take_entry(void *context, size_t ticket,
				 LDAPMessage *message, struct lg_error *err)
{
	struct listing *listing = context;
	struct lg_mailbox mailbox = {NULL, NULL, &listing->x500,
				     &listing->login, &listing->protocols};
	enum lg_status status = lg_ldap_row_take(
		&listing->row, listing->connection->ld, message, err);

	(void)ticket;
	if (status != LG_OK || !is_person(&listing->row))
		return status;
	status = lg_strlist_add(&listing->text, listing->row.dn.bv_val,
				listing->row.dn.bv_len, err);
	if (status == LG_OK)
		mailbox.entry = listing->text.item[0];
	for (size_t i = 0; status == LG_OK && i < listing->row.count; i++)
		status = add_value(listing, &listing->row.value[i], &mailbox.dn,
				   err);
	if (status == LG_OK) {
		listing->given++;
		status = listing->sink->mailbox(listing->sink->context,
						&mailbox, err);
	}
	forget(listing);
	return status;
}

/* What the entries are asked for: "*" would bring the photographs along. */
static enum lg_status choose_attributes(const struct lg_ldap_settings *settings,
					struct lg_strlist *out,
					struct lg_error *err)
{
	static const char *const always[] = {"objectClass", "legacyExchangeDN",
					     "protocolSettings",
					     "proxyAddresses"};
	enum lg_status status = LG_OK;

	for (size_t i = 0;
	     status == LG_OK && i < sizeof(always) / sizeof(always[0]); i++)
		status = lg_strlist_add(out, always[i], strlen(always[i]), err);
	for (size_t i = 0;
	     status == LG_OK && i < settings->login_attributes.count; i++)
		if (strcasecmp(settings->login_attributes.item[i],
			       "proxyAddresses") != 0)
			status = lg_strlist_add(
				out, settings->login_attributes.item[i],
				strlen(settings->login_attributes.item[i]),
				err);
	/* libldap's list ends with a NULL. */
	if (status == LG_OK)
		status = lg_strlist_add(out, "", 0, err);
	if (status == LG_OK)
		out->item[out->count - 1] = NULL;
	return status;
}

static enum lg_status list_server(struct listing *listing, struct lg_error *err)
{
	const struct lg_ldap_pipeline pipeline = {.context = listing,
						  .entry = take_entry};
	struct lg_ldap_search search = {.connection = listing->connection,
					.base = listing->settings->base,
					.scope = LDAP_SCOPE_SUBTREE};
	struct lg_strlist attribute = {0};
	int referred = 0;
	enum lg_status status =
		choose_attributes(listing->settings, &attribute, err);

	search.attribute = (char **)attribute.item;
	if (status == LG_OK)
		status = lg_ldap_search_paged(&search, FILTER, &pipeline,
					      &referred, err);
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
	lg_strlist_release(&attribute);
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
	forget(&listing);
	lg_ldap_row_release(&listing.row);
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
