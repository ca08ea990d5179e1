/* SPDX-License-Identifier: ISC */
/*
 * servers_lift.c - ending a lock on servers, and mending an interrupted one
 *
 * Everything comes from the journal: which servers, what they held before,
 * what was written. The settings only say how to reach them.
 */
#include "cli/change/servers_lift.h"

#include <stdlib.h>
#include <string.h>

#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/open/open.h"
#include "cli/change/servers_apply.h"
#include "cli/change/servers_history.h"
#include "cli/output.h"
#include "cli/open/targets.h"

void lg_cli_servers_release(struct lg_cli_servers *fleet)
{
	lg_cli_targets_release(&fleet->targets);
	lg_servers_record_release(&fleet->record);
}

static int is_among(const struct lg_strlist *names, const char *name)
{
	if (names == NULL)
		return 1;
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->item[i], name) == 0)
			return 1;
	}
	return 0;
}

/* Whether a lock still stands on this server of the record. */
static int is_locked(const struct lg_servers_record_target *target)
{
	return lg_servers_step_locks(target->step);
}

/* The servers of the record that are locked and meant, as members; befores
 * move from the record to the members. */
static enum lg_status gather(struct lg_cli *cli, struct lg_cli_servers *open,
			     const struct lg_strlist *names,
			     struct lg_servers *fleet, struct lg_error *err)
{
	struct lg_servers_record *record = &open->record;
	const struct lg_gate_lock lock = {.id = record->id,
					  .profile = record->profile,
					  .by = record->by,
					  .caller = lg_cli_by(cli)};
	const struct lg_settings *settings;
	const char **wanted;
	enum lg_status status = lg_cli_settings(cli, &settings, err);
	size_t *index = calloc(record->count + 1, sizeof(*index));
	size_t count = 0;

	wanted = calloc(record->count + 1, sizeof(*wanted));
	fleet->member = calloc(record->count + 1, sizeof(*fleet->member));
	if (status == LG_OK && (!wanted || !index || !fleet->member))
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		if (!is_locked(&record->target[i]))
			continue;
		if (!is_among(names, record->target[i].name)) {
			fleet->partial = 1;
			continue;
		}
		index[count] = i;
		wanted[count++] = record->target[i].name;
	}
	if (status == LG_OK)
		status = lg_cli_targets_open(settings, wanted, count,
					     &open->targets, err);
	lg_cli_targets_lock(&open->targets, &lock);
	for (size_t i = 0; status == LG_OK && i < count; i++) {
		struct lg_servers_record_target *target =
			&record->target[index[i]];

		fleet->member[i] = (struct lg_servers_member){
			.name = open->targets.port[i].name,
			.port = &open->targets.port[i],
			.wanted = target->wanted,
			.restart = target->restart,
			.before = target->before,
			.step = target->step,
			.in_restart = target->in_restart,
		};
		target->before = NULL;
		fleet->count++;
	}
	free(index);
	free(wanted);
	return status;
}

/* The gate has no part in it and keeps no record of it. */
static void note(struct lg_cli *cli, const struct lg_servers_record *record,
		 enum lg_journal_event event, int64_t until_s,
		 const char *result)
{
	struct lg_strlist names = {0};
	struct lg_buffer target = {0};
	struct lg_journal_entry entry = {
		.at_s = lg_cli_now(),
		.event = event,
		.profile = record->profile,
		.by = lg_cli_by(cli),
		.reason = *record->reason ? record->reason : NULL,
		.result = result,
		.since_s = record->since_s,
		.until_s = until_s,
		.max_duration_s = -1,
		.locks = event == LG_EVENT_EXTEND,
	};

	for (size_t i = 0; i < record->count; i++) {
		/* what became of those that were given up stands there */
		if (record->target[i].step != LG_SERVERS_FORGOTTEN)
			lg_strlist_add(&names, record->target[i].name,
				       strlen(record->target[i].name), NULL);
	}
	lg_cli_servers_names(&names, &target);
	entry.target = target.data;
	if (names.count > 0)
		lg_cli_servers_note(cli, &entry);
	lg_buffer_release(&target);
	lg_strlist_release(&names);
}

static void note_end(struct lg_cli *cli, const struct lg_servers_record *record,
		     int done)
{
	struct lg_now now = lg_cli_clocks();
	int expired = record->phase == LG_SERVERS_APPLIED &&
		      lg_servers_record_is_over(record, &now);

	note(cli, record, expired ? LG_EVENT_EXPIRE : LG_EVENT_LIFT,
	     record->until_s,
	     !done                                  ? "not everywhere"
	     : record->phase == LG_SERVERS_APPLYING ? "undone"
						    : "done");
}

/* Values that were put back where nothing reads them now: a line each. */
static void tell_idle(struct lg_cli *cli, const struct lg_servers *fleet,
		      const struct lg_cli_targets *targets)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < fleet->count && !cli->quiet; i++) {
		if (!lg_servers_service_idle(fleet->member[i].service) ||
		    fleet->member[i].left_behind)
			continue;
		lg_buffer_clear(&text);
		lg_cli_service_words(targets->settings[i],
				     fleet->member[i].service, &text);
		if (lg_buffer_status(&text, NULL) == LG_OK)
			lg_cli_say(cli, LG_EXIT_DONE, fleet->member[i].name,
				   "%s", text.data);
	}
	lg_buffer_release(&text);
}

/* Lifts or undoes what the journal says; the gate here is not touched. */
static int put_back(struct lg_cli *cli, const struct lg_strlist *names,
		    enum lg_servers_lift_mode mode,
		    struct lg_cli_lifted *lifted)
{
	struct lg_cli_servers open = {0};
	struct lg_servers fleet = {.watch = {cli, lg_cli_servers_moved}};
	enum lg_servers_outcome outcome = LG_SERVERS_NOTHING_WRITTEN;
	struct lg_journal_file *journal = NULL;
	enum lg_status status;
	struct lg_error err;
	int code = LG_EXIT_DONE;

	status = lg_cli_servers_journal(cli, &journal, &err);
	if (status == LG_OK)
		status = lg_cli_servers_record(cli, &open.record, &err);
	if (status == LG_OK && open.record.phase != LG_SERVERS_NOTHING)
		status = gather(cli, &open, names, &fleet, &err);
	if (status != LG_OK) {
		code = status == LG_ERR_CONFLICT
			       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err)
			       : lg_cli_fail(cli, &err);
		goto out;
	}
	if (open.record.phase == LG_SERVERS_NOTHING ||
	    (fleet.count == 0 && fleet.partial))
		goto out;
	fleet.journal.self = journal;
	fleet.journal.append = lg_journal_file_append;
	/* of a lock that stays on some servers the gate is lifted alone */
	fleet.gate_next =
		lifted->with_gate && open.record.with_gate && !fleet.partial;
	status = lg_servers_lift(&fleet, mode, &outcome, &err);
	if (fleet.gate_next && outcome != LG_SERVERS_NOTHING_WRITTEN) {
		lifted->journal = journal;
		journal = NULL;
	}
	if (status != LG_OK) {
		code = status == LG_ERR_CONFLICT &&
				       outcome == LG_SERVERS_NOTHING_WRITTEN
			       ? LG_EXIT_WOULD_NOT_LOCK
			       : lg_cli_servers_exit(outcome, status);
		lg_cli_fail_as(cli, code, &err);
		lg_cli_servers_tell(cli, &fleet);
		if (outcome == LG_SERVERS_NOTHING_WRITTEN &&
		    status != LG_ERR_CONFLICT)
			lg_cli_say(cli, code, NULL,
				   "nothing was lifted; lift --force lifts "
				   "what can be reached, and recover the rest "
				   "later; logongate recover --forget NAME "
				   "gives up one that is gone for good");
	}
	tell_idle(cli, &fleet, &open.targets);
	lifted->count = fleet.count;
	/* the gate knows neither of what it had no part in yet nor of what
	 * could not be put back, or later was */
	if ((!open.record.with_gate ||
	     open.record.phase != LG_SERVERS_APPLIED || status != LG_OK) &&
	    outcome != LG_SERVERS_NOTHING_WRITTEN && !fleet.partial)
		note_end(cli, &open.record, status == LG_OK);
out:
	for (size_t i = 0; i < fleet.count; i++)
		lg_servers_member_release(&fleet.member[i]);
	free(fleet.member);
	lg_cli_servers_release(&open);
	lg_journal_file_close(&journal);
	return code;
}

int lg_cli_servers_lift(struct lg_cli *cli, struct lg_cli_lifted *lifted)
{
	const char *force = lg_cli_option(cli, "force");
	enum lg_servers_lift_mode mode =
		force != NULL ? LG_SERVERS_LIFT_FORCE : LG_SERVERS_LIFT_CAREFUL;
	struct lg_servers_record record = {0};
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int some = lg_cli_option(cli, "target") != NULL ||
		   lg_cli_option(cli, "group") != NULL;
	int code = LG_EXIT_DONE;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (some) {
		code = lg_cli_target_names(cli, settings, &names);
	} else {
		/* without a lock on servers state_dir is left alone */
		if (lg_cli_servers_record(cli, &record, &err) != LG_OK)
			return lg_cli_fail(cli, &err);
		if (record.phase == LG_SERVERS_NOTHING)
			return LG_EXIT_DONE;
		lg_servers_record_release(&record);
	}
	if (code == LG_EXIT_DONE)
		code = put_back(cli, some ? &names : NULL, mode, lifted);
	if (code == LG_EXIT_DONE && lifted->count > 0 && !cli->quiet &&
	    !cli->json)
		fprintf(cli->err, "%zu server%s the earlier values again\n",
			lifted->count, lifted->count == 1 ? " has" : "s have");
	lg_strlist_release(&names);
	return code;
}

int lg_cli_servers_recover(struct lg_cli *cli, size_t *out_done, int *out_gate)
{
	struct lg_servers_record record = {0};
	struct lg_cli_lifted lifted = {0};
	struct lg_now now = lg_cli_clocks();
	struct lg_error err;
	int expired;
	int here;
	int code = LG_EXIT_DONE;

	*out_done = 0;
	*out_gate = 0;
	if (lg_cli_servers_record(cli, &record, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	expired = record.phase == LG_SERVERS_APPLIED &&
		  lg_servers_record_is_over(&record, &now);
	if (!expired && !lg_servers_is_unfinished(&record))
		goto out;
	/* a gate whose lock is over has lifted it by itself */
	lifted.with_gate = record.with_gate && !expired;
	/* nobody can be asked: what was changed by hand is kept and told, and
	 * keeps no other server locked */
	code = put_back(cli, NULL,
			lg_cli_option(cli, "force") == NULL
				? LG_SERVERS_LIFT_EACH
				: LG_SERVERS_LIFT_FORCE,
			&lifted);
	*out_done = lifted.count;
	/* the gate is locked and lifted last: it may hold that lock; a server
	 * that is left behind does not keep people out here */
	if (lifted.with_gate &&
	    (code == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)) {
		here = lg_cli_lift_gate_of(cli, &record, out_gate);
		here = lg_cli_servers_opened(cli, &lifted, here);
		code = code != LG_EXIT_DONE ? code : here;
	}
out:
	lg_journal_file_close(&lifted.journal);
	lg_servers_record_release(&record);
	return code;
}

void lg_cli_servers_end_over(struct lg_cli *cli)
{
	struct lg_servers_record record = {0};
	struct lg_now now = lg_cli_clocks();
	size_t done = 0;
	int gate;

	if (lg_cli_servers_record(cli, &record, NULL) == LG_OK &&
	    record.phase == LG_SERVERS_APPLIED && !record.with_gate &&
	    lg_servers_record_is_over(&record, &now)) {
		lg_cli_servers_recover(cli, &done, &gate);
		if (done > 0)
			lg_cli_say(cli, LG_EXIT_DONE, record.profile,
				   "the lock on the servers was over: %zu "
				   "server%s the earlier values again",
				   done, done == 1 ? " has" : "s have");
	}
	lg_servers_record_release(&record);
}

int lg_cli_servers_alone(struct lg_cli *cli)
{
	struct lg_servers_record record = {0};
	int alone = lg_cli_servers_record(cli, &record, NULL) == LG_OK &&
		    record.phase == LG_SERVERS_APPLIED && !record.with_gate;

	lg_servers_record_release(&record);
	return alone;
}

/* Servers that keep the lock's end themselves. */
static enum lg_status extend_there(struct lg_cli *cli,
				   struct lg_cli_servers *open, int64_t until_s,
				   struct lg_error *err)
{
	struct lg_servers fleet = {0};
	enum lg_status status = gather(cli, open, NULL, &fleet, err);

	for (size_t i = 0; status == LG_OK && i < fleet.count; i++) {
		struct lg_target *port = fleet.member[i].port;

		if (port->extend != NULL)
			status = port->extend(port->self, until_s, err);
	}
	for (size_t i = 0; i < fleet.count; i++)
		lg_servers_member_release(&fleet.member[i]);
	free(fleet.member);
	return status;
}

int lg_cli_servers_extend(struct lg_cli *cli, int64_t until_s)
{
	struct lg_cli_servers open = {0};
	struct lg_journal_file *journal = NULL;
	struct lg_servers fleet = {0};
	struct lg_error err;
	enum lg_status status = lg_cli_servers_record(cli, &open.record, &err);
	int locked = open.record.phase == LG_SERVERS_APPLIED;
	struct lg_now now = lg_cli_clocks();
	int there = LG_EXIT_DONE;

	if (status == LG_OK && locked && !open.record.with_gate &&
	    open.record.max_duration_s >= 0 &&
	    lg_servers_record_lasts_s(&open.record, until_s, &now) >
		    open.record.max_duration_s) {
		there = lg_cli_usage(cli,
				     "%s runs at most %lld s from its "
				     "beginning (max_duration)",
				     open.record.profile,
				     (long long)open.record.max_duration_s);
		lg_cli_servers_release(&open);
		return there;
	}
	if (status == LG_OK && locked)
		status = lg_cli_servers_journal(cli, &journal, &err);
	if (status == LG_OK && locked &&
	    extend_there(cli, &open, until_s, &err) != LG_OK)
		there = lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err);
	if (status == LG_OK && locked && there == LG_EXIT_DONE) {
		fleet.journal.self = journal;
		fleet.journal.append = lg_journal_file_append;
		status = lg_servers_journal_until(&fleet, until_s, &now, &err);
		if (status == LG_OK && !open.record.with_gate)
			note(cli, &open.record, LG_EVENT_EXTEND, until_s,
			     "done");
	}
	lg_cli_servers_release(&open);
	lg_journal_file_close(&journal);
	if (there != LG_EXIT_DONE)
		return there;
	return status == LG_OK ? LG_EXIT_DONE : lg_cli_fail(cli, &err);
}
