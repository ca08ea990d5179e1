/* SPDX-License-Identifier: ISC */
/*
 * logongate lift, logongate confirm, logongate extend
 *
 * What happens to a lock after it was applied.
 */
#include <string.h>

#include <logongate/registry.h>

#include "app/lock/lock_change.h"
#include "cli/change/apply.h"
#include "cli/commands.h"
#include "cli/fleet/fleet_rounds.h"
#include "cli/change/servers_hands.h"
#include "cli/open/locks.h"
#include "cli/output.h"
#include "cli/text/times.h"

static int is_before(const struct lg_strlist *names, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (strcmp(names->item[i], names->item[which]) == 0)
			return 1;
	return 0;
}

static void print_names(struct lg_cli *cli, const char *what,
			const struct lg_strlist *names)
{
	for (size_t i = 0; i < names->count; i++) {
		/* Of several locks that were lifted, each value once. */
		if (is_before(names, i))
			continue;
		lg_cli_print(cli, LG_PLAIN, "%s", i == 0 ? what : ", ");
		lg_cli_text(cli, names->item[i]);
	}
	if (names->count > 0)
		lg_cli_print(cli, LG_PLAIN, "\n");
}

/* What was held while the lock was on is not let go with it. */
static void print_held_mail(struct lg_cli *cli,
			    const struct lg_strlist *restored)
{
	for (size_t i = 0; i < restored->count; i++)
		if (strcmp(restored->item[i], LG_VALUE_HOLD_MAIL) == 0)
			lg_cli_print(cli, LG_PLAIN,
				     "mail that was held stays in Postfix's "
				     "hold queue: postsuper -H ALL lets it go "
				     "on\n");
}

/* --ensure: what is over already is as it should be. */
static int is_over_already(const struct lg_cli *cli)
{
	return lg_cli_option(cli, "ensure") != NULL &&
	       cli->failed_code != NULL &&
	       strcmp(cli->failed_code, "not-in-force") == 0;
}

int lg_cmd_lift(struct lg_cli *cli)
{
	struct lg_lift lift = {0};
	int code;
	cJSON *object;

	if (lg_cli_is_fleet(cli))
		return lg_cli_fleet_change(cli, LG_FLEET_LIFT);
	if (lg_cli_option(cli, "all") != NULL && cli->operand_count > 0)
		return lg_cli_usage(cli, "--all lifts every lock; give it or a "
					 "name");
	code = lg_cli_lift(cli, cli->operand_count > 0 ? cli->operand[0] : NULL,
			   &lift);
	if (code == LG_EXIT_WOULD_NOT_LOCK && is_over_already(cli))
		code = LG_EXIT_DONE;
	if (code == LG_EXIT_DONE && cli->json) {
		object = cJSON_CreateObject();
		lg_json_names(object, "lifted", &lift.ids);
		lg_json_names(object, "restored", &lift.restored);
		lg_json_names(object, "changed", &lift.changed);
		code = lg_cli_json(cli, object);
	} else if (code == LG_EXIT_DONE && !cli->quiet && lift.ids.count > 0) {
		lg_cli_print(cli, LG_GREEN, "lifted\n");
		print_names(cli, "put back: ", &lift.restored);
		print_held_mail(cli, &lift.restored);
		print_names(cli,
			    "somebody had changed meanwhile: ", &lift.changed);
		print_names(cli, "other locks stay: ", &lift.others);
	}
	lg_lift_release(&lift);
	return code;
}

/* Prints the end that the lock has now. */
static int print_until(struct lg_cli *cli, const char *what, int64_t until_s)
{
	struct lg_buffer when = {0};
	cJSON *object;
	int code = LG_EXIT_DONE;

	if (cli->json) {
		object = cJSON_CreateObject();
		lg_json_time(object, "until", until_s);
		code = lg_cli_json(cli, object);
	} else if (!cli->quiet) {
		lg_text_clock(lg_cli_now(), until_s, &when);
		lg_buffer_text(&when, " (");
		lg_text_ago(lg_cli_now(), until_s, &when);
		lg_buffer_char(&when, ')');
		lg_cli_print(cli, LG_PLAIN, "%s until %s\n", what,
			     when.data != NULL ? when.data : "");
	}
	lg_buffer_release(&when);
	return code;
}

/* The one that the operand names, or the only one. */
static int choose(struct lg_cli *cli, enum lg_lock_meant meant,
		  struct lg_cli_locks *locks,
		  const struct lg_known_lock **out_lock)
{
	const struct lg_lock_wish wish = {
		.name = cli->operand_count > 0 ? cli->operand[0] : NULL,
		.meant = meant};
	int code;

	/* one that is over is not what is meant */
	lg_cli_servers_end_over(cli);
	code = lg_cli_locks(cli, LG_LOCKS_CHANGE, NULL, locks);
	if (code == LG_EXIT_DONE)
		code = lg_cli_choose(cli, locks, &wish, out_lock);
	return code;
}

int lg_cmd_confirm(struct lg_cli *cli)
{
	const struct lg_known_lock *lock = NULL;
	struct lg_cli_locks locks = {0};
	struct lg_change_move move = {0};
	int code;

	if (lg_cli_is_fleet(cli))
		return lg_cli_fleet_change(cli, LG_FLEET_CONFIRM);
	code = choose(cli, LG_MEANT_UNCONFIRMED, &locks, &lock);
	if (code == LG_EXIT_DONE) {
		move = lg_known_lock_move(lock);
		move.confirms = 1;
		code = lg_cli_move(cli, &move);
	}
	if (code == LG_EXIT_DONE)
		code = print_until(cli, "kept", move.until_s);
	lg_cli_locks_release(&locks);
	return code;
}

/* Who takes --for for what is added would be surprised at night. */
static void say_sooner(struct lg_cli *cli, int64_t by_s)
{
	struct lg_buffer span = {0};

	if (cli->quiet)
		return;
	lg_text_span(by_s, &span);
	lg_cli_say(cli, LG_EXIT_DONE, NULL,
		   "note: the new end is %s sooner than the old one; --for "
		   "counts from now",
		   span.data != NULL ? span.data : "");
	lg_buffer_release(&span);
}

int lg_cmd_extend(struct lg_cli *cli)
{
	const struct lg_known_lock *lock = NULL;
	struct lg_cli_locks locks = {0};
	struct lg_change_move move = {0};
	int64_t for_s, until_s, before_s = 0;
	int code;

	if (lg_cli_is_fleet(cli))
		return lg_cli_fleet_change(cli, LG_FLEET_EXTEND);
	code = lg_cli_duration(cli, "for", &for_s);
	if (code == LG_EXIT_DONE)
		code = lg_cli_time(cli, "until", &until_s);
	if (code != LG_EXIT_DONE)
		return code;
	if ((for_s > 0) == (until_s > 0))
		return lg_cli_usage(cli, "extend needs --for D or --until T");
	code = choose(cli, LG_MEANT_ANY, &locks, &lock);
	if (code == LG_EXIT_DONE) {
		move = lg_known_lock_move(lock);
		before_s = lock->until_s;
		move.until_s = for_s > 0 ? lg_cli_now() + for_s : until_s;
		if (!lock->is_here && move.until_s <= lg_cli_now())
			code = lg_cli_usage(cli, "that end is in the past");
	}
	if (code == LG_EXIT_DONE)
		code = lg_cli_move(cli, &move);
	if (code == LG_EXIT_DONE)
		code = print_until(cli, "in force", move.until_s);
	if (code == LG_EXIT_DONE && before_s > move.until_s)
		say_sooner(cli, before_s - move.until_s);
	lg_cli_locks_release(&locks);
	return code;
}
