/* SPDX-License-Identifier: ISC */
/*
 * sweep_select.c - whom somebody who cuts by hand means
 */
#include "daemon/sweep_select.h"

#include <string.h>

#include <logongate/dn.h>
#include <logongate/name.h>

/* 1 when one of the names that the directory gave for the DN is this user. */
static int is_name_of(const struct gate *gate, const char *dn, const char *user)
{
	const struct lg_findings *findings = gate->state->findings;
	struct lg_buffer folded = {0};
	int found = 0;
	size_t i;
	size_t k;

	if (!findings || !user ||
	    lg_name_fold(user, strlen(user), &folded, NULL))
		return 0;
	for (i = 0; i < findings->account_count && !found; i++) {
		const struct lg_account *account = &findings->account[i];

		if (!account->dn ||
		    !lg_dn_equal(account->dn, strlen(account->dn), dn,
				 strlen(dn)))
			continue;
		for (k = 0; k < account->login_count && !found; k++) {
			const char *name =
				findings->login[account->login_first + k].name;

			found = lg_name_equals_folded(name, strlen(name),
						      folded.data, folded.len);
		}
	}
	lg_buffer_release(&folded);
	return found;
}

int sweep_selects(const struct gate *gate, const struct gate_selector *selector,
		  const struct lg_session *session)
{
	struct lg_buffer folded = {0};
	int same = 0;

	if (selector->all)
		return 1;
	if (selector->id)
		return session->id && !strcmp(session->id, selector->id);
	if (selector->dn)
		return (session->dn &&
			lg_dn_equal(session->dn, strlen(session->dn),
				    selector->dn, strlen(selector->dn))) ||
		       is_name_of(gate, selector->dn, session->user);
	if (!session->user ||
	    lg_name_fold(selector->user, strlen(selector->user), &folded, NULL))
		return 0;
	same = lg_name_equals_folded(session->user, strlen(session->user),
				     folded.data ? folded.data : "",
				     folded.len);
	lg_buffer_release(&folded);
	return same;
}
