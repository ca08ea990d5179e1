/* SPDX-License-Identifier: ISC */
/*
 * fleet.c - one lock on many servers, or on none
 *
 * A change goes through phases; in each phase every member does the same
 * thing, several at once, and a phase begins only when the one before ended
 * well on all of them. The journal is written before a member takes a step
 * that changes something. Putting back is a phase like the others.
 */
#include "app/fleet.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/fleet_journal.h"

#define PARALLEL_DEFAULT 8

static const char *const step_names[] = {
	[LG_FLEET_UNTOUCHED] = "untouched",
	[LG_FLEET_WRITING] = "writing",
	[LG_FLEET_WROTE] = "wrote",
	[LG_FLEET_RESTARTING] = "restarting",
	[LG_FLEET_TESTED] = "tested",
	[LG_FLEET_RESTORING] = "restoring",
	[LG_FLEET_RESTORED] = "restored",
};

const char *lg_fleet_step_name(enum lg_fleet_step step)
{
	return step_names[step];
}

/* One phase: what every member does, and what the workers share meanwhile. */
struct phase {
	struct lg_fleet *fleet;
	enum lg_status (*work)(struct phase *phase,
			       struct lg_fleet_member *member,
			       struct lg_error *err);
	int stop_at_failure;
	atomic_size_t next;
	atomic_int failed;
	pthread_mutex_t mutex;
};

static enum lg_status phase_step(struct phase *phase,
				 struct lg_fleet_member *member,
				 enum lg_fleet_step step, struct lg_error *err)
{
	enum lg_status status;

	pthread_mutex_lock(&phase->mutex);
	status = lg_fleet_journal_step(phase->fleet, lg_fleet_step_name(step),
				       member->name, err);
	if (status == LG_OK) {
		member->step = step;
		if (phase->fleet->watch.moved)
			phase->fleet->watch.moved(phase->fleet->watch.context,
						  member);
	}
	pthread_mutex_unlock(&phase->mutex);
	return status;
}

static void *phase_worker(void *argument)
{
	struct phase *phase = argument;
	struct lg_fleet_member *member;
	enum lg_status status;
	size_t i;

	for (;;) {
		i = atomic_fetch_add(&phase->next, 1);
		if (i >= phase->fleet->count)
			return NULL;
		if (phase->stop_at_failure && atomic_load(&phase->failed))
			return NULL;
		member = &phase->fleet->member[i];
		status = phase->work(phase, member, &member->error);
		if (status != LG_OK) {
			member->status = status;
			atomic_store(&phase->failed, 1);
		}
	}
}

/*
 * Runs work on every member, several at once. A thread that cannot be started
 * is no failure: the calling thread works too.
 */
static int phase_run(struct lg_fleet *fleet,
		     enum lg_status (*work)(struct phase *,
					    struct lg_fleet_member *,
					    struct lg_error *),
		     int stop_at_failure)
{
	struct phase phase = {.fleet = fleet,
			      .work = work,
			      .stop_at_failure = stop_at_failure};
	pthread_t *thread;
	size_t wanted = fleet->parallel ? fleet->parallel : PARALLEL_DEFAULT;
	size_t started = 0;

	if (wanted > fleet->count)
		wanted = fleet->count;
	pthread_mutex_init(&phase.mutex, NULL);
	thread = wanted > 1 ? calloc(wanted, sizeof(*thread)) : NULL;
	while (thread && started + 1 < wanted &&
	       pthread_create(&thread[started], NULL, phase_worker, &phase) ==
		       0)
		started++;
	phase_worker(&phase);
	while (started > 0)
		pthread_join(thread[--started], NULL);
	free(thread);
	pthread_mutex_destroy(&phase.mutex);
	return !atomic_load(&phase.failed);
}

enum lg_status lg_fleet_member_failure(const struct lg_fleet_member *member,
				       struct lg_error *err)
{
	const char *place = member->error.place;

	/* a host, or a file that names the account */
	if (*place && strcmp(place, member->name) != 0)
		return lg_error_set(err, member->status, member->name, "%s: %s",
				    place, member->error.text);
	return lg_error_set(err, member->status, member->name, "%s",
			    member->error.text);
}

/* The failure that is told: the first member that has one. */
static enum lg_status first_failure(const struct lg_fleet *fleet,
				    struct lg_error *err)
{
	const struct lg_fleet_member *member;
	size_t i;

	for (i = 0; i < fleet->count; i++) {
		member = &fleet->member[i];
		if (member->status == LG_OK)
			continue;
		return lg_fleet_member_failure(member, err);
	}
	return lg_error_set(err, LG_ERR_BUG, NULL,
			    "a change failed on no target");
}

/* Only the names of wanted, as they were: what a lift puts back. */
static enum lg_status keep_before(const struct lg_registry *wanted,
				  const struct lg_registry *found,
				  struct lg_registry **out_before,
				  struct lg_error *err)
{
	struct lg_registry *before = NULL;
	const struct lg_value *value;
	enum lg_status status;
	size_t i;

	status = lg_registry_new(&before, err);
	for (i = 0; status == LG_OK && i < lg_registry_count(wanted); i++) {
		value = lg_registry_at(wanted, i);
		value = lg_registry_find(found, value->key, value->name);
		if (value)
			status = lg_registry_set(before, value, err);
	}
	if (status != LG_OK) {
		lg_registry_free(&before);
		return status;
	}
	*out_before = before;
	return LG_OK;
}

void lg_fleet_member_release(struct lg_fleet_member *member)
{
	lg_registry_free(&member->found);
	lg_registry_free(&member->before);
}

static enum lg_status work_look(struct phase *phase,
				struct lg_fleet_member *member,
				struct lg_error *err)
{
	(void)phase;
	lg_registry_free(&member->found);
	return member->port->read(member->port->self, &member->found, err);
}

void lg_fleet_look(struct lg_fleet *fleet)
{
	phase_run(fleet, work_look, 0);
}

static enum lg_status work_probe(struct phase *phase,
				 struct lg_fleet_member *member,
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
		status = work_look(phase, member, err);
	if (status == LG_OK && !member->before)
		status = keep_before(member->wanted, member->found,
				     &member->before, err);
	return status;
}

/* The first name of a set under which found holds something else, or NULL. */
static const char *differing(const struct lg_registry *found,
			     const struct lg_registry *names,
			     const struct lg_registry *expected)
{
	const struct lg_value *name;
	const struct lg_value *is;
	const struct lg_value *should;
	size_t i;

	for (i = 0; i < lg_registry_count(names); i++) {
		name = lg_registry_at(names, i);
		is = lg_registry_find(found, name->key, name->name);
		should = lg_registry_find(expected, name->key, name->name);
		if (!is != !should || (is && !lg_value_equal(is, should)))
			return name->name;
	}
	return NULL;
}

static int holds(const struct lg_registry *found,
		 const struct lg_registry *names,
		 const struct lg_registry *expected)
{
	return !differing(found, names, expected);
}

int lg_fleet_in_force(const struct lg_fleet_member *member)
{
	return member->found &&
	       holds(member->found, member->wanted, member->wanted);
}

/* A3: what was written is read back and compared. */
static enum lg_status read_back(struct lg_fleet_member *member,
				const struct lg_registry *expected,
				struct lg_error *err)
{
	struct lg_registry *found = NULL;
	enum lg_status status;

	status = member->port->read(member->port->self, &found, err);
	if (status == LG_OK && !holds(found, member->wanted, expected))
		status = lg_error_set(err, LG_ERR_IO, member->name,
				      "the values read back are not those "
				      "that were written");
	lg_registry_free(&found);
	return status;
}

/* Every name of wanted gets what to holds, or is deleted. */
static enum lg_status write_values(struct lg_fleet_member *member,
				   enum lg_target_care care,
				   struct lg_error *err)
{
	int restore = care == LG_TARGET_RESTORE;
	const struct lg_registry *from =
		restore ? member->wanted : member->before;
	const struct lg_registry *to =
		restore ? member->before : member->wanted;
	size_t count = lg_registry_count(member->wanted);
	struct lg_target_change *change;
	const struct lg_value *value;
	enum lg_status status;
	size_t i;

	change = calloc(count ? count : 1, sizeof(*change));
	if (!change)
		return lg_error_set(err, LG_ERR_NO_MEMORY, member->name,
				    "out of memory");
	for (i = 0; i < count; i++) {
		value = lg_registry_at(member->wanted, i);
		change[i].key = value->key;
		change[i].name = value->name;
		change[i].value = lg_registry_find(to, value->key, value->name);
		change[i].expected =
			lg_registry_find(from, value->key, value->name);
		change[i].care = care;
	}
	status = member->port->write(member->port->self, change, count, err);
	free(change);
	return status;
}

static enum lg_status go_on(const struct lg_fleet *fleet, const char *name,
			    struct lg_error *err)
{
	if (!fleet->watch.stop || !fleet->watch.stop(fleet->watch.stop_context))
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, name,
			    "the change was stopped by a signal");
}

static enum lg_status work_write(struct phase *phase,
				 struct lg_fleet_member *member,
				 struct lg_error *err)
{
	enum lg_status status;

	status = go_on(phase->fleet, member->name, err);
	if (status == LG_OK)
		status = phase_step(phase, member, LG_FLEET_WRITING, err);
	if (status == LG_OK)
		status = write_values(member, LG_TARGET_CHANGE, err);
	if (status == LG_OK)
		status = read_back(member, member->wanted, err);
	if (status == LG_OK)
		status = phase_step(phase, member, LG_FLEET_WROTE, err);
	return status;
}

/* A4 and A5: restart where asked, then look again. */
static enum lg_status work_effect(struct phase *phase,
				  struct lg_fleet_member *member,
				  struct lg_error *err)
{
	enum lg_status status = go_on(phase->fleet, member->name, err);

	if (status == LG_OK && member->restart && member->port->restart) {
		status = phase_step(phase, member, LG_FLEET_RESTARTING, err);
		if (status == LG_OK)
			status = member->port->restart(member->port->self, err);
	}
	if (status == LG_OK)
		status = read_back(member, member->wanted, err);
	if (status == LG_OK && member->test)
		status = member->test(member->test_context, err);
	if (status == LG_OK)
		status = phase_step(phase, member, LG_FLEET_TESTED, err);
	return status;
}

/* Puts a member's earlier values back; one that was never touched is left. */
static enum lg_status work_restore(struct phase *phase,
				   struct lg_fleet_member *member,
				   struct lg_error *err)
{
	int restarted = member->step == LG_FLEET_RESTARTING ||
			member->step == LG_FLEET_TESTED ||
			member->step == LG_FLEET_RESTORING;
	struct lg_error failure = {0};
	enum lg_status status;

	if (member->step == LG_FLEET_UNTOUCHED ||
	    member->step == LG_FLEET_RESTORED)
		return LG_OK;
	status = phase_step(phase, member, LG_FLEET_RESTORING, &failure);
	if (status == LG_OK)
		status = write_values(member, LG_TARGET_RESTORE, &failure);
	/* what somebody else changed is theirs now: nothing is left to do */
	if (status == LG_ERR_CONFLICT && member->port->keeps_others) {
		member->kept = 1;
		status = LG_OK;
	} else if (status == LG_OK) {
		status = read_back(member, member->before, &failure);
	}
	if (status == LG_OK && restarted && member->restart &&
	    member->port->restart)
		status = member->port->restart(member->port->self, &failure);
	if (status == LG_OK)
		status = phase_step(phase, member, LG_FLEET_RESTORED, &failure);
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

/* Restores every touched member; the journal ends when all are. */
static enum lg_fleet_outcome restore_all(struct lg_fleet *fleet)
{
	struct lg_error ignored;
	size_t i;

	if (!fleet->partial &&
	    lg_fleet_journal_step(fleet, "lifting", NULL, &ignored) != LG_OK)
		return LG_FLEET_LEFT_BEHIND;
	phase_run(fleet, work_restore, 0);
	for (i = 0; i < fleet->count; i++) {
		if (fleet->member[i].left_behind)
			return LG_FLEET_LEFT_BEHIND;
	}
	if (!fleet->partial &&
	    lg_fleet_journal_step(fleet, "lifted", NULL, &ignored) != LG_OK)
		return LG_FLEET_LEFT_BEHIND;
	return LG_FLEET_PUT_BACK;
}

enum lg_status lg_fleet_probe(struct lg_fleet *fleet, struct lg_error *err)
{
	if (!phase_run(fleet, work_probe, 0))
		return first_failure(fleet, err);
	return LG_OK;
}

/* Wanted values that were computed from what was there are worth nothing when
 * somebody was faster. */
static enum lg_status still_as_planned(const struct lg_fleet *fleet,
				       struct lg_error *err)
{
	const struct lg_fleet_member *member;
	const char *name;
	size_t i;

	for (i = 0; i < fleet->count; i++) {
		member = &fleet->member[i];
		name = member->planned
			       ? differing(member->found, member->wanted,
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

enum lg_status lg_fleet_apply(struct lg_fleet *fleet,
			      const struct lg_fleet_change *change,
			      const struct lg_fleet_hooks *hooks,
			      enum lg_fleet_outcome *out_outcome,
			      struct lg_error *err)
{
	enum lg_status status;

	*out_outcome = LG_FLEET_NOTHING_WRITTEN;
	status = lg_fleet_probe(fleet, err);
	for (size_t i = 0; status == LG_OK && i < fleet->count; i++) {
		if (fleet->member[i].probe.locked)
			status = lg_error_set(err, LG_ERR_CONFLICT,
					      fleet->member[i].name, "%s",
					      fleet->member[i].probe.note);
	}
	if (status == LG_OK)
		status = still_as_planned(fleet, err);
	if (status == LG_OK && hooks->backup)
		status = hooks->backup(hooks->context, fleet, err);
	if (status == LG_OK)
		status = lg_fleet_journal_begin(fleet, change, err);
	if (status != LG_OK)
		return status;
	if (!phase_run(fleet, work_write, 1) ||
	    !phase_run(fleet, work_effect, 1))
		status = first_failure(fleet, err);
	if (status == LG_OK)
		status = go_on(fleet, change->profile, err);
	if (status == LG_OK && hooks->finish)
		status = hooks->finish(hooks->context, err);
	if (status == LG_OK)
		status = lg_fleet_journal_step(fleet, "applied", NULL, err);
	if (status != LG_OK) {
		*out_outcome = restore_all(fleet);
		return status;
	}
	*out_outcome = LG_FLEET_DONE;
	return LG_OK;
}

static enum lg_status work_compare(struct phase *phase,
				   struct lg_fleet_member *member,
				   struct lg_error *err)
{
	enum lg_status status = work_look(phase, member, err);

	/* a gate that lifted by itself, or a hand that did: nothing is lost */
	if (status == LG_OK && !lg_fleet_in_force(member) &&
	    !holds(member->found, member->wanted, member->before))
		member->changed = 1;
	return status;
}

enum lg_status lg_fleet_lift(struct lg_fleet *fleet,
			     enum lg_fleet_lift_mode mode,
			     enum lg_fleet_outcome *out_outcome,
			     struct lg_error *err)
{
	size_t i;

	*out_outcome = LG_FLEET_NOTHING_WRITTEN;
	if (mode == LG_FLEET_LIFT_CAREFUL) {
		if (!phase_run(fleet, work_compare, 0))
			return first_failure(fleet, err);
		for (i = 0; i < fleet->count; i++) {
			if (fleet->member[i].changed)
				return lg_error_set(
					err, LG_ERR_CONFLICT,
					fleet->member[i].name,
					"somebody changed a value while the "
					"lock was on (%s); see what it is with "
					"'targets test', then 'lift --force' "
					"puts the earlier values back",
					differing(fleet->member[i].found,
						  fleet->member[i].wanted,
						  fleet->member[i].wanted));
		}
	}
	*out_outcome = restore_all(fleet);
	for (i = 0; i < fleet->count; i++) {
		if (fleet->member[i].kept)
			*out_outcome = LG_FLEET_LEFT_BEHIND;
	}
	if (*out_outcome == LG_FLEET_LEFT_BEHIND)
		return first_failure(fleet, err);
	*out_outcome = LG_FLEET_DONE;
	return LG_OK;
}

enum lg_status lg_fleet_recover(struct lg_fleet *fleet,
				enum lg_fleet_outcome *out_outcome,
				struct lg_error *err)
{
	return lg_fleet_lift(fleet, LG_FLEET_LIFT_FORCE, out_outcome, err);
}
