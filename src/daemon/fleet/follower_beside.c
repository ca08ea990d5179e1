/* SPDX-License-Identifier: ISC */
/*
 * What comes is copied into a few places and taken out under one mutex. Which
 * provider the follower is at may change at any time; this one then opens the
 * others anew.
 */
#include "daemon/fleet/follower_inside.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "app/fleet/fleet_beside.h"
#include "app/fleet/fleet_copy.h"
#include "wiring/fleet_open.h"

#define PLACES 16
#define POLL_MS 1000
/* It keeps the end of the gate waiting no longer, and nobody else. */
#define TIMEOUT_MS 2000
/* It is there for what the first provider does not tell, and that is not
 * believed to stand still for three times as long. */
#define GATHER_MS 50
/* Where all gates start at once, not all of this at once, too. */
#define BEGIN_MS 1500

/* at, stops, said, report and places are guarded by mutex; the others
 * are the thread's. at: the follower's provider. */
struct gate_beside {
	struct lg_fleet_settings how;
	void (*news)(void *context);
	void *context;
	uv_thread_t thread;
	uv_mutex_t mutex;
	uv_cond_t taken;
	int stops;
	unsigned int said; /* to the follower's gate: LG_FLEET_BESIDE_... */
	int is_open;       /* fleet may be interrupted */
	struct lg_buffer report; /* to be written */
	char at[256];
	struct lg_fleet_entry *place[PLACES];
	size_t first, count;

	struct lg_fleet fleet;
	int was_away;        /* it did not answer, or the follower left it */
	char elsewhere[256]; /* where at stood when fleet was opened */
};

static enum lg_status entry_came(struct gate_beside *beside,
				 const struct lg_fleet_entry *entry,
				 struct lg_error *err)
{
	struct lg_fleet_entry *copied = lg_fleet_copy(entry);

	if (!copied)
		return lg_no_memory(err);
	uv_mutex_lock(&beside->mutex);
	while (beside->count == PLACES && !beside->stops)
		uv_cond_wait(&beside->taken, &beside->mutex);
	if (beside->stops)
		free(copied);
	else
		beside->place[(beside->first + beside->count++) % PLACES] =
			copied;
	uv_mutex_unlock(&beside->mutex);
	beside->news(beside->context);
	return LG_OK;
}

static void is_back(struct gate_beside *beside)
{
	if (!beside->was_away)
		return;
	beside->was_away = 0;
	uv_mutex_lock(&beside->mutex);
	beside->said |= LG_FLEET_BESIDE_IS_BACK;
	uv_mutex_unlock(&beside->mutex);
	beside->news(beside->context);
}

static enum lg_status hear(void *context, const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	struct gate_beside *beside = context;

	if (news->kind == LG_FLEET_NEWS_ENTRY)
		return entry_came(beside, news->entry, err);
	if (news->kind == LG_FLEET_NEWS_CONNECTED)
		is_back(beside);
	else
		beside->was_away = 1;
	return LG_OK;
}

/* All addresses but one. */
static void without(const char *list, const char *one, struct lg_buffer *out)
{
	while (*(list += strspn(list, " \t"))) {
		size_t len = strcspn(list, " \t");

		if (strlen(one) != len || memcmp(one, list, len) != 0)
			lg_buffer_format(out, "%s%.*s", out->len ? " " : "",
					 (int)len, list);
		list += len;
	}
}

static void close_it(struct gate_beside *beside)
{
	uv_mutex_lock(&beside->mutex);
	beside->is_open = 0;
	uv_mutex_unlock(&beside->mutex);
	if (beside->fleet.close)
		beside->fleet.close(beside->fleet.self);
	beside->fleet = (struct lg_fleet){0};
}

static void open_it(struct gate_beside *beside, const char *at)
{
	struct lg_fleet_settings how = beside->how;
	struct lg_buffer list = {0};

	beside->was_away = *beside->elsewhere != '\0';
	memcpy(beside->elsewhere, at, strlen(at) + 1);
	without(how.directory.uri, at, &list);
	how.directory.uri = list.data;
	if (list.status == LG_OK && list.len &&
	    lg_fleet_open(&how, LG_FLEET_LOCKS, &beside->fleet, NULL) ==
		    LG_OK) {
		uv_mutex_lock(&beside->mutex);
		beside->is_open = 1;
		uv_mutex_unlock(&beside->mutex);
	}
	lg_buffer_release(&list);
}

static void write_report(struct gate_beside *beside)
{
	struct lg_buffer report;
	enum lg_status status;

	uv_mutex_lock(&beside->mutex);
	report = beside->report;
	beside->report = (struct lg_buffer){0};
	uv_mutex_unlock(&beside->mutex);
	if (!report.len)
		return;
	status = beside->fleet.report
			 ? beside->fleet.report(beside->fleet.self,
						beside->how.name, report.data,
						report.len, 0, NULL)
			 : LG_ERR_DIRECTORY;
	lg_buffer_release(&report);
	uv_mutex_lock(&beside->mutex);
	beside->said &= LG_FLEET_BESIDE_IS_BACK;
	beside->said |= status == LG_OK ? LG_FLEET_BESIDE_WROTE
					: LG_FLEET_BESIDE_FAILED;
	uv_mutex_unlock(&beside->mutex);
	beside->news(beside->context);
}

static void rest(struct gate_beside *beside, uint64_t ms)
{
	uv_mutex_lock(&beside->mutex);
	if (!beside->stops)
		uv_cond_timedwait(&beside->taken, &beside->mutex, ms * 1000000);
	uv_mutex_unlock(&beside->mutex);
}

static void follow(void *context)
{
	struct gate_beside *beside = context;
	const struct lg_fleet_sink sink = {.context = beside,
					   .hears = LG_FLEET_HEARS(CONNECTED) |
						    LG_FLEET_HEARS(LOST) |
						    LG_FLEET_HEARS(ENTRY),
					   .tell = hear};
	char at[sizeof(beside->at)];
	int stops;

	rest(beside, uv_hrtime() / 1000 % BEGIN_MS);
	for (;;) {
		uv_mutex_lock(&beside->mutex);
		stops = beside->stops;
		memcpy(at, beside->at, sizeof(at));
		uv_mutex_unlock(&beside->mutex);
		if (stops)
			break;
		if (strcmp(at, beside->elsewhere) != 0) {
			close_it(beside);
			open_it(beside, at);
		}
		write_report(beside);
		if (!beside->fleet.poll ||
		    beside->fleet.poll(beside->fleet.self, POLL_MS, &sink,
				       NULL) != LG_OK)
			rest(beside, POLL_MS);
	}
	close_it(beside);
}

struct gate_beside *gate_beside_begin(const struct lg_fleet_settings *how,
				      void (*news)(void *context),
				      void *context)
{
	struct gate_beside *beside;
	struct lg_buffer others = {0};
	const char *first = how->directory.uri;

	if (!first)
		return NULL;
	first += strspn(first, " \t");
	without(first + strcspn(first, " \t"), "", &others);
	beside = others.len ? calloc(1, sizeof(*beside)) : NULL;
	lg_buffer_release(&others);
	if (!beside)
		return NULL;
	beside->how = *how;
	beside->how.patience_ms = 0;
	beside->how.gather_ms = GATHER_MS;
	if (beside->how.directory.timeout_ms > TIMEOUT_MS)
		beside->how.directory.timeout_ms = TIMEOUT_MS;
	beside->news = news;
	beside->context = context;
	uv_mutex_init(&beside->mutex);
	uv_cond_init(&beside->taken);
	if (uv_thread_create(&beside->thread, follow, beside)) {
		uv_cond_destroy(&beside->taken);
		uv_mutex_destroy(&beside->mutex);
		free(beside);
		return NULL;
	}
	return beside;
}

/* NULL where there is none. */
static struct lg_fleet_entry *take_one(struct gate_beside *beside)
{
	struct lg_fleet_entry *taken = NULL;

	uv_mutex_lock(&beside->mutex);
	if (beside->count > 0) {
		taken = beside->place[beside->first];
		beside->first = (beside->first + 1) % PLACES;
		beside->count--;
		uv_cond_broadcast(&beside->taken);
	}
	uv_mutex_unlock(&beside->mutex);
	return taken;
}

enum lg_status gate_beside_take(struct gate_beside *beside,
				struct lg_fleet_gate *gate,
				struct lg_error *err)
{
	const char *at = gate->fleet->describe(gate->fleet->self);
	enum lg_status status = LG_OK;
	struct lg_fleet_entry *taken;
	unsigned int said;

	if (!beside)
		return LG_OK;
	uv_mutex_lock(&beside->mutex);
	said = beside->said;
	beside->said = 0;
	if (strcmp(beside->at, at) != 0 && strlen(at) < sizeof(beside->at))
		memcpy(beside->at, at, strlen(at) + 1);
	uv_mutex_unlock(&beside->mutex);
	lg_fleet_gate_beside_said(gate, said);
	while (status == LG_OK && (taken = take_one(beside))) {
		status = lg_fleet_gate_beside(gate, taken, err);
		free(taken);
	}
	return status;
}

void gate_beside_report(struct gate_beside *beside, const char *report,
			size_t len)
{
	uv_mutex_lock(&beside->mutex);
	lg_buffer_clear(&beside->report);
	lg_buffer_append(&beside->report, report, len);
	if (beside->report.status != LG_OK) {
		lg_buffer_release(&beside->report);
		beside->said |= LG_FLEET_BESIDE_FAILED;
	}
	uv_cond_broadcast(&beside->taken);
	if (beside->is_open)
		beside->fleet.interrupt(beside->fleet.self);
	uv_mutex_unlock(&beside->mutex);
}

void gate_beside_end(struct gate_beside *beside)
{
	if (!beside)
		return;
	uv_mutex_lock(&beside->mutex);
	beside->stops = 1;
	uv_cond_broadcast(&beside->taken);
	if (beside->is_open)
		beside->fleet.interrupt(beside->fleet.self);
	uv_mutex_unlock(&beside->mutex);
	uv_thread_join(&beside->thread);
	while (beside->count)
		free(beside->place[(beside->first + --beside->count) % PLACES]);
	lg_buffer_release(&beside->report);
	uv_cond_destroy(&beside->taken);
	uv_mutex_destroy(&beside->mutex);
	free(beside);
}
