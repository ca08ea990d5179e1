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
