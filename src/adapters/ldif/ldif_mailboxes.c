/* SPDX-License-Identifier: ISC */
/*
 * ldif_mailboxes.c - walks the entries of an export
 *
 * The export is read as for questions, then each entry's values are sorted
 * into the lists of the port.
 */
#include "ldif_mailboxes.h"

#include <string.h>
#include <strings.h>

#include <logongate/dn.h>
#include "core/exchange/mailbox_class.h"
#include "core/values/name.h"

#include "ldif_entries.h"
#include "ldif_file.h"

struct mailbox_lists {
	struct lg_strlist x500;
	struct lg_strlist login;
	struct lg_strlist settings;
};

static int is_person(const struct lg_ldif_entries *entries,
		     const struct lg_ldif_entry *entry)
{
	enum lg_mailbox_class says;
	int person = 0;

	for (size_t i = 0; i < entry->count; i++) {
		const struct lg_ldif_value *value =
			&entries->value[entry->first + i];

		if (!lg_ldif_value_is(value, "objectClass"))
			continue;
		says = lg_mailbox_class(value->text, value->len);
		if (says == LG_MAILBOX_CLASS_OTHER)
			return 0;
		person |= says == LG_MAILBOX_CLASS_PERSON;
	}
	return person;
}

static enum lg_status add_value(const struct lg_ldif_value *value,
				const struct lg_strlist *login_attributes,
				struct mailbox_lists *lists,
				struct lg_error *err)
{
	const char *text;
	size_t len;
	enum lg_status status = LG_OK;

	/* A NUL cannot be kept in a list; no value of these has one. */
	if (memchr(value->text, '\0', value->len))
		return LG_OK;
	if (lg_ldif_value_is(value, "protocolSettings"))
		return lg_strlist_add(&lists->settings, value->text, value->len,
				      err);
	if (lg_ldif_value_is(value, "proxyAddresses") &&
	    lg_dn_of_x500(value->text, value->len, &text, &len))
		status = lg_strlist_add(&lists->x500, text, len, err);
	for (size_t i = 0; status == LG_OK && i < login_attributes->count;
	     i++) {
		const char *attribute = login_attributes->item[i];

		if (lg_ldif_value_is(value, attribute) &&
		    lg_name_of_value(attribute, value->text, value->len, &text,
				     &len))
			status = lg_strlist_add(&lists->login, text, len, err);
	}
	return status;
}

static enum lg_status give_entry(const struct lg_ldif_entries *entries,
				 size_t index,
				 const struct lg_strlist *login_attributes,
				 const struct lg_mailbox_sink *sink,
				 struct lg_error *err)
{
	const struct lg_ldif_entry *entry = &entries->entry[index];
	const struct lg_ldif_value *dn =
		lg_ldif_entries_value(entries, index, "legacyExchangeDN");
	struct mailbox_lists lists = {{0}, {0}, {0}};
	struct lg_mailbox mailbox = {entry->dn, dn ? dn->text : NULL,
				     &lists.x500, &lists.login,
				     &lists.settings};
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < entry->count; i++)
		status = add_value(&entries->value[entry->first + i],
				   login_attributes, &lists, err);
	if (status == LG_OK && (dn || lists.settings.count) &&
	    is_person(entries, entry))
		status = sink->mailbox(sink->context, &mailbox, err);
	lg_strlist_release(&lists.x500);
	lg_strlist_release(&lists.login);
	lg_strlist_release(&lists.settings);
	return status;
}

enum lg_status
lg_mailboxes_list_ldif(const struct lg_directory_settings *settings,
		       const struct lg_mailbox_sink *sink, struct lg_error *err)
{
	static const struct lg_strlist none = {0};
	const struct lg_strlist *login_attributes =
		settings->login_attributes ? settings->login_attributes : &none;
	const char *file = settings->uri;
	struct lg_ldif_file_state state;
	struct lg_ldif_entries entries = {0};
	struct lg_buffer bytes = {0};
	int changed = 0;
	enum lg_status status;

	if (strncasecmp(file, "ldif:", 5) == 0)
		file += 5;
	status = lg_ldif_file_read(file, NULL, &bytes, &state, &changed, err);
	if (status == LG_OK)
		status = lg_ldif_entries_load(
			bytes.len ? bytes.data : "", bytes.len, file,
			settings->base ? settings->base : "", login_attributes,
			&entries, err);
	for (size_t i = 0; status == LG_OK && i < entries.count; i++)
		status = give_entry(&entries, i, login_attributes, sink, err);
	lg_ldif_entries_release(&entries);
	lg_buffer_release(&bytes);
	return status;
}
