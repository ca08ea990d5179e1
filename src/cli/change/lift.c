/* SPDX-License-Identifier: ISC */
/*
 * lift.c - which lock a lift ends, and where
 *
 * One that is over already, or another than was meant, is left alone.
 */
#include <string.h>

#include "app/lock/lock_change.h"
#include "cli/change/apply.h"
#include "cli/change/servers_hands.h"
#include "cli/open/locks.h"
#include "cli/open/targets.h"

void lg_lift_release(struct lg_lift *lift)
{
	lg_strlist_release(&lift->ids);
	lg_strlist_release(&lift->others);
	lg_strlist_release(&lift->restored);
	lg_strlist_release(&lift->changed);
}

/* Whether --target and --group, where they are given, name the gate here. */
static int means_gate(struct lg_cli *cli, int *out_code)
{
	const struct lg_settings *settings;
	struct lg_strlist names = {0};
	struct lg_error err;
	int means;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK) {
		*out_code = lg_cli_fail(cli, &err);
		return 0;
	}
	*out_code = lg_cli_target_names(cli, settings, &names);
	means = names.count == 0 && *out_code == LG_EXIT_DONE;
	for (size_t i = 0; i < names.count; i++)
		means |= lg_cli_target_is_local(
			lg_cli_target(settings, names.item[i]));
	lg_strlist_release(&names);
	return means;
}

/* It ended by itself just now. */
static int is_over(struct lg_cli *cli, const char *id)
{
	struct lg_error err;

	lg_error_set(&err, LG_ERR_CONFLICT, id,
		     "no lock of this name or id is in force or waiting");
	lg_error_code(&err, "not-in-force");
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
}

/* One lock, where it is: on servers, at the gate here, or both. */
static int lift_one(struct lg_cli *cli, const struct lg_cli_lock *lock,
		    int gate, struct lg_lift *lift)
{
	struct lg_cli_lifted lifted = {.lift = lift};
	int code = LG_EXIT_DONE;

	if (gate && lock->is_here)
		lifted.gate_id = lock->id;
	if (lock->is_there || lifted.gate_id != NULL)
		code = lg_cli_servers_lift(
			cli, lock->is_there ? lock->there_id : NULL, &lifted);
	if (code == LG_EXIT_DONE && lifted.count == 0 && lifted.gate_id == NULL)
		return lg_cli_say(cli, LG_EXIT_WOULD_NOT_LOCK, NULL,
				  "no lock is in force on these servers");
	if (code == LG_EXIT_DONE && !lock->is_there && !lifted.gate)
		return is_over(cli, lock->id);
	if (code == LG_EXIT_DONE && lift != NULL)
		lg_strlist_add(&lift->ids, lock->id, strlen(lock->id), NULL);
	return code;
}

/* Each, whatever became of the others. */
static int lift_all(struct lg_cli *cli, const struct lg_cli_locks *locks,
		    int gate, struct lg_lift *lift)
{
	int worst = LG_EXIT_DONE;

	for (size_t i = 0; i < locks->count; i++) {
		int code = lift_one(cli, &locks->lock[i], gate, lift);

		if (worst == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)
			worst = code;
	}
	return worst;
}

/* What --target and --group leave of several: the one that is on servers. */
static const struct lg_cli_lock *on_servers(const struct lg_cli_locks *locks)
{
	const struct lg_cli_lock *found = NULL;

	for (size_t i = 0; i < locks->count; i++) {
		if (!locks->lock[i].is_there)
			continue;
		if (found != NULL)
			return NULL;
		found = &locks->lock[i];
	}
	return found;
}

/* Whether a lock is on servers too is not known where their journal cannot be
 * read: with --force what is here is lifted all the same. lock NULL: all. */
static int lift_known(struct lg_cli *cli, const struct lg_cli_locks *locks,
		      const struct lg_cli_lock *lock)
{
	if (locks->there == LG_EXIT_DONE || (lock != NULL && lock->is_there))
		return LG_EXIT_DONE;
	return lg_cli_fail_as(cli,
			      lg_cli_option(cli, "force") == NULL
				      ? (enum lg_exit)locks->there
				      : LG_EXIT_DONE,
			      &locks->there_error);
}

/* Who lifts one of several must not take the server for open. */
static void tell_others(const struct lg_cli_locks *locks,
			const struct lg_cli_lock *lifted, struct lg_lift *lift)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < locks->count; i++) {
		const struct lg_cli_lock *lock = &locks->lock[i];

		if (lock == lifted)
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s (%s)",
				 lock->profile != NULL ? lock->profile : "",
				 lock->id);
		if (text.data != NULL)
			lg_strlist_add(&lift->others, text.data, text.len,
				       NULL);
	}
	lg_buffer_release(&text);
}

int lg_cli_lift(struct lg_cli *cli, const char *name, struct lg_lift *lift)
{
	const struct lg_cli_lock *lock = NULL;
	struct lg_cli_locks locks = {0};
	int some = lg_cli_option(cli, "target") != NULL ||
		   lg_cli_option(cli, "group") != NULL;
	int all = lg_cli_option(cli, "all") != NULL;
	int code;
	int gate = means_gate(cli, &code);

	if (code == LG_EXIT_DONE)
		code = lg_cli_locks(cli, LG_LOCKS_CHANGE, &locks);
	if (code != LG_EXIT_DONE)
		goto out;
	if (all && locks.count > 0) {
		code = lift_known(cli, &locks, NULL);
		if (code == LG_EXIT_DONE)
			code = lift_all(cli, &locks, gate, lift);
		if (code == LG_EXIT_DONE && locks.here != LG_EXIT_DONE)
			code = lg_cli_fail_as(cli, (enum lg_exit)locks.here,
					      &locks.here_error);
		goto out;
	}
	if (some && name == NULL)
		lock = on_servers(&locks);
	if (lock == NULL)
		code = lg_cli_choose(cli, &locks, name, LG_MEANT_ANY, &lock);
	if (code == LG_EXIT_DONE)
		code = lift_known(cli, &locks, lock);
	if (code == LG_EXIT_DONE)
		code = lift_one(cli, lock, gate, lift);
	if (code == LG_EXIT_DONE && lift != NULL)
		tell_others(&locks, lock, lift);
	/* Where the gate here does not say what it holds, that is told. */
	if (code == LG_EXIT_DONE && gate && !some && name == NULL &&
	    locks.here != LG_EXIT_DONE)
		code = lg_cli_fail_as(cli, (enum lg_exit)locks.here,
				      &locks.here_error);
out:
	lg_cli_locks_release(&locks);
	return code;
}
