/* SPDX-License-Identifier: ISC */
/*
 * sweep_select.c - whom somebody who cuts by hand means
 */
#include "daemon/sessions/sweep_select.h"

#include <string.h>

#include <logongate/dn.h>
#include "core/values/name.h"

/* 1 when one of the names that the directory gave for the DN is this user. */
static int is_name_of(const struct lg_strlist *names, const char *user)
{
	struct lg_buffer folded = {0};
	int found = 0;

	if (!user || lg_name_fold(user, strlen(user), &folded, NULL) != LG_OK)
		return 0;
	for (size_t i = 0; i < names->count && !found; i++)
		found = lg_name_equals_folded(names->item[i],
					      strlen(names->item[i]),
					      folded.data, folded.len);
	lg_buffer_release(&folded);
	return found;
}

static int is_named(const char *name, const struct lg_buffer *folded)
{
	return name && lg_name_equals_folded(name, strlen(name),
					     folded->data ? folded->data : "",
					     folded->len);
}

int sweep_selects(const struct gate_selector *selector,
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
		       is_name_of(&selector->names, session->user) ||
		       is_name_of(&selector->names, session->master);
	if (lg_name_fold(selector->user, strlen(selector->user), &folded,
			 NULL) != LG_OK)
		return 0;
	/* A master's name means what he opened, too. */
	same = is_named(session->user, &folded) ||
	       is_named(session->master, &folded);
	lg_buffer_release(&folded);
	return same;
}
