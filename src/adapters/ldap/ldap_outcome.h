/* SPDX-License-Identifier: ISC */
/*
 * ldap_outcome.h - the accounts that a write left as they are, and why
 *
 * Layer: adapter ldap; pure.
 * Source: conformance I2; port/target.h "write".
 */
#ifndef LOGONGATE_ADAPTERS_LDAP_OUTCOME_H
#define LOGONGATE_ADAPTERS_LDAP_OUTCOME_H

#include <logongate/buffer.h>

/* Accounts, the first few by name. */
struct lg_ldap_told {
	struct lg_buffer text;
	size_t count;
};

struct lg_ldap_outcome {
	struct lg_ldap_told changed; /* by somebody else */
	struct lg_ldap_told denied;
	struct lg_error why; /* the first denial */
};

void lg_ldap_outcome_changed(struct lg_ldap_outcome *outcome,
			     const char *entry);
void lg_ldap_outcome_denied(struct lg_ldap_outcome *outcome, const char *entry,
			    const char *why);
void lg_ldap_outcome_release(struct lg_ldap_outcome *outcome);

/* LG_ERR_CONFLICT that names the changed ones and ends with rest. */
enum lg_status lg_ldap_outcome_conflict(const char *place,
					struct lg_ldap_outcome *outcome,
					const char *rest, struct lg_error *err);

/* LG_ERR_DENIED that names the denied ones. */
enum lg_status lg_ldap_outcome_denial(const char *place,
				      struct lg_ldap_outcome *outcome,
				      struct lg_error *err);

#endif
