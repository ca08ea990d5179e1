/* SPDX-License-Identifier: ISC */
/*
 * What gates say is not signed; it only says what to ask for, and how much of
 * it is bounded.
 */
#include "app/fleet/fleet_ask.h"

#include <string.h>

#include "base/listed.h"

/* Locks that are asked for one by one. */
#define LOCKS_MAX 256

struct asking {
	struct lg_fleet_sink sink; /* the ear's */
	const struct lg_fleet_set *set;
	uint64_t before; /* rejected */
	int is_cut;
};

static uint64_t rejected(const struct lg_fleet_set *set)
{
	uint64_t count = 0;

	for (int code = 0; code < LG_FLEET_CODE_COUNT; code++)
		count += set->rejected[code];
	return count;
}

static enum lg_status hear(void *context, const struct lg_fleet_news *news,
			   struct lg_error *err)
{
	struct asking *asking = context;
	enum lg_status status = lg_fleet_tell(&asking->sink, news, err);

	if (status != LG_OK ||
	    rejected(asking->set) - asking->before < LG_FLEET_JUNK_MAX)
		return status;
	asking->is_cut = 1;
	return lg_error_set(err, LG_ERR_LIMIT, NULL,
			    "more than %d entries there are not believed",
			    LG_FLEET_JUNK_MAX);
}

/* Asks for the events of a lock, of keys ("keys"), or of all (NULL), as long
 * as they are not too many. */
static enum lg_status ask(struct lg_fleet_ear *ear,
			  const struct lg_fleet *fleet, const char *lock,
			  int *out_cut, struct lg_error *err)
{
	enum lg_status status;

	do {
		struct asking asking = {.sink = lg_fleet_ear_sink(ear),
					.set = ear->set,
					.before = rejected(ear->set)};
		const struct lg_fleet_sink sink = {
			.context = &asking,
			.hears = LG_FLEET_HEARS(ENTRY),
			.tell = hear};

		ear->learned = 0;
		status = fleet->events(fleet->self, lock, &sink, err);
		if (asking.is_cut) {
			*out_cut = 1;
			status = LG_OK;
		}
	} while (status == LG_OK && ear->learned);
	return status;
}

static enum lg_status add_locks(const struct lg_fleet_gates *gates,
				struct lg_strlist *ids, struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (size_t i = 0; i < gates->count; i++) {
		const struct lg_fleet_report *report = &gates->one[i]->report;

		for (size_t k = 0; status == LG_OK && k < report->lock_count &&
				   ids->count < LOCKS_MAX;
		     k++) {
			const char *id = report->lock[k].id;

			if (report->lock[k].state != LG_FLEET_STATE_OVER &&
			    !lg_listed(ids, id))
				status = lg_strlist_add(ids, id, strlen(id),
							err);
		}
	}
	return status;
}

static enum lg_status ask_narrowly(struct lg_fleet_ear *ear,
				   const struct lg_fleet *fleet,
				   const char *also, struct lg_error *err)
{
	struct lg_fleet_gates gates = {0};
	const struct lg_fleet_sink sink = lg_fleet_gates_sink(&gates);
	struct lg_strlist ids = {0};
	int is_cut = 0;
	enum lg_status status =
		ask(ear, fleet, LG_FLEET_LOCK_OF_KEYS, &is_cut, err);

	if (status == LG_OK)
		status = fleet->gates(fleet->self, &sink, err);
	if (status == LG_OK && also)
		status = lg_strlist_add(&ids, also, strlen(also), err);
	if (status == LG_OK)
		status = add_locks(&gates, &ids, err);
	for (size_t i = 0; status == LG_OK && i < ids.count; i++)
		status = ask(ear, fleet, ids.item[i], &is_cut, err);
	lg_strlist_release(&ids);
	lg_fleet_gates_release(&gates);
	return status;
}

enum lg_status lg_fleet_ask(struct lg_fleet_ear *ear,
			    const struct lg_fleet *fleet, const char *also,
			    int *out_cut, struct lg_error *err)
{
	enum lg_status status;

	*out_cut = 0;
	status = ask(ear, fleet, NULL, out_cut, err);
	return status == LG_OK && *out_cut ? ask_narrowly(ear, fleet, also, err)
					   : status;
}
