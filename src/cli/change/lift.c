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

/* Where --target and --group say. */
struct places {
	struct lg_strlist servers;
	int given;
	int with_gate; /* the gate here is one of them */
};

static int read_places(struct lg_cli *cli, struct places *places)
{
	struct lg_strlist *names = &places->servers;
	const struct lg_settings *settings;
	struct lg_error err;
	int code;

	if (lg_cli_settings(cli, &settings, &err) != LG_OK)
		return lg_cli_fail(cli, &err);
	code = lg_cli_target_names(cli, settings, names);
	places->given = names->count > 0;
	places->with_gate = !places->given;
	for (size_t i = 0; i < names->count; i++)
		places->with_gate |= lg_cli_target_is_local(
			lg_cli_target(settings, names->item[i]));
	return code;
}

/* It ended by itself just now. */
static int is_over(struct lg_cli *cli, const char *id)
{
	struct lg_error err;

	lg_lock_not_there(1, id, LG_MEANT_ANY, &err);
	return lg_cli_fail_as(cli, LG_EXIT_WOULD_NOT_LOCK, &err);
}

/* One lock, where it is: on servers, at the gate here, or both. */
static int lift_one(struct lg_cli *cli, const struct lg_known_lock *lock,
		    const struct places *places, struct lg_lift *lift)
{
	struct lg_change_lift what =
		lg_known_lock_lift(lock, places->with_gate);
	int code = LG_EXIT_DONE;

	lift->count = 0;
	if (places->given)
		what.names = &places->servers;
	if (what.id != NULL || what.with_gate)
		code = lg_cli_servers_lift(cli, &what, lift);
	if (code == LG_EXIT_DONE && lift->count == 0 && !what.with_gate)
		return lg_cli_none_there(cli);
	if (code == LG_EXIT_DONE && !lock->is_there && !lift->gate)
		return is_over(cli, lock->id);
	if (code == LG_EXIT_DONE)
		lg_strlist_add(&lift->ids, lock->id, strlen(lock->id), NULL);
	return code;
}

/* Each that is there, whatever became of the others. */
static int lift_all(struct lg_cli *cli, const struct lg_known_locks *locks,
		    const struct places *places, struct lg_lift *lift)
{
	const struct lg_lock_wish all = {.places = places->given,
					 .with_gate = places->with_gate};
	int worst = LG_EXIT_DONE;
	size_t count = 0;

	for (size_t i = 0; i < locks->count; i++) {
		int code;

		if (!lg_known_lock_is_meant(&locks->lock[i], &all))
			continue;
		code = lift_one(cli, &locks->lock[i], places, lift);
		if (worst == LG_EXIT_DONE || code == LG_EXIT_NOT_PUT_BACK)
			worst = code;
		count++;
	}
	return count > 0 ? worst : lg_cli_none_there(cli);
}

/* Whether a lock is on servers too is not known where their journal cannot be
 * read: with --force what is here is lifted all the same. lock NULL: all. */
static int lift_known(struct lg_cli *cli, const struct lg_cli_locks *locks,
		      const struct lg_known_lock *lock)
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
static void tell_others(const struct lg_known_locks *locks,
			const struct lg_known_lock *lifted,
			struct lg_lift *lift)
{
	struct lg_buffer text = {0};

	for (size_t i = 0; i < locks->count; i++) {
		const struct lg_known_lock *lock = &locks->lock[i];

		if (lock == lifted)
			continue;
		lg_buffer_clear(&text);
		lg_buffer_format(&text, "%s (%s)", lock->profile, lock->id);
		if (text.data != NULL)
			lg_strlist_add(&lift->others, text.data, text.len,
				       NULL);
	}
	lg_buffer_release(&text);
}

int lg_cli_lift(struct lg_cli *cli, const char *name, struct lg_lift *lift)
{
	const struct lg_known_lock *lock = NULL;
	struct lg_lock_wish wish = {.name = name};
	struct lg_cli_locks locks = {0};
	struct places places = {0};
	int all = lg_cli_option(cli, "all") != NULL;
	int code = read_places(cli, &places);

	wish.places = places.given;
	wish.with_gate = places.with_gate;
	if (code == LG_EXIT_DONE)
		code = lg_cli_locks(cli, LG_LOCKS_CHANGE,
				    places.given ? &places.servers : NULL,
				    &locks);
	if (code != LG_EXIT_DONE)
		goto out;
	if (all && locks.known.count > 0) {
		code = lift_known(cli, &locks, NULL);
		if (code == LG_EXIT_DONE)
			code = lift_all(cli, &locks.known, &places, lift);
		if (code == LG_EXIT_DONE && locks.here != LG_EXIT_DONE)
			code = lg_cli_fail_as(cli, (enum lg_exit)locks.here,
					      &locks.here_error);
		goto out;
	}
	code = lg_cli_choose(cli, &locks, &wish, &lock);
	if (code == LG_EXIT_DONE)
		code = lift_known(cli, &locks, lock);
	if (code == LG_EXIT_DONE)
		code = lift_one(cli, lock, &places, lift);
	if (code == LG_EXIT_DONE)
		tell_others(&locks.known, lock, lift);
	/* Where the gate here does not say what it holds, that is told. */
	if (code == LG_EXIT_DONE && !places.given && name == NULL &&
	    locks.here != LG_EXIT_DONE)
		code = lg_cli_fail_as(cli, (enum lg_exit)locks.here,
				      &locks.here_error);
out:
	lg_cli_locks_release(&locks);
	lg_strlist_release(&places.servers);
	return code;
}
