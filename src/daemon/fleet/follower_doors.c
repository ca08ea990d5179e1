/* SPDX-License-Identifier: ISC */
/*
 * What the gate may not see it does not know: as the gate's own user less than
 * `logongate doors` of root, and says so.
 */
#include "daemon/fleet/follower_inside.h"

#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "adapters/ini/settings_file.h"
#include "adapters/system/program.h"
#include "adapters/system/this_machine.h"
#include "app/doors/survey.h"
#include "base/listed.h"

#define EVERY_MS 600000
/* A lock that is prepared is no reason to look again so soon. */
#define FRESH_MS 10000
/* A program that hangs keeps the end of the gate waiting no longer. */
#define PROGRAM_MS 3000

/* stops, due, found and looked are guarded by mutex; the others are the
 * thread's. */
struct gate_doors {
	const char *config;
	void (*news)(void *context);
	void *context;
	uv_thread_t thread;
	uv_mutex_t mutex;
	uv_cond_t told;
	int stops;
	int due;
	uint64_t looked_ns;
	struct lg_fleet_report found; /* of it, the doors alone */
};

static int is_stopping(struct gate_doors *doors)
{
	int stops;

	uv_mutex_lock(&doors->mutex);
	stops = doors->stops;
	uv_mutex_unlock(&doors->mutex);
	return stops;
}

static enum lg_status prints(void *self, const char *const argv[],
			     struct lg_buffer *out_text, struct lg_error *err)
{
	if (is_stopping(self))
		return lg_error_set(err, LG_ERR_TIMEOUT, argv[0],
				    "the gate is going down");
	return lg_program_output(argv, PROGRAM_MS, out_text, err);
}

/* Each once: of several ports of one kind the machine's own list tells. */
static enum lg_status add_way(struct lg_strlist *list, const struct lg_way *way,
			      struct lg_error *err)
{
	struct lg_buffer text = {0};
	enum lg_status status;

	lg_buffer_format(&text, "%s %s", way->door, way->way);
	status = lg_buffer_status(&text, err);
	if (status == LG_OK && !lg_listed(list, text.data))
		status = lg_strlist_add(list, text.data, text.len, err);
	lg_buffer_release(&text);
	return status;
}

static enum lg_status survey(struct gate_doors *doors,
			     struct lg_fleet_report *found,
			     struct lg_error *err)
{
	const struct lg_doors_places places = {0};
	struct lg_machine machine = lg_machine_here();
	struct lg_settings *settings = NULL;
	struct lg_ways ways = {0};
	enum lg_status status = lg_settings_load(doors->config, &settings, err);

	machine.self = doors;
	machine.prints = prints;
	if (status == LG_OK && lg_settings_expects_gate(settings))
		status = lg_doors_survey(settings, &machine, &places, &ways,
					 err);
	for (size_t i = 0; status == LG_OK && i < ways.count; i++) {
		enum lg_asks asks = ways.way[i].asks;

		if (asks == LG_ASKS_NO || asks == LG_ASKS_PARTLY)
			status = add_way(&found->not_closed, &ways.way[i], err);
		else if (asks == LG_ASKS_UNKNOWN)
			status = add_way(&found->doors_unknown, &ways.way[i],
					 err);
	}
	found->doors_looked = status == LG_OK;
	lg_ways_release(&ways);
	lg_settings_free(&settings);
	return status;
}

static int same_list(const struct lg_strlist *a, const struct lg_strlist *b)
{
	int same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
		same = strcmp(a->item[i], b->item[i]) == 0;
	return same;
}

/* Takes what was found over; 1 where it is something else. */
static int keep(struct gate_doors *doors, struct lg_fleet_report *found)
{
	struct lg_fleet_report before;
	int is_new;

	uv_mutex_lock(&doors->mutex);
	before = doors->found;
	doors->found = *found;
	uv_mutex_unlock(&doors->mutex);
	is_new = before.doors_looked != found->doors_looked ||
		 !same_list(&before.not_closed, &found->not_closed) ||
		 !same_list(&before.doors_unknown, &found->doors_unknown);
	lg_fleet_report_release(&before);
	return is_new;
}

static void look(struct gate_doors *doors)
{
	struct lg_fleet_report found = {0};
	struct lg_error err;
	int stops;

	/* What could not be found out now leaves what was known. */
	if (survey(doors, &found, &err) != LG_OK) {
		lg_fleet_report_release(&found);
		return;
	}
	stops = is_stopping(doors);
	if (stops)
		lg_fleet_report_release(&found);
	else if (keep(doors, &found))
		doors->news(doors->context);
}

static void follow(void *context)
{
	struct gate_doors *doors = context;

	uv_mutex_lock(&doors->mutex);
	while (!doors->stops) {
		doors->due = 0;
		uv_mutex_unlock(&doors->mutex);
		look(doors);
		uv_mutex_lock(&doors->mutex);
		doors->looked_ns = uv_hrtime();
		if (!doors->stops && !doors->due)
			uv_cond_timedwait(&doors->told, &doors->mutex,
					  (uint64_t)EVERY_MS * 1000000);
	}
	uv_mutex_unlock(&doors->mutex);
}

struct gate_doors *gate_doors_begin(const char *config,
				    void (*news)(void *context), void *context)
{
	struct gate_doors *doors = calloc(1, sizeof(*doors));

	if (!doors)
		return NULL;
	doors->config = config;
	doors->news = news;
	doors->context = context;
	uv_mutex_init(&doors->mutex);
	uv_cond_init(&doors->told);
	if (uv_thread_create(&doors->thread, follow, doors)) {
		uv_cond_destroy(&doors->told);
		uv_mutex_destroy(&doors->mutex);
		free(doors);
		return NULL;
	}
	return doors;
}

void gate_doors_look(struct gate_doors *doors)
{
	if (!doors)
		return;
	uv_mutex_lock(&doors->mutex);
	if (uv_hrtime() - doors->looked_ns > (uint64_t)FRESH_MS * 1000000) {
		doors->due = 1;
		uv_cond_broadcast(&doors->told);
	}
	uv_mutex_unlock(&doors->mutex);
}

enum lg_status gate_doors_fill(struct gate_doors *doors,
			       struct lg_fleet_report *report,
			       struct lg_error *err)
{
	enum lg_status status;

	if (!doors)
		return LG_OK;
	uv_mutex_lock(&doors->mutex);
	report->doors_looked = doors->found.doors_looked;
	status = lg_strlist_add_all(&report->not_closed,
				    &doors->found.not_closed, err);
	if (status == LG_OK)
		status = lg_strlist_add_all(&report->doors_unknown,
					    &doors->found.doors_unknown, err);
	uv_mutex_unlock(&doors->mutex);
	return status;
}

void gate_doors_end(struct gate_doors *doors)
{
	if (!doors)
		return;
	uv_mutex_lock(&doors->mutex);
	doors->stops = 1;
	uv_cond_broadcast(&doors->told);
	uv_mutex_unlock(&doors->mutex);
	uv_thread_join(&doors->thread);
	lg_fleet_report_release(&doors->found);
	uv_cond_destroy(&doors->told);
	uv_mutex_destroy(&doors->mutex);
	free(doors);
}
