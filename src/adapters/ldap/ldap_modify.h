/* SPDX-License-Identifier: ISC */
/*
 * ldap_modify.h - changes protocolSettings of one entry
 *
 * Layer: adapter ldap.
 * Source: conformance I2.
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_MODIFY_H
#define LOGONGATE_ADAPTERS_LDAP_MODIFY_H

#include "port/target.h"

#include "ldap_connection.h"

/* What one account loses and gets; texts are borrowed. */
struct lg_ldap_exchange {
	const char **delete_value;
	size_t delete_count;
	const char **add_value;
	size_t add_count;
};

/* Two values, either of which may be NULL: 1 or 0. */
int lg_ldap_same_value(const struct lg_value *a, const struct lg_value *b);

/*
 * Works out the exchange that makes change of what is there now (NULL:
 * nothing). A restore leaves out protocols whose values are not the lock's
 * any more (port/target.h "care"). Owns: lg_ldap_exchange_release, also on
 * failure.
 * Returns: LG_OK, LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_exchange_plan(const struct lg_target_change *change,
				     const struct lg_value *now,
				     struct lg_ldap_exchange *exchange,
				     struct lg_error *err);
void lg_ldap_exchange_release(struct lg_ldap_exchange *exchange);

/*
 * Takes values away and adds others in one modification, which the server
 * makes whole or not at all.
 * Returns: LG_OK; LG_ERR_CONFLICT, a value to take away is not there, or one
 * to add is, or the entry is gone; LG_ERR_DENIED; LG_ERR_DIRECTORY,
 * LG_ERR_TIMEOUT, LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_modify_values(struct lg_ldap_connection *connection,
				     const char *entry,
				     const struct lg_ldap_exchange *exchange,
				     struct lg_error *err);

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

/* --- ldap_outcome.c: the accounts that a write left as they are, and why -- */

/* Accounts, the first few by name. */
struct lg_ldap_told {
	struct lg_buffer text;
	size_t count;
};

struct lg_ldap_outcome {
	struct lg_ldap_told changed; /* by somebody else */
	struct lg_ldap_told gone;    /* no entry of that name any more */
	struct lg_ldap_told denied;
	struct lg_error why; /* the first denial */
};

void lg_ldap_told_add(struct lg_ldap_told *told, const char *entry);
void lg_ldap_outcome_denied(struct lg_ldap_outcome *outcome, const char *entry,
			    const char *why);
void lg_ldap_outcome_release(struct lg_ldap_outcome *outcome);

/*
 * Tells of all of them in one sentence; rest is what becomes of the changed.
 * Returns: LG_OK where there are none; LG_ERR_DENIED where there is a denied
 * one; else LG_ERR_CONFLICT; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_ldap_outcome_report(const char *place,
				      struct lg_ldap_outcome *outcome,
				      const char *rest, struct lg_error *err);

#endif
