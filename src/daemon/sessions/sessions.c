/* SPDX-License-Identifier: ISC */
/*
 * sessions.c - a table of sessions by key, the least used last
 *
 * Chains by hash and one list in order of use: tidying looks at the end of the
 * list only, and beyond the limits, in number and bytes, the one unused for
 * longest goes. A MAPI session that is forgotten is not lost: the client is
 * sent back to Connect. One that was cut stays, so that its next request is
 * answered by that, and so does a cookie that two people had.
 */
#include "daemon/sessions/session_masters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "base/kept.h"
#include "core/values/name.h"

#define SESSIONS_MAX 200000u
#define BYTES_MAX (48u << 20)
#define MAPI_IDLE_S (15 * 60)
#define OTHER_IDLE_S (24 * 3600)

enum lg_status gate_sessions_open(struct gate *gate, struct lg_error *err)
{
	gate->sessions = calloc(1, sizeof(*gate->sessions));
	if (!gate->sessions)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL,
				    "out of memory");
	gate->sessions->gate = gate;
	gate->sessions->began_locked = gate_locked(gate);
	gate_masters_restore(gate);
	gate->sessions->keeps_masters = 1;
	return LG_OK;
}

void gate_sessions_close(struct gate *gate)
{
	struct session_entry *entry;

	if (!gate->sessions)
		return;
	while ((entry = gate->sessions->newest)) {
		gate->sessions->newest = entry->older;
		gate_openers_free(&entry->openers);
		free(entry);
	}
	free(gate->sessions);
	gate->sessions = NULL;
}

static int is_mapi(const struct session_entry *entry)
{
	return entry->key_len > 5 && !memcmp(entry->text, "mapi:", 5);
}

int session_entry_is_open_mapi(const struct session_entry *entry)
{
	return entry->state == SESSION_OPEN && is_mapi(entry);
}

/* It is open no more. */
static void set_state(struct gate_sessions *sessions,
		      struct session_entry *entry, enum session_state state)
{
	sessions->open_mapi -= session_entry_is_open_mapi(entry) != 0;
	entry->state = state;
}

static void unlink_entry(struct gate_sessions *sessions,
			 struct session_entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		sessions->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		sessions->oldest = entry->newer;
}

static void link_newest(struct gate_sessions *sessions,
			struct session_entry *entry)
{
	entry->newer = NULL;
	entry->older = sessions->newest;
	if (sessions->newest)
		sessions->newest->newer = entry;
	else
		sessions->oldest = entry;
	sessions->newest = entry;
}

static struct session_entry **place_of(struct gate_sessions *sessions,
				       uint64_t hash, const char *key,
				       size_t key_len)
{
	struct session_entry **at = &sessions->bucket[hash % SESSION_BUCKETS];

	while (*at && ((*at)->hash != hash || (*at)->key_len != key_len ||
		       memcmp((*at)->text, key, key_len)))
		at = &(*at)->chain;
	return at;
}

static void set_mastered(struct gate_sessions *sessions,
			 struct session_entry *entry, int is_mastered)
{
	struct session_entry **at = &sessions->mastered;

	if (entry->is_mastered == is_mastered)
		return;
	entry->is_mastered = is_mastered;
	if (is_mastered) {
		entry->next_mastered = sessions->mastered;
		sessions->mastered = entry;
		return;
	}
	while (*at != entry)
		at = &(*at)->next_mastered;
	*at = entry->next_mastered;
}

void session_entry_settle(struct gate_sessions *sessions,
			  struct session_entry *entry)
{
	int was_mastered = entry->is_mastered;

	set_mastered(sessions, entry, gate_openers_any_master(entry->openers));
	if (sessions->keeps_masters && (was_mastered || entry->is_mastered))
		gate_masters_write(sessions->gate, entry);
}

static void drop(struct gate_sessions *sessions, struct session_entry **at)
{
	struct session_entry *entry = *at;

	gate_openers_free(&entry->openers);
	session_entry_settle(sessions, entry);
	*at = entry->chain;
	unlink_entry(sessions, entry);
	sessions->open_mapi -= session_entry_is_open_mapi(entry) != 0;
	sessions->count--;
	sessions->bytes -= entry->size;
	free(entry);
}

static void drop_oldest(struct gate_sessions *sessions)
{
	struct session_entry *entry = sessions->oldest;

	drop(sessions,
	     place_of(sessions, entry->hash, entry->text, entry->key_len));
}

/* An entry in no list yet, with copies of what is kept of the texts; NULL
 * without memory. */
static struct session_entry *entry_new(struct gate *gate, const char *key,
				       size_t key_len,
				       const struct lg_session *session)
{
	const char *const from[] = {
		session->id,      session->door,   session->user,   session->dn,
		session->process, session->client, session->address};
	size_t size = sizeof(struct session_entry) + key_len + 1;
	struct session_entry *entry;
	char *text;
	size_t i;

	for (i = 0; i < 7; i++)
		size += from[i] ? lg_kept_text_len(from[i]) + 1 : 0;
	entry = calloc(1, size);
	if (!entry)
		return NULL;
	memcpy(entry->text, key, key_len);
	entry->size = size;
	entry->key_len = key_len;
	entry->hash = lg_dn_hash(key, key_len);
	entry->used_s = gate_store_s(gate);
	entry->asked_s = entry->used_s;
	entry->session = *session;
	entry->session.master = NULL;
	text = entry->text + key_len + 1;
	{
		const char **const to[] = {
			&entry->session.id,      &entry->session.door,
			&entry->session.user,    &entry->session.dn,
			&entry->session.process, &entry->session.client,
			&entry->session.address};

		for (i = 0; i < 7; i++) {
			size_t len = lg_kept_text_len(from[i]);

			if (!from[i])
				continue;
			memcpy(text, from[i], len);
			*to[i] = text;
			text += len + 1;
		}
	}
	return entry;
}

/* In place of the one with its key. */
static void put(struct gate_sessions *sessions, struct session_entry *entry)
{
	struct session_entry **at =
		place_of(sessions, entry->hash, entry->text, entry->key_len);

	if (*at)
		drop(sessions, at);
	while (sessions->oldest && (sessions->count >= SESSIONS_MAX ||
				    sessions->bytes + entry->size > BYTES_MAX))
		drop_oldest(sessions);
	at = place_of(sessions, entry->hash, entry->text, entry->key_len);
	*at = entry;
	link_newest(sessions, entry);
	sessions->open_mapi += session_entry_is_open_mapi(entry) != 0;
	sessions->count++;
	sessions->bytes += entry->size;
}

struct session_entry *session_entry_find(struct gate *gate, const char *key,
					 size_t key_len)
{
	struct session_entry *entry = *place_of(
		gate->sessions, lg_dn_hash(key, key_len), key, key_len);

	if (!entry)
		return NULL;
	entry->used_s = gate_store_s(gate);
	unlink_entry(gate->sessions, entry);
	link_newest(gate->sessions, entry);
	return entry;
}

void gate_sessions_note(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session)
{
	struct session_entry *entry = entry_new(gate, key, key_len, session);
	struct session_entry *before;

	if (!entry)
		return;
	/* The same session goes on: it began when it began. */
	before = session_entry_find(gate, key, key_len);
	if (before && before->session.since_s)
		entry->session.since_s = before->session.since_s;
	if (before) {
		entry->openers = before->openers;
		before->openers = NULL;
		set_mastered(gate->sessions, before, 0);
		/* A pass that goes on has found it all the same. */
		entry->fill = before->fill;
		entry->fill_row = before->fill_row;
	}
	put(gate->sessions, entry);
	if (session->door && !strcmp(session->door, "dovecot"))
		gate_openers_note(&entry->openers, session->master,
				  uv_now(&gate->loop));
	session_entry_settle(gate->sessions, entry);
}

static int is_same_name(const char *a, const char *b)
{
	struct lg_buffer folded = {0};
	int same = 0;

	if (!lg_name_fold(a, strlen(a), &folded, NULL))
		same = lg_name_equals_folded(b, strlen(b),
					     folded.data ? folded.data : "",
					     folded.len);
	lg_buffer_release(&folded);
	return same;
}

/* A name that the front does not know this time is no other name. */
static int is_same_owner(const struct lg_session *a, const struct lg_session *b)
{
	if (!a->dn || !b->dn ||
	    !lg_dn_equal(a->dn, strlen(a->dn), b->dn, strlen(b->dn)))
		return 0;
	return !a->user || !b->user || is_same_name(a->user, b->user);
}

void gate_sessions_bind(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session)
{
	struct lg_session bound = *session;
	struct session_entry *before = session_entry_find(gate, key, key_len);
	struct session_entry *entry;
	char id[32];

	if (before && !is_same_owner(&before->session, session)) {
		set_state(gate->sessions, before, SESSION_NOBODYS);
		return;
	}
	if (before && before->state == SESSION_NOBODYS)
		return;
	snprintf(id, sizeof(id), GATE_SESSIONS_MAPI_ID "%016llx",
		 (unsigned long long)lg_dn_hash(key, key_len));
	bound.id = id;
	if (before && !bound.user)
		bound.user = before->session.user;
	if (before && before->session.since_s)
		bound.since_s = before->session.since_s;
	entry = entry_new(gate, key, key_len, &bound);
	if (entry)
		put(gate->sessions, entry);
}

const struct lg_session *gate_sessions_find_mapi(struct gate *gate,
						 const char *key,
						 size_t key_len, int *out_ended)
{
	const struct session_entry *entry =
		session_entry_find(gate, key, key_len);

	if (!entry || entry->state == SESSION_NOBODYS)
		return NULL;
	*out_ended = entry->state == SESSION_ENDED;
	return &entry->session;
}

int gate_sessions_end_mapi(struct gate *gate, const char *id)
{
	const size_t head = strlen(GATE_SESSIONS_MAPI_ID);
	struct session_entry *entry;
	uint64_t hash;

	if (strncmp(id, GATE_SESSIONS_MAPI_ID, head))
		return 0;
	hash = strtoull(id + head, NULL, 16);
	for (entry = gate->sessions->bucket[hash % SESSION_BUCKETS]; entry;
	     entry = entry->chain)
		if (session_entry_is_open_mapi(entry) &&
		    !strcmp(entry->session.id, id))
			set_state(gate->sessions, entry, SESSION_ENDED);
	return 1;
}

const struct lg_session *gate_sessions_find(struct gate *gate, const char *key,
					    size_t key_len)
{
	struct session_entry *entry = session_entry_find(gate, key, key_len);

	if (!entry)
		return NULL;
	entry->asked_s = entry->used_s;
	return &entry->session;
}

void gate_sessions_forget(struct gate *gate, const char *key, size_t key_len)
{
	struct session_entry **at = place_of(
		gate->sessions, lg_dn_hash(key, key_len), key, key_len);

	if (*at)
		drop(gate->sessions, at);
}

void gate_sessions_tidy(struct gate *gate)
{
	struct gate_sessions *sessions = gate->sessions;
	int64_t now_s = gate_store_s(gate);
	struct session_entry *entry = sessions->oldest;

	while (entry && now_s - entry->used_s > MAPI_IDLE_S) {
		struct session_entry *newer = entry->newer;

		if (session_entry_is_open_mapi(entry) ||
		    now_s - entry->used_s > OTHER_IDLE_S)
			drop(sessions, place_of(sessions, entry->hash,
						entry->text, entry->key_len));
		entry = newer;
	}
}

void gate_sessions_dovecot_key(enum lg_protocol protocol, const char *user,
			       const char *address, struct lg_buffer *out_key)
{
	lg_buffer_format(out_key, "dovecot:%s\t%s\t%s",
			 lg_protocol_name(protocol), user ? user : "",
			 address ? address : "");
}

int gate_sessions_has_mapi(const struct gate *gate)
{
	return gate->sessions->open_mapi != 0;
}
