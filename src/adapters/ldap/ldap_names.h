/* SPDX-License-Identifier: ISC */
/*
 * ldap_names.h - logon names asked of a directory
 *
 * Layer: adapter ldap.
 * Source: contract 7 "Names".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_NAMES_H
#define LOGONGATE_ADAPTERS_LDAP_NAMES_H

#include "ldap_entries.h"
#include "ldap_search.h"

/* One asked logon name. name is borrowed. */
struct lg_ldap_user {
	const char *name;
	size_t hits;
	size_t entry; /* of the first hit */
	int doubtful; /* the server pointed elsewhere */
};

/* Asks for each user; what an earlier try answered is asked anew. */
enum lg_status lg_ldap_users_ask(struct lg_ldap_user *user, size_t count,
				 const struct lg_ldap_search *search,
				 struct lg_ldap_entries *entries,
				 struct lg_error *err);

/* Appends the terms by which an entry has this logon name, for an OR. */
enum lg_status lg_ldap_names_put(const char *name,
				 const struct lg_strlist *login_attributes,
				 struct lg_buffer *filter,
				 struct lg_error *err);

#endif
