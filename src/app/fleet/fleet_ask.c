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
	enum lg_status status =
		lg_fleet_ear_ask(ear, fleet, LG_FLEET_LOCK_OF_KEYS, err);

	if (status == LG_OK)
		status = fleet->gates(fleet->self, &sink, err);
	if (status == LG_OK && also)
		status = lg_strlist_add(&ids, also, strlen(also), err);
	if (status == LG_OK)
		status = add_locks(&gates, &ids, err);
	for (size_t i = 0; status == LG_OK && i < ids.count; i++)
		status = lg_fleet_ear_ask(ear, fleet, ids.item[i], err);
	lg_strlist_release(&ids);
	lg_fleet_gates_release(&gates);
	return status;
}

enum lg_status lg_fleet_ask(struct lg_fleet_ear *ear,
			    const struct lg_fleet *fleet, const char *also,
			    int *out_cut, struct lg_error *err)
{
	enum lg_status status;

	ear->junk_max = LG_FLEET_JUNK_MAX;
	status = lg_fleet_ear_ask(ear, fleet, NULL, err);
	*out_cut = ear->is_cut;
	if (status == LG_OK && ear->is_cut)
		status = ask_narrowly(ear, fleet, also, err);
	ear->junk_max = 0;
	return status;
}
