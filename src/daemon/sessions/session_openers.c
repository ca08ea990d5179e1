/* SPDX-License-Identifier: ISC */
/*
 * session_openers.c - a short list for each key, the newest first
 */
#include "daemon/sessions/session_openers.h"

#include <stdlib.h>
#include <string.h>

/* More masters of one user from one address are not told apart. */
#define OPENERS_MAX 16

static struct gate_opener **place_of(struct gate_opener **openers,
				     const char *master)
{
	while (*openers && strcmp((*openers)->master, master) != 0)
		openers = &(*openers)->older;
	return openers;
}

static void drop(struct gate_opener **at)
{
	struct gate_opener *opener = *at;

	*at = opener->older;
	free(opener);
}

void gate_openers_note(struct gate_opener **openers, const char *master,
		       uint64_t now_ms)
{
	struct gate_opener *opener;
	struct gate_opener **at;
	size_t count = 0;

	if (!master)
		master = "";
	at = place_of(openers, master);
	if (*at)
		drop(at);
	opener = calloc(1, sizeof(*opener) + strlen(master) + 1);
	if (!opener)
		return;
	memcpy(opener->master, master, strlen(master) + 1);
	opener->noted_ms = now_ms;
	opener->older = *openers;
	*openers = opener;
	for (at = openers; *at; at = &(*at)->older)
		if (++count > OPENERS_MAX) {
			drop(at);
			break;
		}
}

void gate_openers_forget(struct gate_opener **openers, uint64_t before_ms)
{
	while (*openers) {
		if ((*openers)->noted_ms < before_ms)
			drop(openers);
		else
			openers = &(*openers)->older;
	}
}

void gate_openers_free(struct gate_opener **openers)
{
	while (*openers)
		drop(openers);
}

int gate_openers_any_master(const struct gate_opener *openers)
{
	while (openers && !*openers->master)
		openers = openers->older;
	return openers != NULL;
}

static int is_refused(const struct gate_opener *opener,
		      const struct lg_session *session,
		      const struct lg_policy *policy)
{
	struct lg_session opened = *session;
	struct lg_attempt attempt;

	if (!policy)
		return 0;
	opened.master = *opener->master ? opener->master : NULL;
	attempt = lg_session_attempt(&opened);
	return lg_policy_decide(policy, &attempt).verdict == LG_REFUSE;
}

const char *gate_openers_of_row(const struct gate_opener *openers,
				const struct lg_session *session, size_t row,
				const struct lg_policy *policy)
{
	const struct gate_opener *last = NULL;

	for (int refused = 1; refused >= 0; refused--) {
		for (const struct gate_opener *at = openers; at;
		     at = at->older) {
			if (is_refused(at, session, policy) != refused)
				continue;
			last = at;
			if (!row--)
				return *at->master ? at->master : NULL;
		}
	}
	/* More sessions than openers: one of them opened several. */
	return last && *last->master ? last->master : NULL;
}
