/* SPDX-License-Identifier: ISC */
/*
 * session_table.c - chains by hash, and for each kind a list in order of use
 *
 * So forgetting looks at the ends of the lists only, whatever the number.
 */
#include "daemon/sessions/session_table.h"

#include <stdlib.h>
#include <string.h>

#include <logongate/dn.h>
#include "base/kept.h"

#define SESSIONS_MAX 200000u
#define BYTES_MAX (48u << 20)
#define TEXTS 8

static int begins(const struct session_entry *entry, const char *head)
{
	size_t len = strlen(head);

	return entry->key_len > len && !memcmp(entry->text, head, len);
}

int session_entry_is_open_mapi(const struct session_entry *entry)
{
	return entry->state == SESSION_OPEN && begins(entry, "mapi:");
}

int session_entry_is_dovecots(const struct session_entry *entry)
{
	return begins(entry, "dovecot:");
}

static void texts_of(struct lg_session *session, const char **out_text[TEXTS])
{
	const char **const text[TEXTS] = {&session->id,     &session->door,
					  &session->user,   &session->master,
					  &session->dn,     &session->process,
					  &session->client, &session->address};

	memcpy(out_text, text, sizeof(text));
}

struct session_entry *session_entry_new(const char *key, size_t key_len,
					const struct lg_session *session,
					int64_t now_s)
{
	size_t size = sizeof(struct session_entry) + key_len + 1;
	struct lg_session copy = {0};
	struct session_entry *entry;
	const char **text[TEXTS];
	char *at;

	if (session)
		copy = *session;
	texts_of(&copy, text);
	for (size_t i = 0; i < TEXTS; i++)
		size += *text[i] ? lg_kept_text_len(*text[i]) + 1 : 0;
	entry = calloc(1, size);
	if (!entry)
		return NULL;
	memcpy(entry->text, key, key_len);
	at = entry->text + key_len + 1;
	for (size_t i = 0; i < TEXTS; i++) {
		size_t len = lg_kept_text_len(*text[i]);

		if (!*text[i])
			continue;
		memcpy(at, *text[i], len);
		*text[i] = at;
		at += len + 1;
	}
	entry->session = copy;
	entry->size = size;
	entry->key_len = key_len;
	entry->hash = lg_dn_hash(key, key_len);
	entry->used_s = now_s;
	entry->asked_s = now_s;
	return entry;
}

void session_entry_free(struct session_entry *entry)
{
	if (!entry)
		return;
	gate_openers_free(&entry->openers);
	free(entry);
}

static struct session_queue *queue_of(struct session_table *table,
				      const struct session_entry *entry)
{
	return &table->queue[session_entry_is_open_mapi(entry)
				     ? SESSION_KIND_MAPI
				     : SESSION_KIND_OTHER];
}

static void unlink_entry(struct session_table *table,
			 struct session_entry *entry)
{
	struct session_queue *queue = queue_of(table, entry);

	if (entry->newer)
		entry->newer->older = entry->older;
	else
		queue->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		queue->oldest = entry->newer;
}

static void link_newest(struct session_table *table,
			struct session_entry *entry)
{
	struct session_queue *queue = queue_of(table, entry);

	entry->newer = NULL;
	entry->older = queue->newest;
	if (queue->newest)
		queue->newest->newer = entry;
	else
		queue->oldest = entry;
	queue->newest = entry;
}

static struct session_entry **place_of(struct session_table *table,
				       uint64_t hash, const char *key,
				       size_t key_len)
{
	struct session_entry **at = &table->bucket[hash % SESSION_BUCKETS];

	while (*at && ((*at)->hash != hash || (*at)->key_len != key_len ||
		       memcmp((*at)->text, key, key_len)))
		at = &(*at)->chain;
	return at;
}

static struct session_entry *take(struct session_table *table,
				  struct session_entry **at)
{
	struct session_entry *entry = *at;

	if (!entry)
		return NULL;
	*at = entry->chain;
	entry->chain = NULL;
	unlink_entry(table, entry);
	table->open_mapi -= session_entry_is_open_mapi(entry) != 0;
	table->count--;
	table->bytes -= entry->size;
	return entry;
}

struct session_entry *session_table_find(struct session_table *table,
					 const char *key, size_t key_len,
					 int64_t now_s)
{
	struct session_entry *entry =
		*place_of(table, lg_dn_hash(key, key_len), key, key_len);

	if (!entry)
		return NULL;
	entry->used_s = now_s;
	unlink_entry(table, entry);
	link_newest(table, entry);
	return entry;
}

struct session_entry *session_table_put(struct session_table *table,
					struct session_entry *entry)
{
	struct session_entry *before =
		session_table_take(table, entry->text, entry->key_len);
	struct session_entry **bucket =
		&table->bucket[entry->hash % SESSION_BUCKETS];

	entry->chain = *bucket;
	*bucket = entry;
	link_newest(table, entry);
	table->open_mapi += session_entry_is_open_mapi(entry) != 0;
	table->count++;
	table->bytes += entry->size;
	return before;
}

struct session_entry *session_table_take(struct session_table *table,
					 const char *key, size_t key_len)
{
	return take(table,
		    place_of(table, lg_dn_hash(key, key_len), key, key_len));
}

static struct session_entry *take_entry(struct session_table *table,
					const struct session_entry *entry)
{
	return take(table,
		    place_of(table, entry->hash, entry->text, entry->key_len));
}

struct session_entry *session_table_take_surplus(struct session_table *table,
						 size_t size)
{
	const struct session_entry *oldest = NULL;

	if (table->count < SESSIONS_MAX && table->bytes + size <= BYTES_MAX)
		return NULL;
	for (int kind = 0; kind < SESSION_KINDS; kind++) {
		const struct session_entry *one = table->queue[kind].oldest;

		if (one && (!oldest || one->used_s < oldest->used_s))
			oldest = one;
	}
	return oldest ? take_entry(table, oldest) : NULL;
}

struct session_entry *
session_table_take_idle(struct session_table *table, int64_t now_s,
			const int64_t idle_s[SESSION_KINDS])
{
	for (int kind = 0; kind < SESSION_KINDS; kind++) {
		const struct session_entry *one = table->queue[kind].oldest;

		if (one && now_s - one->used_s > idle_s[kind])
			return take_entry(table, one);
	}
	return NULL;
}

void session_table_set_state(struct session_table *table,
			     struct session_entry *entry,
			     enum session_state state)
{
	table->open_mapi -= session_entry_is_open_mapi(entry) != 0;
	unlink_entry(table, entry);
	entry->state = state;
	link_newest(table, entry);
	table->open_mapi += session_entry_is_open_mapi(entry) != 0;
}

void session_table_release(struct session_table *table)
{
	for (int kind = 0; kind < SESSION_KINDS; kind++) {
		struct session_entry *entry = table->queue[kind].newest;

		while (entry) {
			struct session_entry *older = entry->older;

			session_entry_free(entry);
			entry = older;
		}
	}
	memset(table, 0, sizeof(*table));
}
