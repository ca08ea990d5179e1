/* SPDX-License-Identifier: ISC */
/*
 * A grow-only set, in the order in which events are read. It is bounded: a
 * directory with a million entries costs their reading and no memory, because
 * what is not signed is not kept, and who may sign is trusted up to
 * LG_FLEET_HELD_MAX; so few are found by looking at each.
 */
#include "core/fleet/fleet_set.h"

#include <stdlib.h>
#include <string.h>

enum lg_status lg_fleet_set_new(struct lg_fleet_set **out_set,
				struct lg_error *err)
{
	struct lg_fleet_set *set = calloc(1, sizeof(*set));

	if (set)
		set->held = calloc(LG_FLEET_HELD_MAX, sizeof(*set->held));
	if (!set || !set->held) {
		lg_fleet_set_free(&set);
		return lg_no_memory(err);
	}
	*out_set = set;
	return LG_OK;
}

static void free_held(struct lg_fleet_held *held)
{
	if (!held)
		return;
	lg_fleet_event_free(&held->event);
	free(held->body);
	free(held->signature);
	free(held);
}

void lg_fleet_set_free(struct lg_fleet_set **set)
{
	if (!*set)
		return;
	for (size_t i = 0; i < (*set)->count; i++)
		free_held((*set)->held[i]);
	free((*set)->held);
	free(*set);
	*set = NULL;
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_events(const struct lg_fleet_event *a,
			  const struct lg_fleet_event *b)
{
	int order = strcmp(a->lock, b->lock);

	if (!order)
		order = compare_numbers(a->kind, b->kind);
	if (!order)
		order = compare_numbers(a->until_s, b->until_s);
	if (!order)
		order = compare_numbers(a->number, b->number);
	return order ? order : strcmp(a->key, b->key);
}

static int compare_ids(const struct lg_fleet_id *a, const struct lg_fleet_id *b)
{
	return memcmp(a->byte, b->byte, sizeof(a->byte));
}

static struct lg_fleet_held *find_id(const struct lg_fleet_set *set,
				     const struct lg_fleet_id *id)
{
	for (size_t i = 0; i < set->count; i++)
		if (!compare_ids(&set->held[i]->id, id))
			return set->held[i];
	return NULL;
}

static int has_body(const struct lg_fleet_held *held,
		    const struct lg_fleet_text *body)
{
	return held->len == body->len &&
	       !memcmp(held->body, body->bytes, body->len);
}

static void be_seen(struct lg_fleet_set *set, struct lg_fleet_held *held)
{
	held->seen = 1;
	held->vanished = 0;
	lg_fleet_set_no_trouble(set, &held->id);
}

int lg_fleet_set_knows(struct lg_fleet_set *set, const struct lg_fleet_id *id,
		       const struct lg_fleet_text *body,
		       const struct lg_fleet_text *signature)
{
	struct lg_fleet_held *held = find_id(set, id);

	if (!held || !has_body(held, body) ||
	    strlen(held->signature) != signature->len ||
	    memcmp(held->signature, signature->bytes, signature->len) != 0)
		return 0;
	be_seen(set, held);
	return 1;
}

int lg_fleet_set_has(const struct lg_fleet_set *set,
		     const struct lg_fleet_text *body)
{
	for (size_t i = 0; i < set->count; i++)
		if (has_body(set->held[i], body))
			return 1;
	return 0;
}

static enum lg_status make_held(const struct lg_fleet_id *id,
				const struct lg_fleet_text *body,
				const struct lg_fleet_text *signature,
				struct lg_fleet_held **out_held,
				struct lg_error *err)
{
	struct lg_fleet_held *held = calloc(1, sizeof(*held));

	if (held) {
		held->body = strndup(body->bytes, body->len);
		held->signature = strndup(signature->bytes, signature->len);
	}
	if (!held || !held->body || !held->signature) {
		free_held(held);
		return lg_no_memory(err);
	}
	held->id = *id;
	held->len = body->len;
	*out_held = held;
	return LG_OK;
}

int lg_fleet_set_is_full(const struct lg_fleet_set *set, size_t len)
{
	return set->count == LG_FLEET_HELD_MAX ||
	       set->bytes + len > LG_FLEET_HELD_BYTES_MAX;
}

enum lg_status lg_fleet_set_add(struct lg_fleet_set *set,
				const struct lg_fleet_id *id,
				struct lg_fleet_event **event,
				const struct lg_fleet_text *body,
				const struct lg_fleet_text *signature,
				int *out_new, struct lg_error *err)
{
	struct lg_fleet_held *held = NULL;
	enum lg_status status = LG_OK;
	size_t at = 0;

	*out_new = 0;
	for (size_t i = 0; i < set->count; i++) {
		if (has_body(set->held[i], body))
			held = set->held[i];
		if (compare_events(set->held[i]->event, *event) < 0)
			at = i + 1;
	}
	if (held) {
		/* Under another id: somebody deleted the entry and added it
		 * again, or it was read from disk. */
		if (compare_ids(&held->id, id) != 0)
			lg_fleet_set_no_trouble(set, &held->id);
		held->id = *id;
		be_seen(set, held);
		goto out;
	}
	if (find_id(set, id)) {
		status = lg_error_set(err, LG_ERR_CONFLICT, NULL,
				      "the entry held another event before, "
				      "which counts; an event is written once");
		goto out;
	}
	if (lg_fleet_set_is_full(set, body->len)) {
		status = lg_error_set(err, LG_ERR_LIMIT, NULL,
				      "a gate holds no more than %d events of "
				      "%zu bytes together; run fleet tidy",
				      LG_FLEET_HELD_MAX,
				      LG_FLEET_HELD_BYTES_MAX);
		goto out;
	}
	status = make_held(id, body, signature, &held, err);
	if (status != LG_OK)
		goto out;
	held->event = *event;
	*event = NULL;
	memmove(&set->held[at + 1], &set->held[at],
		(set->count - at) * sizeof(*set->held));
	set->held[at] = held;
	set->count++;
	set->bytes += body->len;
	be_seen(set, held);
	*out_new = 1;
out:
	lg_fleet_event_free(event);
	return status;
}

void lg_fleet_set_look(struct lg_fleet_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		set->held[i]->seen = 0;
	for (size_t i = 0; i < set->trouble_count; i++)
		set->trouble[i].seen = 0;
}

void lg_fleet_set_present(struct lg_fleet_set *set,
			  const struct lg_fleet_id *id)
{
	struct lg_fleet_held *held = find_id(set, id);

	if (held && held->vanished)
		lg_fleet_set_no_trouble(set, id);
	if (held) {
		held->seen = 1;
		held->vanished = 0;
	}
	for (size_t i = 0; i < set->trouble_count; i++)
		if (!compare_ids(&set->trouble[i].id, id))
			set->trouble[i].seen = 1;
}

/* 1 where fleet tidy may have deleted it. */
int lg_fleet_set_may_go(const struct lg_fleet_set *set,
			const struct lg_fleet_held *held, int64_t now_s)
{
	struct lg_fleet_fate fate;
	int64_t over_s;

	if (held->event->kind == LG_FLEET_KEY ||
	    !lg_fleet_set_find(set, held->event->lock, &fate))
		return 0;
	over_s = fate.until_s;
	if (fate.end && fate.end->at_ms / 1000 < over_s)
		over_s = fate.end->at_ms / 1000;
	return fate.prepare && now_s - over_s >= LG_FLEET_TIDY_S;
}

size_t lg_fleet_set_due(const struct lg_fleet_set *set, int64_t now_s)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += !set->held[i]->vanished ||
			 !lg_fleet_set_may_go(set, set->held[i], now_s);
	return count;
}

static void be_gone(struct lg_fleet_set *set, struct lg_fleet_held *held,
		    int64_t now_s)
{
	int is_told = held->vanished || lg_fleet_set_may_go(set, held, now_s);
	struct lg_buffer name = {0};

	held->seen = 0;
	held->vanished = 1;
	if (is_told)
		return;
	lg_fleet_event_name(held->event, &name);
	lg_fleet_set_trouble(set, LG_FLEET_VANISHED, &held->id,
			     &(struct lg_fleet_text){name.data, name.len},
			     "the entry was deleted or may not be read any "
			     "more; what it says stays as it is");
	lg_buffer_release(&name);
}

static void drop_trouble(struct lg_fleet_set *set, size_t at)
{
	set->trouble_count--;
	memmove(&set->trouble[at], &set->trouble[at + 1],
		(set->trouble_count - at) * sizeof(set->trouble[at]));
}

void lg_fleet_set_looked(struct lg_fleet_set *set, int64_t now_s)
{
	/* What was wrong with an entry that is not there is over. */
	for (size_t i = set->trouble_count; i-- > 0;)
		if (!set->trouble[i].seen &&
		    set->trouble[i].code != LG_FLEET_VANISHED &&
		    set->trouble[i].code != LG_FLEET_CUT_OFF)
			drop_trouble(set, i);
	for (size_t i = 0; i < set->count; i++)
		if (!set->held[i]->seen)
			be_gone(set, set->held[i], now_s);
}

void lg_fleet_set_vanished(struct lg_fleet_set *set,
			   const struct lg_fleet_id *id, int64_t now_s)
{
	struct lg_fleet_held *held = find_id(set, id);

	if (held)
		be_gone(set, held, now_s);
	else
		lg_fleet_set_no_trouble(set, id);
}

/* What an entry is called, for people: no control characters, one line. */
static void clean(char *out, size_t size, const struct lg_fleet_text *text)
{
	size_t i;

	for (i = 0; text->bytes && i < text->len && i + 1 < size; i++) {
		unsigned char c = (unsigned char)text->bytes[i];

		out[i] = c > 0x20 && c < 0x7f ? (char)c : '?';
	}
	out[i] = '\0';
}

void lg_fleet_set_trouble(struct lg_fleet_set *set, enum lg_fleet_code code,
			  const struct lg_fleet_id *id,
			  const struct lg_fleet_text *entry, const char *text)
{
	struct lg_fleet_trouble *trouble;

	for (size_t i = 0; i < set->trouble_count; i++) {
		if (set->trouble[i].code != code ||
		    compare_ids(&set->trouble[i].id, id) != 0)
			continue;
		set->trouble[i].seen = 1;
		return;
	}
	set->rejected[code]++;
	if (set->trouble_count == LG_FLEET_TROUBLES_MAX)
		return;
	trouble = &set->trouble[set->trouble_count++];
	*trouble =
		(struct lg_fleet_trouble){.code = code, .id = *id, .seen = 1};
	clean(trouble->entry, sizeof(trouble->entry), entry);
	strncpy(trouble->text, text, sizeof(trouble->text) - 1);
}

void lg_fleet_set_no_trouble(struct lg_fleet_set *set,
			     const struct lg_fleet_id *id)
{
	for (size_t i = set->trouble_count; i-- > 0;)
		if (!compare_ids(&set->trouble[i].id, id))
			drop_trouble(set, i);
}

/* Where the events of the lock at `at` end. */
static size_t end_of(const struct lg_fleet_set *set, size_t at)
{
	const char *lock = set->held[at]->event->lock;

	while (at < set->count && !strcmp(set->held[at]->event->lock, lock))
		at++;
	return at;
}

static int may_forget(const struct lg_fleet_set *set, size_t at, size_t end,
		      int64_t before_s, int is_gone)
{
	const struct lg_fleet_event *event = set->held[at]->event;
	struct lg_fleet_fate fate;

	if (event->kind == LG_FLEET_KEY ||
	    !lg_fleet_set_find(set, event->lock, &fate) || !fate.prepare ||
	    fate.until_s >= before_s)
		return 0;
	for (; is_gone && at < end; at++)
		if (!set->held[at]->vanished)
			return 0;
	return 1;
}

static void take_out(struct lg_fleet_set *set, size_t at)
{
	struct lg_fleet_held *held = set->held[at];

	lg_fleet_set_no_trouble(set, &held->id);
	memmove(&set->held[at], &set->held[at + 1],
		(set->count - at - 1) * sizeof(*set->held));
	set->count--;
	set->bytes -= held->len;
	free_held(held);
}

/* A lock that is over by its own latest end is over whoever tells of it again,
 * so that nothing that was lifted comes back by what is forgotten. */
void lg_fleet_set_forget(struct lg_fleet_set *set, int64_t before_s,
			 int is_gone,
			 void (*forgets)(void *context,
					 const struct lg_fleet_held *held),
			 void *context)
{
	size_t at = 0;

	while (at < set->count) {
		size_t end = end_of(set, at);

		if (!may_forget(set, at, end, before_s, is_gone)) {
			at = end;
			continue;
		}
		for (; end > at; end--) {
			if (forgets)
				forgets(context, set->held[end - 1]);
			take_out(set, end - 1);
		}
	}
}
