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

#include "app/change/servers_ending.h"
#include "app/change/servers_journal.h"
#include "cli/change/apply.h"
#include "cli/change/effect.h"
#include "cli/open/open.h"
#include "cli/change/servers_apply.h"
#include "cli/change/servers_history.h"
#include "cli/output.h"
#include "cli/open/targets.h"

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

/* One change that is to end, with its servers opened. */
struct ending {
	struct lg_servers_book book;
	const struct lg_servers_record *record; /* in the book */
	struct lg_cli_targets targets;
	struct lg_servers fleet;
};

static void release(struct ending *ending)
{
	for (size_t i = 0; i < ending->fleet.count; i++)
		lg_servers_member_release(&ending->fleet.member[i]);
	free(ending->fleet.member);
	lg_cli_targets_release(&ending->targets);
	lg_servers_book_release(&ending->book);
}

/* What another change left half written is not to be guessed at. */
static enum lg_status not_interrupted(const struct ending *ending,
				      const char *name, struct lg_error *err)
{
	const struct lg_servers_record *other =
		lg_servers_interrupted(&ending->book, name, ending->record);

	if (other == NULL)
		return LG_OK;
	return lg_error_set(err, LG_ERR_CONFLICT, name,
			    "another change (%s) was interrupted half-way "
			    "there; logongate recover first, or lift --force",
			    other->profile != NULL ? other->profile : "?");
}

/* The servers of the record that are locked and meant, as members. */
static enum lg_status gather(struct lg_cli *cli, struct ending *ending,
			     const struct lg_strlist *names,
			     enum lg_servers_lift_mode mode,
			     struct lg_error *err)
{
	const struct lg_servers_record *record = ending->record;
	const struct lg_gate_lock lock = {.id = record->id,
					  .profile = record->profile,
					  .by = record->by,
					  .caller = lg_cli_by(cli)};
	const struct lg_settings *settings;
	const char **wanted;
	enum lg_status status = lg_cli_settings(cli, &settings, err);
	size_t count = 0;

	wanted = calloc(record->count + 1, sizeof(*wanted));
	ending->fleet.member =
		calloc(record->count + 1, sizeof(*ending->fleet.member));
	if (status == LG_OK && (!wanted || !ending->fleet.member))
		status = lg_error_set(err, LG_ERR_NO_MEMORY, NULL, "no memory");
	for (size_t i = 0; status == LG_OK && i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		if (!is_among(names, name)) {
			ending->fleet.partial = 1;
			continue;
		}
		wanted[count++] = name;
		if (mode == LG_SERVERS_LIFT_CAREFUL)
			status = not_interrupted(ending, name, err);
	}
	if (status == LG_OK)
		status = lg_cli_targets_open(settings, wanted, count,
					     &ending->targets, err);
	lg_cli_targets_lock(&ending->targets, &lock);
	if (status == LG_OK)
		status = lg_servers_ending(
			&ending->book, record, ending->targets.port,
			ending->targets.count, &ending->fleet, err);
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
		.id = record->id,
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

/* Words for what became of a lift that did not go well. */
static int tell_failed(struct lg_cli *cli, const struct ending *ending,
		       enum lg_servers_outcome outcome,
		       const struct lg_error *err)
{
	int code = err->status == LG_ERR_CONFLICT &&
				   outcome == LG_SERVERS_NOTHING_WRITTEN
			   ? LG_EXIT_WOULD_NOT_LOCK
			   : lg_cli_servers_exit(outcome, err->status);

	lg_cli_fail_as(cli, (enum lg_exit)code, err);
	lg_cli_servers_tell(cli, &ending->fleet);
	if (outcome == LG_SERVERS_NOTHING_WRITTEN &&
	    err->status != LG_ERR_CONFLICT)
		lg_cli_say(cli, (enum lg_exit)code, NULL,
			   "nothing was lifted; lift --force lifts "
			   "what can be reached, and recover the rest "
			   "later; logongate recover --forget NAME "
			   "gives up one that is gone for good");
	return code;
}

/* What damage took: whose back-ups can be put back, is told for each server. */
static int tell_lost(struct lg_cli *cli, const struct lg_servers_record *record)
{
	for (size_t i = 0; i < record->count; i++) {
		const char *name = record->target[i].name;

		if (!lg_servers_step_locks(record->target[i].step))
			continue;
		lg_cli_say(
			cli, LG_EXIT_NOT_PUT_BACK, name,
			"what the lock %s wrote there is lost with the "
			"damaged journal: logongate registry restore "
			"puts its back-up back (TIME.%s.reg in " LG_CLI_BACKUPS
			" below state_dir), and logongate recover "
			"--forget %s ends this",
			record->profile != NULL ? record->profile
			: record->id != NULL    ? record->id
						: "of an earlier version",
			name, name);
	}
	return LG_EXIT_NOT_PUT_BACK;
}

/* Lifts or undoes one change; the gate here is not touched. */
static int put_back(struct lg_cli *cli, struct lg_journal_file **journal,
		    struct ending *ending, const struct lg_strlist *names,
		    enum lg_servers_lift_mode mode,
		    struct lg_cli_lifted *lifted)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_servers *fleet = &ending->fleet;
	enum lg_servers_outcome outcome = LG_SERVERS_NOTHING_WRITTEN;
	struct lg_error err;
	enum lg_status status;
	int code = LG_EXIT_DONE;

	if (record->phase == LG_SERVERS_LOST)
		return tell_lost(cli, record);
	fleet->watch.context = cli;
	fleet->watch.moved = lg_cli_servers_moved;
	status = gather(cli, ending, names, mode, &err);
	if (status != LG_OK)
		return tell_failed(cli, ending, outcome, &err);
	if (fleet->count == 0 && fleet->partial)
		return LG_EXIT_DONE;
	fleet->journal.self = *journal;
	fleet->journal.append = lg_journal_file_append;
	/* of a lock that stays on some servers the gate is lifted alone */
	fleet->gate_next =
		lifted->with_gate && record->with_gate && !fleet->partial;
	status = lg_servers_lift(fleet, mode, &outcome, &err);
	if (fleet->gate_next && outcome != LG_SERVERS_NOTHING_WRITTEN) {
		snprintf(lifted->id, sizeof(lifted->id), "%s",
			 record->id != NULL ? record->id : "");
		lifted->journal = *journal;
		*journal = NULL;
	}
	if (status != LG_OK)
		code = tell_failed(cli, ending, outcome, &err);
	tell_idle(cli, fleet, &ending->targets);
	lifted->count += fleet->count;
	/* the gate knows neither of what it had no part in yet nor of what
	 * could not be put back, or later was */
	if ((!record->with_gate || record->phase != LG_SERVERS_APPLIED ||
	     status != LG_OK) &&
	    outcome != LG_SERVERS_NOTHING_WRITTEN && !fleet->partial)
		note_end(cli, record, status == LG_OK);
	return code;
}

static int failed_to_begin(struct lg_cli *cli, const struct lg_error *err)
{
	return err->status == LG_ERR_CONFLICT
		       ? lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, err)
		       : lg_cli_fail(cli, err);
}

/* The change with this id, where there still is one. */
static int end_one(struct lg_cli *cli, const char *id,
		   const struct lg_strlist *names,
		   enum lg_servers_lift_mode mode, struct lg_cli_lifted *lifted)
{
	struct lg_journal_file *journal = NULL;
	struct ending ending = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	if (lg_cli_servers_begin(cli, &journal, &ending.book, &err) != LG_OK)
		return failed_to_begin(cli, &err);
	ending.record = lg_servers_book_find(&ending.book, id);
	if (ending.record != NULL)
		code = put_back(cli, &journal, &ending, names, mode, lifted);
	release(&ending);
	lg_journal_file_close(&journal);
	return code;
}

int lg_cli_servers_lift(struct lg_cli *cli, const char *id,
			struct lg_cli_lifted *lifted)
{
	const char *force = lg_cli_option(cli, "force");
	enum lg_servers_lift_mode mode =
		force != NULL ? LG_SERVERS_LIFT_FORCE : LG_SERVERS_LIFT_CAREFUL;
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int some = lg_cli_option(cli, "target") != NULL ||
		   lg_cli_option(cli, "group") != NULL;
	int code = LG_EXIT_DONE;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (some)
		code = lg_cli_target_names(cli, settings, &names);
	if (code == LG_EXIT_DONE)
		code = end_one(cli, id, some ? &names : NULL, mode, lifted);
	if (code == LG_EXIT_DONE && lifted->count > 0 && !cli->quiet &&
	    !cli->json)
		fprintf(cli->err, "%zu server%s the earlier values again\n",
			lifted->count, lifted->count == 1 ? " has" : "s have");
	lg_strlist_release(&names);
	return code;
}

/* Also of one that was interrupted: what it left is to go in any case. */
static int is_expired(const struct lg_servers_record *record)
{
	struct lg_now now = lg_cli_clocks();

	return record->phase != LG_SERVERS_LOST &&
	       lg_servers_record_is_over(record, &now);
}

/* One change that is unfinished or over, and its part at the gate here. */
static int recover_one(struct lg_cli *cli,
		       const struct lg_servers_record *record, size_t *out_done,
		       int *out_gate)
{
	struct lg_cli_lifted lifted = {0};
	int code;
	int here;
	int was = 0;

	/* a gate whose lock is over has lifted it by itself */
	lifted.with_gate = record->with_gate && !is_expired(record);
	/* nobody can be asked: what was changed by hand is kept and told, and
	 * keeps no other server locked */
	code = end_one(cli, record->id, NULL,
		       lg_cli_option(cli, "force") == NULL
			       ? LG_SERVERS_LIFT_EACH
			       : LG_SERVERS_LIFT_FORCE,
		       &lifted);
	*out_done += lifted.count;
	/* the gate is locked and lifted last: it may hold that lock; a server
	 * that is left behind does not keep people out here */
	if (lifted.with_gate &&
	    (code == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)) {
		here = lg_cli_lift_gate_of(cli, record, &was);
		here = lg_cli_servers_opened(cli, &lifted, here);
		*out_gate |= was;
		code = code != LG_EXIT_DONE ? code : here;
	}
	lg_journal_file_close(&lifted.journal);
	return code;
}

/* The newest first: what it wrote stands on what the older ones left. */
static int recover_all(struct lg_cli *cli, const struct lg_servers_book *book,
		       int over_alone, size_t *out_done, int *out_gate)
{
	int worst = LG_EXIT_DONE;

	for (size_t i = book->count; i-- > 0;) {
		const struct lg_servers_record *record = &book->record[i];
		int code;

		if (record->phase == LG_SERVERS_APPLIED || over_alone) {
			if (!is_expired(record))
				continue;
		}
		code = recover_one(cli, record, out_done, out_gate);
		if (worst == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)
			worst = code;
	}
	return worst;
}

/* Keeps a damaged journal and writes down what is left of it. */
static int mend(struct lg_cli *cli)
{
	struct lg_journal_file *journal = NULL;
	struct lg_servers_book book = {0};
	struct lg_error err;
	enum lg_status status =
		lg_cli_servers_begin(cli, &journal, &book, &err);

	lg_servers_book_release(&book);
	lg_journal_file_close(&journal);
	return status == LG_OK ? LG_EXIT_DONE : failed_to_begin(cli, &err);
}

int lg_cli_servers_recover(struct lg_cli *cli, size_t *out_done, int *out_gate)
{
	int over_alone = lg_cli_option(cli, "over") != NULL;
	struct lg_servers_book book = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	*out_done = 0;
	*out_gate = 0;
	if (lg_cli_servers_book(cli, &book, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (book.damaged > 0 && !over_alone)
		code = mend(cli);
	if (code == LG_EXIT_DONE)
		code = recover_all(cli, &book, over_alone, out_done, out_gate);
	if (book.damaged > 0 && !over_alone && code == LG_EXIT_DONE)
		code = lg_cli_say(cli, LG_EXIT_NOT_PUT_BACK, NULL,
				  "what the damaged lines said is lost, of "
				  "locks on other servers perhaps, too: "
				  "logongate targets test NAME tells what a "
				  "server holds, logongate registry restore "
				  "puts its back-up back");
	lg_servers_book_release(&book);
	return code;
}

void lg_cli_servers_end_over(struct lg_cli *cli)
{
	struct lg_servers_now now = {0};
	size_t done = 0;
	int gate = 0;

	/* who is at it now ends it, or knows why not */
	if (lg_cli_servers_now(cli, &now, NULL) == LG_OK &&
	    now.state != LG_SERVERS_CHANGING)
		recover_all(cli, &now.book, 1, &done, &gate);
	if (done > 0 && !cli->quiet)
		lg_cli_say(cli, LG_EXIT_DONE, NULL,
			   "a lock on servers was over: %zu server%s the "
			   "earlier values again",
			   done, done == 1 ? " has" : "s have");
	lg_servers_now_release(&now);
}

/* Servers that keep the lock's end themselves. */
static enum lg_status extend_there(struct lg_cli *cli, struct ending *ending,
				   int64_t until_s, struct lg_error *err)
{
	enum lg_status status =
		gather(cli, ending, NULL, LG_SERVERS_LIFT_EACH, err);

	for (size_t i = 0; status == LG_OK && i < ending->fleet.count; i++) {
		struct lg_target *port = ending->fleet.member[i].port;

		if (port->extend != NULL)
			status = port->extend(port->self, until_s, err);
	}
	return status;
}

static int extend_record(struct lg_cli *cli, struct lg_journal_file *journal,
			 struct ending *ending, int64_t until_s)
{
	const struct lg_servers_record *record = ending->record;
	struct lg_servers fleet = {
		.id = record->id, .journal = {journal, lg_journal_file_append}};
	struct lg_now now = lg_cli_clocks();
	struct lg_error err;

	if (!record->with_gate && record->max_duration_s >= 0 &&
	    lg_servers_record_lasts_s(record, until_s, &now) >
		    record->max_duration_s)
		return lg_cli_usage(cli,
				    "%s runs at most %lld s from its "
				    "beginning (max_duration)",
				    record->profile,
				    (long long)record->max_duration_s);
	if (extend_there(cli, ending, until_s, &err) != LG_OK)
		return lg_cli_fail_as(cli, LG_EXIT_PUT_BACK, &err);
	if (lg_servers_journal_until(&fleet, until_s, &now, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	if (!record->with_gate)
		note(cli, record, LG_EVENT_EXTEND, until_s, "done");
	return LG_EXIT_DONE;
}

int lg_cli_servers_extend(struct lg_cli *cli, const char *id, int64_t until_s)
{
	struct lg_journal_file *journal = NULL;
	struct ending ending = {0};
	struct lg_error err;
	int code = LG_EXIT_DONE;

	if (lg_cli_servers_begin(cli, &journal, &ending.book, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	ending.record = lg_servers_book_find(&ending.book, id);
	if (ending.record != NULL && ending.record->phase == LG_SERVERS_APPLIED)
		code = extend_record(cli, journal, &ending, until_s);
	release(&ending);
	lg_journal_file_close(&journal);
	return code;
}
