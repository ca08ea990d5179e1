/* SPDX-License-Identifier: ISC */
/*
 * ldap_entries.c - an entry as it arrives, and those that are kept
 *
 * A row points into the message, so nothing is copied for an entry that
 * nobody asked for. Kept entries are found again by their DN, so that one
 * that answers to two asked names is kept once.
 */
#include "ldap_entries.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <logongate/dn.h>
#include "base/listed.h"
#include "base/grow.h"

static enum lg_status add_values(struct lg_ldap_row *row,
				 const struct berval *attribute,
				 const struct berval *text,
				 struct lg_error *err)
{
	for (; text && text->bv_val; text++) {
		if (lg_grow(&row->value, &row->capacity, row->count,
			    sizeof(*row->value), err) != LG_OK)
			return LG_ERR_NO_MEMORY;
		row->value[row->count++] = (struct lg_entry_value){
			.attribute = attribute->bv_val,
			.attribute_len = (uint32_t)attribute->bv_len,
			.text = text->bv_val,
			.len = (uint32_t)text->bv_len,
		};
	}
	return LG_OK;
}

enum lg_status lg_ldap_row_take(struct lg_ldap_row *row, LDAP *ld,
				LDAPMessage *message, struct lg_error *err)
{
	BerElement *ber = NULL;
	enum lg_status status = LG_OK;
	int code = ldap_get_dn_ber(ld, message, &ber, &row->dn);

	while (code == LDAP_SUCCESS && status == LG_OK) {
		struct berval attribute = {0, NULL};
		BerVarray text = NULL;

		code = ldap_get_attribute_ber(ld, message, ber, &attribute,
					      &text);
		if (code == LDAP_SUCCESS && attribute.bv_val)
			status = add_values(row, &attribute, text, err);
		ber_memfree(text);
		if (!attribute.bv_val)
			break;
	}
	if (ber)
		ber_free(ber, 0);
	if (status == LG_OK && code != LDAP_SUCCESS)
		status = lg_error_set(
			err, LG_ERR_DIRECTORY, NULL,
			"the directory sent an entry that cannot be read");
	return status;
}

void lg_ldap_row_release(struct lg_ldap_row *row)
{
	free(row->value);
	*row = (struct lg_ldap_row){0};
}

char **lg_ldap_attributes(const char *const *always,
			  const struct lg_strlist *login_attributes)
{
	size_t count = 0;
	size_t own;
	char **attributes;

	while (always[count])
		count++;
	own = count;
	attributes = calloc(count + login_attributes->count + 1,
			    sizeof(*attributes));
	if (!attributes)
		return NULL;
	for (size_t i = 0; i < own; i++)
		attributes[i] = (char *)(uintptr_t)always[i];
	for (size_t i = 0; i < login_attributes->count; i++) {
		const char *login = login_attributes->item[i];
		size_t same = 0;

		while (same < own && strcasecmp(always[same], login) != 0)
			same++;
		if (same == own)
			attributes[count++] = (char *)(uintptr_t)login;
	}
	return attributes;
}

struct wanted {
	const struct lg_ldap_entries *entries;
	const struct berval *dn;
};

static int is_wanted(const void *context, size_t place)
{
	const struct wanted *wanted = context;
	const char *dn = wanted->entries->entry[place].dn;

	return lg_dn_equal(dn, strlen(dn), wanted->dn->bv_val,
			   wanted->dn->bv_len);
}

size_t lg_ldap_entries_find(const struct lg_ldap_entries *entries,
			    const struct berval *dn)
{
	const struct wanted wanted = {entries, dn};

	return lg_place_index_find(&entries->by_dn,
				   lg_dn_hash(dn->bv_val, dn->bv_len),
				   is_wanted, &wanted);
}

enum lg_status lg_ldap_entries_keep(struct lg_ldap_entries *entries,
				    const struct lg_ldap_row *row,
				    const struct lg_strlist *login_attributes,
				    size_t *out_entry, struct lg_error *err)
{
	struct lg_ldap_entry entry = {.name_first = entries->name.count};
	size_t there = lg_ldap_entries_find(entries, &row->dn);
	enum lg_status status;

	if (there != SIZE_MAX) {
		*out_entry = there;
		return LG_OK;
	}
	status = lg_place_index_reserve(&entries->by_dn, err);
	if (status != LG_OK)
		return status;
	if (lg_grow(&entries->entry, &entries->capacity, entries->count,
		    sizeof(*entries->entry), err) != LG_OK)
		return LG_ERR_NO_MEMORY;
	status = lg_list_keep(&entries->text, row->dn.bv_val, row->dn.bv_len,
			      &entry.dn, err);
	if (status == LG_OK)
		status = lg_entry_account(row->value, row->count,
					  login_attributes, &entries->text,
					  &entries->name, &entry.account, err);
	if (status != LG_OK)
		return status;
	entry.name_count = entries->name.count - entry.name_first;
	lg_place_index_add(&entries->by_dn,
			   lg_dn_hash(row->dn.bv_val, row->dn.bv_len));
	entries->entry[entries->count] = entry;
	*out_entry = entries->count++;
	return LG_OK;
}

void lg_ldap_entries_release(struct lg_ldap_entries *entries)
{
	free(entries->entry);
	lg_place_index_release(&entries->by_dn);
	lg_strlist_release(&entries->name);
	lg_strlist_release(&entries->text);
	*entries = (struct lg_ldap_entries){0};
}
