/* SPDX-License-Identifier: ISC */
/*
 * ldap_names.c - logon names asked of a directory
 *
 * A name is asked for in every login attribute, in proxyAddresses with the
 * prefixes it may have there. Every entry of the answer is a hit: the server
 * decides what matches.
 */
#include "ldap_names.h"

#include <string.h>
#include <strings.h>

#include "core/values/name.h"

struct asking {
	struct lg_ldap_user *user;
	size_t count;
	size_t next;
	const struct lg_ldap_search *search;
	struct lg_ldap_entries *entries;
};

static enum lg_status put_terms(const char *name, size_t len,
				const struct lg_strlist *attributes,
				struct lg_buffer *filter, struct lg_error *err)
{
	static const char *const plain[] = {"", NULL};
	static const char *const address[] = {"smtp:", "sip:", "", NULL};

	for (size_t i = 0; i < attributes->count; i++) {
		const char *attribute = attributes->item[i];
		const char *const *prefix =
			strcasecmp(attribute, "proxyAddresses") == 0 ? address
								     : plain;

		for (; *prefix; prefix++) {
			enum lg_status status;

			lg_buffer_format(filter, "(%s=%s", attribute, *prefix);
			status = lg_ldap_escape(name, len, filter, err);
			if (status != LG_OK)
				return status;
			lg_buffer_char(filter, ')');
		}
	}
	return lg_buffer_status(filter, err);
}

enum lg_status lg_ldap_names_put(const char *name,
				 const struct lg_strlist *attributes,
				 struct lg_buffer *filter, struct lg_error *err)
{
	struct lg_buffer folded = {0};
	const char *bare;
	size_t len;
	int wide = 0;
	enum lg_status status;

	lg_name_bare(name, strlen(name), &bare, &len);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bare[i] >= 0x80)
			wide = 1;
	status = put_terms(bare, len, attributes, filter, err);
	/* Full case folding equals more than servers do: sharp s and ss. */
	if (status == LG_OK && wide)
		status = lg_name_fold(name, strlen(name), &folded, err);
	if (status == LG_OK && wide)
		status = put_terms(folded.data, folded.len, attributes, filter,
				   err);
	lg_buffer_release(&folded);
	return status;
}

static int next_user(void *context, struct lg_buffer *filter,
		     size_t *out_ticket)
{
	struct asking *asking = context;

	while (asking->next < asking->count) {
		struct lg_ldap_user *user = &asking->user[asking->next];

		*out_ticket = asking->next++;
		user->hits = 0;
		user->doubtful = 0;
		/* A domain without a user names nobody. */
		if (lg_name_equals_folded(user->name, strlen(user->name), "",
					  0))
			continue;
		lg_buffer_text(filter, "(|");
		if (lg_ldap_names_put(user->name,
				      lg_ldap_login_attributes(asking->search),
				      filter, NULL) != LG_OK)
			filter->status = LG_ERR_NO_MEMORY;
		lg_buffer_char(filter, ')');
		return 1;
	}
	return 0;
}

static enum lg_status take_entry(void *context, size_t ticket,
				 const struct lg_ldap_row *row,
				 struct lg_error *err)
{
	struct asking *asking = context;
	struct lg_ldap_user *user = &asking->user[ticket];

	if (user->hits++ > 0)
		return LG_OK;
	return lg_ldap_entries_keep(asking->entries, row,
				    lg_ldap_login_attributes(asking->search),
				    &user->entry, err);
}

static enum lg_status user_done(void *context, size_t ticket, int code,
				int referred, struct lg_error *err)
{
	struct asking *asking = context;
	struct lg_ldap_user *user = &asking->user[ticket];

	user->doubtful = referred;
	/* More entries than the server gives are many all the same (L15). */
	if (code == LDAP_SUCCESS ||
	    (code == LDAP_SIZELIMIT_EXCEEDED && user->hits > 1))
		return LG_OK;
	return lg_ldap_failed(asking->search->connection, code, "search", err);
}

enum lg_status lg_ldap_users_ask(struct lg_ldap_user *user, size_t count,
				 const struct lg_ldap_search *search,
				 struct lg_ldap_entries *entries,
				 struct lg_error *err)
{
	struct asking asking = {
		.user = user,
		.count = count,
		.search = search,
		.entries = entries,
	};
	const struct lg_ldap_pipeline pipeline = {
		.context = &asking,
		.next = next_user,
		.entry = take_entry,
		.done = user_done,
	};

	if (lg_ldap_login_attributes(search)->count == 0)
		return LG_OK;
	return lg_ldap_search_many(search, &pipeline, err);
}
