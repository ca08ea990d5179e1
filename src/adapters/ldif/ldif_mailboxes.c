/* SPDX-License-Identifier: ISC */
/*
 * ldif_mailboxes.c - walks the entries of an export
 *
 * The export is read as for questions, then each entry's values are sorted
 * into the lists of the port.
 */
#include "ldif_mailboxes.h"

#include <strings.h>

#include "ldif_entries.h"
#include "ldif_file.h"

static enum lg_status give_entry(const struct lg_ldif_entries *entries,
				 const struct lg_ldif_entry *entry,
				 const struct lg_strlist *login_attributes,
				 const struct lg_mailbox_sink *sink,
				 struct lg_error *err)
{
	const struct lg_entry_value *value = lg_ldif_values_of(entries, entry);
	const struct lg_entry_value *dn =
		lg_entry_value_of(value, entry->count, "legacyExchangeDN");
	struct lg_entry_mailbox lists = {{0}, {0}, {0}};
	struct lg_mailbox mailbox = {entry->dn, dn ? dn->text : NULL,
				     &lists.x500, &lists.login,
				     &lists.protocol_settings};
	enum lg_status status = lg_entry_mailbox(value, entry->count,
						 login_attributes, &lists, err);

	if (status == LG_OK && (dn || lists.protocol_settings.count) &&
	    lg_entry_is_person(value, entry->count))
		status = sink->mailbox(sink->context, &mailbox, err);
	lg_entry_mailbox_release(&lists);
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
		status = give_entry(&entries, &entries.entry[i],
				    login_attributes, sink, err);
	lg_ldif_entries_release(&entries);
	lg_buffer_release(&bytes);
	return status;
}
