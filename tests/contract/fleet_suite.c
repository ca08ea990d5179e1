/* SPDX-License-Identifier: ISC */
/*
 * fleet_suite.c - what every implementation of port/fleet must do
 */
#include "contract/fleet_suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

#define SEEN_MAX 64

static const struct fleet_place *place;

/* What a sink was told. */
struct seen {
	size_t connected, lost, heard, refreshed, vanished, present;
	enum lg_fleet_refresh what;
	size_t entries, gates;
	struct lg_fleet_id id[SEEN_MAX];
	char cn[SEEN_MAX][128];
	char body[SEEN_MAX][256];
	char texts[SEEN_MAX][512];
	struct lg_fleet_id gone[SEEN_MAX];
	size_t body_len;
	char report[256];
	int64_t modified_ms;
	/* the entry at which the sink fails; 0: never */
	size_t fail_at;
	/* of the order of calls */
	int entry_before_connected, refreshed_before_connected;
};

static void copy(char *to, size_t size, const struct lg_fleet_text *text)
{
	snprintf(to, size, "%.*s", (int)text->len,
		 text->bytes ? text->bytes : "-");
}

static enum lg_status on_connected(void *context, const char *uri,
				   struct lg_error *err)
{
	struct seen *seen = context;

	assert_non_null(uri);
	seen->connected++;
	return LG_OK;
}

static enum lg_status on_lost(void *context, const struct lg_error *why,
			      struct lg_error *err)
{
	struct seen *seen = context;

	assert_non_null(why);
	assert_string_not_equal(why->text, "");
	seen->lost++;
	return LG_OK;
}

static enum lg_status on_heard(void *context, struct lg_error *err)
{
	((struct seen *)context)->heard++;
	return LG_OK;
}

static enum lg_status on_entry(void *context,
			       const struct lg_fleet_entry *entry,
			       struct lg_error *err)
{
	struct seen *seen = context;
	size_t i = seen->entries % SEEN_MAX;
	char part[5][48];

	if (seen->fail_at && ++seen->fail_at == 2)
		return lg_error_set(err, LG_ERR_BUG, NULL, "the sink fails");
	if (!seen->connected)
		seen->entry_before_connected = 1;
	assert_int_equal(entry->fault, LG_FLEET_FAULT_NONE);
	seen->id[i] = entry->id;
	copy(seen->cn[i], sizeof(seen->cn[i]), &entry->cn);
	copy(seen->body[i], sizeof(seen->body[i]), &entry->body);
	seen->body_len = entry->body.len;
	copy(part[0], sizeof(part[0]), &entry->lock);
	copy(part[1], sizeof(part[1]), &entry->number);
	copy(part[2], sizeof(part[2]), &entry->kind);
	copy(part[3], sizeof(part[3]), &entry->key);
	copy(part[4], sizeof(part[4]), &entry->signature);
	snprintf(seen->texts[i], sizeof(seen->texts[i]), "%s %s %s %s %s",
		 part[0], part[1], part[2], part[3], part[4]);
	seen->entries++;
	return LG_OK;
}

static enum lg_status on_gate(void *context,
			      const struct lg_fleet_gate_entry *gate,
			      struct lg_error *err)
{
	struct seen *seen = context;

	assert_int_equal(gate->fault, LG_FLEET_FAULT_NONE);
	assert_int_equal(gate->name.len, strlen(FLEET_SUITE_GATE));
	assert_memory_equal(gate->name.bytes, FLEET_SUITE_GATE, gate->name.len);
	copy(seen->report, sizeof(seen->report), &gate->report);
	seen->modified_ms = gate->modified_ms;
	seen->gates++;
	return LG_OK;
}

static enum lg_status on_vanished(void *context, const struct lg_fleet_id *id,
				  struct lg_error *err)
{
	struct seen *seen = context;

	seen->gone[seen->vanished++ % SEEN_MAX] = *id;
	return LG_OK;
}

static enum lg_status on_present(void *context, const struct lg_fleet_id *id,
				 struct lg_error *err)
{
	((struct seen *)context)->present++;
	return LG_OK;
}

static enum lg_status on_refreshed(void *context, enum lg_fleet_refresh what,
				   struct lg_error *err)
{
	struct seen *seen = context;

	if (!seen->connected)
		seen->refreshed_before_connected = 1;
	seen->what = what;
	seen->refreshed++;
	return LG_OK;
}

static enum lg_status on_news(void *context, const struct lg_fleet_news *news,
			      struct lg_error *err)
{
	switch (news->kind) {
	case LG_FLEET_NEWS_CONNECTED:
		return on_connected(context, news->uri, err);
	case LG_FLEET_NEWS_LOST:
		return on_lost(context, news->why, err);
	case LG_FLEET_NEWS_HEARD:
		return on_heard(context, err);
	case LG_FLEET_NEWS_ENTRY:
		return on_entry(context, news->entry, err);
	case LG_FLEET_NEWS_GATE:
		return on_gate(context, news->gate, err);
	case LG_FLEET_NEWS_VANISHED:
		return on_vanished(context, news->id, err);
	case LG_FLEET_NEWS_PRESENT:
		return on_present(context, news->id, err);
	case LG_FLEET_NEWS_REFRESHED:
		return on_refreshed(context, news->refresh, err);
	case LG_FLEET_NEWS_LATE:
		break;
	}
	return LG_OK;
}

static struct lg_fleet_sink sink_of(struct seen *seen)
{
	return (struct lg_fleet_sink){
		.context = seen,
		.hears = ~LG_FLEET_HEARS(LATE),
		.tell = on_news,
	};
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct lg_fleet opened(unsigned int branches)
{
	struct lg_fleet fleet = {0};
	struct lg_error err = {0};

	if (place->open(place->context, branches, &fleet, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
	return fleet;
}

/* Polls until *count is at least wanted. */
static void poll_until(const struct lg_fleet *fleet, struct seen *seen,
		       const size_t *count, size_t wanted)
{
	const struct lg_fleet_sink sink = sink_of(seen);
	int64_t end = now_ms() + place->late_ms +
		      (int64_t)place->timeout_ms * place->providers * 2 + 5000;
	struct lg_error err = {0};

	while (*count < wanted) {
		if (now_ms() > end)
			fail_msg("%zu instead of %zu in time", *count, wanted);
		if (fleet->poll(fleet->self, 200, &sink, &err) != LG_OK)
			fail_msg("%s: %s", err.place, err.text);
	}
}

static struct lg_fleet_text text_of(const char *text)
{
	return (struct lg_fleet_text){text, strlen(text)};
}

/* An entry nobody wrote yet: its lock counts up. */
struct made {
	char lock[32], cn[64];
	struct lg_fleet_entry entry;
};

static struct made *make(const char *body)
{
	static unsigned int count;
	static struct made made[SEEN_MAX];
	struct made *next = &made[count % SEEN_MAX];
	char lock[32];

	snprintf(lock, sizeof(lock), "lg-%08lx%04x",
		 (unsigned long)getpid() & 0xffffffff, count++ & 0xffff);
	memcpy(next->lock, lock, sizeof(lock));
	snprintf(next->cn, sizeof(next->cn), "%s.17.anna", lock);
	next->entry = (struct lg_fleet_entry){
		.cn = text_of(next->cn),
		.lock = text_of(next->lock),
		.number = text_of("17"),
		.kind = text_of("prepare"),
		.body = text_of(body),
		.key = text_of("anna"),
		.signature = text_of("c2lnbmF0dXJl"),
	};
	return next;
}

static void publish(const struct lg_fleet *fleet, const struct made *made)
{
	struct lg_error err = {0};

	if (fleet->publish(fleet->self, &made->entry, &err) != LG_OK)
		fail_msg("%s: %s", err.place, err.text);
}

static size_t find(const struct seen *seen, const char *cn)
{
	for (size_t i = 0; i < seen->entries && i < SEEN_MAX; i++)
		if (strcmp(seen->cn[i], cn) == 0)
			return i;
	return SEEN_MAX;
}

static void first_look_is_whole_and_in_order(void **state)
{
	struct lg_fleet fleet = opened(LG_FLEET_LOCKS | LG_FLEET_GATES);
	struct seen seen = {0};

	poll_until(&fleet, &seen, &seen.refreshed, 1);
	assert_int_equal(seen.connected, 1);
	assert_int_equal(seen.lost, 0);
	assert_int_equal(seen.what, LG_FLEET_REFRESH_WHOLE);
	assert_int_equal(seen.entry_before_connected, 0);
	assert_int_equal(seen.refreshed_before_connected, 0);
	assert_int_equal(seen.gates, 1);
	poll_until(&fleet, &seen, &seen.heard, 1);
	assert_non_null(fleet.describe(fleet.self));
	fleet.close(fleet.self);
}

static void entry_comes_as_it_was_written(void **state)
{
	/* Quotes, blanks at the ends and letters beyond ASCII stay. */
	struct made *made = make(" {\"by\":\"J\xc3\xb6rg  \\\"A\\\"\"} ");
	struct lg_fleet writer = opened(0);
	struct lg_fleet reader = opened(LG_FLEET_LOCKS);
	struct seen seen = {0};
	char wanted[256];
	size_t at;

	poll_until(&reader, &seen, &seen.refreshed, 1);
	seen.entries = 0;
	publish(&writer, made);
	poll_until(&reader, &seen, &seen.entries, 1);
	at = find(&seen, made->cn);
	assert_true(at < SEEN_MAX);
	assert_string_equal(seen.body[at], made->entry.body.bytes);
	snprintf(wanted, sizeof(wanted), "%s 17 prepare anna c2lnbmF0dXJl",
		 made->lock);
	assert_string_equal(seen.texts[at], wanted);
	writer.close(writer.self);
	reader.close(reader.self);
}

static void same_again_is_fine_and_another_is_not(void **state)
{
	struct made *made = make("{\"a\":1}");
	struct lg_fleet fleet = opened(0);
	struct lg_error err = {0};

	publish(&fleet, made);
	publish(&fleet, made);
	made->entry.body = text_of("{\"a\":2}");
	assert_int_equal(fleet.publish(fleet.self, &made->entry, &err),
			 LG_ERR_CONFLICT);
	assert_int_equal(err.status, LG_ERR_CONFLICT);
	fleet.close(fleet.self);
}

static void odd_names_are_kept(void **state)
{
	struct made *made = make("{}");
	struct lg_fleet fleet = opened(0);
	struct seen seen = {0};
	const struct lg_fleet_sink sink = sink_of(&seen);
	char cn[128];

	snprintf(cn, sizeof(cn), "%s.17.o,d=d \"k\xc3\xa9y\" +<>;#",
		 made->lock);
	made->entry.cn = text_of(cn);
	made->entry.key = text_of("o,d=d \"k\xc3\xa9y\" +<>;#");
	publish(&fleet, made);
	assert_int_equal(fleet.events(fleet.self, made->lock, &sink, NULL),
			 LG_OK);
	assert_int_equal(seen.entries, 1);
	assert_string_equal(seen.cn[0], cn);
	fleet.close(fleet.self);
}

static void events_of_one_lock(void **state)
{
	struct made *one = make("{\"n\":1}");
	struct made *two = make("{\"n\":2}");
	struct lg_fleet fleet = opened(0);
	struct seen seen = {0}, all = {0}, none = {0};
	struct lg_fleet_sink sink = sink_of(&seen);

	publish(&fleet, one);
	publish(&fleet, two);
	assert_int_equal(fleet.events(fleet.self, one->lock, &sink, NULL),
			 LG_OK);
	assert_int_equal(seen.entries, 1);
	assert_string_equal(seen.cn[0], one->cn);
	sink = sink_of(&all);
	assert_int_equal(fleet.events(fleet.self, NULL, &sink, NULL), LG_OK);
	assert_true(find(&all, one->cn) < SEEN_MAX);
	assert_true(find(&all, two->cn) < SEEN_MAX);
	sink = sink_of(&none);
	assert_int_equal(fleet.events(fleet.self, "lg-*", &sink, NULL), LG_OK);
	assert_int_equal(none.entries, 0);
	fleet.close(fleet.self);
}

static void deleted_entry_is_told(void **state)
{
	struct made *made = make("{}");
	struct lg_fleet writer = opened(0);
	struct lg_fleet reader = opened(LG_FLEET_LOCKS);
	struct seen seen = {0};
	const struct lg_fleet_sink sink = sink_of(&seen);
	struct lg_fleet_id id;
	size_t refreshed;
	int64_t end;

	publish(&writer, made);
	poll_until(&reader, &seen, &seen.refreshed, 1);
	while (find(&seen, made->cn) >= SEEN_MAX)
		poll_until(&reader, &seen, &seen.entries, seen.entries + 1);
	id = seen.id[find(&seen, made->cn)];
	refreshed = seen.refreshed;
	seen.entries = 0;
	place->forget(place->context, made->cn);
	end = now_ms() + place->late_ms + 20000;
	/* By name, or by not being there at the next look at everything. */
	while (seen.vanished == 0 && seen.refreshed == refreshed) {
		assert_true(now_ms() < end);
		assert_int_equal(reader.poll(reader.self, 200, &sink, NULL),
				 LG_OK);
	}
	if (seen.vanished)
		assert_memory_equal(seen.gone[0].byte, id.byte,
				    sizeof(id.byte));
	else
		assert_int_equal(find(&seen, made->cn), SEEN_MAX);
	writer.close(writer.self);
	reader.close(reader.self);
}

static void too_long_is_refused_here(void **state)
{
	struct made *made = make("{}");
	struct lg_fleet fleet = opened(0);
	char *body = calloc(1, LG_FLEET_BODY_MAX + 2);
	struct seen seen = {0};
	const struct lg_fleet_sink sink = sink_of(&seen);
	struct lg_error err = {0};

	assert_non_null(body);
	memset(body, 'x', LG_FLEET_BODY_MAX + 1);
	made->entry.body = text_of(body);
	assert_int_equal(fleet.publish(fleet.self, &made->entry, &err),
			 LG_ERR_LIMIT);
	/* The longest that may be. */
	body[LG_FLEET_BODY_MAX] = '\0';
	made->entry.body = text_of(body);
	publish(&fleet, made);
	assert_int_equal(fleet.events(fleet.self, made->lock, &sink, NULL),
			 LG_OK);
	assert_int_equal(seen.body_len, LG_FLEET_BODY_MAX);
	place->forget(place->context, made->cn);
	free(body);
	fleet.close(fleet.self);
}

static void report_is_replaced(void **state)
{
	static const char *const report[] = {"{\"locks\":[]}",
					     "{\"locks\":[1]}"};
	struct lg_fleet fleet = opened(LG_FLEET_GATES);
	struct seen seen = {0};
	struct seen now = {0};
	const struct lg_fleet_sink sink = sink_of(&now);
	int64_t wall_ms = (int64_t)time(NULL) * 1000;
	struct lg_error err = {0};

	poll_until(&fleet, &seen, &seen.refreshed, 1);
	for (size_t i = 0; i < 2; i++) {
		if (fleet.report(fleet.self, FLEET_SUITE_GATE, report[i],
				 strlen(report[i]), i ? 0 : 5000,
				 &err) != LG_OK)
			fail_msg("%s: %s", err.place, err.text);
		assert_int_equal(fleet.gates(fleet.self, &sink, NULL), LG_OK);
		assert_string_equal(now.report, report[i]);
		assert_true(now.modified_ms > wall_ms - 5000);
		assert_true(now.modified_ms < wall_ms + 60000);
	}
	while (strcmp(seen.report, report[1]) != 0)
		poll_until(&fleet, &seen, &seen.gates, seen.gates + 1);
	assert_int_equal(fleet.report(fleet.self, "nobody.example.org", "{}", 2,
				      0, NULL),
			 LG_ERR_UNKNOWN_KEY);
	fleet.close(fleet.self);
}

static void *interrupt_soon(void *context)
{
	const struct lg_fleet *fleet = context;

	usleep(50000);
	fleet->interrupt(fleet->self);
	return NULL;
}

static void interrupt_ends_a_wait(void **state)
{
	struct lg_fleet fleet = opened(LG_FLEET_LOCKS);
	struct seen seen = {0};
	struct lg_fleet_sink silent = {0};
	pthread_t thread;
	int64_t begun;

	poll_until(&fleet, &seen, &seen.refreshed, 1);
	begun = now_ms();
	assert_int_equal(pthread_create(&thread, NULL, interrupt_soon, &fleet),
			 0);
	assert_int_equal(fleet.poll(fleet.self, 20000, &silent, NULL), LG_OK);
	assert_true(now_ms() - begun < 10000);
	pthread_join(thread, NULL);
	/* Before it waits, too. */
	fleet.interrupt(fleet.self);
	begun = now_ms();
	assert_int_equal(fleet.poll(fleet.self, 20000, &silent, NULL), LG_OK);
	assert_true(now_ms() - begun < 10000);
	fleet.close(fleet.self);
}

static void what_a_sink_refused_is_told_again(void **state)
{
	struct made *made = make("{}");
	struct lg_fleet fleet = opened(LG_FLEET_LOCKS);
	struct seen seen = {.fail_at = 1};
	const struct lg_fleet_sink sink = sink_of(&seen);
	struct lg_error err = {0};
	enum lg_status status = LG_OK;
	int64_t end = now_ms() + 20000;

	publish(&fleet, made);
	while (status == LG_OK && now_ms() < end)
		status = fleet.poll(fleet.self, 200, &sink, &err);
	assert_int_equal(status, LG_ERR_BUG);
	assert_string_equal(err.text, "the sink fails");
	seen = (struct seen){0};
	poll_until(&fleet, &seen, &seen.refreshed, 1);
	assert_true(find(&seen, made->cn) < SEEN_MAX);
	fleet.close(fleet.self);
}

static void silent_directory_is_lost_once_and_comes_back(void **state)
{
	struct made *made = make("{\"later\":1}");
	struct lg_fleet fleet = opened(LG_FLEET_LOCKS);
	struct seen seen = {0};
	const struct lg_fleet_sink sink = sink_of(&seen);
	int64_t begun;
	enum lg_status status;

	poll_until(&fleet, &seen, &seen.refreshed, 1);
	place->away(place->context, 1);
	poll_until(&fleet, &seen, &seen.lost, 1);
	begun = now_ms();
	status = fleet.publish(fleet.self, &made->entry, NULL);
	assert_true(status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT);
	status = fleet.events(fleet.self, NULL, &sink, NULL);
	assert_true(status == LG_ERR_DIRECTORY || status == LG_ERR_TIMEOUT);
	assert_true(now_ms() - begun <
		    (int64_t)place->timeout_ms * place->providers * 2 + 4000);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(fleet.poll(fleet.self, 100, &sink, NULL),
				 LG_OK);
	assert_int_equal(seen.lost, 1);
	place->away(place->context, 0);
	seen.entries = seen.refreshed = 0;
	poll_until(&fleet, &seen, &seen.refreshed, 1);
	assert_int_equal(seen.connected, 2);
	publish(&fleet, made);
	while (find(&seen, made->cn) >= SEEN_MAX)
		poll_until(&fleet, &seen, &seen.entries, seen.entries + 1);
	fleet.close(fleet.self);
}

int fleet_suite_run(const struct fleet_place *under_test)
{
	const struct CMUnitTest rows[] = {
		suite_row("the first look is whole, and told in order",
			  first_look_is_whole_and_in_order),
		suite_row("an entry comes as it was written",
			  entry_comes_as_it_was_written),
		suite_row("the same entry again is fine, another is not",
			  same_again_is_fine_and_another_is_not),
		suite_row("a name may have any letter", odd_names_are_kept),
		suite_row("events of one lock, and of all", events_of_one_lock),
		suite_row("a deleted entry is told", deleted_entry_is_told),
		suite_row("what is too long is refused, the longest is not",
			  too_long_is_refused_here),
		suite_row("a gate's report is replaced", report_is_replaced),
		suite_row("interrupt ends a wait", interrupt_ends_a_wait),
		suite_row("what a sink refused is told again",
			  what_a_sink_refused_is_told_again),
		suite_row("a silent directory is lost once, and comes back",
			  silent_directory_is_lost_once_and_comes_back),
	};

	place = under_test;
	return suite_run(rows);
}
