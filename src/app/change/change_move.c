/* SPDX-License-Identifier: ISC */
/*
 * change_move.c - the end of a lock moved, or confirmed
 */
#include "app/change/change_held.h"

#include <stdint.h>

#include "app/change/servers_journal.h"

/* Who keeps the lock's end itself: the gate here first, which knows best
 * whether it may be. */
static struct lg_servers_member *keeper(const struct lg_change_held *held,
					size_t at)
{
	const struct lg_servers *servers = &held->servers;

	if (servers->last && at-- == 0)
		return servers->last;
	for (size_t i = 0; i < servers->count; i++) {
		if (servers->member[i].port->extend && at-- == 0)
			return &servers->member[i];
	}
	return NULL;
}

static enum lg_status write_end(struct lg_change_held *held, int64_t until_s,
				struct lg_error *err)
{
	const struct lg_change_hands *hands = held->hands;
	struct lg_now now = hands->now(hands->self);
	struct lg_servers_record end = {0};

	lg_servers_record_ends(&end, until_s, &now);
	return lg_servers_journal_until(&held->servers, &end, 0, err);
}

/* The end of the journal counts again, wherever another may be: with so many
 * that keep it. */
static enum lg_status put_back(struct lg_change_held *held, size_t from,
			       size_t to, struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	struct lg_servers_member *member;
	enum lg_status status = LG_OK;

	for (size_t i = from;
	     status == LG_OK && i < to && (member = keeper(held, i)) != NULL;
	     i++)
		status = member->port->extend(member->port->self,
					      record->lock.until_s, err);
	return status == LG_OK ? lg_servers_journal_until(&held->servers,
							  record, 0, err)
			       : status;
}

static enum lg_status move_one(struct lg_change_held *held,
			       struct lg_change_move *move,
			       struct lg_servers_member *member,
			       struct lg_error *err)
{
	struct lg_target *port = member->port;
	enum lg_status status;

	if (member != held->servers.last)
		return port->extend(port->self, move->until_s, err);
	status = move->confirms ? port->confirm(port->self, err)
				: port->extend(port->self, move->until_s, err);
	move->gate_exit = member->told.exit;
	if (status == LG_OK)
		move->until_s = member->told.until_s;
	return status;
}

static enum lg_status may_move(const struct lg_change_held *held,
			       int64_t until_s, struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	struct lg_now now = held->hands->now(held->hands->self);

	if (!record || record->with_gate || record->lock.max_duration_s < 0 ||
	    lg_servers_record_lasts_s(record, until_s, &now) <=
		    record->lock.max_duration_s)
		return LG_OK;
	return lg_error_set(err, LG_ERR_RANGE, NULL,
			    "%s runs at most %lld s from its beginning "
			    "(max_duration)",
			    record->lock.profile,
			    (long long)record->lock.max_duration_s);
}

/* Written down first: an end that is not the same everywhere is put back, now
 * or by recover. What was confirmed stays so. */
static enum lg_status move_all(struct lg_change_held *held,
			       struct lg_change_move *move,
			       struct lg_error *err)
{
	const struct lg_servers_record *record = held->record;
	struct lg_servers_member *member;
	int writes = record && keeper(held, 0);
	enum lg_status status = LG_OK;
	size_t asked = 0;

	if (writes)
		status = lg_servers_journal_until(&held->servers, record, 1,
						  err);
	if (status != LG_OK)
		return status;
	while (status == LG_OK && (member = keeper(held, asked)) != NULL) {
		status = move_one(held, move, member, err);
		/* a failure that may have gone through is put back, too */
		asked += lg_servers_may_be_done(member, status) != 0;
	}
	if (status == LG_OK && record) {
		status = write_end(held, move->until_s, err);
		/* it may stand there all the same, and then so it is */
		if (status != LG_OK && writes &&
		    lg_servers_journal_until(&held->servers, record, 1, NULL) !=
			    LG_OK)
			move->half = 1;
	}
	if (status != LG_OK && writes && !move->half)
		move->half = put_back(held, move->confirms ? 1 : 0, asked,
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
	struct lg_change_held held;
	enum lg_status status;

	if (move->confirms && !move->gate_id) {
		lg_error_set(err, LG_ERR_CONFLICT, move->id,
			     "the lock is not waiting to be confirmed");
		return lg_error_code(err, "not-in-force");
	}
	status = lg_change_hold(&held, hands, move->id, err);
	if (status != LG_OK)
		return status;
	if (held.record && held.record->phase != LG_SERVERS_APPLIED)
		held.record = NULL;
	if (held.record || where.with_gate)
		status = lg_change_gather(&held, &where, err);
	if (status == LG_OK)
		status = may_move(&held, move->until_s, err);
	if (status == LG_OK)
		status = move_all(&held, move, err);
	if (status == LG_OK && held.record && !held.record->with_gate)
		lg_change_note_held(&held, LG_EVENT_EXTEND, move->until_s,
				    "done");
	lg_change_let_go(&held);
	return status;
}

enum lg_status lg_change_move_back(struct lg_change_held *held,
				   struct lg_error *err)
{
	const struct lg_change_lift where = {
		.mode = LG_SERVERS_LIFT_EACH,
		.with_gate = held->record->with_gate,
	};
	enum lg_status status = lg_change_gather(held, &where, err);

	return status == LG_OK ? put_back(held, 0, SIZE_MAX, err) : status;
}
