/* SPDX-License-Identifier: ISC */
/*
 * sessions.c - a table of sessions by key, the least used last
 *
 * Chains by hash and one list in order of use: tidying looks at the end of the
 * list only, and beyond the limit the one unused for longest goes. A MAPI
 * session that is forgotten is not lost: the client is sent back to Connect.
 */
#include "daemon/sessions.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>

#define BUCKETS 16384u
#define SESSIONS_MAX 200000u
#define MAPI_IDLE_S (15 * 60)
#define OTHER_IDLE_S (24 * 3600)

struct entry {
	struct entry *chain;
	struct entry *newer;
	struct entry *older;
	uint64_t hash;
	int64_t used_s;
	int64_t asked_s; /* when its door asked last */
	struct lg_session session;
	size_t key_len;
	char text[]; /* the key, then the texts */
};

struct gate_sessions {
	struct entry *bucket[BUCKETS];
	struct entry *newest;
	struct entry *oldest;
	size_t count;
	int began_locked; /* a lock was in force when the gate began */
};

enum lg_status gate_sessions_open(struct gate *gate, struct lg_error *err)
{
	gate->sessions = calloc(1, sizeof(*gate->sessions));
	if (!gate->sessions)
		return lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	gate->sessions->began_locked = gate_locked(gate);
	return LG_OK;
}

void gate_sessions_close(struct gate *gate)
{
	struct entry *entry;

	if (!gate->sessions)
		return;
	while ((entry = gate->sessions->newest)) {
		gate->sessions->newest = entry->older;
		free(entry);
	}
	free(gate->sessions);
	gate->sessions = NULL;
}

static void unlink_entry(struct gate_sessions *sessions, struct entry *entry)
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

static void link_newest(struct gate_sessions *sessions, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = sessions->newest;
	if (sessions->newest)
		sessions->newest->newer = entry;
	else
		sessions->oldest = entry;
	sessions->newest = entry;
}

static struct entry **place_of(struct gate_sessions *sessions, uint64_t hash,
			       const char *key, size_t key_len)
{
	struct entry **at = &sessions->bucket[hash % BUCKETS];

	while (*at && ((*at)->hash != hash || (*at)->key_len != key_len ||
		       memcmp((*at)->text, key, key_len)))
		at = &(*at)->chain;
	return at;
}

static void drop(struct gate_sessions *sessions, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->chain;
	unlink_entry(sessions, entry);
	sessions->count--;
	free(entry);
}

static void drop_oldest(struct gate_sessions *sessions)
{
	struct entry *entry = sessions->oldest;

	drop(sessions,
	     place_of(sessions, entry->hash, entry->text, entry->key_len));
}

void gate_sessions_note(struct gate *gate, const char *key, size_t key_len,
			const struct lg_session *session)
{
	struct gate_sessions *sessions = gate->sessions;
	uint64_t hash = lg_dn_hash(key, key_len);
	struct entry **at = place_of(sessions, hash, key, key_len);
	const char *const from[] = {
		session->id,      session->door,   session->user,   session->dn,
		session->process, session->client, session->address};
	size_t size = sizeof(struct entry) + key_len + 1;
	struct entry *entry;
	char *text;
	size_t i;

	for (i = 0; i < 7; i++)
		size += from[i] ? strlen(from[i]) + 1 : 0;
	entry = calloc(1, size);
	if (!entry)
		return;
	memcpy(entry->text, key, key_len);
	entry->key_len = key_len;
	entry->hash = hash;
	entry->used_s = gate_store_s(gate);
	entry->asked_s = entry->used_s;
	entry->session = *session;
	text = entry->text + key_len + 1;
	{
		const char **const to[] = {
			&entry->session.id,      &entry->session.door,
			&entry->session.user,    &entry->session.dn,
			&entry->session.process, &entry->session.client,
			&entry->session.address};

		for (i = 0; i < 7; i++) {
			if (!from[i])
				continue;
			memcpy(text, from[i], strlen(from[i]) + 1);
			*to[i] = text;
			text += strlen(text) + 1;
		}
	}
	if (*at) {
		/* The same session goes on: it began when it began. */
		if ((*at)->session.since_s)
			entry->session.since_s = (*at)->session.since_s;
		drop(sessions, at);
		at = place_of(sessions, hash, key, key_len);
	} else if (sessions->count >= SESSIONS_MAX) {
		drop_oldest(sessions);
		at = place_of(sessions, hash, key, key_len);
	}
	*at = entry;
	link_newest(sessions, entry);
	sessions->count++;
}

static struct entry *find_used(struct gate *gate, const char *key,
			       size_t key_len)
{
	struct entry *entry = *place_of(gate->sessions,
					lg_dn_hash(key, key_len), key, key_len);

	if (!entry)
		return NULL;
	entry->used_s = gate_store_s(gate);
	unlink_entry(gate->sessions, entry);
	link_newest(gate->sessions, entry);
	return entry;
}

const struct lg_session *gate_sessions_find(struct gate *gate, const char *key,
					    size_t key_len)
{
	struct entry *entry = find_used(gate, key, key_len);

	if (!entry)
		return NULL;
	entry->asked_s = entry->used_s;
	return &entry->session;
}

void gate_sessions_forget(struct gate *gate, const char *key, size_t key_len)
{
	struct entry **at = place_of(gate->sessions, lg_dn_hash(key, key_len),
				     key, key_len);

	if (*at)
		drop(gate->sessions, at);
}

static int is_mapi(const struct entry *entry)
{
	return entry->key_len > 3 && !memcmp(entry->text, "ci:", 3);
}

void gate_sessions_tidy(struct gate *gate)
{
	struct gate_sessions *sessions = gate->sessions;
	int64_t now_s = gate_store_s(gate);
	struct entry *entry = sessions->oldest;

	while (entry && now_s - entry->used_s > MAPI_IDLE_S) {
		struct entry *newer = entry->newer;

		if (is_mapi(entry) || now_s - entry->used_s > OTHER_IDLE_S)
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

static enum lg_status keep(struct lg_session_list *list, const char *text,
			   const char **out_text, struct lg_error *err)
{
	enum lg_status status;

	if (!text || *out_text)
		return LG_OK;
	status = lg_strlist_add(&list->arena, text, strlen(text), err);
	if (!status)
		*out_text = list->arena.item[list->arena.count - 1];
	return status;
}

static enum lg_status key_of(const struct lg_session *session,
			     struct lg_buffer *out_key, struct lg_error *err)
{
	if (session->door && !strcmp(session->door, "dovecot"))
		gate_sessions_dovecot_key(session->protocol, session->user,
					  session->address, out_key);
	else
		lg_buffer_format(out_key, "src:%s",
				 session->address ? session->address : "");
	return lg_buffer_status(out_key, err);
}

static enum lg_status fill(const struct lg_session *known,
			   struct lg_session_list *list,
			   struct lg_session *session, struct lg_error *err)
{
	enum lg_status status;

	if ((status = keep(list, known->user, &session->user, err)) ||
	    (status = keep(list, known->dn, &session->dn, err)) ||
	    (status = keep(list, known->client, &session->client, err)) ||
	    (status = keep(list, known->process, &session->process, err)))
		return status;
	if (!session->since_s)
		session->since_s = known->since_s;
	if (session->version.known == LG_VERSION_UNKNOWN)
		session->version = known->version;
	if (session->protocol == LG_PROTOCOL_UNKNOWN)
		session->protocol = known->protocol;
	return LG_OK;
}

static int is_haproxys(const struct lg_session *session)
{
	return session->door && !strcmp(session->door, "haproxy");
}

/*
 * Whether a session of HAProxy is one that this gate was asked about since it
 * began: an address and port that are used again, or at another frontend, are
 * somebody else's. Ages are whole seconds, and since_s is the earliest.
 */
static int was_asked(struct gate *gate, const struct entry *entry,
		     const struct lg_session *session)
{
	int64_t age_s = gate_now_s(gate) - session->since_s;

	return !session->since_s ||
	       entry->asked_s + 1 >= gate_store_s(gate) - age_s;
}

/*
 * Whether a session of HAProxy that the gate does not know is the gate's all
 * the same: it is of a frontend that the settings name, and it cannot have been
 * admitted by the gate that ran before this one.
 */
static int is_of_mail(struct gate *gate, const struct lg_session *session)
{
	if (!gate->settings->haproxy_frontends.count)
		return 0;
	return !gate->sessions->began_locked ||
	       session->since_s > gate->started_s;
}

enum lg_status gate_sessions_fill(struct gate *gate,
				  struct lg_session_list *list,
				  struct lg_error *err)
{
	struct lg_buffer key = {0};
	enum lg_status status = LG_OK;
	size_t kept = 0;
	size_t i;

	for (i = 0; !status && i < list->count; i++) {
		struct lg_session session = list->session[i];
		struct entry *entry;

		lg_buffer_clear(&key);
		status = key_of(&session, &key, err);
		if (status)
			break;
		entry = find_used(gate, key.data, key.len);
		if (entry && is_haproxys(&session) &&
		    !was_asked(gate, entry, &session))
			entry = NULL;
		if (!entry && is_haproxys(&session) &&
		    !is_of_mail(gate, &session))
			continue;
		if (entry)
			status = fill(&entry->session, list, &session, err);
		list->session[kept++] = session;
	}
	lg_buffer_release(&key);
	if (!status)
		list->count = kept;
	return status;
}

enum lg_status gate_sessions_add_mapi(struct gate *gate,
				      struct lg_session_list *list,
				      struct lg_error *err)
{
	const struct entry *entry;
	enum lg_status status = LG_OK;

	for (entry = gate->sessions->newest; !status && entry;
	     entry = entry->older)
		if (is_mapi(entry))
			status =
				lg_session_list_add(list, &entry->session, err);
	return status;
}
