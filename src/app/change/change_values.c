/* SPDX-License-Identifier: ISC */
/*
 * change_values.c - values changed by hand: import, restore
 */
#include "app/change/change_values.h"

#include "app/change/change_held.h"
#include "app/change/servers_journal.h"
#include "app/lock/lock_change.h"
#include "app/lock/stored_values.h"

/* A change that is not over by then was interrupted; whoever ends what is over
 * undoes it. */
#define LASTS_S 600

/* What one change holds. */
struct changing {
	struct lg_change_values *wish;
	struct lg_strlist *names;
	struct lg_change_held held;
	struct lg_target *port;
	struct lg_registry *is;
	struct lg_registry *should;
	struct lg_findings *findings; /* of a back-up; NULL: none */
	struct lg_target_lock lock;   /* that it is none */
	struct lg_servers_member *member;
};

/* A lock would put the values back, or take them for somebody's change. Of one
 * that damage took nothing is left but this. */
static enum lg_status not_locked(const struct changing *changing,
				 struct lg_error *err)
{
	const char *name = changing->wish->server;
	struct lg_target_probe probe = {0};
	struct lg_target *port = changing->port;
	enum lg_status status;

	for (size_t i = 0; i < changing->held.book.count; i++) {
		const struct lg_servers_record *record =
			&changing->held.book.record[i];
		const struct lg_servers_record_target *target =
			lg_servers_record_target(record, name);

		if (!target || record->phase == LG_SERVERS_LOST ||
		    !lg_servers_step_locks(target->step))
			continue;
		return lg_error_set(err, LG_ERR_CONFLICT, name,
				    record->lock.stands
					    ? "%s was interrupted half-way on "
					      "this server; logongate recover "
					      "first"
					    : "the lock %s is on this server; "
					      "logongate lift first",
				    record->lock.profile);
	}
	if (name)
		return LG_OK;
	status = port->probe(port->self, &probe, err);
	if (status == LG_OK && probe.locked) {
		lg_error_set(err, LG_ERR_CONFLICT, NULL,
			     "a lock is in force; lift it first");
		status = lg_error_code(err, "already-in-force");
	}
	return status;
}

/* Names that are to hold something else: what they get, and what they have. */
static enum lg_status add_difference(const struct lg_registry *from,
				     const struct lg_registry *to,
				     struct lg_registry **out_values,
				     struct lg_error *err)
{
	enum lg_status status = lg_registry_new(out_values, err);

	for (size_t i = 0; status == LG_OK && i < lg_registry_count(to); i++) {
		const struct lg_value *value = lg_registry_at(to, i);

		if (!lg_registry_has(from, value))
			status = lg_registry_set(*out_values, value, err);
	}
	return status;
}

static enum lg_status compare(struct changing *changing, struct lg_error *err)
{
	const struct lg_change_values *wish = changing->wish;
	struct lg_target *port = changing->port;
	enum lg_status status = port->read(port->self, &changing->is, err);

	if (status == LG_OK && wish->kept)
		status = port->kept(port->self, wish->kept, &changing->should,
				    &changing->findings, err);
	else if (status == LG_OK)
		status = wish->make(wish->context, changing->is,
				    &changing->should, err);
	if (status == LG_OK)
		status = add_difference(changing->is, changing->should,
					&changing->member->composed, err);
	if (status == LG_OK)
		status = add_difference(changing->should, changing->is,
					&changing->member->before, err);
	if (status == LG_OK)
		status = lg_registry_differences(changing->is, changing->should,
						 changing->names, err);
	return status;
}

/* A gate: what is written is no lock. */
static void tell_target(struct changing *changing)
{
	struct lg_target *port = changing->port;

	if (port->lock)
		port->lock(port->self, &changing->lock,
			   &changing->member->told);
}

/* Opened, compared and written. */
static enum lg_status change_one(struct changing *changing,
				 struct lg_error *err)
{
	const struct lg_change_hands *hands = changing->held.hands;
	const struct lg_servers_backup backup = {(void *)hands,
						 lg_change_backup};
	struct lg_change_values *wish = changing->wish;
	struct lg_servers *servers = &changing->held.servers;
	struct lg_servers_member *member;
	size_t count = wish->server != NULL;
	enum lg_status status =
		lg_change_open(&changing->held, &wish->server, &count,
			       !wish->server, &changing->port, err);

	if (status != LG_OK)
		return status;
	member = changing->member = servers->member;
	servers->count = count;
	servers->last = count ? NULL : member;
	tell_target(changing);
	status = not_locked(changing, err);
	if (status == LG_OK)
		status = compare(changing, err);
	/* The gate here may have lost what stood there: its values are set
	 * anew also where nothing differs. */
	if (status != LG_OK || (wish->server && changing->names->count == 0))
		return status;
	changing->lock.findings = changing->findings;
	tell_target(changing);
	member->name = changing->port->name;
	member->port = changing->port;
	member->wanted = member->composed;
	member->planned = member->before;
	member->stands = 1;
	servers->now = hands->now(hands->self);
	changing->lock.since_s = servers->now.wall_ms / 1000;
	changing->lock.until_s = changing->lock.since_s + LASTS_S;
	if (wish->server)
		status = lg_servers_journal_rewrite(&servers->journal,
						    &changing->held.book, err);
	return status == LG_OK ? lg_servers_apply(servers, &changing->lock,
						  &backup, &wish->outcome, err)
			       : status;
}

/* Who changed what there; a change of nothing is none, and the gate here notes
 * its own. */
static void note(const struct changing *changing, enum lg_status status)
{
	const struct lg_change_hands *hands = changing->held.hands;
	struct lg_buffer what = {0};
	struct lg_journal_entry entry = {
		.at_s = hands->now(hands->self).wall_ms / 1000,
		.event = changing->wish->event,
		.by = hands->by,
		.result = status == LG_OK ? "done"
			  : changing->wish->outcome == LG_SERVERS_LEFT_BEHIND
				  ? "failed, NOT put back"
				  : "failed, put back",
		.max_duration_s = -1,
		.target = changing->wish->server,
	};

	if (!changing->wish->server || changing->names->count == 0)
		return;
	lg_journal_names(changing->names, &what);
	entry.what = what.data;
	lg_change_note(hands, &entry, NULL);
	lg_buffer_release(&what);
}

enum lg_status lg_change_values(const struct lg_change_hands *hands,
				struct lg_change_values *wish,
				struct lg_strlist *names, struct lg_error *err)
{
	struct changing changing = {
		.wish = wish,
		.names = names,
		.lock = {.id = wish->id,
			 .profile = wish->event == LG_EVENT_IMPORT
					    ? "registry import"
					    : "registry restore",
			 .by = hands->by,
			 .caller = hands->by,
			 .stands = wish->kept ? LG_TARGET_BACKUP
					      : LG_TARGET_IMPORT,
			 .max_duration_s = -1}};
	enum lg_status status;

	wish->outcome = LG_SERVERS_NOTHING_WRITTEN;
	status = lg_change_hold(&changing.held, hands, wish->server ? "" : NULL,
				err);
	if (status != LG_OK)
		return status;
	changing.held.servers.watch.moved = NULL;
	status = change_one(&changing, err);
	if (!wish->server && changing.member)
		wish->gate_exit = changing.member->told.exit;
	note(&changing, status);
	lg_findings_free(&changing.findings);
	lg_registry_free(&changing.should);
	lg_registry_free(&changing.is);
	lg_change_let_go(&changing.held);
	return status;
}
