/* SPDX-License-Identifier: ISC */
#include "contract/fleet_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct memory_directory *memory_new(const struct lg_clock *clock)
{
	struct memory_directory *directory = calloc(1, sizeof(*directory));

	directory->clock = clock;
	return directory;
}

static void free_texts(struct memory_entry *entry)
{
	free(entry->cn);
	free(entry->lock);
	free(entry->number);
	free(entry->kind);
	free(entry->body);
	free(entry->key);
	free(entry->signature);
}

void memory_free(struct memory_directory *directory)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		free_texts(&directory->entry[i]);
	free(directory);
}

struct memory_entry *memory_find(struct memory_directory *directory, int gate,
				 const char *cn)
{
	size_t i;

	for (i = 0; i < directory->count; i++)
		if (!directory->entry[i].gone &&
		    directory->entry[i].gate == gate &&
		    !strcmp(directory->entry[i].cn, cn))
			return &directory->entry[i];
	return NULL;
}

static int64_t now_ms(const struct memory_directory *directory)
{
	struct lg_now now;

	directory->clock->now(directory->clock->self, &now);
	return now.wall_ms;
}

static void touch(struct memory_directory *directory,
		  struct memory_entry *entry)
{
	entry->serial = ++directory->serial;
	entry->modified_ms = now_ms(directory);
}

static struct memory_entry *add(struct memory_directory *directory, int gate)
{
	struct memory_entry *entry = &directory->entry[directory->count++];

	if (directory->count > MEMORY_ENTRIES_MAX)
		abort();
	memcpy(entry->id.byte, &directory->count, sizeof(directory->count));
	entry->id.byte[sizeof(entry->id.byte) - 1] = directory->tag;
	entry->gate = gate;
	touch(directory, entry);
	return entry;
}

static char *copy(struct lg_fleet_text text)
{
	return text.bytes ? strndup(text.bytes, text.len) : NULL;
}

struct memory_entry *memory_put(struct memory_directory *directory,
				const struct lg_fleet_entry *entry)
{
	struct memory_entry *put = add(directory, 0);

	put->cn = copy(entry->cn);
	put->lock = copy(entry->lock);
	put->number = copy(entry->number);
	put->kind = copy(entry->kind);
	put->body = copy(entry->body);
	put->key = copy(entry->key);
	put->signature = copy(entry->signature);
	return put;
}

void memory_join(struct memory_directory *directory, const char *name)
{
	add(directory, 1)->cn = strdup(name);
}

int memory_forget(struct memory_directory *directory, const char *cn)
{
	struct memory_entry *entry = memory_find(directory, 0, cn);

	if (!entry)
		return 0;
	entry->gone = 1;
	touch(directory, entry);
	return 1;
}

static struct lg_fleet_text text_of(const char *text)
{
	return (struct lg_fleet_text){text, text ? strlen(text) : 0};
}

struct lg_fleet_entry memory_event(const struct memory_entry *entry)
{
	return (struct lg_fleet_entry){.id = entry->id,
				       .cn = text_of(entry->cn),
				       .lock = text_of(entry->lock),
				       .number = text_of(entry->number),
				       .kind = text_of(entry->kind),
				       .body = text_of(entry->body),
				       .key = text_of(entry->key),
				       .signature = text_of(entry->signature)};
}

static enum lg_status tell(const struct memory_entry *entry,
			   const struct lg_fleet_sink *sink,
			   struct lg_error *err)
{
	const struct lg_fleet_gate_entry gate = {.id = entry->id,
						 .name = text_of(entry->cn),
						 .report = text_of(entry->body),
						 .modified_ms =
							 entry->modified_ms};
	const struct lg_fleet_entry event = memory_event(entry);
	const struct lg_fleet_news news = {
		.kind = entry->gate ? LG_FLEET_NEWS_GATE : LG_FLEET_NEWS_ENTRY,
		.entry = &event,
		.gate = &gate};

	return lg_fleet_tell(sink, &news, err);
}

static int follows(const struct memory_link *link,
		   const struct memory_entry *entry)
{
	return !!(link->branches &
		  (entry->gate ? LG_FLEET_GATES : LG_FLEET_LOCKS));
}

static enum lg_status refuse(struct lg_error *err, enum lg_status status)
{
	return lg_error_set(err, status, "memory", "no answer");
}

/* A look at everything, as after a present phase. */
static enum lg_status connect(struct memory_link *link,
			      const struct lg_fleet_sink *sink,
			      struct lg_error *err)
{
	struct memory_directory *directory = link->directory;
	enum lg_status status = LG_OK;
	size_t i;

	link->connected = 1;
	link->told_lost = 0;
	link->serial = directory->serial;
	status = lg_fleet_tell(
		sink,
		&(struct lg_fleet_news){.kind = LG_FLEET_NEWS_CONNECTED,
					.uri = "memory:"},
		err);
	for (i = 0; i < directory->count && status == LG_OK; i++) {
		if (directory->entry[i].gone ||
		    !follows(link, &directory->entry[i]))
			continue;
		if (link->short_look) {
			link->short_look--;
			continue;
		}
		status = tell(&directory->entry[i], sink, err);
	}
	link->short_look = 0;
	if (status == LG_OK)
		status = lg_fleet_tell(
			sink,
			&(struct lg_fleet_news){.kind = LG_FLEET_NEWS_REFRESHED,
						.refresh =
							LG_FLEET_REFRESH_WHOLE},
			err);
	/* What was not taken is told again. */
	link->connected = status == LG_OK;
	return status;
}

static enum lg_status tell_changes(struct memory_link *link,
				   const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	struct memory_directory *directory = link->directory;
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; i < directory->count && status == LG_OK; i++) {
		const struct memory_entry *entry = &directory->entry[i];

		if (entry->serial <= link->serial || !follows(link, entry))
			continue;
		if (!entry->gone)
			status = tell(entry, sink, err);
		else
			status = lg_fleet_tell(
				sink,
				&(struct lg_fleet_news){
					.kind = LG_FLEET_NEWS_VANISHED,
					.id = &entry->id},
				err);
	}
	if (status == LG_OK)
		link->serial = directory->serial;
	if (status == LG_OK)
		status = lg_fleet_tell(
			sink,
			&(struct lg_fleet_news){.kind = LG_FLEET_NEWS_HEARD},
			err);
	return status;
}

static enum lg_status poll_once(struct memory_link *link,
				const struct lg_fleet_sink *sink,
				struct lg_error *err)
{
	struct lg_error why = {0};

	if (link->still)
		return LG_OK;
	if (!link->away)
		return link->connected ? tell_changes(link, sink, err)
				       : connect(link, sink, err);
	link->connected = 0;
	if (link->told_lost || !(sink->hears & LG_FLEET_HEARS(LOST)))
		return LG_OK;
	link->told_lost = 1;
	refuse(&why, LG_ERR_DIRECTORY);
	return lg_fleet_tell(sink,
			     &(struct lg_fleet_news){.kind = LG_FLEET_NEWS_LOST,
						     .why = &why},
			     err);
}

static enum lg_status memory_poll(void *self, unsigned int timeout_ms,
				  const struct lg_fleet_sink *sink,
				  struct lg_error *err)
{
	struct memory_link *link = self;
	unsigned long serial = link->serial;
	int connected = link->connected;
	enum lg_status status = poll_once(link, sink, err);

	if (status == LG_OK && timeout_ms && !link->interrupted &&
	    serial == link->serial && connected == link->connected &&
	    link->directory->pass) {
		link->directory->pass(link->directory->context, timeout_ms);
		status = poll_once(link, sink, err);
	}
	link->interrupted = 0;
	return status;
}

static enum lg_status find_fault(const struct memory_link *link,
				 struct lg_error *err)
{
	if (link->fails != LG_OK)
		return refuse(err, link->fails);
	if (link->still)
		return refuse(err, LG_ERR_TIMEOUT);
	return link->away ? refuse(err, LG_ERR_DIRECTORY) : LG_OK;
}

static enum lg_status memory_events(void *self, const char *lock,
				    const struct lg_fleet_sink *sink,
				    struct lg_error *err)
{
	struct memory_link *link = self;
	struct memory_directory *directory = link->directory;
	enum lg_status status = find_fault(link, err);
	size_t i;

	for (i = 0; i < directory->count && status == LG_OK; i++) {
		const struct memory_entry *entry = &directory->entry[i];

		if (!entry->gate && !entry->gone &&
		    (!lock || (entry->lock && !strcmp(entry->lock, lock))))
			status = tell(entry, sink, err);
	}
	return status;
}

static enum lg_status memory_gates(void *self, const struct lg_fleet_sink *sink,
				   struct lg_error *err)
{
	struct memory_link *link = self;
	struct memory_directory *directory = link->directory;
	enum lg_status status = find_fault(link, err);
	size_t i;

	for (i = 0; i < directory->count && status == LG_OK; i++)
		if (directory->entry[i].gate && !directory->entry[i].gone)
			status = tell(&directory->entry[i], sink, err);
	return status;
}

static int is_too_long(const struct lg_fleet_entry *entry)
{
	return entry->body.len > LG_FLEET_BODY_MAX ||
	       entry->cn.len > LG_FLEET_TEXT_MAX ||
	       entry->lock.len > LG_FLEET_TEXT_MAX ||
	       entry->number.len > LG_FLEET_TEXT_MAX ||
	       entry->kind.len > LG_FLEET_TEXT_MAX ||
	       entry->key.len > LG_FLEET_TEXT_MAX ||
	       entry->signature.len > LG_FLEET_TEXT_MAX;
}

static enum lg_status memory_publish(void *self,
				     const struct lg_fleet_entry *entry,
				     struct lg_error *err)
{
	struct memory_link *link = self;
	enum lg_status status = find_fault(link, err);
	struct memory_entry *old;
	char *cn;

	if (status != LG_OK)
		return status;
	if (is_too_long(entry))
		return lg_error_set(err, LG_ERR_LIMIT, "memory", "too long");
	cn = copy(entry->cn);
	old = memory_find(link->directory, 0, cn);
	free(cn);
	if (!old) {
		memory_put(link->directory, entry);
		return LG_OK;
	}
	if (old->body && strlen(old->body) == entry->body.len &&
	    !memcmp(old->body, entry->body.bytes, entry->body.len))
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, "memory",
			    "another entry has that name");
}

static enum lg_status memory_report(void *self, const char *name,
				    const char *report, size_t len,
				    unsigned int patience_ms,
				    struct lg_error *err)
{
	struct memory_link *link = self;
	enum lg_status status = find_fault(link, err);
	struct memory_entry *entry;

	if (status != LG_OK)
		return status;
	if (len > LG_FLEET_REPORT_MAX)
		return lg_error_set(err, LG_ERR_LIMIT, "memory", "too long");
	entry = memory_find(link->directory, 1, name);
	if (!entry)
		return lg_error_set(err, LG_ERR_UNKNOWN_KEY, "memory",
				    "no such gate");
	free(entry->body);
	entry->body = strndup(report, len);
	touch(link->directory, entry);
	return LG_OK;
}

static void memory_interrupt(void *self)
{
	struct memory_link *link = self;

	link->interrupted = 1;
}

static const char *memory_describe(void *self)
{
	(void)self;
	return "memory:";
}

static void memory_close(void *self)
{
	struct memory_link *link = self;
	struct memory_directory *directory = link->directory;
	size_t i;

	for (i = 0; i < directory->link_count; i++)
		if (directory->link[i] == link)
			directory->link[i] =
				directory->link[--directory->link_count];
	free(link);
}

struct memory_link *memory_open(struct memory_directory *directory,
				unsigned int branches,
				struct lg_fleet *out_fleet)
{
	struct memory_link *link = calloc(1, sizeof(*link));

	link->directory = directory;
	link->branches = branches;
	if (directory->link_count == MEMORY_LINKS_MAX)
		abort();
	directory->link[directory->link_count++] = link;
	*out_fleet = (struct lg_fleet){.self = link,
				       .poll = memory_poll,
				       .events = memory_events,
				       .gates = memory_gates,
				       .publish = memory_publish,
				       .report = memory_report,
				       .interrupt = memory_interrupt,
				       .describe = memory_describe,
				       .close = memory_close};
	return link;
}
