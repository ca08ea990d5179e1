/* SPDX-License-Identifier: ISC */
/*
 * ldap_modify.h - changes protocolSettings of one entry
 *
 * Layer: adapter ldap.
 * Source: conformance I2.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_MODIFY_H
#define LOGONGATE_ADAPTERS_LDAP_MODIFY_H

#include "ldap_connection.h"

/*
 * Takes values away and adds others in one modification, which the server
 * makes whole or not at all.
 * Returns: LG_OK; LG_ERR_CONFLICT, a value to take away is not there, or one
 * to add is, or the entry is gone; LG_ERR_DENIED; LG_ERR_DIRECTORY,
 * LG_ERR_TIMEOUT, LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_modify_values(struct lg_ldap_connection *connection,
				     const char *entry,
				     const char *const *delete_value,
				     size_t delete_count,
				     const char *const *add_value,
				     size_t add_count, struct lg_error *err);

/*
 * Whether this account may change the attribute (A1), found out by taking away
 * a value that is not there: a server looks at the right first. note says why
 * not.
 */
enum lg_status lg_ldap_may_modify(struct lg_ldap_connection *connection,
				  const char *entry, int *out_may, char *note,
				  size_t note_size, struct lg_error *err);

/* Whether there is an entry of that name. */
enum lg_status lg_ldap_is_there(struct lg_ldap_connection *connection,
				const char *entry, int *out_there,
				struct lg_error *err);

#endif
