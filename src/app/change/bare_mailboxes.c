/* SPDX-License-Identifier: ISC */
/*
 * bare_mailboxes.c - accounts as they were without the locks on them
 */
#include "app/change/bare_mailboxes.h"

#include "core/values/account_values.h"

struct passing {
	const struct lg_servers_beside *beside;
	const struct lg_mailbox_sink *sink;
};

static enum lg_status pass(void *context, const struct lg_mailbox *mailbox,
			   struct lg_error *err)
{
	static const struct lg_strlist none;
	const struct passing *passing = context;
	struct lg_mailbox bare = *mailbox;
	const struct lg_value *value;

	if (lg_registry_find(passing->beside->names, LG_KEY_ACCOUNTS,
			     mailbox->entry)) {
		value = lg_registry_find(passing->beside->bare, LG_KEY_ACCOUNTS,
					 mailbox->entry);
		bare.protocol_settings = value ? &value->list : &none;
	}
	return passing->sink->mailbox(passing->sink->context, &bare, err);
}

enum lg_status lg_bare_mailboxes_list(void *self,
				      const struct lg_mailbox_sink *sink,
				      struct lg_error *err)
{
	const struct lg_bare_mailboxes *mailboxes = self;
	struct passing passing = {mailboxes->beside, sink};
	const struct lg_mailbox_sink own = {&passing, pass};

	return mailboxes->directory->list(mailboxes->directory->self, &own,
					  err);
}
