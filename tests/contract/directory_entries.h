/* SPDX-License-Identifier: ISC */
/*
 * directory_entries.h - the entries every directory of the suite serves
 *
 * One table in C; the fake reads it as it is, the others get it as LDIF.
 */
#ifndef LOGONGATE_TESTS_DIRECTORY_ENTRIES_H
#define LOGONGATE_TESTS_DIRECTORY_ENTRIES_H

#include <logongate/buffer.h>

#define ENTRIES_SUFFIX "dc=acme,dc=test"
#define ENTRIES_BASE "ou=Users," ENTRIES_SUFFIX
#define ENTRIES_DN "/o=ACME/ou=Site/cn=Recipients/cn="
/* clang-format off */
#define ENTRIES_LOGIN_ATTRIBUTES                                               \
	{                                                                      \
		"mail", "userPrincipalName", "sAMAccountName", "uid",          \
			"proxyAddresses"                                       \
	}
/* clang-format on */

struct entries_value {
	const char *attribute;
	const char *text;
};

struct entries_entry {
	const char *dn;
	struct entries_value value[12];
};

/* Ends with an entry whose dn is NULL. */
extern const struct entries_entry entries_table[];

/* The whole table as LDIF, with the entries above it that a server needs. */
void entries_ldif(struct lg_buffer *out);

#endif
