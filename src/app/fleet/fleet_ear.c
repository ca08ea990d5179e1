/* SPDX-License-Identifier: ISC */
/*
 * An entry is worth nothing until its signature is that of a known key over
 * this base; only then is its body read. What was believed once stays: the
 * directory can add to it and never take from it.
 */
#include "app/fleet/fleet_ear.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet/fleet_kept.h"
#include "base/base64.h"

static void trouble(struct lg_fleet_ear *ear, enum lg_fleet_code code,
		    const struct lg_fleet_entry *entry, const char *text)
{
	if (!ear->beside)
		lg_fleet_set_trouble(ear->set, code, &entry->id, &entry->cn,
				     text);
}

static int is_text(const struct lg_fleet_text *text, const char *right)
{
	return text->bytes && text->len == strlen(right) &&
	       !memcmp(text->bytes, right, text->len);
}

/* The attributes beside the body say what it says. */
static int agrees(const struct lg_fleet_entry *entry,
		  const struct lg_fleet_event *event)
{
	struct lg_buffer name = {0};
	char number[24];
	int same;

	snprintf(number, sizeof(number), "%lld", (long long)event->number);
	lg_fleet_event_name(event, &name);
	same = name.status == LG_OK && is_text(&entry->cn, name.data) &&
	       is_text(&entry->lock, event->lock) &&
	       is_text(&entry->number, number) &&
	       is_text(&entry->key, event->key);
	lg_buffer_release(&name);
	return same;
}

static enum lg_status verify(struct lg_fleet_ear *ear,
			     const struct lg_fleet_entry *entry,
			     const struct lg_fleet_key *key, const char *base,
			     struct lg_error *err)
{
	unsigned char by[LG_FLEET_SIGNATURE_SIZE];
	struct lg_buffer bytes = {0};
	enum lg_status status;

	if (!lg_base64_decode(entry->signature.bytes, entry->signature.len, by,
			      sizeof(by)))
		return lg_error_set(err, LG_ERR_DENIED, NULL,
				    "the signature is not 64 bytes in base64");
	lg_fleet_signed_bytes(base, entry->body.bytes, entry->body.len, &bytes);
	status = lg_buffer_status(&bytes, err);
	if (status == LG_OK)
		status = ear->signature->verify(ear->signature->self,
						key->public_key, bytes.data,
						bytes.len, by, err);
	lg_buffer_release(&bytes);
	return status;
}

/* A good signature, over the base that the body names and not ours. */
static int is_of_other_base(struct lg_fleet_ear *ear,
			    const struct lg_fleet_entry *entry,
			    const struct lg_fleet_key *key,
			    enum lg_fleet_kind kind)
{
	struct lg_fleet_event *event = NULL;
	int other = 0;

	if (lg_fleet_event_parse(kind, entry->body.bytes, entry->body.len,
				 &event, NULL) != LG_OK)
		return 0;
	if (strcmp(event->base, ear->base) != 0)
		other = verify(ear, entry, key, event->base, NULL) == LG_OK;
	lg_fleet_event_free(&event);
	return other;
}

/* LG_OK and NULL: it is not believed, which was told. */
static enum lg_status read_entry(struct lg_fleet_ear *ear,
				 const struct lg_fleet_entry *entry,
				 struct lg_fleet_event **out_event,
				 struct lg_error *err)
{
	enum lg_fleet_kind kind = LG_FLEET_PREPARE;
	const struct lg_fleet_key *key;
	struct lg_error why = {0};
	enum lg_status status;

	key = lg_fleet_keys_find(ear->keys, entry->key.bytes, entry->key.len);
	if (!key) {
		trouble(ear, LG_FLEET_BAD_SIGNATURE, entry,
			"signed with a key that verify_keys does not name, or "
			"that was revoked");
		return LG_OK;
	}
	if (!entry->kind.bytes ||
	    !lg_fleet_kind_from_name(entry->kind.bytes, entry->kind.len,
				     &kind)) {
		trouble(ear, LG_FLEET_UNREADABLE, entry,
			"of a kind that is not known; is this gate older than "
			"the others?");
		return LG_OK;
	}
	status = verify(ear, entry, key, ear->base, &why);
	if (status == LG_ERR_DENIED) {
		if (is_of_other_base(ear, entry, key, kind))
			trouble(ear, LG_FLEET_REPLAYED, entry,
				"signed for another base");
		else
			trouble(ear, LG_FLEET_BAD_SIGNATURE, entry, why.text);
		return LG_OK;
	}
	if (status == LG_OK)
		status = lg_fleet_event_parse(kind, entry->body.bytes,
					      entry->body.len, out_event, &why);
	if (status == LG_ERR_NO_MEMORY || status == LG_ERR_BUG)
		return lg_error_set(err, status, NULL, "%s", why.text);
	if (status != LG_OK) {
		trouble(ear, LG_FLEET_UNREADABLE, entry, why.text);
	} else if (strcmp((*out_event)->base, ear->base) != 0) {
		lg_fleet_event_free(out_event);
		trouble(ear, LG_FLEET_REPLAYED, entry,
			"signed for another base");
	} else if (!agrees(entry, *out_event)) {
		lg_fleet_event_free(out_event);
		trouble(ear, LG_FLEET_REPLAYED, entry,
			"what is signed belongs in another entry");
	}
	return LG_OK;
}

/* A full disk does not keep a key from being revoked: what is not kept is
 * heard again after a start. */
static void learn(struct lg_fleet_ear *ear, const struct lg_fleet_entry *entry,
		  const struct lg_fleet_event *event)
{
	struct lg_error why = {0};
	int changed = 0;

	if (lg_fleet_keys_learn(ear->keys, event, &changed, &why) != LG_OK) {
		trouble(ear, LG_FLEET_REPLAYED, entry, why.text);
	} else if (changed) {
		ear->learned = 1;
		lg_fleet_kept_write_keys(ear);
	}
}

/* What is wrong with an entry before anybody verifies it; NULL: nothing. */
static const char *find_fault(const struct lg_fleet_entry *entry)
{
	switch (entry->fault) {
	case LG_FLEET_FAULT_NONE:
		break;
	case LG_FLEET_FAULT_TOO_LONG:
		return "longer than an entry of the fleet may be";
	case LG_FLEET_FAULT_MANY:
		return "an attribute has several values";
	}
	if (!entry->body.bytes)
		return "without logongateBody";
	return NULL;
}

static int64_t now_ms(const struct lg_fleet_ear *ear)
{
	return lg_clock_now(ear->clock).wall_ms;
}

static enum lg_status hear_entry(struct lg_fleet_ear *ear,
				 const struct lg_fleet_entry *entry,
				 struct lg_error *err)
{
	const char *fault = find_fault(entry);
	struct lg_fleet_event *event = NULL;
	struct lg_error why = {0};
	enum lg_status status;
	int is_new = 0;

	if (fault) {
		trouble(ear, LG_FLEET_UNREADABLE, entry, fault);
		return LG_OK;
	}
	if (!entry->signature.bytes || !entry->key.bytes) {
		trouble(ear, LG_FLEET_UNSIGNED, entry,
			"nobody signed it; it counts for nothing");
		return LG_OK;
	}
	if (lg_fleet_set_knows(ear->set, &entry->id, &entry->body,
			       &entry->signature))
		return LG_OK;
	status = read_entry(ear, entry, &event, err);
	if (status != LG_OK || !event)
		return status;
	if (event->kind == LG_FLEET_KEY)
		learn(ear, entry, event);
	lg_fleet_kept_make_room(ear, entry->body.len, now_ms(ear) / 1000);
	status = lg_fleet_set_add(ear->set, &entry->id, &event, &entry->body,
				  &entry->signature, &is_new, &why);
	if (status == LG_ERR_CONFLICT || status == LG_ERR_LIMIT) {
		trouble(ear,
			status == LG_ERR_LIMIT ? LG_FLEET_UNREADABLE
					       : LG_FLEET_REPLAYED,
			entry, why.text);
		return LG_OK;
	}
	if (status != LG_OK)
		return lg_error_set(err, status, NULL, "%s", why.text);
	if (is_new) {
		ear->changed = 1;
		/* A full disk keeps no lock from being in force, nor lifted:
		 * what is not kept is heard again after a start. */
		lg_fleet_kept_write(ear, entry);
	}
	return LG_OK;
}

static const struct lg_fleet_id no_entry = {{0xff}};

static void lose(struct lg_fleet_ear *ear, const struct lg_error *why)
{
	const struct lg_fleet_entry entry = {.id = no_entry};

	ear->connected = 0;
	ear->lost = 1;
	trouble(ear, LG_FLEET_CUT_OFF, &entry, why->text);
}

/* How often an entry was not believed. */
static uint64_t rejected(const struct lg_fleet_ear *ear)
{
	uint64_t count = 0;

	for (int code = 0; code < LG_FLEET_CODE_COUNT; code++)
		count += ear->set->rejected[code];
	return count;
}

static enum lg_status hear_some(struct lg_fleet_ear *ear,
				const struct lg_fleet_entry *entry,
				struct lg_error *err)
{
	enum lg_status status = hear_entry(ear, entry, err);

	if (status != LG_OK || !ear->junk_max ||
	    rejected(ear) < ear->junk_before + ear->junk_max)
		return status;
	ear->is_cut = 1;
	return lg_error_set(err, LG_ERR_LIMIT, NULL,
			    "more than %llu entries there are not believed",
			    (unsigned long long)ear->junk_max);
}

static enum lg_status hear(void *context, const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	struct lg_fleet_ear *ear = context;
	int64_t now_s = now_ms(ear) / 1000;

	ear->signs += news->kind != LG_FLEET_NEWS_LOST;
	switch (news->kind) {
	case LG_FLEET_NEWS_CONNECTED:
		ear->connected = 1;
		ear->lost = 0;
		snprintf(ear->uri, sizeof(ear->uri), "%s", news->uri);
		lg_fleet_set_look(ear->set);
		break;
	case LG_FLEET_NEWS_LOST:
		lose(ear, news->why);
		break;
	case LG_FLEET_NEWS_ENTRY:
		return hear_some(ear, news->entry, err);
	case LG_FLEET_NEWS_VANISHED:
		lg_fleet_set_vanished(ear->set, news->id, now_s);
		lg_fleet_kept_tidy(ear, now_s);
		break;
	case LG_FLEET_NEWS_PRESENT:
		lg_fleet_set_present(ear->set, news->id);
		break;
	case LG_FLEET_NEWS_REFRESHED:
		ear->whole = 1;
		lg_fleet_set_no_trouble(ear->set, &no_entry);
		if (news->refresh == LG_FLEET_REFRESH_WHOLE)
			lg_fleet_set_looked(ear->set, now_s);
		lg_fleet_kept_tidy(ear, now_s);
		ear->heard_ms = now_ms(ear);
		break;
	case LG_FLEET_NEWS_HEARD:
		ear->heard_ms = now_ms(ear);
		break;
	case LG_FLEET_NEWS_LATE:
		ear->late = 1;
		break;
	case LG_FLEET_NEWS_GATE:
		break;
	}
	return LG_OK;
}

struct lg_fleet_sink lg_fleet_ear_sink(struct lg_fleet_ear *ear)
{
	return (struct lg_fleet_sink){
		.context = ear, .hears = ~LG_FLEET_HEARS(GATE), .tell = hear};
}

enum lg_status lg_fleet_ear_beside(struct lg_fleet_ear *ear,
				   const struct lg_fleet_entry *entry,
				   struct lg_error *err)
{
	enum lg_status status;

	if (entry->body.bytes && lg_fleet_set_has(ear->set, &entry->body))
		return LG_OK;
	ear->beside = 1;
	status = hear_entry(ear, entry, err);
	ear->beside = 0;
	return status;
}

enum lg_status lg_fleet_ear_ask(struct lg_fleet_ear *ear,
				const struct lg_fleet *fleet, const char *lock,
				struct lg_error *err)
{
	struct lg_fleet_sink sink = lg_fleet_ear_sink(ear);
	enum lg_status status;
	int is_cut = 0;

	do {
		ear->is_cut = 0;
		ear->learned = 0;
		ear->junk_before = rejected(ear);
		status = fleet->events(fleet->self, lock, &sink, err);
		if (ear->is_cut)
			status = LG_OK;
		is_cut |= ear->is_cut;
	} while (status == LG_OK && ear->learned);
	ear->is_cut = is_cut;
	return status;
}

enum lg_status lg_fleet_ear_open(struct lg_fleet_ear *ear, const char *base,
				 const struct lg_fleet_keys *keys,
				 const struct lg_signature *signature,
				 const struct lg_files *files,
				 const struct lg_clock *clock,
				 struct lg_error *err)
{
	struct lg_buffer normal = {0};
	enum lg_status status;

	*ear = (struct lg_fleet_ear){
		.signature = signature, .files = files, .clock = clock};
	status = lg_fleet_base_normalize(base, &normal, err);
	if (status == LG_OK)
		status = lg_buffer_take(&normal, &ear->base, err);
	if (status == LG_OK)
		status = lg_fleet_set_new(&ear->set, err);
	if (status == LG_OK && !(ear->keys = malloc(sizeof(*ear->keys))))
		status = lg_no_memory(err);
	if (status == LG_OK) {
		*ear->keys = *keys;
		status = lg_fleet_kept_read(ear, err);
	}
	lg_buffer_release(&normal);
	if (status != LG_OK)
		lg_fleet_ear_close(ear);
	return status;
}

void lg_fleet_ear_close(struct lg_fleet_ear *ear)
{
	lg_fleet_set_free(&ear->set);
	free(ear->keys);
	free(ear->base);
	*ear = (struct lg_fleet_ear){0};
}
