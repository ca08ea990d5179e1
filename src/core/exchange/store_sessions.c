/* SPDX-License-Identifier: ISC */
/*
 * Open sessions: a list in order of logon, which is the order in which they
 * are cut, and a hash table of ids beside it.
 */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "core/exchange/store_sessions.h"

static struct lg_store_session **
bucket_of(const struct lg_store_sessions *sessions, uint64_t hash)
{
	return &sessions->bucket[hash & (sessions->bucket_count - 1)];
}

struct lg_store_session *
lg_store_sessions_find(const struct lg_store_sessions *sessions, const char *id)
{
	struct lg_store_session *session;
	uint64_t hash;

	if (!sessions->count)
		return NULL;
	hash = XXH3_64bits(id, strlen(id));
	session = *bucket_of(sessions, hash);
	while (session &&
	       (session->hash != hash || strcmp(session->id, id) != 0))
		session = session->next;
	return session;
}

static enum lg_status grow(struct lg_store_sessions *sessions,
			   struct lg_error *err)
{
	struct lg_store_session **old = sessions->bucket;
	struct lg_store_session **bucket;
	size_t count = sessions->bucket_count ? sessions->bucket_count * 2 : 16;

	if (sessions->count < sessions->bucket_count)
		return LG_OK;
	bucket = calloc(count, sizeof(struct lg_store_session *));
	if (!bucket)
		return lg_no_memory(err);
	sessions->bucket = bucket;
	sessions->bucket_count = count;
	for (struct lg_store_session *session = sessions->first; session;
	     session = session->later) {
		struct lg_store_session **head =
			bucket_of(sessions, session->hash);

		session->next = *head;
		*head = session;
	}
	free(old);
	return LG_OK;
}

/* Copies one text behind the ones before it. */
static const char *keep(char **at, const char *text, size_t len)
{
	char *kept = *at;

	if (!len)
		return NULL;
	memcpy(kept, text, len);
	*at += len;
	return kept;
}

enum lg_status lg_store_sessions_open(struct lg_store_sessions *sessions,
				      const char *id,
				      const struct lg_attempt *attempt,
				      struct lg_error *err)
{
	size_t id_size = strlen(id) + 1;
	struct lg_store_session *session;
	struct lg_store_session *same;
	struct lg_store_session **head;
	char *at;
	enum lg_status status = grow(sessions, err);

	if (status != LG_OK)
		return status;
	session = malloc(sizeof(*session) + id_size + attempt->dn_len +
			 attempt->user_len + attempt->process_len);
	if (!session)
		return lg_no_memory(err);
	same = lg_store_sessions_find(sessions, id);
	session->attempt = *attempt;
	memcpy(session->id, id, id_size);
	at = session->id + id_size;
	session->attempt.dn = keep(&at, attempt->dn, attempt->dn_len);
	session->attempt.user = keep(&at, attempt->user, attempt->user_len);
	session->attempt.process =
		keep(&at, attempt->process, attempt->process_len);
	if (same)
		lg_store_sessions_close(sessions, same);
	session->hash = XXH3_64bits(id, id_size - 1);
	head = bucket_of(sessions, session->hash);
	session->next = *head;
	*head = session;
	session->later = NULL;
	session->earlier = sessions->last;
	if (sessions->last)
		sessions->last->later = session;
	else
		sessions->first = session;
	sessions->last = session;
	sessions->count++;
	return LG_OK;
}

void lg_store_sessions_close(struct lg_store_sessions *sessions,
			     struct lg_store_session *session)
{
	struct lg_store_session **at = bucket_of(sessions, session->hash);

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
	if (session->earlier)
		session->earlier->later = session->later;
	else
		sessions->first = session->later;
	if (session->later)
		session->later->earlier = session->earlier;
	else
		sessions->last = session->earlier;
	sessions->count--;
	free(session);
}

void lg_store_sessions_release(struct lg_store_sessions *sessions)
{
	while (sessions->first) {
		struct lg_store_session *session = sessions->first;

		sessions->first = session->later;
		free(session);
	}
	free(sessions->bucket);
	*sessions = (struct lg_store_sessions){0};
}
