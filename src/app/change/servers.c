/* SPDX-License-Identifier: ISC */
/*
 * servers.c - one lock on many servers, or on none
 *
 * A change goes through phases; in each phase every member does the same
 * thing, several at once, and a phase begins only when the one before ended
 * well on all of them. The journal is written before a member takes a step
 * that changes something. Putting back is a phase like the others.
 */
#include "app/change/servers.h"

#include "app/change/servers_journal.h"
#include "app/change/servers_steps.h"

static enum lg_status work_look(struct lg_servers_round *round,
				struct lg_servers_member *member,
				struct lg_error *err)
{
	enum lg_status status = LG_OK;

	(void)round;
	lg_registry_free(&member->found);
	if (member->port->watch)
		status = member->port->watch(member->port->self, member->wanted,
					     err);
	if (status == LG_OK)
		status = member->port->read(member->port->self, &member->found,
					    err);
	return status;
}

void lg_servers_look(struct lg_servers *servers)
{
	lg_servers_round_run(servers, work_look, 0);
}

static enum lg_status work_probe(struct lg_servers_round *round,
				 struct lg_servers_member *member,
				 struct lg_error *err)
{
	enum lg_status status;

	status = member->port->probe(member->port->self, &member->probe, err);
	if (status == LG_OK && !member->probe.may_write)
		status = lg_error_set(err, LG_ERR_DENIED, member->name,
				      "the account may not change the "
				      "values there; %s",
				      member->probe.note);
	if (status == LG_OK)
		status = work_look(round, member, err);
	if (status == LG_OK && !member->before)
		status = lg_servers_keep_before(member->wanted, member->found,
						&member->before, err);
	return status;
}

static enum lg_status go_on(const struct lg_servers *servers, const char *name,
			    struct lg_error *err)
{
	if (!servers->watch.stop ||
	    !servers->watch.stop(servers->watch.context))
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, name,
			    "the change was stopped by a signal");
}

static enum lg_status work_write(struct lg_servers_round *round,
				 struct lg_servers_member *member,
				 struct lg_error *err)
{
	enum lg_status status;

	status = go_on(round->servers, member->name, err);
	if (status == LG_OK)
		status = lg_servers_round_step(round, member,
					       LG_SERVERS_WRITING, err);
	if (status == LG_OK)
		status = lg_servers_write_values(member, LG_TARGET_CHANGE, err);
	if (status == LG_OK)
		status = lg_servers_read_back(member, member->wanted, err);
	if (status == LG_OK)
		status = lg_servers_round_step(round, member, LG_SERVERS_WROTE,
					       err);
	return status;
}

/* A4 and A5: restart where asked, then look again. A store that is stopped
 * lets nobody on: no logon tells anything of the lock. */
static enum lg_status work_effect(struct lg_servers_round *round,
				  struct lg_servers_member *member,
				  struct lg_error *err)
{
	enum lg_status status = go_on(round->servers, member->name, err);

	if (status == LG_OK)
		status = lg_servers_service_restart(round, member, err);
	if (status == LG_OK)
		status = lg_servers_read_back(member, member->wanted, err);
	if (status == LG_OK)
		status = lg_servers_service_look(member, err);
	if (status == LG_OK && member->test &&
	    !lg_servers_service_idle(member->service))
		status = member->test(member->test_context, err);
	if (status == LG_OK)
		status = lg_servers_round_step(round, member, LG_SERVERS_TESTED,
					       err);
	return status;
}

/* Puts a member's earlier values back; one that was never touched is left. */
static enum lg_status work_restore(struct lg_servers_round *round,
				   struct lg_servers_member *member,
				   struct lg_error *err)
{
	int restarted = member->step == LG_SERVERS_RESTARTING ||
			member->step == LG_SERVERS_TESTED ||
			member->step == LG_SERVERS_RESTORING;
	struct lg_error failure = {0};
	enum lg_status status;

	if (!lg_servers_step_locks(member->step) || member->left_behind)
		return LG_OK;
	status = lg_servers_round_step(round, member, LG_SERVERS_RESTORING,
				       &failure);
	if (status == LG_OK)
		status = lg_servers_write_values(member, LG_TARGET_RESTORE,
						 &failure);
	/* what somebody else changed is theirs now: nothing is left to do */
	if (status == LG_ERR_CONFLICT && member->port->keeps_others) {
		member->kept = 1;
		status = LG_OK;
	} else if (status == LG_OK && !lg_servers_is_gate(member)) {
		status = lg_servers_read_back(member, member->before, &failure);
	}
	if (status == LG_OK && restarted)
		status = lg_servers_service_restart(round, member, &failure);
	/* what cannot be asked now is told, and keeps nothing locked */
	if (status == LG_OK &&
	    lg_servers_service_look(member, &failure) != LG_OK &&
	    member->service != LG_SERVICE_UNKNOWN)
		status = LG_ERR_CONFLICT;
	if (status == LG_OK)
		status = lg_servers_round_step(round, member,
					       LG_SERVERS_RESTORED, &failure);
	if (status == LG_OK && !member->kept)
		return LG_OK;
	if (status == LG_OK)
		status = LG_ERR_CONFLICT;
	else
		member->left_behind = 1;
	/* the failure that began it all is told first and kept */
	if (member->status != LG_OK)
		return member->status;
	*err = failure;
	return status;
}

/* Restores every touched member. */
static enum lg_servers_outcome restore_members(struct lg_servers *servers)
{
	if (!servers->partial &&
	    lg_servers_journal_step(servers, "lifting", NULL,
				    &servers->unwritten) != LG_OK)
		return LG_SERVERS_NOTHING_WRITTEN;
	lg_servers_round_run(servers, work_restore, 0);
	for (size_t i = 0; i < servers->count; i++) {
		if (servers->member[i].left_behind)
			return LG_SERVERS_LEFT_BEHIND;
	}
	return LG_SERVERS_PUT_BACK;
}

/* Its lock is over; of values by hand the earlier ones are back. */
static enum lg_status end_of(struct lg_servers_member *last,
			     struct lg_error *err)
{
	if (last->stands &&
	    lg_servers_read_back(last, last->before, NULL) == LG_OK)
		return LG_OK;
	return lg_servers_write_values(last, LG_TARGET_RESTORE, err);
}

enum lg_status lg_servers_end_last(struct lg_servers *servers)
{
	struct lg_servers_member *last = servers->last;
	struct lg_error failure;
	enum lg_status status;

	if (!last || !lg_servers_step_locks(last->step))
		return LG_OK;
	status = end_of(last, &failure);
	if (status == LG_OK)
		last->step = LG_SERVERS_RESTORED;
	else
		last->left_behind = 1;
	if (status == LG_OK && servers->ends_last) {
		status = lg_servers_journal_step(servers, "opened", NULL,
						 &servers->unwritten);
		failure = servers->unwritten;
	}
	if (status != LG_OK && last->status == LG_OK) {
		last->status = status;
		last->error = failure;
	}
	return status;
}

/* Restores every touched member, then the last; the journal ends when all
 * are. A server that is left behind does not keep people out here. */
static enum lg_servers_outcome restore_all(struct lg_servers *servers,
					   int force)
{
	enum lg_servers_outcome outcome = restore_members(servers);

	if (outcome == LG_SERVERS_PUT_BACK && !servers->partial &&
	    !servers->ends_last &&
	    lg_servers_journal_step(servers, "lifted", NULL,
				    &servers->unwritten) != LG_OK)
		outcome = LG_SERVERS_LEFT_BEHIND;
	if (outcome == LG_SERVERS_NOTHING_WRITTEN && !force)
		return outcome;
	lg_servers_end_last(servers);
	return outcome == LG_SERVERS_NOTHING_WRITTEN && servers->last
		       ? LG_SERVERS_LEFT_BEHIND
		       : outcome;
}

enum lg_status lg_servers_probe(struct lg_servers *servers,
				struct lg_error *err)
{
	if (!lg_servers_round_run(servers, work_probe, 0))
		return lg_servers_first_failure(servers, err);
	return LG_OK;
}

/* Wanted values that were computed from what was there are worth nothing when
 * somebody was faster. */
static enum lg_status still_as_planned(const struct lg_servers *servers,
				       struct lg_error *err)
{
	const struct lg_servers_member *member;
	const char *name;

	for (size_t i = 0; i < servers->count; i++) {
		member = &servers->member[i];
		name = member->planned
			       ? lg_servers_differing(member, member->found,
						      member->planned)
			       : NULL;
		if (name)
			return lg_error_set(err, LG_ERR_CONFLICT, member->name,
					    "%s was changed by somebody else "
					    "meanwhile; nothing is written, "
					    "try again",
					    name);
	}
	return LG_OK;
}

int lg_servers_may_be_done(const struct lg_servers_member *member,
			   enum lg_status status)
{
	return status == LG_OK ||
	       (!member->told.unreached &&
		(status == LG_ERR_IO || status == LG_ERR_TIMEOUT));
}

/* A write that may have gone through is undone; one that was refused left
 * nothing. */
static enum lg_status lock_last(struct lg_servers *servers,
				struct lg_error *err)
{
	struct lg_servers_member *last = servers->last;

	if (!last)
		return LG_OK;
	last->status =
		lg_servers_write_values(last, LG_TARGET_CHANGE, &last->error);
	if (lg_servers_may_be_done(last, last->status))
		last->step = LG_SERVERS_WRITING;
	if (last->status == LG_OK && last->test)
		last->status = last->test(last->test_context, &last->error);
	if (last->status == LG_OK)
		last->step = LG_SERVERS_TESTED;
	else if (err)
		*err = last->error;
	return last->status;
}

/* Where the last was locked, its end ends the change in the journal. */
static enum lg_servers_outcome undo(struct lg_servers *servers)
{
	enum lg_servers_outcome outcome;

	servers->ends_last =
		servers->last && lg_servers_step_locks(servers->last->step);
	if (!servers->ends_last && servers->count == 0)
		return LG_SERVERS_NOTHING_WRITTEN;
	outcome = restore_all(servers, 1);
	if ((servers->last && servers->last->left_behind) ||
	    servers->unwritten.status != LG_OK)
		return LG_SERVERS_LEFT_BEHIND;
	return outcome;
}

/* The last line. Of values by hand it may have ended the change although its
 * writing failed: before anything is undone the change begins again. */
static enum lg_status conclude(struct lg_servers *servers,
			       const struct lg_target_lock *lock,
			       enum lg_servers_outcome *out_outcome,
			       struct lg_error *err)
{
	enum lg_status status = lg_servers_journal_step(
		servers, lock->stands ? "lifted" : "applied", NULL, err);

	if (status == LG_OK)
		*out_outcome = LG_SERVERS_DONE;
	else if (lock->stands &&
		 lg_servers_journal_begin(servers, lock, NULL) != LG_OK)
		*out_outcome = LG_SERVERS_LEFT_BEHIND;
	else
		*out_outcome = undo(servers);
	return status;
}

enum lg_status lg_servers_apply(struct lg_servers *servers,
				const struct lg_target_lock *lock,
				const struct lg_servers_backup *backup,
				enum lg_servers_outcome *out_outcome,
				struct lg_error *err)
{
	enum lg_status status;

	*out_outcome = LG_SERVERS_NOTHING_WRITTEN;
	servers->id = lock->id;
	status = lg_servers_probe(servers, err);
	for (size_t i = 0; status == LG_OK && i < servers->count; i++) {
		if (servers->member[i].probe.locked)
			status = lg_error_set(err, LG_ERR_CONFLICT,
					      servers->member[i].name, "%s",
					      servers->member[i].probe.note);
	}
	if (status == LG_OK)
		status = still_as_planned(servers, err);
	for (size_t i = 0;
	     status == LG_OK && backup->keep && i < servers->count; i++)
		status = backup->keep(backup->self, servers->member[i].name,
				      servers->member[i].found,
				      &servers->member[i].backup, err);
	if (status == LG_OK)
		status = lg_servers_journal_begin(servers, lock, err);
	if (status != LG_OK)
		return status;
	if (!lg_servers_round_run(servers, work_write, 1) ||
	    !lg_servers_round_run(servers, work_effect, 1))
		status = lg_servers_first_failure(servers, err);
	if (status == LG_OK)
		status = go_on(servers, lock->profile, err);
	if (status == LG_OK)
		status = lock_last(servers, err);
	if (status == LG_OK)
		return conclude(servers, lock, out_outcome, err);
	*out_outcome = undo(servers);
	return status;
}

static enum lg_status work_compare(struct lg_servers_round *round,
				   struct lg_servers_member *member,
				   struct lg_error *err)
{
	enum lg_status status = work_look(round, member, err);

	/* a gate that lifted by itself, or a hand that did: nothing is lost */
	if (status == LG_OK && !lg_servers_is_gate(member) &&
	    lg_servers_foreign(member))
		member->changed = 1;
	return status;
}

/* Those that keep their lock beyond its end. A backend that keeps what others
 * changed is lifted all the same. */
static void leave_behind(struct lg_servers *servers)
{
	struct lg_servers_member *member;

	lg_servers_round_run(servers, work_compare, 0);
	for (size_t i = 0; i < servers->count; i++) {
		member = &servers->member[i];
		if (member->status == LG_OK &&
		    (!member->changed || member->port->keeps_others))
			continue;
		if (member->status == LG_OK)
			member->status = lg_error_set(
				&member->error, LG_ERR_CONFLICT, member->name,
				"somebody changed a value while the lock was "
				"on (%s); 'recover --force' puts the earlier "
				"values back",
				lg_servers_foreign(member));
		member->left_behind = 1;
		servers->partial = 1;
	}
}

enum lg_status lg_servers_lift(struct lg_servers *servers,
			       enum lg_servers_lift_mode mode,
			       enum lg_servers_outcome *out_outcome,
			       struct lg_error *err)
{
	*out_outcome = LG_SERVERS_NOTHING_WRITTEN;
	if (mode == LG_SERVERS_LIFT_EACH)
		leave_behind(servers);
	if (mode == LG_SERVERS_LIFT_CAREFUL) {
		if (!lg_servers_round_run(servers, work_compare, 0))
			return lg_servers_first_failure(servers, err);
		for (size_t i = 0; i < servers->count; i++) {
			if (servers->member[i].changed)
				return lg_error_set(
					err, LG_ERR_CONFLICT,
					servers->member[i].name,
					"somebody changed a value while the "
					"lock was on (%s); see what it is with "
					"'targets test', then 'lift --force' "
					"puts the earlier values back",
					lg_servers_foreign(
						&servers->member[i]));
		}
	}
	*out_outcome = restore_all(servers, mode != LG_SERVERS_LIFT_CAREFUL);
	for (size_t i = 0; i < servers->count; i++) {
		if (servers->member[i].kept)
			*out_outcome = LG_SERVERS_LEFT_BEHIND;
	}
	if (*out_outcome != LG_SERVERS_PUT_BACK)
		return lg_servers_first_failure(servers, err);
	*out_outcome = LG_SERVERS_DONE;
	return LG_OK;
}
