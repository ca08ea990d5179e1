/* SPDX-License-Identifier: ISC */
/*
 * store_sessions.h - the open sessions of a store, in order of logon
 *
 * Layer: core, private to the store.
 */
#ifndef LOGONGATE_CORE_EXCHANGE_STORE_SESSIONS_H
#define LOGONGATE_CORE_EXCHANGE_STORE_SESSIONS_H

#include <logongate/policy.h>

/* Texts of the attempt lie behind the id. */
struct lg_store_session {
	struct lg_store_session *earlier;
	struct lg_store_session *later;
	struct lg_store_session *next; /* of the same bucket */
	uint64_t hash;
	struct lg_attempt attempt;
	char id[];
};

/* Zero-initialise. */
struct lg_store_sessions {
	struct lg_store_session *first;
	struct lg_store_session *last;
	struct lg_store_session **bucket;
	size_t bucket_count;
	size_t count;
};

/* Opens one as the last, in place of one with the same id. */
enum lg_status lg_store_sessions_open(struct lg_store_sessions *sessions,
				      const char *id,
				      const struct lg_attempt *attempt,
				      struct lg_error *err);
/* NULL where none is open. */
struct lg_store_session *
lg_store_sessions_find(const struct lg_store_sessions *sessions,
		       const char *id);
void lg_store_sessions_close(struct lg_store_sessions *sessions,
			     struct lg_store_session *session);
void lg_store_sessions_release(struct lg_store_sessions *sessions);

#endif
