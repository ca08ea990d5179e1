/* SPDX-License-Identifier: ISC */
/*
 * ldap_outcome.c - the accounts that a write left as they are, and why
 */
#include "ldap_outcome.h"

#define TOLD_MAX 3

static void tell(struct lg_ldap_told *told, const char *entry)
{
	if (told->count++ < TOLD_MAX)
		lg_buffer_format(&told->text, "%s%s",
				 told->count > 1 ? "; " : "", entry);
}

static const char *told_text(struct lg_ldap_told *told)
{
	if (told->count > TOLD_MAX)
		lg_buffer_format(&told->text, " and %zu more",
				 told->count - TOLD_MAX);
	return told->text.data;
}

void lg_ldap_outcome_changed(struct lg_ldap_outcome *outcome, const char *entry)
{
	tell(&outcome->changed, entry);
}

void lg_ldap_outcome_denied(struct lg_ldap_outcome *outcome, const char *entry,
			    const char *why)
{
	if (!outcome->denied.count)
		lg_error_set(&outcome->why, LG_ERR_DENIED, NULL, "%s", why);
	tell(&outcome->denied, entry);
}

void lg_ldap_outcome_release(struct lg_ldap_outcome *outcome)
{
	lg_buffer_release(&outcome->changed.text);
	lg_buffer_release(&outcome->denied.text);
}

enum lg_status lg_ldap_outcome_conflict(const char *place,
					struct lg_ldap_outcome *outcome,
					const char *rest, struct lg_error *err)
{
	const char *entries = told_text(&outcome->changed);

	if (lg_buffer_status(&outcome->changed.text, err))
		return LG_ERR_NO_MEMORY;
	return lg_error_set(err, LG_ERR_CONFLICT, place,
			    "somebody else changed the protocolSettings of "
			    "%s; %s",
			    entries, rest);
}

enum lg_status lg_ldap_outcome_denial(const char *place,
				      struct lg_ldap_outcome *outcome,
				      struct lg_error *err)
{
	const char *entries = told_text(&outcome->denied);

	if (lg_buffer_status(&outcome->denied.text, err))
		return LG_ERR_NO_MEMORY;
	return lg_error_set(err, LG_ERR_DENIED, place,
			    "the protocolSettings of %s may not be changed: %s",
			    entries, outcome->why.text);
}
