/* SPDX-License-Identifier: ISC */
/*
 * change_move.c - the end of a lock moved, or confirmed
 */
#include "app/change/change_move.h"

#include <stdint.h>
#include <string.h>

#include "app/change/servers_journal.h"
#include "app/lock/lock.h"

/* Who keeps the lock's end itself: the gate here first, which knows best
 * whether it may be. */
static struct lg_servers_member *keeper(const struct lg_change_ending *ending,
					size_t at)
{
	const struct lg_servers *fleet = &ending->fleet;

	if (fleet->last && at-- == 0)
		return fleet->last;
	for (size_t i = 0; i < fleet->count; i++) {
		if (fleet->member[i].port->extend && at-- == 0)
			return &fleet->member[i];
	}
	return NULL;
}

static enum lg_status write_end(struct lg_change_ending *ending,
				int64_t until_s, struct lg_error *err)
{
	const struct lg_change_hands *hands = ending->hands;
	struct lg_now now = hands->now(hands->self);
	struct lg_servers_record end = {
		.until_s = until_s,
		.until_boot_ms = lg_deadline_at(until_s, &now).boot_ms,
	};

	memcpy(end.boot_id, now.boot_id, sizeof(end.boot_id));
	return lg_servers_journal_until(&ending->fleet, &end, 0, err);
}

/* The end of the journal counts again, wherever another may be: with so many
 * that keep it. */
static enum lg_status put_back(struct lg_change_ending *ending, size_t from,
			       size_t to, struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_servers_member *member;
	enum lg_status status = LG_OK;

	for (size_t i = from;
	     status == LG_OK && i < to && (member = keeper(ending, i)) != NULL;
	     i++)
		status = member->port->extend(member->port->self,
					      record->until_s, err);
	return status == LG_OK ? lg_servers_journal_until(&ending->fleet,
							  record, 0, err)
			       : status;
}

static enum lg_status move_one(struct lg_change_ending *ending,
			       struct lg_change_move *move,
			       struct lg_servers_member *member,
			       struct lg_error *err)
{
	struct lg_target *port = member->port;
	enum lg_status status;

	if (member != ending->fleet.last)
		return port->extend(port->self, move->until_s, err);
	status = move->confirms ? port->confirm(port->self, err)
				: port->extend(port->self, move->until_s, err);
	move->gate_exit = member->told.exit;
	if (status == LG_OK)
		move->until_s = member->told.until_s;
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

/* A failure that may have gone through is put back, too. */
static int may_have_moved(const struct lg_servers_member *member,
			  enum lg_status status)
{
	return status == LG_OK ||
	       (!member->told.unreached &&
		(status == LG_ERR_IO || status == LG_ERR_TIMEOUT));
}

/* Written down first: an end that is not the same everywhere is put back, now
 * or by recover. What was confirmed stays so. */
static enum lg_status move_all(struct lg_change_ending *ending,
			       struct lg_change_move *move,
			       struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_servers_member *member;
	int writes = record && keeper(ending, 0);
	enum lg_status status = LG_OK;
	size_t asked = 0;

	if (writes)
		status = lg_servers_journal_until(&ending->fleet, record, 1,
						  err);
	if (status != LG_OK)
		return status;
	while (status == LG_OK && (member = keeper(ending, asked)) != NULL) {
		status = move_one(ending, move, member, err);
		asked += (size_t)may_have_moved(member, status);
	}
	if (status == LG_OK && record) {
		status = write_end(ending, move->until_s, err);
		/* it may stand there all the same, and then so it is */
		if (status != LG_OK && writes &&
		    lg_servers_journal_until(&ending->fleet, record, 1, NULL) !=
			    LG_OK)
			move->half = 1;
	}
	if (status != LG_OK && writes && !move->half)
		move->half = put_back(ending, move->confirms ? 1 : 0, asked,
				      NULL) != LG_OK;
	return status;
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
		status = move_all(&ending, move, err);
	if (status == LG_OK && ending.record && !ending.record->with_gate)
		lg_change_ending_note(&ending, LG_EVENT_EXTEND, move->until_s,
				      "done");
	lg_change_ending_finish(&ending);
	return status;
}

enum lg_status lg_change_move_back(struct lg_change_ending *ending,
				   struct lg_error *err)
{
	const struct lg_change_lift where = {
		.mode = LG_SERVERS_LIFT_EACH,
		.with_gate = ending->record->with_gate,
	};
	enum lg_status status = lg_change_ending_gather(ending, &where, err);

	return status == LG_OK ? put_back(ending, 0, SIZE_MAX, err) : status;
}
