/* SPDX-License-Identifier: ISC */
/*
 * ldap_outcome.c - the accounts that a write left as they are, and why
 */
#include "ldap_modify.h"

#define TOLD_MAX 3

void lg_ldap_told_add(struct lg_ldap_told *told, const char *entry)
{
	if (told->count++ < TOLD_MAX)
		lg_buffer_format(&told->text, "%s%s",
				 told->count > 1 ? "; " : "", entry);
}

void lg_ldap_outcome_denied(struct lg_ldap_outcome *outcome, const char *entry,
			    const char *why)
{
	if (!outcome->denied.count)
		lg_error_set(&outcome->why, LG_ERR_DENIED, NULL, "%s", why);
	lg_ldap_told_add(&outcome->denied, entry);
}

void lg_ldap_outcome_release(struct lg_ldap_outcome *outcome)
{
	lg_buffer_release(&outcome->changed.text);
	lg_buffer_release(&outcome->gone.text);
	lg_buffer_release(&outcome->denied.text);
}

/* Appends what was said before a name, the names, what is said of them. */
static void append(struct lg_buffer *text, const char *before,
		   const struct lg_ldap_told *told, const char *behind,
		   const char *rest)
{
	if (!told->count)
		return;
	lg_buffer_format(text, "%s%s%s", text->len ? "; " : "", before,
			 told->text.data ? told->text.data : "");
	if (told->count > TOLD_MAX)
		lg_buffer_format(text, " and %zu more", told->count - TOLD_MAX);
	lg_buffer_format(text, "%s%s", behind, rest);
}

enum lg_status lg_ldap_outcome_report(const char *place,
				      struct lg_ldap_outcome *outcome,
				      const char *rest, struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	if (!outcome->changed.count && !outcome->gone.count &&
	    !outcome->denied.count)
		return LG_OK;
	append(&text, "the protocolSettings of ", &outcome->denied,
	       " may not be changed: ", outcome->why.text);
	append(&text, "somebody else changed the protocolSettings of ",
	       &outcome->changed, "; ", rest);
	append(&text, "", &outcome->gone, " is no longer there; ",
	       "if it was moved or renamed, it still has the lock's values");
	status = lg_buffer_status(&text, err);
	if (status == LG_OK)
		status = lg_error_set(err,
				      outcome->denied.count ? LG_ERR_DENIED
							    : LG_ERR_CONFLICT,
				      place, "%s", text.data);
	lg_buffer_release(&text);
	return status;
}
