/* SPDX-License-Identifier: ISC */
/*
 * sessions.c - the loop's table, and what the judging lane is told
 *
 * Here stands what requests of MAPI and HAProxy are judged by; beyond the
 * limits, in number and bytes, the one unused for longest goes. A MAPI session
 * that is forgotten is not lost: the client is sent back to Connect. One that
 * was cut stays, so that its next request is answered by that, and so does a
 * cookie that two people had. What happened goes to the book with the next list
 * that is judged, within a second, or when it is much; a master's logon at
 * once, for a gate that is killed must know it when it is back.
 */
#include "daemon/sessions/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "core/values/name.h"
#include "daemon/sessions/session_book.h"
#include "daemon/sessions/session_masters.h"
#include "daemon/sessions/submitters.h"
#include "daemon/work.h"

#define NEWS_MAX 256u
#define LIST_AGAIN_MS 60000
/* In a turn of the loop. */
#define FORGOTTEN_MAX 256u
#define MAPI_IDLE_S (15 * 60)
/* A connection may carry one request for days. */
#define OTHER_IDLE_S (7 * 24 * 3600)

struct gate_sessions {
	struct session_table table;
	struct session_table submitters;
	struct session_book *book; /* the judging lane's */
	struct session_entry *news;
	struct session_entry **news_end;
	size_t news_count;
	int has_masters;
	uint64_t listed_ms; /* when all doors were listed last */
};

struct told {
	struct gate_job job;
	struct gate *gate;
	struct session_book *book;
	struct session_turn turn;
};

enum lg_status gate_sessions_open(struct gate *gate, struct lg_error *err)
{
	struct gate_sessions *sessions = calloc(1, sizeof(*sessions));
	enum lg_status status;

	if (!sessions)
		return lg_no_memory(err);
	gate->sessions = sessions;
	sessions->news_end = &sessions->news;
	status = session_book_new(gate->started_s, gate_locked(gate),
				  &sessions->book, err);
	if (status != LG_OK)
		return status;
	gate_masters_restore(gate, sessions->book);
	sessions->has_masters = sessions->book->mastered != NULL;
	return LG_OK;
}

static void free_news(struct session_entry *news)
{
	while (news) {
		struct session_entry *next = news->chain;

		session_entry_free(news);
		news = next;
	}
}

void gate_sessions_close(struct gate *gate)
{
	if (!gate->sessions)
		return;
	free_news(gate->sessions->news);
	session_table_release(&gate->sessions->table);
	session_table_release(&gate->sessions->submitters);
	session_book_free(&gate->sessions->book);
	free(gate->sessions);
	gate->sessions = NULL;
}

struct session_table *gate_sessions_submitters(struct gate *gate)
{
	return &gate->sessions->submitters;
}

struct session_book *gate_sessions_book(struct gate *gate)
{
	return gate->sessions->book;
}

void gate_sessions_turn(struct gate *gate, struct session_turn *out_turn)
{
	struct gate_sessions *sessions = gate->sessions;

	*out_turn = (struct session_turn){
		.news = sessions->news,
		.now_s = gate_now_s(gate),
		.store_s = gate_store_s(gate),
	};
	sessions->news = NULL;
	sessions->news_end = &sessions->news;
	sessions->news_count = 0;
}

void gate_sessions_turned(struct gate *gate, struct session_turn *turn)
{
	gate->sessions->has_masters = turn->has_masters;
	gate->sessions->listed_ms = turn->listed_ms;
	gate_masters_write(gate, &turn->lines);
}

static void hear(void *context)
{
	struct told *told = context;

	session_book_hear(told->book, &told->turn);
}

static void heard(void *context)
{
	struct told *told = context;

	gate_sessions_turned(told->gate, &told->turn);
	free(told);
}

void gate_sessions_tell(struct gate *gate)
{
	struct told *told;

	if (!gate->sessions || !gate->sessions->news)
		return;
	told = calloc(1, sizeof(*told));
	if (!told)
		return;
	told->job = (struct gate_job){hear, heard, told, NULL};
	told->gate = gate;
	told->book = gate->sessions->book;
	gate_sessions_turn(gate, &told->turn);
	gate_work_add(gate, GATE_LANE_JUDGING, &told->job);
}

/* The entry becomes the lane's. */
static void tell(struct gate *gate, struct session_entry *entry,
		 enum session_news news)
{
	struct gate_sessions *sessions = gate->sessions;

	if (!entry)
		return;
	entry->news = news;
	*sessions->news_end = entry;
	sessions->news_end = &entry->chain;
	if (++sessions->news_count >= NEWS_MAX || entry->session.master)
		gate_sessions_tell(gate);
}

/* What the lane has under the same key is like this one. */
static void tell_of(struct gate *gate, const struct session_entry *entry,
		    enum session_news news)
{
	struct session_entry *copy = session_entry_new(
		entry->text, entry->key_len,
		news == SESSION_NEWS_NOTED ? &entry->session : NULL,
		entry->used_s);

	if (copy) {
		copy->asked_s = entry->asked_s;
		copy->state = entry->state;
	}
	tell(gate, copy, news);
}

static struct session_entry *find(struct gate *gate, const char *key,
				  size_t key_len)
{
	return session_table_find(&gate->sessions->table, key, key_len,
				  gate_store_s(gate));
}

/* In place of the one with its key. */
static void put(struct gate *gate, struct session_entry *entry)
{
	struct session_table *table = &gate->sessions->table;
	struct session_entry *surplus;

	while ((surplus = session_table_take_surplus(table, entry->size)))
		tell(gate, surplus, SESSION_NEWS_GONE);
	session_entry_free(session_table_put(table, entry));
	tell_of(gate, entry, SESSION_NEWS_NOTED);
}

static void set_state(struct gate *gate, struct session_entry *entry,
		      enum session_state state)
{
	session_table_set_state(&gate->sessions->table, entry, state);
	tell_of(gate, entry, SESSION_NEWS_STATE);
}

void gate_sessions_note(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session)
{
	struct session_entry *entry =
		session_entry_new(key, key_len, session, gate_store_s(gate));
	const struct session_entry *before;

	if (!entry)
		return;
	entry->noted_ms = uv_now(&gate->loop);
	if (session_entry_is_dovecots(entry)) {
		tell(gate, entry, SESSION_NEWS_NOTED);
		return;
	}
	/* The same session goes on: it began when it began. */
	before = find(gate, key, key_len);
	if (before && before->session.since_s)
		entry->session.since_s = before->session.since_s;
	put(gate, entry);
}

static int is_same_name(const char *a, const char *b)
{
	struct lg_buffer folded = {0};
	int same = 0;

	if (lg_name_fold(a, strlen(a), &folded, NULL) == LG_OK)
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
	struct session_entry *before = find(gate, key, key_len);
	struct session_entry *entry;
	char id[32];

	if (before && !is_same_owner(&before->session, session)) {
		set_state(gate, before, SESSION_NOBODYS);
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
	entry = session_entry_new(key, key_len, &bound, gate_store_s(gate));
	if (entry)
		put(gate, entry);
}

const struct lg_session *gate_sessions_find_mapi(struct gate *gate,
						 const char *key,
						 size_t key_len, int *out_ended)
{
	const struct session_entry *entry = find(gate, key, key_len);

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
	entry = gate->sessions->table.bucket[hash % SESSION_BUCKETS];
	while (entry) {
		struct session_entry *next = entry->chain;

		if (session_entry_is_open_mapi(entry) &&
		    !strcmp(entry->session.id, id))
			set_state(gate, entry, SESSION_ENDED);
		entry = next;
	}
	return 1;
}

const struct lg_session *gate_sessions_find(struct gate *gate, const char *key,
					    size_t key_len)
{
	struct session_entry *entry = find(gate, key, key_len);

	if (!entry)
		return NULL;
	/* Times are in seconds: more often tells nothing new. */
	if (entry->asked_s != entry->used_s) {
		entry->asked_s = entry->used_s;
		tell_of(gate, entry, SESSION_NEWS_ASKED);
	}
	return &entry->session;
}

void gate_sessions_forget(struct gate *gate, const char *key, size_t key_len)
{
	tell(gate, session_table_take(&gate->sessions->table, key, key_len),
	     SESSION_NEWS_GONE);
}

void gate_sessions_tidy(struct gate *gate)
{
	static const int64_t idle_s[SESSION_KINDS] = {MAPI_IDLE_S,
						      OTHER_IDLE_S};
	struct session_entry *idle;
	size_t count = 0;

	while (count++ < FORGOTTEN_MAX &&
	       (idle = session_table_take_idle(&gate->sessions->table,
					       gate_store_s(gate), idle_s)))
		tell(gate, idle, SESSION_NEWS_GONE);
	gate_submitters_tidy(gate);
	gate_sessions_tell(gate);
}

int gate_sessions_want_list(const struct gate *gate)
{
	return gate->sessions->has_masters &&
	       uv_now(&gate->loop) - gate->sessions->listed_ms >= LIST_AGAIN_MS;
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
	return gate->sessions->table.open_mapi != 0;
}
