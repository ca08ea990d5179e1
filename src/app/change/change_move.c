/* SPDX-License-Identifier: ISC */
/*
 * change_move.c - the end of a lock moved, or confirmed
 */
#include "app/change/change_move.h"

#include "app/change/change_ending.h"
#include "app/change/servers_journal.h"

/* The gate here. */
static enum lg_status move_last(struct lg_change_ending *ending,
				struct lg_change_move *move,
				struct lg_error *err)
{
	struct lg_servers_member *last = ending->fleet.last;
	struct lg_target *port = last ? last->port : NULL;
	enum lg_status status;

	if (!last)
		return LG_OK;
	status = move->confirms ? port->confirm(port->self, err)
				: port->extend(port->self, move->until_s, err);
	move->gate_exit = last->told.exit;
	if (status == LG_OK)
		move->until_s = last->told.until_s;
	return status;
}

/* Servers that keep the lock's end themselves, and the journal. */
static enum lg_status move_there(struct lg_change_ending *ending,
				 int64_t until_s, struct lg_error *err)
{
	const struct lg_change_hands *hands = ending->hands;
	struct lg_now now = hands->now(hands->self);
	enum lg_status status = LG_OK;
	size_t i;

	for (i = 0; status == LG_OK && i < ending->fleet.count; i++) {
		struct lg_target *port = ending->fleet.member[i].port;

		if (port->extend)
			status = port->extend(port->self, until_s, err);
	}
	if (status == LG_OK)
		status = lg_servers_journal_until(&ending->fleet, until_s, &now,
						  err);
	if (status == LG_OK && !ending->record->with_gate)
		lg_change_ending_note(ending, LG_EVENT_EXTEND, until_s, "done");
	return status;
}

static enum lg_status may_move(const struct lg_change_ending *ending,
			       int64_t until_s, struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_now now = ending->hands->now(ending->hands->self);

	if (!record || record->with_gate || record->max_duration_s < 0 ||
	    lg_servers_record_lasts_s(record, until_s, &now) <=
		    record->max_duration_s)
		return LG_OK;
	return lg_error_set(err, LG_ERR_RANGE, NULL,
			    "%s runs at most %lld s from its beginning "
			    "(max_duration)",
			    record->profile, (long long)record->max_duration_s);
}

enum lg_status lg_change_move(const struct lg_change_hands *hands,
			      struct lg_change_move *move, struct lg_error *err)
{
	const struct lg_change_lift where = {
		.id = move->id,
		.gate_id = move->gate_id,
		.mode = LG_SERVERS_LIFT_EACH,
		.with_gate = move->gate_id != NULL,
	};
	struct lg_change_ending ending;
	enum lg_status status;

	if (move->confirms && !move->gate_id) {
		lg_error_set(err, LG_ERR_CONFLICT, move->id,
			     "the lock is not waiting to be confirmed");
		return lg_error_code(err, "not-in-force");
	}
	status = lg_change_ending_begin(&ending, hands, move->id, err);
	if (status != LG_OK)
		return status;
	if (ending.record && ending.record->phase != LG_SERVERS_APPLIED)
		ending.record = NULL;
	if (ending.record || where.with_gate)
		status = lg_change_ending_gather(&ending, &where, err);
	if (status == LG_OK)
		status = may_move(&ending, move->until_s, err);
	if (status == LG_OK)
		status = move_last(&ending, move, err);
	if (status == LG_OK && ending.record)
		status = move_there(&ending, move->until_s, err);
	lg_change_ending_finish(&ending);
	return status;
}
