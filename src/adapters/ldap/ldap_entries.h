/* SPDX-License-Identifier: ISC */
/*
 * ldap_entries.h - an entry as it arrives, and those that are kept
 *
 * Layer: adapter ldap.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_ENTRIES_H
#define LOGONGATE_ADAPTERS_LDAP_ENTRIES_H

#include <ldap.h>

#include <logongate/findings.h>

#include "base/place_index.h"
#include "core/exchange/directory_entry.h"

/* An arriving entry, taken apart; texts lie in the message. Zero-initialise. */
struct lg_ldap_row {
	struct berval dn;
	struct lg_entry_value *value;
	size_t count;
	size_t capacity;
};

enum lg_status lg_ldap_row_take(struct lg_ldap_row *row, LDAP *ld,
				LDAPMessage *message, struct lg_error *err);
void lg_ldap_row_release(struct lg_ldap_row *row);

/* What is asked for of an entry: those of always (ends with NULL) and the login
 * attributes, each once; ends with NULL. The texts are borrowed, the array is
 * freed by the caller; NULL: no memory. */
char **lg_ldap_attributes(const char *const *always,
			  const struct lg_strlist *login_attributes);

/* An entry that an asked name found. Its names: name[first .. +count). */
struct lg_ldap_entry {
	const char *dn;
	struct lg_entry_account account;
	size_t name_first;
	size_t name_count;
};

struct lg_ldap_entries {
	struct lg_ldap_entry *entry;
	size_t count;
	size_t capacity;
	struct lg_strlist name;
	struct lg_strlist text;
	struct lg_place_index by_dn;
};

/* Keeps the row's entry, once; *out_entry is its number. */
enum lg_status lg_ldap_entries_keep(struct lg_ldap_entries *entries,
				    const struct lg_ldap_row *row,
				    const struct lg_strlist *login_attributes,
				    size_t *out_entry, struct lg_error *err);

/* The number of the entry with this DN, or SIZE_MAX. */
size_t lg_ldap_entries_find(const struct lg_ldap_entries *entries,
			    const struct berval *dn);
void lg_ldap_entries_release(struct lg_ldap_entries *entries);

#endif
