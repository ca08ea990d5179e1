/* SPDX-License-Identifier: ISC */
/*
 * session_list.c - what a door lists, with texts of the list's own
 */
#include "base/listed.h"
#include "base/grow.h"
#include "core/policy/session.h"

#include <stdlib.h>
#include <string.h>

enum lg_status lg_session_list_add(struct lg_session_list *list,
				   const struct lg_session *session,
				   struct lg_error *err)
{
	struct lg_session copy = *session;
	const char **const text[] = {&copy.id,     &copy.door,   &copy.user,
				     &copy.master, &copy.dn,     &copy.process,
				     &copy.client, &copy.address};
	enum lg_status status;

	status = lg_grow(&list->session, &list->capacity, list->count,
			 sizeof(*list->session), err);
	if (status != LG_OK)
		return status;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		if (!*text[i])
			continue;
		status = lg_list_keep(&list->arena, *text[i], strlen(*text[i]),
				      text[i], err);
		if (status != LG_OK)
			return status;
	}
	list->session[list->count++] = copy;
	return LG_OK;
}

void lg_session_list_release(struct lg_session_list *list)
{
	free(list->session);
	lg_strlist_release(&list->arena);
	*list = (struct lg_session_list){0};
}
