/* SPDX-License-Identifier: ISC */
/*
 * Which open sessions a policy would refuse if they came now. The same
 * decision function answers, in blocks, so that a sweep of a million sessions
 * waits for memory as seldom as it can.
 */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/listed.h"
#include "core/policy/session.h"

enum {
	BLOCK = 64
};

struct lg_attempt lg_session_attempt(const struct lg_session *session)
{
	const char *user = session->master ? session->master : session->user;

	return (struct lg_attempt){
		.dn = session->dn,
		.dn_len = session->dn ? strlen(session->dn) : 0,
		.user = user,
		.user_len = user ? strlen(user) : 0,
		.process = session->process,
		.process_len = session->process ? strlen(session->process) : 0,
		.version = session->version,
		.protocol = session->protocol,
	};
}

size_t lg_sweep_plan(const struct lg_policy *policy,
		     const struct lg_session *session, size_t count,
		     unsigned char *out_cut, struct lg_decision *out_decision)
{
	size_t cut = 0;

	for (size_t at = 0; at < count; at += BLOCK) {
		struct lg_attempt attempt[BLOCK];
		struct lg_decision decision[BLOCK];
		size_t block = count - at < BLOCK ? count - at : BLOCK;

		for (size_t i = 0; i < block; i++)
			attempt[i] = lg_session_attempt(&session[at + i]);
		lg_policy_decide_many(policy, attempt, block, decision);
		for (size_t i = 0; i < block; i++) {
			out_cut[at + i] = decision[i].verdict == LG_REFUSE;
			cut += out_cut[at + i];
			if (out_decision)
				out_decision[at + i] = decision[i];
		}
	}
	return cut;
}

/* The texts become the list's own. */
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
		status =
			lg_list_keep_text(&list->arena, *text[i], text[i], err);
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
