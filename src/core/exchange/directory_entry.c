/* SPDX-License-Identifier: ISC */
/*
 * directory_entry.c - values of an entry, sorted by what they are for
 *
 * A list of texts cannot hold a NUL, and none of what is kept here has one: a
 * value that has is passed over.
 */
#include "core/exchange/directory_entry.h"

#include <string.h>
#include <strings.h>

#include <logongate/dn.h>

#include "base/listed.h"
#include "core/values/name.h"

int lg_entry_value_is(const struct lg_entry_value *value, const char *attribute)
{
	size_t len = strlen(attribute);

	return value->attribute_len >= len &&
	       strncasecmp(value->attribute, attribute, len) == 0 &&
	       (value->attribute_len == len || value->attribute[len] == ';');
}

const struct lg_entry_value *
lg_entry_value_of(const struct lg_entry_value *value, size_t count,
		  const char *attribute)
{
	for (size_t i = 0; i < count; i++)
		if (lg_entry_value_is(&value[i], attribute))
			return &value[i];
	return NULL;
}

int lg_entry_login_of(const struct lg_entry_value *value, const char *attribute,
		      const char **out_name, size_t *out_len)
{
	return lg_entry_value_is(value, attribute) &&
	       lg_name_of_value(attribute, value->text, value->len, out_name,
				out_len);
}

/* The first value of attribute that is text, kept; NULL where none is. */
static enum lg_status keep_text(const struct lg_entry_value *value,
				size_t count, const char *attribute,
				struct lg_strlist *texts, const char **out_text,
				struct lg_error *err)
{
	const char *text;
	size_t len;

	for (size_t i = 0; i < count; i++)
		if (lg_entry_value_is(&value[i], attribute) &&
		    lg_name_of_value("", value[i].text, value[i].len, &text,
				     &len))
			return lg_list_keep(texts, text, len, out_text, err);
	return LG_OK;
}

/* Adds a name where there is no equal one from first on. */
static enum lg_status keep_name(const char *name, size_t len, size_t first,
				struct lg_strlist *names,
				struct lg_buffer *folded, struct lg_error *err)
{
	enum lg_status status;

	lg_buffer_clear(folded);
	status = lg_name_fold(name, len, folded, err);
	if (status != LG_OK || folded->len == 0)
		return status;
	for (size_t i = first; i < names->count; i++)
		if (lg_name_equals_folded(names->item[i],
					  strlen(names->item[i]), folded->data,
					  folded->len))
			return LG_OK;
	return lg_strlist_add(names, name, len, err);
}

static enum lg_status keep_names(const struct lg_entry_value *value,
				 size_t count,
				 const struct lg_strlist *login_attributes,
				 struct lg_strlist *names, struct lg_error *err)
{
	struct lg_buffer folded = {0};
	size_t first = names->count;
	enum lg_status status = LG_OK;

	for (size_t a = 0; a < login_attributes->count; a++) {
		const char *attribute = login_attributes->item[a];
		const char *name;
		size_t len;

		for (size_t i = 0; status == LG_OK && i < count; i++)
			if (lg_entry_login_of(&value[i], attribute, &name,
					      &len))
				status = keep_name(name, len, first, names,
						   &folded, err);
	}
	lg_buffer_release(&folded);
	return status;
}

enum lg_status
lg_entry_account(const struct lg_entry_value *value, size_t count,
		 const struct lg_strlist *login_attributes,
		 struct lg_strlist *texts, struct lg_strlist *names,
		 struct lg_entry_account *out_account, struct lg_error *err)
{
	struct lg_entry_account account = {NULL, NULL};
	enum lg_status status = keep_text(value, count, "displayName", texts,
					  &account.display, err);

	if (status == LG_OK && !account.display)
		status = keep_text(value, count, "cn", texts, &account.display,
				   err);
	if (status == LG_OK)
		status = keep_text(value, count, "legacyExchangeDN", texts,
				   &account.dn, err);
	if (status == LG_OK)
		status = keep_names(value, count, login_attributes, names, err);
	if (status == LG_OK)
		*out_account = account;
	return status;
}

static const struct {
	const char *name;
	enum lg_mailbox_class says;
} classes[] = {
	{"person", LG_MAILBOX_CLASS_PERSON},
	{"organizationalPerson", LG_MAILBOX_CLASS_PERSON},
	{"inetOrgPerson", LG_MAILBOX_CLASS_PERSON},
	{"residentialPerson", LG_MAILBOX_CLASS_PERSON},
	{"user", LG_MAILBOX_CLASS_PERSON},
	{"account", LG_MAILBOX_CLASS_PERSON},
	{"posixAccount", LG_MAILBOX_CLASS_PERSON},
	{"contact", LG_MAILBOX_CLASS_OTHER},
	{"group", LG_MAILBOX_CLASS_OTHER},
	{"groupOfNames", LG_MAILBOX_CLASS_OTHER},
	{"groupOfUniqueNames", LG_MAILBOX_CLASS_OTHER},
	{"posixGroup", LG_MAILBOX_CLASS_OTHER},
};

enum lg_mailbox_class lg_mailbox_class(const char *object_class, size_t len)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == len &&
		    strncasecmp(classes[i].name, object_class, len) == 0)
			return classes[i].says;
	return LG_MAILBOX_CLASS_NONE;
}

int lg_entry_is_person(const struct lg_entry_value *value, size_t count)
{
	enum lg_mailbox_class says;
	int person = 0;

	for (size_t i = 0; i < count; i++) {
		if (!lg_entry_value_is(&value[i], "objectClass"))
			continue;
		says = lg_mailbox_class(value[i].text, value[i].len);
		if (says == LG_MAILBOX_CLASS_OTHER)
			return 0;
		person |= says == LG_MAILBOX_CLASS_PERSON;
	}
	return person;
}

static enum lg_status add_value(const struct lg_entry_value *value,
				const struct lg_strlist *login_attributes,
				struct lg_entry_mailbox *mailbox,
				struct lg_error *err)
{
	const char *text;
	size_t len;
	enum lg_status status = LG_OK;

	if (memchr(value->text, '\0', value->len))
		return LG_OK;
	if (lg_entry_value_is(value, "protocolSettings"))
		return lg_strlist_add(&mailbox->protocol_settings, value->text,
				      value->len, err);
	if (lg_entry_value_is(value, "proxyAddresses") &&
	    lg_dn_of_x500(value->text, value->len, &text, &len))
		status = lg_strlist_add(&mailbox->x500, text, len, err);
	for (size_t i = 0; status == LG_OK && i < login_attributes->count; i++)
		if (lg_entry_login_of(value, login_attributes->item[i], &text,
				      &len))
			status =
				lg_strlist_add(&mailbox->login, text, len, err);
	return status;
}

enum lg_status lg_entry_mailbox(const struct lg_entry_value *value,
				size_t count,
				const struct lg_strlist *login_attributes,
				struct lg_entry_mailbox *mailbox,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; status == LG_OK && i < count; i++)
		status = add_value(&value[i], login_attributes, mailbox, err);
	return status;
}

void lg_entry_mailbox_release(struct lg_entry_mailbox *mailbox)
{
	lg_strlist_release(&mailbox->x500);
	lg_strlist_release(&mailbox->login);
	lg_strlist_release(&mailbox->protocol_settings);
}
